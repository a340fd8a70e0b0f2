"""The pages that change a meeting: what is sent is said first, in words and numbers."""

import re
from collections.abc import Sequence
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.civil_time import local_time
from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import (
    AnswerWay,
    Invitation,
    InvitationProposal,
    Partstat,
    ProposalState,
)
from atagande_calendar.invitations.verbs import answer, propose
from atagande_calendar.meetings.materials import MeetingMaterial
from atagande_calendar.meetings.models import Meeting
from atagande_plugin.outbox.delivery import deliver
from support.booking import PEOPLE, invitation, plan, published
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CONVENER,
    READER,
    STEERING,
    World,
)

NUMBER = "850709-9805"
WISHED = local_time(date(2026, 3, 26), time(13))


def form(world: World, number: int, asked: Sequence[str] = PEOPLE, **changed: Any) -> Any:
    with world.services.reader() as session:
        meeting = session.get_one(Meeting, number)
        return {
            "step": "review",
            "version": str(meeting.version),
            "title": meeting.title,
            "day": "2026-03-24",
            "clock": "09:00",
            "minutes": "120",
            "place": meeting.place,
            "agenda": meeting.agenda,
            "people": [str(world.person(session, email).id) for email in asked],
        } | changed


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def count(world: World, table: Any) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def draft(world: World) -> int:
    with world.writer() as session:
        number = plan(world, session).id
        session.commit()
        return number


def say(world: World, number: int, email: str, partstat: Partstat = Partstat.ACCEPTED) -> None:
    with world.writer() as session:
        answer(
            session,
            invitation=invitation(session, number, email),
            partstat=partstat,
            way=AnswerWay.LINK,
            now=world.now,
        )
        session.commit()


def wish(world: World, number: int, email: str) -> int:
    with world.writer() as session:
        propose(
            session,
            invitation=invitation(session, number, email),
            starts_at=WISHED,
            minutes=120,
            way=AnswerWay.LINK,
            now=world.now,
        )
        session.commit()
        return session.scalars(
            select(InvitationProposal.id).order_by(InvitationProposal.id.desc())
        ).first()  # type: ignore[return-value]  # one was just made


def test_what_a_change_sends_is_said_before_it_is_sent(world: World) -> None:
    number = published(world)
    deliver(world.services, world.now)
    say(world, number, CLINIC_CHIEF)
    say(world, number, FK)
    administrator = world.client(ADMINISTRATOR)
    shown = administrator.get(f"/moten/{number}/andra")
    assert "Ingenting skickas än." in text(shown)
    assert 'value="2026-03-24"' in shown.get_data(as_text=True)
    people = [*(one for one in PEOPLE if one != AF), READER]
    filled = form(world, number, people, day="2026-03-25", clock="13.00")
    review = administrator.post(f"/moten/{number}/andra", filled)
    assert review.status_code == 200
    assert (
        "När du sparar skickas 4 ändrade kallelser, 1 ny kallelse och 1 avbokning. "
        "2 som svarat ja behöver svara igen." in text(review)
    )
    assert "tisdag 24 mars 2026 kl. 09.00–11.00" in text(review)
    assert "onsdag 25 mars 2026 kl. 13.00–15.00" in text(review)
    assert "Förut: tisdag 24 mars 2026" in text(review), "the mail as it will be"
    assert count(world, OutboxMessage) == len(PEOPLE), "looking sends nothing"
    back = administrator.post(f"/moten/{number}/andra", filled | {"step": "edit"})
    assert 'value="2026-03-25"' in back.get_data(as_text=True)
    done = administrator.post(f"/moten/{number}/andra", filled | {"step": "save"})
    assert done.status_code == 303
    assert count(world, OutboxMessage) == len(PEOPLE) + 6
    page = text(administrator.get(done.location))
    assert "4 ändrade kallelser, 1 ny kallelse och 1 avbokning skickas." in page
    assert "0 av 5 har svarat." in page
    assert page.count("Ja gäller en tidigare tid") == 2
    assert "1 person är inte längre kallad" in page


