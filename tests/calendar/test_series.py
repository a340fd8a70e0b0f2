"""Series of meetings: four dates a year as events of their own, a regular rule as one."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.civil_time import STOCKHOLM, local_date, local_time
from atagande_agreements.errors import Refused
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.heirs import heirs
from atagande_calendar.invitations.models import Partstat
from atagande_calendar.invitations.sending import pending, tell, tell_again
from atagande_calendar.invitations.told import Sending
from atagande_calendar.itip.recurrence import Rule
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingSeries, MeetingState
from atagande_calendar.meetings.series import people_of
from atagande_calendar.meetings.series_scope import Scope
from atagande_calendar.meetings.summons import summoned
from support.booking import invitation
from support.series import (
    DATES,
    FIRST,
    PEOPLE,
    RULE,
    accept,
    answers,
    calendar_part,
    calendars,
    change,
    found,
    mails,
    move,
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


def test_scenario_5_four_network_meetings_at_nine_with_stable_ids(world: World) -> None:
    number = published(world, people=SIX)
    for email in SIX:
        assert starts_in(world, email) == list(DATES)
    clocks = [one.astimezone(STOCKHOLM).time() for one in starts_in(world, AF)]
    assert clocks == [time(9)] * 4
    assert {one.utcoffset() for one in (at.astimezone(STOCKHOLM) for at in DATES)} == {
        timedelta(hours=1),
        timedelta(hours=2),
    }
    before = set(calendars(world, AF))
    assert len(before) == 4
    to = local_time(date(2026, 11, 19), time(9))
    assert move(world, number, 3, starts_at=to) == Sending(changed=6)
    assert set(calendars(world, AF)) == before
    assert starts_in(world, AF) == [*DATES[:3], to]


def test_a_series_is_drafts_that_nobody_hears_of_before_it_is_published(world: World) -> None:
    with world.writer() as session:
        series = plan(world, session)
        session.commit()
        assert sent(session) == 0
        meetings = found(session, series.id)[1]
        assert {one.state for one in meetings} == {MeetingState.DRAFT}
        assert publish(world, session, series) == Sending(invited=16)
        session.commit()
        assert sent(session) == 16
        assert [row[1] for row in people_of(session, meetings)] == [4] * 4
        actions = session.scalars(select(AuditEntry.action)).all()
        assert actions.count("meeting.planned") == actions.count("meeting.published") == 4
        assert {"series.planned", "series.published"} <= set(actions)
    with world.writer() as session:
        series = found(session, series.id)[0]
        with pytest.raises(Refused) as refused:
            publish(world, session, series)
        assert refused.value.code == "not_a_draft"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"starts": [DATES[0], DATES[0] + timedelta(hours=3)]}, "series_date_twice"),
        ({"starts": [local_time(date(2026, 4, 3), time(9))]}, "no_working_day"),
        ({"starts": [local_time(date(2026, 2, 3), time(9))]}, "meeting_in_past"),
        ({"people": []}, "nobody_invited"),
        (
            {"starts": [DATES[0] + timedelta(days=7 * week) for week in range(27)]},
            "series_too_many",
        ),
    ],
)
def test_a_series_is_planned_whole_or_not_at_all(
    sqlite_world: World, facts: dict[str, Any], code: str
) -> None:
    with sqlite_world.writer() as session:
        with pytest.raises(Refused) as refused:
            plan(sqlite_world, session, **facts)
        assert refused.value.code == code
        session.rollback()
        for table in (Meeting, MeetingSeries):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_regular_rule_is_one_mail_and_one_recurring_event(world: World) -> None:
    number = published(world, rule=RULE)
    with world.services.reader() as session:
        assert sent(session) == len(PEOPLE)
        assert [one.recurrence_at for one in found(session, number)[1]] == RULED
        uid = found(session, number)[0].uid
    for email in PEOPLE:
        shown = calendars(world, email)
        assert list(shown) == [uid]
        assert starts_in(world, email) == RULED
    (mail,) = mails(world, AF)
    text = mail.get_body(("plain",)).get_content()
    assert "Du kallas till en serie möten." in text
    assert "Möte 1: tisdag 10 mars 2026 kl. 09.00–11.00" in text
    assert "Möte 6: tisdag 11 augusti 2026 kl. 09.00–11.00" in text


def test_what_is_told_once_is_not_told_again(world: World) -> None:
    number = published(world, rule=RULE)
    with world.writer() as session:
        meeting = found(session, number)[1][0]
        assert tell(session, meeting=meeting, now=world.now) == Sending()
        assert pending(session, meeting=meeting, now=world.now) == []


def test_moving_one_of_a_rule_tells_of_that_one_and_the_other_answers_stand(world: World) -> None:
    number = published(world, rule=RULE)
    accept(world, number, AF)
    world.now += timedelta(hours=1)
    to = RULED[2] + timedelta(days=1)
    assert move(world, number, 2, starts_at=to) == Sending(changed=4)
    assert starts_in(world, AF) == [*RULED[:2], to, *RULED[3:]]
    yes, again = Partstat.ACCEPTED, Partstat.NEEDS_ACTION
    assert answers(world, number, AF) == [yes, yes, again, yes, yes, yes]
    mail = mails(world, AF)[-1]
    text = mail.get_body(("plain",)).get_content()
    assert "Förut: tisdag 12 maj 2026 kl. 09.00–11.00" in text
    assert "gäller bara det mötet" in text
    assert b"RECURRENCE-ID;TZID=Europe/Stockholm:20260512T090000" in calendar_part(mail)
    assert mail["References"] == mails(world, AF)[0]["Message-ID"]
    world.now += timedelta(hours=1)
    assert move(world, number, 2, starts_at=RULED[2]) == Sending(changed=4)
    assert starts_in(world, AF) == RULED


def test_an_earlier_mail_about_another_occurrence_still_leaves(world: World) -> None:
    number = published(world, rule=RULE)
    world.now += timedelta(hours=1)
    move(world, number, 2, place="Väsby")
    move(world, number, 3, place="Sigtuna")
    assert len(mails(world, AF)) == 3
    move(world, number, 2, place="Märsta")
    # The first about the third meeting is replaced, the one about the fourth is not.
    assert len(mails(world, AF)) == 3
    places = [
        shown[2]
        for one in calendars(world, AF).values()
        for shown in one.meetings.values()
        if shown
    ]
    assert sorted(places) == ["Märsta", "Sigtuna", *["Turebergshuset"] * 4]


def test_calling_off_one_of_a_rule_cancels_that_one(world: World) -> None:
    number = published(world, rule=RULE)
    world.now += timedelta(hours=1)
    assert off(world, number, Scope.ONE, 1) == Sending(cancelled=4)
    assert starts_in(world, AF) == [RULED[0], *RULED[2:]]


def test_calling_off_this_and_later_ends_the_series(world: World) -> None:
    number = published(world, rule=RULE)
    accept(world, number, AF)
    world.now += timedelta(hours=1)
    assert off(world, number, Scope.LATER, 2).total == 4
    assert starts_in(world, AF) == RULED[:2]
    assert answers(world, number, AF)[:2] == [Partstat.ACCEPTED] * 2
    text = mails(world, AF)[-1].get_body(("plain",)).get_content()
    assert "Utgår: tisdag 12 maj 2026 kl. 09.00–11.00" in text
    with world.services.reader() as session:
        assert "UNTIL=20260414T070000Z" in found(session, number)[0].rrule


def test_calling_off_all_is_one_cancel_each(world: World) -> None:
    number = published(world, rule=RULE)
    world.now += timedelta(hours=1)
    assert off(world, number, Scope.ALL) == Sending(cancelled=4)
    assert starts_in(world, AF) == []
    text = mails(world, AF)[-1].get_body(("plain",)).get_content()
    assert "Hela serien är inställd" in text


def test_a_holiday_that_the_rule_gives_is_left_out(sqlite_world: World) -> None:
    # Ascension Day falls on 14 May.
    rule = Rule.parse("FREQ=MONTHLY;BYDAY=2TH;COUNT=3")
    with sqlite_world.writer() as session:
        start = local_time(date(2026, 4, 9), time(9))
        series = plan(sqlite_world, session, rule=rule, first=start)
        days = [local_date(one.starts_at) for one in found(session, series.id)[1]]
        assert days == [date(2026, 4, 9), date(2026, 6, 11)]
        publish(sqlite_world, session, series)
        session.commit()
    assert [local_date(one) for one in starts_in(sqlite_world, AF)] == days


def test_the_present_series_can_be_sent_again(world: World) -> None:
    number = published(world, rule=RULE)
    with world.writer() as session:
        mine = invitation(session, found(session, number)[1][0].id, AF)
        assert tell_again(session, invitation=mine, now=world.now)
        session.commit()
    with world.services.reader() as session:
        assert sent(session) == len(PEOPLE) + 1
    # The first has not left, and the second says the same.
    (mail,) = mails(world, AF)
    assert "Här är kallelsen till serien igen" in mail.get_body(("plain",)).get_content()
    assert starts_in(world, AF) == RULED


def test_a_chief_is_summoned_to_every_steering_meeting_of_a_rule(world: World) -> None:
    number = published(world, rule=RULE, kind=MeetingKind.STEERING, people=(CLINIC_CHIEF, AF))
    with world.writer() as session:
        ways = heirs(session, world.agreement(session).association_id)
        unit = world.unit(session, "sollentuna-mottagning").id
        for meeting in found(session, number)[1]:
            days = summoned(session, meeting, ways, world.now)
            assert days == {unit: local_date(world.now)}


def test_a_whole_series_that_has_not_left_is_replaced_by_a_later_one(world: World) -> None:
    number = published(world, rule=RULE)
    world.now += timedelta(hours=1)
    change(world, number, Scope.ALL, clock=time(13))
    (mail,) = mails(world, AF)
    assert "kl. 13.00–15.00" in mail.get_body(("plain",)).get_content()


def test_what_has_been_held_stays_in_the_calendar_when_the_rest_is_called_off(
    world: World,
) -> None:
    number = published(world, rule=RULE)
    with world.writer() as session:
        found(session, number)[1][0].state = MeetingState.HELD
        session.commit()
    world.now = RULED[0] + timedelta(days=1)
    off(world, number, Scope.ALL)
    assert starts_in(world, AF) == RULED[:1]
