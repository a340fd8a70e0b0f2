"""Who is asked to a series with a regular rule, and what each was last told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from atagande_agreements.parties.models import Person
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.invitations.series_models import MeetingSeriesTold
from atagande_calendar.invitations.told import snapshot_of, told_of
from atagande_calendar.itip.broker import Told
from atagande_calendar.itip.message import MeetingSnapshot
from atagande_calendar.itip.recurrence import Rule
from atagande_calendar.itip.series import Series
from atagande_calendar.itip.series_broker import SeriesOutgoing, SeriesTold
from atagande_calendar.meetings.models import Meeting, MeetingSeries, MeetingState
from atagande_calendar.method import Method

_WAS_HELD = frozenset({MeetingState.HELD, MeetingState.CLOSED})


@dataclass(slots=True)
class Member:
    """One person of a series: their invitations by start by the rule, and what they were told."""

    person: Person
    invitations: dict[datetime, Invitation] = field(default_factory=dict)
    row: MeetingSeriesTold | None = None

    @property
    def told(self) -> SeriesTold:
        """Return what the person's calendar was last told."""
        row = self.row
        whole = None
        if row is not None and row.method is not None and row.told_at is not None:
            whole = Told(
                method=row.method,
                sequence=row.sequence,
                significance=row.significance,
                wording=row.wording,
                at=row.told_at,
            )
        known = {at: told_of(one) for at, one in self.invitations.items()}
        return SeriesTold(
            whole=whole, occurrences={at: one for at, one in known.items() if one is not None}
        )

    @property
    def held(self) -> frozenset[datetime]:
        """Return the occurrences that have been held: nothing more is told of them."""
        return frozenset(
            at for at, one in self.invitations.items() if one.meeting.state in _WAS_HELD
        )

    def asked(self) -> dict[datetime, MeetingSnapshot]:
        """Return the occurrences that stand in the person's calendar."""
        return {
            at: snapshot_of(one.meeting) for at, one in self.invitations.items() if _stands(one)
        }


@dataclass(frozen=True, slots=True)
class Pending:
    """A message that is still to be told."""

    member: Member
    series: Series
    message: SeriesOutgoing

    @property
    def primary(self) -> Invitation:
        """Return the invitation whose secret addresses the message carries."""
        message, known = self.message, self.member.invitations
        if message.recurrence_at is not None:
            return known[message.recurrence_at]
        standing = [at for at in sorted(self.series.asked) if at not in self.member.held]
        return known[(standing or sorted(self.series.asked) or sorted(known))[0]]


def _stands(invitation: Invitation) -> bool:
    if invitation.meeting.state in _WAS_HELD:
        return invitation.method is Method.REQUEST
    asked = invitation.removed_at is None and not invitation.waiting
    return asked and invitation.meeting.state is MeetingState.PUBLISHED


def members(session: Session, series: MeetingSeries, *, lock: bool = False) -> list[Member]:
    """Return everyone who is or was asked to an occurrence of a series with a rule."""
    query = (
        select(Invitation)
        .join(Invitation.meeting)
        .where(Meeting.series_id == series.id, Meeting.recurrence_at.is_not(None))
        .options(contains_eager(Invitation.meeting), joinedload(Invitation.person))
        .order_by(Invitation.id)
    )
    if lock:
        query = query.with_for_update(of=Invitation).execution_options(populate_existing=True)
    found: dict[int, Member] = {}
    for one in session.scalars(query):
        member = found.setdefault(one.person_id, Member(one.person))
        if one.meeting.recurrence_at is not None:
            member.invitations[one.meeting.recurrence_at] = one
    rows = select(MeetingSeriesTold).where(MeetingSeriesTold.series_id == series.id)
    for row in session.scalars(rows):
        if row.person_id in found:
            found[row.person_id].row = row
    return list(found.values())


def series_of(series: MeetingSeries, asked: Mapping[datetime, MeetingSnapshot]) -> Series:
    """Return a series as one person is asked to it."""
    rule = Rule.parse(series.rrule)
    starts = set(rule.starts(series.starts_at))
    return Series(
        first=MeetingSnapshot(
            uid=series.uid,
            sequence=series.sequence,
            starts_at=series.starts_at,
            ends_at=series.ends_at,
            summary=series.title,
            location=series.place,
            description=tuple(series.agenda.splitlines()),
        ),
        rule=rule,
        asked={at: one for at, one in asked.items() if at in starts},
    )


def is_first(one: Pending) -> bool:
    """Tell whether nothing that the message is about stands in the person's calendar."""
    told = one.member.told
    return not any(
        told.occurrences[at].method is Method.REQUEST
        for at in one.message.told
        if at in told.occurrences
    )


def others_of(session: Session, invitation: Invitation, now: datetime) -> Sequence[Invitation]:
    """Return the same person's other invitations to a recurring event, as far as they are to come.

    None for a meeting that is an event of its own: it was asked for in a mail of its own.
    """
    meeting = invitation.meeting
    if meeting.recurrence_at is None:
        return ()
    return session.scalars(
        select(Invitation)
        .join(Invitation.meeting)
        .where(
            Meeting.series_id == meeting.series_id,
            Meeting.starts_at > now,
            Meeting.state == MeetingState.PUBLISHED,
            Invitation.person_id == invitation.person_id,
            Invitation.id != invitation.id,
            Invitation.removed_at.is_(None),
            Invitation.waiting.is_(False),
        )
        .options(contains_eager(Invitation.meeting))
        .order_by(Meeting.starts_at, Invitation.id)
    ).all()
