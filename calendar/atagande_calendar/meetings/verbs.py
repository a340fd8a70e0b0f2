"""Plans and publishes meetings."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import is_working_day, local_date
from atagande_agreements.errors import Stale
from atagande_agreements.parties.models import Organisation, Person
from atagande_agreements.register.models import Agreement
from atagande_calendar.invitations.models import Attendance
from atagande_calendar.invitations.sending import tell
from atagande_calendar.invitations.verbs import invite
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
from atagande_calendar.meetings.history import record
from atagande_calendar.meetings.models import (
    LONGEST_MINUTES,
    SHORTEST_MINUTES,
    Meeting,
    MeetingKind,
    MeetingState,
)


def new_uid(domain: str) -> str:
    """Return a fresh calendar UID at `domain` (RFC 7986 §5.3), at most 70 characters."""
    return f"{secrets.token_hex(12)}@{domain}"[:70]


def require_possible(
    *, title: str, starts_at: datetime, minutes: int, people: Sequence[Person], now: datetime
) -> None:
    """Raise what is wrong with a meeting that is planned or changed."""
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
    require_possible(title=title, starts_at=starts_at, minutes=minutes, people=people, now=now)
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
    record(
        session,
        meeting,
        "meeting.planned",
        person,
        now,
        state=(None, meeting.state),
        starts_at=(None, meeting.starts_at),
    )
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
    sent = tell(session, meeting=meeting, now=now).total
    state = (before, meeting.state)
    record(session, meeting, "meeting.published", person, now, state=state)
    if meeting.kind in evidence.SUBJECTS:
        evidence.of_attendance(session, meeting=meeting, told=None, now=now)
    return sent
