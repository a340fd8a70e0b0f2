"""Other times that people ask for, and what is said to them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements import audit
from atagande_agreements.parties.models import Person
from atagande_calendar.invitations.errors import AlreadyDecided
from atagande_calendar.invitations.models import Invitation, InvitationProposal, ProposalState
from atagande_calendar.invitations.sending import tell_again


def open_proposals(session: Session, meeting_id: int) -> Sequence[InvitationProposal]:
    """Return the other times that wait for an answer, by who asks and earliest first."""
    return session.scalars(
        _waiting(meeting_id).order_by(
            InvitationProposal.invitation_id,
            InvitationProposal.starts_at,
            InvitationProposal.id,
        )
    ).all()


def find_open(session: Session, meeting_id: int, proposal_id: int) -> InvitationProposal:
    """Return a wish for another time that waits for an answer; raise AlreadyDecided otherwise."""
    found = session.scalar(_waiting(meeting_id).where(InvitationProposal.id == proposal_id))
    if found is None:
        raise AlreadyDecided
    return found


def decline(session: Session, *, invitation: Invitation, person: Person, now: datetime) -> int:
    """Say no to every other time a person has asked for; return how many.

    The person gets the invitation again with the word that its time stands, since common clients
    don't understand DECLINECOUNTER (RFC 5546 §3.2.8). Who may say so is for the caller to check.
    """
    waiting = session.scalars(
        select(InvitationProposal)
        .where(
            InvitationProposal.invitation_id == invitation.id,
            InvitationProposal.state == ProposalState.OPEN,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not waiting:
        raise AlreadyDecided
    for one in waiting:
        one.state = ProposalState.DECLINED
        one.decided_at = now
    session.flush()
    tell_again(session, invitation=invitation, now=now, time_stands=True)
    audit.record(
        session,
        audit.Change(
            association_id=invitation.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="invitation.proposal_declined",
            object_type="meeting",
            object_id=invitation.meeting_id,
            changes={
                "invitation": (None, invitation.id),
                "state": (ProposalState.OPEN, ProposalState.DECLINED),
            },
        ),
    )
    return len(waiting)


def send_again(session: Session, *, invitation: Invitation, person: Person, now: datetime) -> bool:
    """Send a person the present invitation again; return whether there is one."""
    if not tell_again(session, invitation=invitation, now=now):
        return False
    audit.record(
        session,
        audit.Change(
            association_id=invitation.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="invitation.sent_again",
            object_type="meeting",
            object_id=invitation.meeting_id,
            changes={"invitation": (None, invitation.id)},
        ),
    )
    return True


def _waiting(meeting_id: int) -> Select[InvitationProposal]:
    asked = joinedload(InvitationProposal.invitation)
    return (
        select(InvitationProposal)
        .join(InvitationProposal.invitation)
        .where(
            Invitation.meeting_id == meeting_id,
            Invitation.removed_at.is_(None),
            InvitationProposal.state == ProposalState.OPEN,
        )
        .options(
            asked.joinedload(Invitation.person),
            asked.joinedload(Invitation.organisation),
            asked.joinedload(Invitation.unit),
        )
    )
