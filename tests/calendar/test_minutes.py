"""Minutes: begun with the agenda as it was, fixed once, and corrected beside."""

import json
import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.parties.models import Organisation
from atagande_calendar.meetings.attendance import Presence
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.steering import contents, errors, minutes, verbs
from atagande_calendar.steering.contents import Contents
from atagande_calendar.steering.items import Topic
from atagande_calendar.steering.models import Minutes
from support.deviations import CLINIC, close, miss, reply
from support.steering import FIRST, SECOND, around, begin, decide, evening, fix, hold, meet
from support.world import ADMINISTRATOR, STEERING, World


@pytest.fixture
def held(world: World) -> World:
    """The group's first meeting, held, and its second to come."""
    meet(world, FIRST, SECOND)
    hold(world, 1)
    return world


def said(world: World, number: int = 1, which: int = 1) -> Contents:
    """Return what a version of the minutes says."""
    with world.writer() as session:
        one = session.scalars(
            select(Minutes).where(Minutes.meeting_id == number, Minutes.number == which)
        ).one()
        return minutes.saying(session, around(session, number), one)


def test_they_say_who_was_there_by_function_and_what_comes_next(held: World) -> None:
    with held.writer() as session:
        begin(held, session, 1)
        session.commit()
    found = said(held)
    assert [(one.party, one.presence) for one in found.present] == [
        ("Samordningsförbundet Sollentuna-Upplands Väsby-Sigtuna", Presence.PRESENT),
        ("Sollentuna psykiatriska mottagning", Presence.PRESENT),
    ]
    assert found.next is not None
    assert found.fixed is None


def test_what_was_decided_stands_at_its_item_though_it_left_the_agenda(world: World) -> None:
    (number,) = meet(world, SECOND)
    miss(world, CLINIC)
    with world.writer() as session:
        reply(world, session)
        session.commit()
    hold(world, number)
    with world.writer() as session:
        begin(world, session, number)
        close(world, session, note="Ny rutin finns.")
        verbs.settle(session, meeting_id=None, now=world.now)
        decide(world, session, SECOND, "15")
        verbs.settle(session, meeting_id=number, now=world.now)
        session.commit()
    found = said(world, number)
    (point,) = [one for one in found.points if one.item.topic is Topic.DEVIATION]
    assert [(one.paragraph, one.note) for one in point.decisions] == [("§ 14", "Ny rutin finns.")]
    assert [one.paragraph for one in found.others] == ["§ 15"]


def test_what_came_after_they_were_begun_is_not_on_the_agenda_in_them(held: World) -> None:
    with held.writer() as session:
        begin(held, session, 1)
        session.commit()
    before = {one.item.key for one in said(held).points}
    held.decide("answer_days", "10", date(2026, 3, 20))
    assert "parameter:answer_days" in before
    assert {one.item.key for one in said(held).points} == before


def test_fixed_minutes_say_the_same_whatever_happens_afterwards(held: World) -> None:
    with held.writer() as session:
        begin(held, session, 1)
        decision = decide(held, session, FIRST)
        verbs.settle(session, meeting_id=None, now=held.now)
        made = fix(held, session, 1)
        kept = (made.content, made.digest)
        assert contents.digest_of(made.content) == made.digest
        session.commit()
        late, meeting = decide(held, session, FIRST, "21"), session.get_one(Meeting, 1)
        with pytest.raises(errors.MinutesFixed):
            verbs.attach(session, decision=late, meeting=meeting, now=held.now)
        session.rollback()
        with pytest.raises(errors.MinutesFixed):
            verbs.dissent(
                session,
                decision=decision,
                party=session.scalars(select(Organisation).limit(1)).one(),
                text="Nej.",
                person=held.person(session, STEERING),
                now=held.now,
            )
        session.rollback()
        one = session.scalars(select(Minutes)).one()
        assert (one.content, one.digest) == kept
    assert [one.paragraph for one in said(held).decisions] == ["§ 20"]
    again = contents.as_text(said(held))
    assert json.loads(again) == json.loads(kept[0])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE minutes SET content = 'Annat'",
        "UPDATE minutes SET fixed_function = 'Annan'",
        "DELETE FROM minutes",
        "UPDATE minutes_note SET text = 'Annat'",
        "DELETE FROM minutes_note",
    ],
)
def test_the_database_refuses_every_change_to_fixed_minutes(held: World, change: str) -> None:
    with held.writer() as session:
        begin(held, session, 1)
        minutes.write(
            session,
            around=around(session, 1),
            number=1,
            notes={"signatures": "Frågan tas upp igen."},
            person=held.person(session, ADMINISTRATOR),
            version=1,
            now=held.now,
        )
        fix(held, session, 1, version=2)
        session.commit()
    with held.writer() as session, pytest.raises(DatabaseError, match=r"fixed|append-only|refuse"):
        session.execute(text(change))


