"""Lifted issues: what a network meeting, or one of its parties, passes on to the steering group."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import owed
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.filing import Told
from atagande_agreements.parties.models import Person
from atagande_calendar.meetings import evidence
from atagande_calendar.meetings.attendance import LiftedIssue, PartyLift
from atagande_calendar.meetings.errors import (
    AlreadyClosed,
    AlreadySaid,
    BadListDate,
    NoIssues,
    NoListHere,
    NotStanding,
    NotYet,
)
from atagande_calendar.meetings.held import find_report, require_reporter
from atagande_calendar.meetings.history import record
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState

#: Issues of one span that are read at once.
MOST_BETWEEN = 1_000


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as it is written."""

    text: str
    #: The party that raised it; None when the meeting as a whole did.
    organisation_id: int | None = None


def close_meeting(
    session: Session,
    *,
    meeting: Meeting,
    issues: Sequence[Issue],
    nothing: bool,
    lifted_on: date,
    person: Person,
    version: int,
    now: datetime,
) -> None:
    """Close a held meeting; a network meeting with its issues or with "inget att lyfta".

    `lifted_on` is the local date that the list went to the steering group. `version` is that of
    the report its author had read. Nothing is corrected afterwards.
    """
    require_reporter(meeting, person)
    report = find_report(session, meeting.id)
    if meeting.state is MeetingState.CLOSED:
        raise AlreadyClosed
    if meeting.state is not MeetingState.HELD or report is None:
        raise NotStanding
    if report.version != version:
        raise Stale
    lifts = meeting.kind is MeetingKind.NETWORK
    if not lifts and (issues or nothing):
        raise NoListHere
    if lifts:
        _check_words(issues, nothing=nothing)
        if not local_date(meeting.starts_at) <= lifted_on <= local_date(now):
            raise BadListDate(field="lifted_on", day=lifted_on)
        report.lifted_on = lifted_on
        report.nothing_lifted = nothing
    meeting.state = MeetingState.CLOSED
    session.add_all(_row(meeting, issue, lifted_on, person, now) for issue in issues)
    session.flush()
    record(session, meeting, "meeting.closed", person, now, issues=(None, len(issues)))
    if lifts:
        told = Told(f"lifted:{meeting.id}", lifted_on, person)
        evidence.of_issues(session, meeting=meeting, told=told, now=now)


def speak_for_party(
    session: Session,
    *,
    meeting: Meeting,
    texts: Sequence[str],
    nothing: bool,
    person: Person,
    now: datetime,
) -> PartyLift:
    """Lift issues for one's own party after a network meeting, or say that there are none.

    It keeps the party's own commitment, whatever becomes of the meeting's list. Of two who speak
    for a party at once the second gets AlreadySaid.
    """
    if meeting.association_id != person.association_id:
        raise NotFound
    if meeting.kind is not MeetingKind.NETWORK:
        raise NoListHere
    if not belongs(session, meeting, person.organisation_id):
        raise NotFound
    if meeting.state in {MeetingState.DRAFT, MeetingState.CANCELLED}:
        raise NotStanding
    if meeting.starts_at > now:
        raise NotYet
    issues = [Issue(text, person.organisation_id) for text in texts]
    _check_words(issues, nothing=nothing)
    today = local_date(now)
    said = PartyLift(
        association_id=meeting.association_id,
        meeting_id=meeting.id,
        organisation_id=person.organisation_id,
        nothing_lifted=nothing,
        said_on=today,
        said_by_id=person.id,
        said_at=now,
    )
    try:
        with session.begin_nested():
            session.add(said)
            session.flush()
    except IntegrityError as error:
        raise AlreadySaid from error
    session.add_all(_row(meeting, issue, today, person, now) for issue in issues)
    session.flush()
    record(session, meeting, "meeting.party_lifted", person, now, issues=(None, len(issues)))
    evidence.of_issues(
        session,
        meeting=meeting,
        told=Told(f"party-lift:{said.id}", today, person),
        now=now,
        organisation_id=person.organisation_id,
    )
    return said


def belongs(session: Session, meeting: Meeting, organisation_id: int) -> bool:
    """Tell whether an organisation owes the steering group its issues from a network meeting."""
    if meeting.kind is not MeetingKind.NETWORK:
        return False
    return bool(
        owed(
            session,
            meeting.agreement_id,
            rule="lifted_issues",
            subject=evidence.SUBJECTS[meeting.kind],
            organisation_id=organisation_id,
            on=local_date(meeting.starts_at),
        )
    )


def _check_words(issues: Sequence[Issue], *, nothing: bool) -> None:
    if bool(issues) == nothing or any(not issue.text.strip() for issue in issues):
        raise NoIssues(field="texts")


def _row(
    meeting: Meeting, issue: Issue, lifted_on: date, person: Person, now: datetime
) -> LiftedIssue:
    return LiftedIssue(
        association_id=meeting.association_id,
        meeting_id=meeting.id,
        organisation_id=issue.organisation_id,
        text=issue.text.strip(),
        lifted_on=lifted_on,
        lifted_by_id=person.id,
        lifted_at=now,
    )


def issues_of(session: Session, meeting_id: int) -> Sequence[LiftedIssue]:
    """Return what was lifted from one meeting, in order."""
    return session.scalars(
        select(LiftedIssue)
        .where(LiftedIssue.meeting_id == meeting_id)
        .options(joinedload(LiftedIssue.organisation))
        .order_by(LiftedIssue.id)
    ).all()


def said_of(session: Session, meeting_id: int) -> Sequence[PartyLift]:
    """Return which parties have spoken for themselves after a meeting, in order."""
    return session.scalars(
        select(PartyLift)
        .where(PartyLift.meeting_id == meeting_id)
        .options(joinedload(PartyLift.organisation))
        .order_by(PartyLift.id)
    ).all()


def latest(
    session: Session, association_id: int, *, size: int, offset: int = 0
) -> tuple[list[LiftedIssue], int]:
    """Return an association's lifted issues, newest first, with their meetings; and how many."""
    rows = session.execute(
        select(LiftedIssue, func.count().over())
        .where(LiftedIssue.association_id == association_id)
        .options(joinedload(LiftedIssue.meeting), joinedload(LiftedIssue.organisation))
        .order_by(LiftedIssue.lifted_on.desc(), LiftedIssue.id.desc())
        .limit(size)
        .offset(offset)
    ).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def between(session: Session, agreement_id: int, first: date, last: date) -> Sequence[LiftedIssue]:
    """Return the issues of an agreement that were lifted in a span, oldest first."""
    return session.scalars(
        select(LiftedIssue)
        .join(Meeting, Meeting.id == LiftedIssue.meeting_id)
        .where(
            Meeting.agreement_id == agreement_id,
            LiftedIssue.lifted_on.between(first, last),
        )
        .options(joinedload(LiftedIssue.meeting), joinedload(LiftedIssue.organisation))
        .order_by(LiftedIssue.lifted_on, LiftedIssue.id)
        .limit(MOST_BETWEEN)
    ).all()
