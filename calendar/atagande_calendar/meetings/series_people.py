"""Calls meetings of a series off, and changes who is asked to it. Who must know is told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.parties.models import Person
from atagande_calendar.invitations.models import Attendance, Invitation
from atagande_calendar.invitations.told import Sending
from atagande_calendar.invitations.verbs import invite, remove
from atagande_calendar.itip.recurrence import Rule
from atagande_calendar.meetings import evidence
from atagande_calendar.meetings.changes import delete_draft
from atagande_calendar.meetings.errors import LastOfSeries
from atagande_calendar.meetings.held import call_off
from atagande_calendar.meetings.history import record
from atagande_calendar.meetings.models import Meeting, MeetingSeries, MeetingState
from atagande_calendar.meetings.series import meetings_of, tell_all, touch
from atagande_calendar.meetings.series_scope import (
    Scope,
    chosen,
    require,
    to_come,
    told_of_series,
)


def call_off_series(
    session: Session,
    *,
    series: MeetingSeries,
    at: Meeting,
    scope: Scope,
    person: Person,
    version: int,
    now: datetime,
) -> Sending:
    """Call off one meeting of a series, this and later, or all to come; return what is sent.

    A draft is thrown away: nobody has been told of it.
    """
    meetings = require(session, series, person, version, chosen(session, series, at, scope, now))
    drafts = [one for one in meetings if one.state is MeetingState.DRAFT]
    off = [one for one in meetings if one.state is MeetingState.PUBLISHED]
    told_of_series(
        session, series, "series.called_off", meetings, person=person, scope=scope, now=now
    )
    for one in drafts:
        delete_draft(session, meeting=one, person=person, version=one.version, now=now)
    touch(series)
    if not series.rrule or scope is Scope.ONE:
        return Sending(
            cancelled=sum(
                call_off(session, meeting=one, person=person, version=one.version, now=now)
                for one in off
            )
        )
    for one in off:
        one.state = MeetingState.CANCELLED
    _shorten(session, series, meetings)
    session.flush()
    sent = tell_all(session, series, off, now)
    for one in off:
        record(session, one, "meeting.cancelled", person, now, state=("published", one.state))
        evidence.called_off(session, meeting=one, now=now)
    return sent


def add_person(
    session: Session,
    *,
    series: MeetingSeries,
    added_person: Person,
    person: Person,
    version: int,
    now: datetime,
) -> Sending:
    """Ask someone to all meetings of a series that are to come; return what is sent."""
    return _people(session, series, person, version, now, adds=added_person)


def remove_person(
    session: Session,
    *,
    series: MeetingSeries,
    removed_person: Person,
    person: Person,
    version: int,
    now: datetime,
) -> Sending:
    """No longer ask someone to the meetings that are to come; return what is sent."""
    return _people(session, series, person, version, now, removes=removed_person)


def _people(
    session: Session,
    series: MeetingSeries,
    person: Person,
    version: int,
    now: datetime,
    *,
    adds: Person | None = None,
    removes: Person | None = None,
) -> Sending:
    meetings = require(session, series, person, version, to_come(session, series, now))
    for one in meetings:
        if adds is not None:
            invite(session, meeting=one, person=adds, attendance=Attendance.SUMMONED)
        if removes is not None:
            _remove(session, one, removes, now)
    touch(series)
    session.flush()
    sent = tell_all(session, series, meetings, now)
    changes: dict[str, tuple[object, object]] = {}
    if adds is not None:
        changes["invited"] = (None, adds.id)
    if removes is not None:
        changes["removed"] = (removes.id, None)
    record(session, series, "series.people", person, now, **changes)
    for one in meetings:
        if one.state is MeetingState.PUBLISHED:
            evidence.of_attendance(session, meeting=one, told=None, now=now)
    return sent


def _remove(session: Session, meeting: Meeting, person: Person, now: datetime) -> None:
    asked = session.scalars(
        select(Invitation).where(
            Invitation.meeting_id == meeting.id, Invitation.removed_at.is_(None)
        )
    ).all()
    for one in asked:
        if one.person_id != person.id:
            continue
        if len(asked) == 1:
            raise LastOfSeries(field="people")
        if meeting.state is MeetingState.DRAFT:
            session.delete(one)
        else:
            remove(session, invitation=one, now=now)


def _shorten(session: Session, series: MeetingSeries, meetings: Sequence[Meeting]) -> None:
    """End a series before these meetings, when there are earlier ones and none after them."""
    ats = [one.recurrence_at for one in meetings if one.recurrence_at is not None]
    others = [one for one in meetings_of(session, series) if one not in meetings]
    earlier = [one for one in others if one.recurrence_at and one.recurrence_at < min(ats)]
    if earlier and len(earlier) == len(others):
        rule = Rule.parse(series.rrule)
        series.rrule = rule.before(min(ats), series.starts_at).text