def test_of_two_who_fix_at_once_one_wins_and_the_other_is_told(held: World) -> None:
    with held.writer() as session:
        begin(held, session, 1)
        session.commit()
    ready = threading.Barrier(2)
    outcomes: list[str] = []

    def fixing() -> None:
        with held.writer() as session:
            ready.wait(timeout=30)
            try:
                fix(held, session, 1)
                session.commit()
                outcomes.append("fixed")
            except Refused as refusal:
                outcomes.append(refusal.code)

    both = [threading.Thread(target=fixing) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(outcomes) == ["fixed", "minutes_fixed"]


def test_of_two_who_begin_one_wins(held: World) -> None:
    with held.writer() as session:
        begin(held, session, 1)
        session.commit()
    with held.writer() as session, pytest.raises(errors.MinutesBegun):
        begin(held, session, 1)


def test_notes_written_on_an_older_page_are_stale(held: World) -> None:
    with held.writer() as session:
        begin(held, session, 1)
        how: dict[str, Any] = {
            "around": around(session, 1),
            "number": 1,
            "person": held.person(session, ADMINISTRATOR),
            "now": held.now,
        }
        made = minutes.write(session, notes={contents.GENERAL: "Inget övrigt."}, version=1, **how)
        assert made.version == 2
        with pytest.raises(Stale):
            minutes.write(session, notes={contents.GENERAL: "Annat."}, version=1, **how)
        with pytest.raises(NotFound):
            minutes.write(session, notes={"deviation:99": "Annat."}, version=2, **how)
        minutes.write(session, notes={contents.GENERAL: " "}, version=2, **how)
        assert made.notes == []


def test_a_correction_stands_beside_and_the_first_stays(held: World) -> None:
    with held.writer() as session:
        begin(held, session, 1)
        fix(held, session, 1)
        session.commit()
    with held.writer() as session:
        person = held.person(session, ADMINISTRATOR)
        meeting = session.get_one(Meeting, 1)
        with pytest.raises(errors.CorrectionNeedsReason):
            minutes.correct(session, meeting=meeting, reason=" ", person=person, now=held.now)
        made = minutes.correct(
            session, meeting=meeting, reason="§ 20 saknas.", person=person, now=held.now
        )
        with pytest.raises(errors.MinutesBegun):
            minutes.correct(session, meeting=meeting, reason="Igen.", person=person, now=held.now)
        decide(held, session, FIRST)
        verbs.settle(session, meeting_id=1, now=held.now)
        fix(held, session, 1, which=made.number, version=made.version)
        session.commit()
    assert said(held, which=1).decisions == []
    assert [one.paragraph for one in said(held, which=2).decisions] == ["§ 20"]
    assert said(held, which=2).reason == "§ 20 saknas."


def test_a_draft_is_changed_and_not_corrected(held: World) -> None:
    with held.writer() as session:
        begin(held, session, 1)
        with pytest.raises(errors.NothingToCorrect):
            minutes.correct(
                session,
                meeting=session.get_one(Meeting, 1),
                reason="Fel.",
                person=held.person(session, ADMINISTRATOR),
                now=held.now,
            )


def test_they_are_not_begun_before_the_day_of_the_meeting(held: World) -> None:
    with held.writer() as session, pytest.raises(errors.MeetingAhead):
        begin(held, session, 2)


def test_they_are_fixed_by_somebody_in_time_when_the_attendance_is_known(world: World) -> None:
    meet(world, FIRST)
    world.now = evening(FIRST)
    with world.writer() as session:
        begin(world, session, 1)
        with pytest.raises(errors.NoAttendance):
            fix(world, session, 1)
        session.commit()
    hold(world, 1)
    day = timedelta(days=1)
    with world.writer() as session:
        with pytest.raises(errors.NoFunction):
            fix(world, session, 1, function=" ")
        for wrong in (FIRST - day, FIRST + day):
            with pytest.raises(errors.FixedOutOfTime):
                fix(world, session, 1, fixed_on=wrong)
        decision = decide(world, session, FIRST)
        verbs.settle(session, meeting_id=1, now=world.now)
        assert decision.decided_on == FIRST
        fix(world, session, 1)


def test_they_are_not_fixed_before_what_they_say_was_decided(held: World) -> None:
    held.now += timedelta(days=2)
    with held.writer() as session:
        begin(held, session, 1)
        decide(held, session, FIRST + timedelta(days=1))
        verbs.settle(session, meeting_id=1, now=held.now)
        with pytest.raises(errors.FixedBeforeDecision):
            fix(held, session, 1, fixed_on=FIRST)
