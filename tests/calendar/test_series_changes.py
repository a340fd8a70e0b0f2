"""A series that is changed: one meeting, this and later, or all, and who is asked to it."""

from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.errors import Refused
from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import Attendance, Partstat
from atagande_calendar.invitations.sending import tell
from atagande_calendar.invitations.told import Sending
from atagande_calendar.invitations.verbs import invite, remove
from atagande_calendar.meetings.models import MeetingSeries
from atagande_calendar.meetings.series_changes import SeriesChange, change_series
from atagande_calendar.meetings.series_people import add_person, call_off_series, remove_person
from atagande_calendar.meetings.series_scope import Scope, preview
from support.booking import invitation
from support.series import (
    DATES,
    FIRST,
    RULE,
    accept,
    act,
    answers,
    calendars,
    change,
    found,
    mails,
    off,
    plan,
    publish,
    published,
    starts_in,
)
from support.world import AF, CLINIC_CHIEF, CONVENER, FK, OTHER_CONVENER, World

RULED = RULE.starts(FIRST)
SIX = (CLINIC_CHIEF, CONVENER, OTHER_CONVENER, "enhetschef@sigtuna.example", AF, FK)


def sent(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(OutboxMessage)) or 0


def test_all_moved_to_another_clock_is_one_mail_and_answers_are_asked_for_anew(
    world: World,
) -> None:
    number = published(world, rule=RULE)
    accept(world, number, AF)
    world.now += timedelta(hours=1)
    assert change(world, number, Scope.ALL, clock=time(13)) == Sending(changed=4)
    expected = [local_time(local_date(one), time(13)) for one in RULED]
    assert starts_in(world, AF) == expected
    assert answers(world, number, AF) == [Partstat.NEEDS_ACTION] * 6
    text = mails(world, AF)[-1].get_body(("plain",)).get_content()
    assert "(förut tisdag 10 mars 2026 kl. 09.00–11.00)" in text


def test_other_words_for_all_keep_the_answers(world: World) -> None:
    number = published(world, rule=RULE)
    accept(world, number, AF)
    world.now += timedelta(hours=1)
    assert change(world, number, Scope.ALL, agenda="Budget") == Sending(reworded=4)
    assert answers(world, number, AF) == [Partstat.ACCEPTED] * 6


def test_this_and_later_is_a_new_series_and_earlier_answers_stand(world: World) -> None:
    number = published(world, rule=RULE)
    accept(world, number, AF)
    world.now += timedelta(hours=1)
    sending = change(world, number, Scope.LATER, 3, clock=time(13))
    assert sending == Sending(invited=4, reworded=4)
    later = [local_time(local_date(one), time(13)) for one in RULED[3:]]
    assert starts_in(world, AF) == [*RULED[:3], *later]
    assert len(calendars(world, AF)) == 2
    assert answers(world, number, AF) == [Partstat.ACCEPTED] * 3
    with world.services.reader() as session:
        new = session.scalars(
            select(MeetingSeries).where(MeetingSeries.split_from_id == number)
        ).one()
        assert new.rrule == "FREQ=MONTHLY;BYDAY=2TU;COUNT=3"
    assert answers(world, new.id, AF) == [Partstat.NEEDS_ACTION] * 3
    world.now += timedelta(hours=1)
    assert change(world, new.id, Scope.ALL, place="Väsby") == Sending(changed=4)
    assert starts_in(world, AF) == [*RULED[:3], *later]


def test_an_answer_stands_in_a_new_series_when_time_and_place_do(world: World) -> None:
    number = published(world, rule=RULE)
    accept(world, number, AF)
    world.now += timedelta(hours=1)
    change(world, number, Scope.LATER, 3, agenda="Budget")
    with world.services.reader() as session:
        new = session.scalars(
            select(MeetingSeries.id).where(MeetingSeries.split_from_id == number)
        ).one()
    assert answers(world, new, AF) == [Partstat.ACCEPTED] * 3


def test_all_of_a_series_that_has_begun_is_what_is_to_come(world: World) -> None:
    number = published(world, rule=RULE)
    world.now = RULED[1] + timedelta(days=1)
    change(world, number, Scope.ALL, clock=time(13))
    later = [local_time(local_date(one), time(13)) for one in RULED[2:]]
    assert starts_in(world, AF) == [*RULED[:2], *later]


def test_someone_can_be_asked_to_one_meeting_of_a_rule_alone(world: World) -> None:
    number = published(world, rule=RULE)
    world.now += timedelta(hours=1)
    with world.writer() as session:
        meeting = found(session, number)[1][1]
        person = world.person(session, OTHER_CONVENER)
        one = invite(session, meeting=meeting, person=person, attendance=Attendance.INVITED)
        assert tell(session, meeting=meeting, now=world.now) == Sending(invited=1)
        session.commit()
        assert starts_in(world, OTHER_CONVENER) == [RULED[1]]
        remove(session, invitation=one, now=world.now)
        assert tell(session, meeting=meeting, now=world.now) == Sending(cancelled=1)
        session.commit()
    assert starts_in(world, OTHER_CONVENER) == []


