"""Reads invitations, and who can be asked."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from atagande_agreements.parties.models import Organisation, Person
from atagande_calendar.invitations.models import Invitation, InvitationMessage
from atagande_calendar.invitations.tokens import Purpose, is_valid, number_in
from atagande_calendar.meetings.models import Meeting, MeetingState


def of_meeting(session: Session, meeting_id: int) -> Sequence[Invitation]:
    """Return a meeting's invitations by party, with what was sent and what came back."""
    return session.scalars(
        select(Invitation)
        .join(Invitation.organisation)
        .join(Invitation.person)
        .where(Invitation.meeting_id == meeting_id)
        .options(
            joinedload(Invitation.person),
            joinedload(Invitation.organisation),
            joinedload(Invitation.unit),
            selectinload(Invitation.answers),
            selectinload(Invitation.messages).joinedload(InvitationMessage.message),
        )
        .order_by(Organisation.position, Person.name, Invitation.id)
    ).all()


def of_person(session: Session, meeting_id: int, person_id: int) -> Invitation | None:
    """Return one person's invitation to a published meeting, or None."""
    return session.scalar(
        select(Invitation)
        .join(Invitation.meeting)
        .where(
            Invitation.meeting_id == meeting_id,
            Invitation.person_id == person_id,
            Invitation.removed_at.is_(None),
            Meeting.state != MeetingState.DRAFT,
        )
        .options(joinedload(Invitation.meeting), joinedload(Invitation.person))
    )


def by_token(session: Session, secret: bytes, token: str) -> Invitation | None:
    """Return the invitation that an answer link opens, or None for a link that is not ours."""
    number = number_in(token)
    if number is None:
        return None
    invitation = session.scalar(
        select(Invitation)
        .join(Invitation.meeting)
        .where(Invitation.id == number, Meeting.state != MeetingState.DRAFT)
        .options(
            joinedload(Invitation.meeting).joinedload(Meeting.organisation),
            joinedload(Invitation.person),
            joinedload(Invitation.organisation),
            joinedload(Invitation.unit),
            selectinload(Invitation.messages).joinedload(InvitationMessage.message),
            selectinload(Invitation.proposals),
        )
    )
    if invitation is None:
        return None
    valid = is_valid(token, secret, Purpose.ANSWER, invitation.id, invitation.nonce)
    return invitation if valid else None
