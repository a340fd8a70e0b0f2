"""Changes a series: one meeting, this and later, or all that are to come. Who must know is told.

What has been held, has begun or was called off is never changed. Of a recurring event, "this and
later" ends the old series before this meeting and makes a new one with a UID of its own, since
calendar programs don't understand RANGE=THISANDFUTURE (RFC 5546, 3.2.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.civil_time import local_date
from atagande_agreements.parties.models import Person
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.invitations.recurring import tell_series
from atagande_calendar.invitations.told import Sending, forget_answer, settle_proposals, snapshot_of
from atagande_calendar.itip.recurrence import Rule, same_day
from atagande_calendar.itip.significance import significance_hash
from atagande_calendar.meetings import evidence
from atagande_calendar.meetings.changes import Facts, asked_to, change_meeting
from atagande_calendar.meetings.history import record
from atagande_calendar.meetings.models import Meeting, MeetingSeries, MeetingState
from atagande_calendar.meetings.series import added, meetings_of, touch
from atagande_calendar.meetings.series_scope import (
    Scope,
    chosen,
    require,
    told_of_series,
)
from atagande_calendar.meetings.verbs import new_uid, require_possible


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesChange:
    """What is to be different; None is left as each meeting has it."""

    title: str | None = None
    clock: time | None = None
    minutes: int | None = None
    place: str | None = None
    agenda: str | None = None

    def of(self, meeting: Meeting) -> Facts:
        """Return what a meeting is to be; the clock shows the new time on its own day."""
        now = Facts.of(meeting)
        return replace(
            now,
            starts_at=now.starts_at if self.clock is None else same_day(now.starts_at, self.clock),
            **{
                name: value
                for name in ("title", "minutes", "place", "agenda")
                if (value := getattr(self, name)) is not None
            },
        ).kept(meeting.kind)


def change_series(
    session: Session,
    *,
    series: MeetingSeries,
    at: Meeting,
    scope: Scope,
    change: SeriesChange,
    person: Person,
    version: int,
    domain: str,
    now: datetime,
) -> Sending:
    """Change one meeting of a series, this and later, or all to come; return what is sent."""
    meetings = require(session, series, person, version, chosen(session, series, at, scope, now))
    if scope is Scope.ONE or not series.rrule:
        sent = [
            change_meeting(
                session,
                meeting=one,
                facts=change.of(one),
                people=asked_to(session, one),
                person=person,
                version=one.version,
                now=now,
            )
            for one in meetings
        ]
        touch(series)
        told_of_series(
            session, series, "series.changed", meetings, person=person, scope=scope, now=now
        )
        return added(sent)
    for one in meetings:
        facts = change.of(one)
        require_possible(
            title=facts.title,
            starts_at=facts.starts_at,
            minutes=facts.minutes,
            people=[person],
            now=now,
        )
    whole = series
    if meetings[0].id != meetings_of(session, series)[0].id:
        whole = _split(session, series, meetings, uid=new_uid(domain), person=person, now=now)
    forgotten = [] if whole is series else _renewed(session, meetings, change)
    days = {one.id: local_date(one.starts_at) for one in meetings}
    _rule_changed(whole, change)
    for one in meetings:
        _row_changed(session, one, change, person, now)
    touch(series)
    session.flush()
    for invitation in forgotten:
        settle_proposals(session, invitation.meeting, [invitation.id], now)
    sent = [tell_series(session, series=series, now=now)]
    if whole is not series:
        sent.append(tell_series(session, series=whole, now=now))
    told_of_series(session, series, "series.changed", meetings, person=person, scope=scope, now=now)
    for one in meetings:
        if one.state is MeetingState.PUBLISHED:
            evidence.of_attendance(session, meeting=one, told=None, now=now, before=days[one.id])
    return added(sent)


def _split(
    session: Session,
    series: MeetingSeries,
    meetings: Sequence[Meeting],
    *,
    uid: str,
    person: Person,
    now: datetime,
) -> MeetingSeries:
    """End a series before these meetings, and return a new one that they belong to."""
    rule = Rule.parse(series.rrule)
    first = min(one.recurrence_at for one in meetings if one.recurrence_at is not None)
    new = MeetingSeries(
        association_id=series.association_id,
        agreement_id=series.agreement_id,
        kind=series.kind,
        title=series.title,
        place=series.place,
        agenda=series.agenda,
        rrule=rule.onwards(first, series.starts_at).text,
        starts_at=first,
        minutes=series.minutes,
        uid=uid,
        split_from_id=series.id,
        created_by_id=person.id,
        created_at=now,
    )
    session.add(new)
    session.flush()
    series.rrule = rule.before(first, series.starts_at).text
    for one in meetings:
        one.series = new
    session.flush()
    return new


def _renewed(
    session: Session, meetings: Sequence[Meeting], change: SeriesChange
) -> list[Invitation]:
    """Let nothing have been told of meetings that have got another calendar identity.

    An answer to a meeting whose time and place stay the same stands; return the invitations whose
    answer does not.
    """
    invitations = session.scalars(
        select(Invitation)
        .where(Invitation.meeting_id.in_([one.id for one in meetings]))
        .options(joinedload(Invitation.meeting))
    )
    forgotten = []
    for invitation in invitations:
        meeting, facts = invitation.meeting, change.of(invitation.meeting)
        was = snapshot_of(meeting)
        becomes = replace(
            was,
            starts_at=facts.starts_at,
            ends_at=facts.starts_at + timedelta(minutes=facts.minutes),
            location=facts.place,
        )
        if significance_hash(was) != significance_hash(becomes):
            forget_answer(invitation)
            forgotten.append(invitation)
        invitation.method = invitation.told_at = None
        invitation.sequence = 0
        invitation.significance = invitation.wording = ""
        if invitation.answered_sequence is not None:
            invitation.answered_sequence = 0
    session.flush()
    return forgotten


def _rule_changed(series: MeetingSeries, change: SeriesChange) -> None:
    """Change what the rule makes of each occurrence."""
    if change.clock is not None:
        rule, start = Rule.parse(series.rrule), same_day(series.starts_at, change.clock)
        if rule.until is not None:
            rule = replace(rule, until=same_day(rule.until, change.clock))
        series.starts_at, series.rrule = start, rule.text
    series.title = series.title if change.title is None else change.title.strip()
    series.minutes = series.minutes if change.minutes is None else change.minutes
    series.place = series.place if change.place is None else change.place.strip()
    series.agenda = series.agenda if change.agenda is None else change.agenda.strip()


def _row_changed(
    session: Session, meeting: Meeting, change: SeriesChange, person: Person, now: datetime
) -> None:
    before, after = Facts.of(meeting), change.of(meeting)
    meeting.title, meeting.place, meeting.agenda = after.title, after.place, after.agenda
    meeting.starts_at, meeting.minutes = after.starts_at, after.minutes
    if change.clock is not None and meeting.recurrence_at is not None:
        meeting.recurrence_at = same_day(meeting.recurrence_at, change.clock)
    changes = {
        name: (getattr(before, name), getattr(after, name))
        for name in ("title", "starts_at", "minutes", "place", "agenda")
        if getattr(before, name) != getattr(after, name)
    }
    if changes:
        record(session, meeting, "meeting.changed", person, now, **changes)
