"""Finds whose invitation a mail speaks of, by the secrets in the addresses it was sent to."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import Invitation, InvitationAnswer, Partstat
from atagande_calendar.invitations.tokens import Purpose, is_valid, number_in
from atagande_calendar.itip.reading import Reply
from atagande_calendar.meetings.models import Meeting, MeetingState


def invitation_by_token(
    session: Session, secret: bytes, tokens: Iterable[str]
) -> tuple[Invitation, str] | None:
    """Return the invitation whose organiser's address the mail went to, and its token; or None.

    The invitation is held until the commit.
    """
    for token in tokens:
        number = number_in(token)
        if number is None:
            continue
        found = session.scalar(_held().where(Invitation.id == number))
        if found is not None and is_valid(token, secret, Purpose.REPLY, found.id, found.nonce):
            return found, token
    return None


def sent_by_token(
    session: Session, secret: bytes, tokens: Iterable[str]
) -> tuple[OutboxMessage, str] | None:
    """Return the mail of ours whose sender's address the mail went to, and its token; or None."""
    for token in tokens:
        number = number_in(token)
        if number is None:
            continue
        found = session.scalar(
            select(OutboxMessage).where(OutboxMessage.id == number).with_for_update()
        )
        if found is not None and is_valid(
            token, secret, Purpose.BOUNCE, found.id, found.unique_key
        ):
            return found, token
    return None


def _held() -> Select[Invitation]:
    return (
        select(Invitation)
        .options(
            joinedload(Invitation.meeting).joinedload(Meeting.series),
            joinedload(Invitation.person),
        )
        .with_for_update(of=Invitation)
        .execution_options(populate_existing=True)
    )


def meant_by(
    session: Session, invitation: Invitation, reply: Reply, now: datetime
) -> Sequence[Invitation]:
    """Return the invitations that one event of a calendar message speaks of; none for another's.

    1. A meeting that is an event of its own: its invitation, by UID.
    2. One of a series, with RECURRENCE-ID: the same person's invitation to that occurrence.
    3. Without: to all that are to come, but those that were answered for themselves.

    The time of the event is never looked at: programs get it wrong.
    """
    meeting = invitation.meeting
    if meeting.series is None or meeting.recurrence_at is None or reply.uid != meeting.series.uid:
        return [invitation] if reply.uid == meeting.uid else []
    same = (
        _held()
        .join(Invitation.meeting)
        .where(Meeting.series_id == meeting.series_id, Invitation.person_id == invitation.person_id)
        .order_by(Meeting.starts_at, Invitation.id)
    )
    if reply.recurrence_at is not None:
        return session.scalars(same.where(Meeting.recurrence_at == reply.recurrence_at)).all()
    coming = session.scalars(
        same.where(
            Meeting.starts_at > now,
            Meeting.state == MeetingState.PUBLISHED,
            Invitation.removed_at.is_(None),
        )
    ).all()
    alone = _answered_alone(session, coming)
    return [one for one in coming if one.id not in alone]


def _answered_alone(session: Session, invitations: Sequence[Invitation]) -> set[int]:
    """Return those whose present answer was given for the one meeting alone."""
    answered = [one for one in invitations if one.partstat is not Partstat.NEEDS_ACTION]
    rows = session.execute(
        select(InvitationAnswer.invitation_id, InvitationAnswer.whole_series)
        .where(
            InvitationAnswer.invitation_id.in_([one.id for one in answered]),
            InvitationAnswer.counted,
        )
        .order_by(InvitationAnswer.id)
    )
    last = {row.invitation_id: row.whole_series for row in rows}
    return {one.id for one in answered if not last.get(one.id, False)}
