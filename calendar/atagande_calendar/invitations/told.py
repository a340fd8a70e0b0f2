"""What people have been told of a meeting: what is kept of it, compared, counted and given up.

Both `sending` (one meeting) and `recurring` (a series with a rule) stand on this.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_calendar.invitations.models import (
    Invitation,
    InvitationProposal,
    Partstat,
    ProposalState,
)
from atagande_calendar.itip.broker import Told
from atagande_calendar.itip.message import MeetingSnapshot, MeetingStatus
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState

#: What of the last message is said beside the new: old → new.
SHOWN = ("starts_at", "minutes", "place", "title")


@dataclass(frozen=True, slots=True)
class Sending:
    """How many messages of each sort a change gives."""

    #: Asked for the first time, or again after having been removed.
    invited: int = 0
    #: Another time or place, to be answered anew.
    changed: int = 0
    #: Other words; answers stand.
    reworded: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        """Return how many mails leave."""
        return self.invited + self.changed + self.reworded + self.cancelled


def snapshot_of(meeting: Meeting) -> MeetingSnapshot:
    """Return a meeting as its invitations say it."""
    off = meeting.state is MeetingState.CANCELLED
    return MeetingSnapshot(
        uid=meeting.uid,
        sequence=meeting.sequence,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        summary=meeting.title,
        location=meeting.place,
        description=tuple(meeting.agenda.splitlines()),
        status=MeetingStatus.CANCELLED if off else MeetingStatus.CONFIRMED,
        private=meeting.kind is MeetingKind.SIP,
    )


def told_of(invitation: Invitation) -> Told | None:
    """Return what a person was last told, or None before anything was sent."""
    if invitation.method is None or invitation.told_at is None:
        return None
    return Told(
        method=invitation.method,
        sequence=invitation.sequence,
        significance=invitation.significance,
        wording=invitation.wording,
        at=invitation.told_at,
    )


def forget_answer(invitation: Invitation) -> None:
    """Let an answer no longer count; it stays in the history."""
    invitation.partstat = Partstat.NEEDS_ACTION
    invitation.stand_in = ""
    invitation.answered_at = invitation.answered_sequence = None


def settle_proposals(
    session: Session, meeting: Meeting, answered: Collection[int], now: datetime
) -> None:
    """Close the wishes for another time that a new time, or a call-off, has answered.

    `answered` are the numbers of the invitations that were told of it.
    """
    for proposal in session.scalars(
        select(InvitationProposal).where(
            InvitationProposal.invitation_id.in_(answered),
            InvitationProposal.state == ProposalState.OPEN,
        )
    ):
        wished = (proposal.starts_at, proposal.minutes) == (meeting.starts_at, meeting.minutes)
        granted = wished and meeting.state is MeetingState.PUBLISHED
        proposal.state = ProposalState.ACCEPTED if granted else ProposalState.DECLINED
        proposal.decided_at = now
    session.flush()
