"""The API of changed meetings, wishes for another time, trails and material."""

from datetime import date, time
from typing import Any

from sqlalchemy import func, select

from atagande_agreements.civil_time import local_time
from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import AnswerWay, InvitationProposal
from atagande_calendar.invitations.verbs import propose
from atagande_calendar.meetings.models import Meeting
from support.booking import PEOPLE, booked, invitation, plan, published
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CONVENER,
    READER,
    World,
)


def body(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def version(world: World, number: int) -> int:
    with world.services.reader() as session:
        return session.get_one(Meeting, number).version


def mails(world: World) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(OutboxMessage)) or 0


def wish(world: World, number: int) -> tuple[int, int]:
    with world.writer() as session:
        mine = invitation(session, number, FK)
        propose(
            session,
            invitation=mine,
            starts_at=local_time(date(2026, 3, 26), time(13)),
            minutes=60,
            way=AnswerWay.LINK,
            now=world.now,
        )
        session.commit()
        return session.scalars(select(InvitationProposal.id)).one(), mine.id


def test_a_change_is_looked_at_and_then_made(world: World) -> None:
    number = published(world)
    call = world.api(ADMINISTRATOR)
    change = {"version": version(world, number), "starts_at": "2026-03-25T13:00:00+01:00"}
    seen = body(call("POST", f"/meetings/{number}/change", json=change | {"preview": True}))
    assert seen["sent"] == {"invited": 0, "changed": 5, "reworded": 0, "cancelled": 0}
    assert seen["answer_again"] == 0
    assert seen["starts_at"] == "2026-03-24T08:00:00Z"
    assert mails(world) == len(PEOPLE)
    done = body(call("POST", f"/meetings/{number}/change", json=change))
    assert done["starts_at"] == "2026-03-25T12:00:00Z"
    assert (done["title"], done["minutes"], done["sequence"]) == ("Nätverksmöte SGI=0", 120, 1)
    assert mails(world) == 2 * len(PEOPLE)
    stale = call("POST", f"/meetings/{number}/change", json=change)
    assert body(stale, 409)["code"] == "stale"


def test_people_are_those_who_are_asked_afterwards(world: World) -> None:
    number = published(world)
    call = world.api(ADMINISTRATOR)
    with world.services.reader() as session:
        people = [world.person(session, email).id for email in (FK, READER)]
    change = {"version": version(world, number), "people": people}
    done = body(call("POST", f"/meetings/{number}/change", json=change))
    assert done["sent"] == {"invited": 1, "changed": 0, "reworded": 0, "cancelled": 4}
    assert sorted(one["person"] for one in done["invitations"]) == sorted(people)
    assert done["asked"] == 2
    unknown = {"version": version(world, number), "people": [999999]}
    body(call("POST", f"/meetings/{number}/change", json=unknown), 404)


def test_a_draft_is_thrown_away(world: World) -> None:
    with world.writer() as session:
        number = plan(world, session).id
        session.commit()
    call = world.api(ADMINISTRATOR)
    assert body(call("POST", f"/meetings/{number}/delete", json={"version": 1})) == {"id": number}
    body(call("GET", f"/meetings/{number}"), 404)


def test_a_wish_is_granted_or_not(world: World) -> None:
    number = published(world)
    proposal, mine = wish(world, number)
    call = world.api(ADMINISTRATOR)
    listed = body(call("GET", f"/meetings/{number}/proposals"))["items"]
    assert [(one["id"], one["starts_at"], one["minutes"]) for one in listed] == [
        (proposal, "2026-03-26T12:00:00Z", 60)
    ]
    accept = {"version": version(world, number), "proposal": proposal}
    done = body(call("POST", f"/meetings/{number}/proposals/accept", json=accept))
    assert (done["starts_at"], done["minutes"]) == ("2026-03-26T12:00:00Z", 60)
    assert body(call("GET", f"/meetings/{number}/proposals"))["items"] == []
    decline = {"invitation": mine}
    late = call("POST", f"/meetings/{number}/proposals/decline", json=decline)
    assert body(late, 409)["code"] == "proposal_decided"


def test_a_trail_tells_all_and_a_resend_adds_to_it(world: World) -> None:
    number = published(world)
    _proposal, mine = wish(world, number)
    call = world.api(ADMINISTRATOR)
    told = body(call("GET", f"/meetings/{number}/invitations/{mine}/trail"))
    assert [one["step"] for one in told["items"]] == ["booked", "message", "proposed"]
    again = body(call("POST", f"/meetings/{number}/resend", json={"invitation": mine}))
    sent = [one["message"] for one in again["items"] if one["message"]]
    assert [(one["sequence"], one["revision"]) for one in sent] == [(0, 0), (0, 1)]
    declined = call("POST", f"/meetings/{number}/proposals/decline", json={"invitation": mine})
    assert body(declined) == {"items": []}


def test_a_sips_trail_is_not_for_the_association(world: World) -> None:
    number = booked(world)
    with world.services.reader() as session:
        meeting = session.scalars(select(Meeting.id)).one()
        mine = invitation(session, meeting, CLINIC_CHIEF).id
    path = f"/sips/{number}/invitations/{mine}/trail"
    assert body(world.api(CONVENER)("GET", path))["invitation"] == mine
    body(world.api(OTHER_CONVENER)("GET", path), 404)
    body(world.api(ADMINISTRATOR)("GET", path), 403)
    other = f"/meetings/{meeting}/invitations/{mine}/trail"
    body(world.api(ADMINISTRATOR)("GET", other), 404)


def test_material_is_added_and_removed(world: World) -> None:
    number = published(world)
    call = world.api(ADMINISTRATOR)
    data = {"title": "Underlag", "link": "https://exempel.se/underlag"}
    added = body(call("POST", f"/meetings/{number}/materials", json=data))["items"]
    assert body(world.api(FK)("GET", f"/meetings/{number}/materials"))["items"] == added
    path = f"/meetings/{number}/materials/{added[0]['id']}/remove"
    assert body(call("POST", path, json={})) == {"items": []}
    body(call("POST", path, json={}), 409)


def test_only_who_plans_changes(sqlite_world: World) -> None:
    number = published(sqlite_world)
    change = {"version": version(sqlite_world, number), "place": "Annan plats"}
    body(sqlite_world.api(READER)("POST", f"/meetings/{number}/change", json=change), 403)
    body(sqlite_world.api(CONVENER)("POST", f"/meetings/{number}/change", json=change), 403)
    body(sqlite_world.api(CONVENER)("GET", f"/meetings/{number}/proposals"), 403)