def test_the_hidden_fields_of_the_review_save_what_was_reviewed(sqlite_world: World) -> None:
    number = published(sqlite_world)
    administrator = sqlite_world.client(ADMINISTRATOR)
    filled = form(sqlite_world, number, agenda='Rad ett\r\nRad "två" & <tre>', place="Väsby")
    review = administrator.post(f"/moten/{number}/andra", filled)
    assert "När du sparar skickas 5 ändrade kallelser." in text(review)
    hidden = re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)">', review.get_data(as_text=True)
    )
    from html import unescape  # noqa: PLC0415 - only here

    fields: dict[str, Any] = {"people": []}
    for name, value in hidden:
        if name == "people":
            fields["people"].append(value)
        elif name in filled:
            fields[name] = unescape(value)
    assert (
        administrator.post(f"/moten/{number}/andra", fields | {"step": "save"}).status_code == 303
    )
    with sqlite_world.services.reader() as session:
        meeting = session.get_one(Meeting, number)
        assert meeting.agenda == 'Rad ett\nRad "två" & <tre>'
        assert meeting.place == "Väsby"


def test_a_draft_is_saved_at_once_and_can_be_thrown_away(world: World) -> None:
    number = draft(world)
    administrator = world.client(ADMINISTRATOR)
    shown = administrator.get(f"/moten/{number}/andra")
    assert "Inga kallelser skickas förrän du publicerar det." in text(shown)
    filled = form(world, number, [FK], step="save", title="Extra nätverksmöte")
    done = administrator.post(f"/moten/{number}/andra", filled)
    assert "Ändringen är sparad. Ingenting har skickats." in text(administrator.get(done.location))
    asked = text(administrator.get(f"/moten/{number}/ta-bort"))
    assert "Ingen har fått veta något om mötet" in asked
    stale = administrator.post(f"/moten/{number}/ta-bort", {"version": "1"})
    assert stale.status_code == 409
    gone = administrator.post(f"/moten/{number}/ta-bort", {"version": "2"})
    assert gone.status_code == 303
    assert count(world, Meeting) == 0
    assert count(world, OutboxMessage) == 0


def test_of_two_who_change_at_once_the_second_sees_what_the_first_did(world: World) -> None:
    number = published(world)
    first, second = world.client(ADMINISTRATOR), world.client(ADMINISTRATOR)
    filled = form(world, number, step="save")
    assert first.post(f"/moten/{number}/andra", filled | {"day": "2026-03-25"}).status_code == 303
    answer = second.post(f"/moten/{number}/andra", filled | {"place": "Väsby"})
    assert answer.status_code == 409
    said = text(answer)
    assert "Så här har någon annan ändrat mötet:" in said
    assert "onsdag 25 mars 2026 kl. 09.00–11.00" in said
    assert 'value="Väsby"' in answer.get_data(as_text=True), "what was written is kept"
    assert count(world, OutboxMessage) == 2 * len(PEOPLE)
    version = re.search(r'name="version" value="(\d+)"', answer.get_data(as_text=True))
    assert version is not None
    again = second.post(
        f"/moten/{number}/andra", filled | {"place": "Väsby", "version": version[1]}
    )
    assert again.status_code == 303


