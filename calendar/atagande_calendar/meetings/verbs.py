"""Plans and publishes meetings."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import is_working_day, local_date
from atagande_agreements.errors import Stale
from atagande_agreements.parties.models import Organisation, Person
from atagande_agreements.register.models import Agreement
from atagande_calendar.invitations.models import Attendance
from atagande_calendar.invitations.verbs import invite, send_requests
from atagande_calendar.itip.errors import UnsafeHeader
from atagande_calendar.itip.text import require_header
from atagande_calendar.meetings import evidence
from atagande_calendar.meetings.errors import (
    BadLength,
    InThePast,
    NobodyInvited,
    NotADraft,
    NoWorkingDay,
)
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState

SHORTEST_MINUTES = 15
LONGEST_MINUTES = 480


def new_uid(domain: str) -> str:
    """Return a fresh calendar UID at `domain` (RFC 7986 §5.3), at most 70 characters."""
    return f"{secrets.token_hex(12)}@{domain}"[:70]


def plan_meeting(
    session: Session,
    *,
    agreement: Agreement,
    kind: MeetingKind,
    title: str,
    starts_at: datetime,
    minutes: int,
    place: str,
    agenda: str,
    convener: Organisation,
    people: Sequence[Person],
    person: Person,
    domain: str,
    now: datetime,
    target_group: bool = False,
) -> Meeting:
    """Plan a meeting as a draft with its invitations; no mail leaves before it is published.

    `target_group` says whether the target group is on a steering meeting's agenda.
    """
    if starts_at <= now:
        raise InThePast(field="starts_at")
    if not is_working_day(local_date(starts_at)):
        raise NoWorkingDay(field="starts_at", day=local_date(starts_at))
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise BadLength(field="minutes", minutes=minutes)
    if not people:
        raise NobodyInvited(field="people")
    try:
        require_header(title.strip())
    except UnsafeHeader as error:
        raise UnsafeHeader(field="title") from error
    meeting = Meeting(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        kind=kind,
        state=MeetingState.DRAFT,
        title=title.strip(),
        starts_at=starts_at,
        minutes=minutes,
        place=place.strip(),
        agenda=agenda.strip(),
        target_group=target_group and kind is MeetingKind.STEERING,
        organisation_id=convener.id,
        uid=new_uid(domain),
        created_by_id=person.id,
        created_at=now,
    )
    session.add(meeting)
    session.flush()
    for invited in dict.fromkeys(people):
        invite(session, meeting=meeting, person=invited, attendance=Attendance.SUMMONED)
    audit.record(session, _change(meeting, "meeting.planned", person, now, None))
    return meeting


def publish_meeting(
    session: Session, *, meeting: Meeting, person: Person, version: int, now: datetime
) -> int:
    """Publish a draft and queue one REQUEST per invited person; return how many."""
    if meeting.state is not MeetingState.DRAFT:
        raise NotADraft
    if meeting.version != version:
        raise Stale
    if meeting.starts_at <= now:
        raise InThePast
    before = meeting.state
    meeting.state = MeetingState.PUBLISHED
    meeting.published_at = now
    session.flush()
    sent = send_requests(session, meeting=meeting, now=now)
    audit.record(session, _change(meeting, "meeting.published", person, now, before))
    if meeting.kind in evidence.SUBJECTS:
        evidence.of_attendance(session, meeting=meeting, told=None, now=now)
    return sent


def _change(
    meeting: Meeting, action: str, person: Person, now: datetime, before: MeetingState | None
) -> audit.Change:
    """Return the audit entry of a new state; a planned meeting's time is new too."""
    changes: dict[str, tuple[object, object]] = {"state": (before, meeting.state)}
    if before is None:
        changes["starts_at"] = (None, meeting.starts_at)
    return audit.Change(
        association_id=meeting.association_id,
        at=now,
        actor=audit.Actor.of(person),
        action=action,
        object_type="meeting",
        object_id=meeting.id,
        changes=changes,
    )
