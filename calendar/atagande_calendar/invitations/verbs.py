"""Invites people, sends what they need and takes their answers."""

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements import audit
from atagande_agreements.outbox import enqueue
from atagande_agreements.parties.models import Person
from atagande_calendar.invitations.errors import TooLate
from atagande_calendar.invitations.models import (
    AnswerWay,
    Attendance,
    Invitation,
    InvitationAnswer,
    InvitationMessage,
    Partstat,
)
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState
from atagande_calendar.method import Method


def invite(
    session: Session, *, meeting: Meeting, person: Person, attendance: Attendance
) -> Invitation:
    """Ask a person to a meeting. Nothing is sent by this."""
    invitation = Invitation(
        association_id=meeting.association_id,
        meeting_id=meeting.id,
        person_id=person.id,
        organisation_id=person.organisation_id,
        unit_id=person.unit_id,
        email=person.email,
        attendance=attendance,
        nonce=secrets.token_hex(8),
    )
    session.add(invitation)
    session.flush()
    return invitation


def send_requests(session: Session, *, meeting: Meeting, now: datetime) -> int:
    """Queue one iTIP REQUEST (RFC 5546 §3.2.2) per invitation; return how many."""
    return _send(session, meeting, Method.REQUEST, now)


def send_cancels(session: Session, *, meeting: Meeting, now: datetime) -> int:
    """Raise SEQUENCE and queue one iTIP CANCEL (RFC 5546 §3.2.5) per invitation; return how many.

    A REQUEST that still waits to leave is older than the meeting's SEQUENCE from now on, so it
    never does.
    """
    meeting.sequence += 1
    session.flush()
    return _send(session, meeting, Method.CANCEL, now)


def _send(session: Session, meeting: Meeting, method: Method, now: datetime) -> int:
    """Queue one message per invitation.

    The facts are frozen in the message, so that what leaves is what was true when it was queued.
    """
    invitations = session.scalars(
        select(Invitation)
        .where(Invitation.meeting_id == meeting.id)
        .options(joinedload(Invitation.person))
        .order_by(Invitation.id)
    ).all()
    for invitation in invitations:
        message = enqueue(
            session,
            unique_key=f"itip:{invitation.id}:{method}:{meeting.sequence}",
            # A SIP's mails are kept apart, since the association's people may not see them.
            kind="sip_invitation" if meeting.kind is MeetingKind.SIP else "invitation",
            person=invitation.person,
            subject=("meeting", meeting.id),
            now=now,
            payload={
                "invitation": invitation.id,
                "method": method.value,
                "sequence": meeting.sequence,
                "starts_at": meeting.starts_at.isoformat(),
                "minutes": meeting.minutes,
                "title": meeting.title,
                "place": meeting.place,
                "agenda": meeting.agenda,
                "stamp": now.isoformat(),
            },
        )
        session.add(
            InvitationMessage(
                invitation_id=invitation.id,
                method=method,
                sequence=meeting.sequence,
                outbox_message_id=message.id,
            )
        )
    session.flush()
    return len(invitations)


def can_be_answered(meeting: Meeting, now: datetime) -> bool:
    """Tell whether a meeting takes answers: it is published and not over."""
    return meeting.state is MeetingState.PUBLISHED and now < meeting.ends_at


def answer(
    session: Session,
    *,
    invitation: Invitation,
    partstat: Partstat,
    way: AnswerWay,
    now: datetime,
    stand_in: str = "",
) -> bool:
    """Record a person's answer; return whether it changed anything. A repeat does not.

    The row is locked first, so that the same answer twice at one moment is a repeat too.
    """
    meeting = invitation.meeting
    session.refresh(
        invitation,
        ["partstat", "stand_in", "answered_at", "answered_sequence"],
        with_for_update=True,
    )
    if not can_be_answered(meeting, now):
        raise TooLate
    stand_in = stand_in.strip() if partstat is Partstat.DECLINED else ""
    same = (invitation.partstat, invitation.stand_in, invitation.answered_sequence)
    if same == (partstat, stand_in, meeting.sequence):
        return False
    before = invitation.partstat
    invitation.partstat = partstat
    invitation.stand_in = stand_in
    invitation.answered_at = now
    invitation.answered_sequence = meeting.sequence
    session.add(
        InvitationAnswer(
            invitation_id=invitation.id,
            partstat=partstat,
            stand_in=stand_in,
            sequence=meeting.sequence,
            way=way,
            at=now,
        )
    )
    session.flush()
    audit.record(
        session,
        audit.Change(
            association_id=invitation.association_id,
            at=now,
            actor=audit.Actor.of(invitation.person),
            action="invitation.answered",
            object_type="meeting",
            object_id=meeting.id,
            changes={"partstat": (before, partstat), "way": (None, way)},
        ),
    )
    return True
