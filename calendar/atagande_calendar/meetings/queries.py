"""Reads meetings. A SIP is never among them: the association's people may not see it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from atagande_calendar.invitations.models import Invitation, Partstat
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState


@dataclass(frozen=True, slots=True)
class Answers:
    """How many are asked to a meeting, and how many of them have answered."""

    asked: int = 0
    answered: int = 0


def listed(association_id: int, *, drafts: bool) -> Select[Meeting]:
    """Select the meetings that may be shown: never a SIP, drafts only for those who make them."""
    query = select(Meeting).where(
        Meeting.association_id == association_id, Meeting.kind != MeetingKind.SIP
    )
    return query if drafts else query.where(Meeting.state != MeetingState.DRAFT)


def upcoming(
    session: Session, association_id: int, *, since: datetime, drafts: bool
) -> Sequence[Meeting]:
    """Return the meetings that start at `since` (UTC) or later, earliest first."""
    return session.scalars(
        listed(association_id, drafts=drafts)
        .where(Meeting.starts_at >= since)
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


def past(
    session: Session,
    association_id: int,
    *,
    before: datetime,
    drafts: bool,
    limit: int,
    offset: int = 0,
) -> Sequence[Meeting]:
    """Return the meetings that started before a moment (UTC), latest first."""
    return session.scalars(
        listed(association_id, drafts=drafts)
        .where(Meeting.starts_at < before)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()


def between(
    session: Session, association_id: int, *, since: datetime, before: datetime, drafts: bool
) -> Sequence[Meeting]:
    """Return the meetings that start in a span of time (UTC), earliest first."""
    return session.scalars(
        listed(association_id, drafts=drafts)
        .where(Meeting.starts_at >= since, Meeting.starts_at < before)
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


def answers(session: Session, meeting_ids: Collection[int]) -> dict[int, Answers]:
    """Return, for each meeting that anyone is asked to, how many have answered."""
    answered = func.sum(case((Invitation.partstat == Partstat.NEEDS_ACTION, 0), else_=1))
    rows = session.execute(
        select(Invitation.meeting_id, func.count(), answered)
        .where(Invitation.meeting_id.in_(meeting_ids), Invitation.removed_at.is_(None))
        .group_by(Invitation.meeting_id)
    )
    return {meeting_id: Answers(asked, int(number)) for meeting_id, asked, number in rows}


def answers_of(
    session: Session, person_id: int, meeting_ids: Collection[int]
) -> dict[int, Partstat]:
    """Return what one person has answered, for each meeting they are asked to."""
    rows = session.execute(
        select(Invitation.meeting_id, Invitation.partstat).where(
            Invitation.person_id == person_id,
            Invitation.meeting_id.in_(meeting_ids),
            Invitation.removed_at.is_(None),
        )
    )
    return {row.meeting_id: row.partstat for row in rows}


def one(session: Session, association_id: int, meeting_id: int, *, drafts: bool) -> Meeting | None:
    """Return one meeting with its convener, or None; drafts only for those who make them."""
    return session.scalar(
        listed(association_id, drafts=drafts)
        .where(Meeting.id == meeting_id)
        .options(joinedload(Meeting.organisation))
    )