def test_other_people_at_once_is_stale_too(sqlite_world: World) -> None:
    number = published(sqlite_world)
    administrator = sqlite_world.client(ADMINISTRATOR)
    one = form(sqlite_world, number, [*PEOPLE, READER], step="save")
    other = form(sqlite_world, number, PEOPLE[1:], step="save")
    assert administrator.post(f"/moten/{number}/andra", one).status_code == 303
    assert administrator.post(f"/moten/{number}/andra", other).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"day": "2026-04-03"}, 422, "3 april 2026 är ingen arbetsdag."),
        ({"day": "2026-01-08"}, 422, "Tiden har redan varit."),
        ({"minutes": "5"}, 422, "Mötet kan inte vara 5 minuter."),
        ({"people": []}, 422, "Ingen är vald"),
        ({"people": ["999999"]}, 404, "finns inte"),
        ({"agenda": f"om {NUMBER}"}, 422, "personnummer"),
        ({"step": "other"}, 422, ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    sqlite_world: World, wrong: dict[str, Any], status: int, said: str
) -> None:
    number = published(sqlite_world)
    answer = sqlite_world.client(ADMINISTRATOR).post(
        f"/moten/{number}/andra", form(sqlite_world, number, **wrong)
    )
    assert answer.status_code == status
    assert said in text(answer)
    assert count(sqlite_world, OutboxMessage) == len(PEOPLE)


@pytest.mark.parametrize(
    ("email", "status"), [(STEERING, 403), (READER, 403), (CONVENER, 403), (CLINIC_CHIEF, 403)]
)
def test_only_who_plans_changes(sqlite_world: World, email: str, status: int) -> None:
    number = published(sqlite_world)
    other = sqlite_world.client(email)
    for path in ("andra", "material"):
        assert other.get(f"/moten/{number}/{path}").status_code == status
    filled = form(sqlite_world, number, step="save", place="Annan plats")
    assert other.post(f"/moten/{number}/andra", filled).status_code == status
    for path, data in (
        ("kallelser/igen", {"invitation": "1"}),
        ("forslag/nej", {"invitation": "1"}),
        ("material", {"link": "https://exempel.se/", "title": "Underlag"}),
    ):
        assert other.post(f"/moten/{number}/{path}", data).status_code == status
    assert "Ändra mötet" not in text(other.get(f"/moten/{number}"))


def test_a_proposed_time_is_granted_with_one_click_and_a_look(world: World) -> None:
    number = published(world)
    deliver(world.services, world.now)
    proposal = wish(world, number, OTHER_CONVENER)
    administrator = world.client(ADMINISTRATOR)
    page = text(administrator.get(f"/moten/{number}"))
    assert "Föreslagna tider" in page
    assert "torsdag 26 mars 2026 kl. 13.00–15.00" in page
    assert "Föreslagna tider" not in text(world.client(CONVENER).get(f"/moten/{number}"))
    review = administrator.post(f"/moten/{number}/forslag/{proposal}/flytta", {"version": "1"})
    assert review.status_code == 409, "someone has changed it since"
    with world.services.reader() as session:
        version = session.get_one(Meeting, number).version
    review = administrator.post(
        f"/moten/{number}/forslag/{proposal}/flytta", {"version": str(version)}
    )
    assert "När du sparar skickas 5 ändrade kallelser." in text(review)
    filled = form(world, number, step="save", day="2026-03-26", clock="13:00")
    assert administrator.post(f"/moten/{number}/andra", filled).status_code == 303
    with world.services.reader() as session:
        assert session.get_one(InvitationProposal, proposal).state is ProposalState.ACCEPTED
    late = administrator.post(f"/moten/{number}/forslag/{proposal}/flytta", {"version": "3"})
    assert late.status_code == 409
    assert "Förslaget är redan besvarat" in text(late)


def test_a_no_to_a_proposed_time_is_a_mail_that_the_time_stands(world: World) -> None:
    number = published(world)
    deliver(world.services, world.now)
    wish(world, number, OTHER_CONVENER)
    with world.services.reader() as session:
        mine = str(invitation(session, number, OTHER_CONVENER).id)
    administrator = world.client(ADMINISTRATOR)
    for status in (303, 409):
        done = administrator.post(f"/moten/{number}/forslag/nej", {"invitation": mine})
        assert done.status_code == status
    with world.services.reader() as session:
        found = invitation(session, number, OTHER_CONVENER)
        assert [one.state for one in found.proposals] == [ProposalState.DECLINED]
        assert [(one.sequence, one.revision) for one in found.messages] == [(0, 0), (0, 1)]
        last = found.messages[-1].id
    mail = text(administrator.get(f"/moten/{number}/kallelser/{mine}/mejl/{last}"))
    assert "Mötet står kvar på den tid som står här." in mail
    assert count(world, OutboxMessage) == len(PEOPLE) + 1


