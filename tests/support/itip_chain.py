"""A meeting's invitations from booking to the last answer, as the service does it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import Attendance, Invitation, Partstat
from atagande_calendar.invitations.sending import tell
from atagande_calendar.invitations.told import Sending
from atagande_calendar.invitations.verbs import invite
from atagande_calendar.meetings.held import call_off
from atagande_calendar.meetings.models import Meeting
from atagande_plugin.mail.inbound import receive
from atagande_plugin.outbox.delivery import deliver
from support.booking import invitation
from support.world import ADMINISTRATOR, World


class Through:
    """A way out of the outbox that hands each message to `hand_over(sender, recipient, raw)`."""

    def __init__(self, hand_over: Callable[[str, str, bytes], object]) -> None:
        self.hand_over = hand_over

    def __enter__(self) -> Self:
        """Make ready."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""

    def send(self, number: int, sender: str, recipient: str, raw: bytes) -> None:  # noqa: ARG002 - the outbox's own number
        """Hand one message over."""
        self.hand_over(sender, recipient, raw)


def sent(world: World) -> list[bytes]:
    """Deliver what waits in the outbox; return the messages as they left."""
    left: list[bytes] = []
    deliver(world.services, world.now, through=Through(lambda *envelope: left.append(envelope[2])))
    return left


def failed(world: World) -> list[str]:
    """Return what the outbox says of messages that could not be written or sent."""
    with world.services.reader() as session:
        return [
            f"{message.kind}: {message.last_error}"
            for message in session.scalars(select(OutboxMessage))
            if message.last_error
        ]


def change(world: World, number: int, **facts: Any) -> Sending:
    """Change a meeting's own facts (time, place, agenda) and tell those it concerns."""

    def apply(_session: Session, meeting: Meeting) -> None:
        for name, value in facts.items():
            setattr(meeting, name, value)

    return _told(world, number, apply)


def remove(world: World, number: int, email: str) -> Sending:
    """Let a person no longer be asked."""

    def apply(session: Session, meeting: Meeting) -> None:
        invitation(session, meeting.id, email).removed_at = world.now

    return _told(world, number, apply)


def invite_again(world: World, number: int, email: str) -> Sending:
    """Ask a person again who was asked before."""

    def apply(session: Session, meeting: Meeting) -> None:
        person = world.person(session, email)
        invite(session, meeting=meeting, person=person, attendance=Attendance.SUMMONED)

    return _told(world, number, apply)


def _told(world: World, number: int, apply: Callable[[Session, Meeting], None]) -> Sending:
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        apply(session, meeting)
        sending = tell(session, meeting=meeting, now=world.now)
        session.commit()
    return sending


def cancel(world: World, number: int) -> None:
    """Call a meeting off."""
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        person = world.person(session, ADMINISTRATOR)
        call_off(session, meeting=meeting, person=person, version=meeting.version, now=world.now)
        session.commit()


def answered(world: World, number: int, email: str) -> Partstat:
    """Return what a person has answered, as far as we know."""
    with world.services.reader() as session:
        return invitation(session, number, email).partstat


def told(world: World, number: int, email: str) -> tuple[str, int, datetime]:
    """Return (UID, SEQUENCE, start) that a person was last told."""
    with world.services.reader() as session:
        found: Invitation = invitation(session, number, email)
        return found.meeting.uid, found.sequence, found.meeting.starts_at


def take_in(world: World, raw: bytes) -> None:
    """Let the service take one inbound message, as it came."""
    receive(world.services, raw)
