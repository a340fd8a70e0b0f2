"""Planning and publishing meetings."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.civil_time import STOCKHOLM, local_time
from atagande_agreements.errors import Refused
from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.meetings import queries
from atagande_calendar.meetings.models import Meeting, MeetingState
from atagande_calendar.meetings.verbs import publish_meeting
from support.booking import PEOPLE, booked, plan, publish, published
from support.world import ADMINISTRATOR, CLINIC_CHIEF, World


def test_a_draft_sends_nothing_and_publishing_sends_one_to_each(world: World) -> None:
    with world.writer() as session:
        meeting = plan(world, session)
        assert meeting.state is MeetingState.DRAFT
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
        assert publish(world, session, meeting) == len(PEOPLE)
        session.commit()
    with world.services.reader() as session:
        sent = session.scalars(select(OutboxMessage)).all()
        assert sorted(one.recipient for one in sent) == sorted(PEOPLE)
        assert {one.kind for one in sent} == {"invitation"}
        entries = session.scalars(
            select(AuditEntry.changes)
            .where(AuditEntry.object_type == "meeting")
            .order_by(AuditEntry.number)
        ).all()
        assert '"state": [null, "draft"]' in entries[0]
        assert entries[1] == '{"state": ["draft", "published"]}'


@pytest.mark.parametrize("day", [date(2026, 3, 24), date(2026, 3, 31), date(2026, 10, 27)])
def test_nine_in_the_morning_is_nine_on_both_sides_of_a_clock_change(
    world: World, day: date
) -> None:
    with world.writer() as session:
        meeting = plan(world, session, starts_at=local_time(day, time(9)))
        session.commit()
        number = meeting.id
    with world.services.reader() as session:
        start = session.get_one(Meeting, number).starts_at
        assert start.tzinfo is UTC
        assert start.astimezone(STOCKHOLM).replace(tzinfo=None) == datetime.combine(day, time(9))


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"starts_at": local_time(date(2026, 2, 27), time(9))}, "meeting_in_past", "starts_at"),
        ({"starts_at": local_time(date(2026, 3, 28), time(9))}, "no_working_day", "starts_at"),
        ({"starts_at": local_time(date(2026, 4, 3), time(9))}, "no_working_day", "starts_at"),
        ({"starts_at": local_time(date(2026, 6, 19), time(9))}, "no_working_day", "starts_at"),
        ({"minutes": 14}, "meeting_length", "minutes"),
        ({"minutes": 481}, "meeting_length", "minutes"),
        ({"people": []}, "nobody_invited", "people"),
        ({"title": "Möte\nBcc: x@y.example"}, "unsafe_header", "title"),
        ({"title": "=?utf-8?q?x?="}, "unsafe_header", "title"),
    ],
)
def test_what_is_refused_leaves_nothing(
    sqlite_world: World, wrong: dict[str, Any], code: str, field: str
) -> None:
    with sqlite_world.writer() as session:
        with pytest.raises(Refused) as refused:
            plan(sqlite_world, session, **wrong)
        assert (refused.value.code, refused.value.field) == (code, field)
        assert session.scalar(select(func.count()).select_from(Meeting)) == 0


def test_someone_named_twice_is_asked_once(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        plan(sqlite_world, session, people=[CLINIC_CHIEF, CLINIC_CHIEF])
        assert session.scalar(select(func.count()).select_from(Invitation)) == 1


def test_a_meeting_is_published_once_as_it_was_read_and_before_it_starts(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    with world.writer() as session:
        meeting = plan(world, session)
        person = world.person(session, ADMINISTRATOR)
        facts: dict[str, Any] = {"meeting": meeting, "person": person}
        codes = []
        for version, now in ((7, world.now), (1, meeting.starts_at), (1, world.now)):
            try:
                publish_meeting(session, **facts, version=version, now=now)
            except Refused as refusal:
                codes.append(refusal.code)
        assert codes == ["stale", "meeting_in_past"]
        with pytest.raises(Refused) as again:
            publish_meeting(session, **facts, version=meeting.version, now=world.now)
        assert again.value.code == "not_a_draft"
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == len(PEOPLE)


def test_a_sip_is_never_among_the_meetings(world: World) -> None:
    booked(world)
    meeting = published(world)
    with world.services.reader() as session:
        association = world.agreement(session).association_id
        since = datetime(2026, 1, 1, tzinfo=UTC)
        found = queries.upcoming(session, association, since=since, drafts=True)
        assert [one.id for one in found] == [meeting]
        sip = session.scalars(select(Meeting.id).where(Meeting.kind == "sip")).one()
        assert queries.one(session, association, sip, drafts=True) is None
        before = datetime(2027, 1, 1, tzinfo=UTC)
        been = queries.past(session, association, before=before, drafts=True, limit=9)
        assert [one.id for one in been] == [meeting]