def test_an_invitation_is_sent_again_to_one_person(world: World) -> None:
    number = published(world)
    administrator = world.client(ADMINISTRATOR)
    with world.services.reader() as session:
        mine = str(invitation(session, number, FK).id)
    done = administrator.post(f"/moten/{number}/kallelser/igen", {"invitation": mine})
    assert "Kallelsen skickas igen till" in text(administrator.get(done.location))
    assert count(world, OutboxMessage) == len(PEOPLE) + 1
    other = published(world)
    wrong = administrator.post(f"/moten/{other}/kallelser/igen", {"invitation": mine})
    assert wrong.status_code == 404


def test_material_is_linked_on_the_page_and_taken_away(world: World) -> None:
    number = published(world)
    administrator = world.client(ADMINISTRATOR)
    data = {"link": "https://exempel.se/underlag?x=1", "title": "Underlag om väntetider"}
    done = administrator.post(f"/moten/{number}/material", data)
    assert done.status_code == 303
    shown = world.client(FK).get(f"/moten/{number}").get_data(as_text=True)
    assert 'href="https://exempel.se/underlag?x=1"' in shown
    assert "ta-bort" not in shown
    with world.services.reader() as session:
        found = session.scalars(select(MeetingMaterial)).one()
    path = f"/moten/{number}/material/{found.id}/ta-bort"
    assert administrator.post(path).status_code == 303
    assert administrator.post(path).status_code == 409, "someone already has"
    assert count(world, MeetingMaterial) == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"link": "http://exempel.se/", "title": "x"}, "måste börja med https://"),
        ({"link": "https://", "title": "x"}, "måste börja med https://"),
        ({"link": "javascript:alert(1)", "title": "x"}, "måste börja med https://"),
        ({"link": "https://a:b@exempel.se/", "title": "x"}, "måste börja med https://"),
        ({"link": "https://exempel.se/", "title": ""}, "Länken saknar rubrik."),
        ({"link": "", "title": "x"}, "Skriv en länk eller välj ett dokument"),
        ({"link": "https://exempel.se/", "title": f"om {NUMBER}"}, "personnummer"),
    ],
)
def test_a_bad_link_is_refused(sqlite_world: World, data: dict[str, str], said: str) -> None:
    number = published(sqlite_world)
    answer = sqlite_world.client(ADMINISTRATOR).post(f"/moten/{number}/material", data)
    assert answer.status_code == 422
    assert said in text(answer)
    assert count(sqlite_world, MeetingMaterial) == 0


def test_at_most_twenty_links(sqlite_world: World) -> None:
    number = published(sqlite_world)
    administrator = sqlite_world.client(ADMINISTRATOR)
    data = {"link": "https://exempel.se/", "title": "Underlag"}
    for _ in range(20):
        assert administrator.post(f"/moten/{number}/material", data).status_code == 303
    full = administrator.post(f"/moten/{number}/material", data)
    assert "Mötet har redan 20 länkar." in text(full)
    assert count(sqlite_world, MeetingMaterial) == 20


def test_the_pages_cost_few_queries(world: World) -> None:
    number = published(world)
    wish(world, number, FK)
    with world.services.reader() as session:
        mine = session.scalars(select(Invitation.id)).first()
    administrator = world.client(ADMINISTRATOR)
    for path in ("", "/andra", "/material", f"/kallelser/{mine}"):
        with count_queries(world.services.engine) as sent:
            assert administrator.get(f"/moten/{number}{path}").status_code == 200
        assert len(sent) <= 12, path