def test_someone_removed_from_one_and_added_again_has_it_back(world: World) -> None:
    number = published(world, rule=RULE)
    with world.writer() as session:
        meeting = found(session, number)[1][1]
        mine = invitation(session, meeting.id, AF)
        remove(session, invitation=mine, now=world.now)
        tell(session, meeting=meeting, now=world.now)
        session.commit()
        assert starts_in(world, AF) == [RULED[0], *RULED[2:]]
        person = world.person(session, AF)
        invite(session, meeting=meeting, person=person, attendance=Attendance.SUMMONED)
        tell(session, meeting=meeting, now=world.now)
        session.commit()
    assert starts_in(world, AF) == RULED


@pytest.mark.parametrize("rule", [None, RULE], ids=["dates", "rule"])
def test_someone_joins_and_leaves_a_whole_series(world: World, rule: Any) -> None:
    number = published(world, rule=rule)
    world.now += timedelta(hours=1)
    mail_count = 1 if rule else 4
    expected = RULED if rule else list(DATES)
    with world.writer() as session:
        series = found(session, number)[0]
        joined = world.person(session, OTHER_CONVENER)
        sending = add_person(session, **act(world, session, series), added_person=joined)
        assert sending == Sending(invited=mail_count)
        session.commit()
    assert starts_in(world, OTHER_CONVENER) == expected
    world.now += timedelta(hours=1)
    with world.writer() as session:
        series = found(session, number)[0]
        left = world.person(session, OTHER_CONVENER)
        sending = remove_person(session, **act(world, session, series), removed_person=left)
        assert sending == Sending(cancelled=mail_count)
        session.commit()
    assert starts_in(world, OTHER_CONVENER) == []
    assert starts_in(world, AF) == expected


def test_the_last_one_can_not_be_removed(sqlite_world: World) -> None:
    number = published(sqlite_world, people=(AF,))
    with sqlite_world.writer() as session:
        series = found(session, number)[0]
        person = sqlite_world.person(session, AF)
        with pytest.raises(Refused) as refused:
            remove_person(session, **act(sqlite_world, session, series), removed_person=person)
        assert refused.value.code == "series_last_person"


def test_separate_dates_are_changed_one_or_later_or_all(world: World) -> None:
    number = published(world)
    world.now += timedelta(hours=1)
    assert change(world, number, Scope.ONE, 0, clock=time(10)) == Sending(changed=4)
    assert change(world, number, Scope.LATER, 2, minutes=60) == Sending(changed=8)
    assert change(world, number, Scope.ALL, agenda="Budget") == Sending(reworded=16)
    assert off(world, number, Scope.LATER, 2) == Sending(cancelled=8)
    assert starts_in(world, AF) == [DATES[0] + timedelta(hours=1), DATES[1]]
    assert off(world, number, Scope.ALL) == Sending(cancelled=8)
    with world.writer() as session:
        series, meetings = found(session, number)
        with pytest.raises(Refused) as refused:
            call_off_series(session, **act(world, session, series), at=meetings[0], scope=Scope.ALL)
        assert refused.value.code == "series_nothing_to_come"


def test_what_a_change_would_send_is_said_and_nothing_is_kept(world: World) -> None:
    number = published(world, rule=RULE)
    with world.writer() as session:
        series, meetings = found(session, number)
        before = sent(session)
        sending = preview(
            session,
            lambda: change_series(
                session,
                **act(world, session, series),
                at=meetings[3],
                scope=Scope.LATER,
                change=SeriesChange(clock=time(13)),
                domain="atagande.example",
            ),
        )
        assert sending.total == 8
        session.commit()
        assert sent(session) == before
        assert [one.starts_at for one in found(session, number)[1]] == RULED
        assert session.scalar(select(func.count()).select_from(MeetingSeries)) == 1


def test_two_who_change_a_series_at_once_are_one_too_many(sqlite_world: World) -> None:
    number = published(sqlite_world)
    with sqlite_world.writer() as session:
        series, meetings = found(session, number)
        with pytest.raises(Refused) as refused:
            call_off_series(
                session,
                **act(sqlite_world, session, series) | {"version": 1},
                at=meetings[0],
                scope=Scope.ALL,
            )
        assert refused.value.code == "stale"


def test_a_draft_of_a_series_is_thrown_away(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        series = plan(sqlite_world, session, rule=RULE)
        session.commit()
        number = series.id
    assert off(sqlite_world, number, Scope.LATER, 3) == Sending()
    with sqlite_world.writer() as session:
        series, meetings = found(session, number)
        assert len(meetings) == 3
        assert publish(sqlite_world, session, series) == Sending(invited=4)
        session.commit()
    assert starts_in(sqlite_world, AF) == RULED[:3]
