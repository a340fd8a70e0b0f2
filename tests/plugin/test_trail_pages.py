"""The whole story of one invitation, for those who see the meeting and nobody else."""

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.civil_time import local_time
from atagande_calendar.invitations.models import AnswerWay, Partstat
from atagande_calendar.invitations.sending import tell
from atagande_calendar.invitations.trail import Step, one_of, trail
from atagande_calendar.invitations.verbs import answer, keep, propose, remove
from atagande_calendar.invitations.why_not import Reason
from atagande_calendar.meetings.models import Meeting
from atagande_plugin.outbox.delivery import deliver
from atagande_plugin.web.trail import REASONS
from support.booking import answer_path, booked, invitation, published
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CONVENER,
    READER,
    STEERING,
    World,
)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@pytest.fixture
def told(world: World) -> tuple[World, int, int]:
    """A meeting that was answered, moved, answered by mail and left; one minute after another."""
    number = published(world)
    deliver(world.services, world.now)

    def later() -> None:
        world.now += timedelta(minutes=1)

    later()
    with world.writer() as session:
        mine = invitation(session, number, CLINIC_CHIEF)
        answer(
            session,
            invitation=mine,
            partstat=Partstat.ACCEPTED,
            way=AnswerWay.LINK,
            now=world.now,
        )
        session.commit()
    later()
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        meeting.starts_at = local_time(date(2026, 3, 25), time(13))
        tell(session, meeting=meeting, now=world.now)
        session.commit()
    deliver(world.services, world.now)
    later()
    with world.writer() as session:
        mine = invitation(session, number, CLINIC_CHIEF)
        keep(
            session,
            invitation=mine,
            partstat=Partstat.ACCEPTED,
            sequence=0,
            way=AnswerWay.MAIL,
            now=world.now,
        )
        later()
        keep(
            session,
            invitation=mine,
            partstat=Partstat.ACCEPTED,
            sequence=1,
            way=AnswerWay.MAIL,
            given_by="nagon@annan.example",
            unverified=True,
            now=world.now,
        )
        later()
        propose(
            session,
            invitation=mine,
            starts_at=local_time(date(2026, 3, 27), time(9)),
            minutes=120,
            way=AnswerWay.PAGE,
            now=world.now,
        )
        later()
        remove(session, invitation=mine, now=world.now)
        tell(session, meeting=session.get_one(Meeting, number), now=world.now)
        session.commit()
        return world, number, mine.id


def test_everything_stands_in_order_with_why_an_answer_does_not_count(
    told: tuple[World, int, int],
) -> None:
    world, number, mine = told
    with world.services.reader() as session:
        found = one_of(session, number, mine)
        assert found is not None
        events = trail(found)
    assert [one.step for one in events] == [
        Step.BOOKED,
        Step.MESSAGE,
        Step.ANSWER,
        Step.MESSAGE,
        Step.ANSWER,
        Step.ANSWER,
        Step.PROPOSED,
        Step.REMOVED,
        Step.DECIDED,
        Step.MESSAGE,
    ]
    answers = [one.why_not for one in events if one.step is Step.ANSWER]
    assert answers == [Reason.MOVED, Reason.OLD_TIME, Reason.STAND_IN]
    assert set(events[3].changes) == {"starts_at"}
    page = text(world.client(ADMINISTRATOR).get(f"/moten/{number}/kallelser/{mine}"))
    for said in (
        "Är inte längre kallad.",
        "Tid: tisdag 24 mars 2026 kl. 09.00–11.00 → onsdag 25 mars 2026 kl. 13.00–15.00",
        "Räknas inte längre: mötet fick en ny tid eller plats efter svaret.",
        "Räknas inte: svaret gällde en äldre tid.",
        "Räknas inte: någon annan än den som är kallad svarade.",
        "Svaret kom från nagon@annan.example.",
        "Obekräftad avsändare",
        "Föreslog en annan tid: fredag 27 mars 2026 kl. 09.00–11.00",
        "Togs bort från mötet",
        "CANCEL, version 2 (SEQUENCE).",
    ):
        assert said in page


def test_a_mail_is_read_as_its_receiver_sees_it_without_the_secrets(
    told: tuple[World, int, int],
) -> None:
    world, number, mine = told
    with world.services.reader() as session:
        found = one_of(session, number, mine)
        assert found is not None
        numbers = [one.id for one in found.messages]
    path = answer_path(world, number, CLINIC_CHIEF)
    administrator = world.client(ADMINISTRATOR)
    for one in numbers:
        shown = administrator.get(f"/moten/{number}/kallelser/{mine}/mejl/{one}")
        assert shown.status_code == 200
        assert path not in shown.get_data(as_text=True)
    first = text(administrator.get(f"/moten/{number}/kallelser/{mine}/mejl/{numbers[0]}"))
    assert "/svara/…" in first
    other = administrator.get(f"/moten/{number}/kallelser/{mine}/mejl/{numbers[-1] + 1}")
    assert other.status_code == 404


def test_those_who_see_the_meeting_see_the_trail(told: tuple[World, int, int]) -> None:
    world, number, mine = told
    for email in (STEERING, READER, CLINIC_CHIEF, FK):
        assert world.client(email).get(f"/moten/{number}/kallelser/{mine}").status_code == 200
    other = published(world)
    assert world.client(ADMINISTRATOR).get(f"/moten/{other}/kallelser/{mine}").status_code == 404
    assert world.client().get(f"/moten/{number}/kallelser/{mine}").status_code == 302


def test_a_sips_trail_is_for_those_who_see_the_sip(world: World) -> None:
    """Scenario 17, on this side."""
    number = booked(world, people=[FK])
    with world.services.reader() as session:
        meeting = session.scalars(select(Meeting.id)).one()
        mine = invitation(session, meeting, CLINIC_CHIEF)
        path = f"/sip/{number}/kallelser/{mine.id}"
        mail = f"{path}/mejl/{mine.messages[0].id}"
        name, title = mine.person.name, mine.person.title
    for address in (path, mail):
        for email in (CONVENER, CLINIC_CHIEF):
            shown = text(world.client(email).get(address))
            assert title in shown
            heading = shown.split("När")[0]
            assert f"till {name}" not in heading, "people by function"
        assert world.client(OTHER_CONVENER).get(address).status_code == 404
        for email in (ADMINISTRATOR, STEERING, READER):
            assert world.client(email).get(address).status_code == 403
    administrator = world.client(ADMINISTRATOR)
    assert administrator.get(f"/moten/{meeting}/kallelser/{mine.id}").status_code == 404


def test_the_trail_costs_few_queries(told: tuple[World, int, int]) -> None:
    world, number, mine = told
    administrator = world.client(ADMINISTRATOR)
    with count_queries(world.services.engine) as sent:
        administrator.get(f"/moten/{number}/kallelser/{mine}")
    assert len(sent) <= 12


def test_every_reason_why_an_answer_does_not_count_has_words() -> None:
    assert set(REASONS) == set(Reason)
