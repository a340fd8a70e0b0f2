"""Kedjan: all that has happened with one invitation, in order, from booking to the last answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from atagande_calendar.invitations.facts import said_of
from atagande_calendar.invitations.models import (
    Invitation,
    InvitationAnswer,
    InvitationMessage,
    InvitationProposal,
)
from atagande_calendar.invitations.why_not import Reason, why_not
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.method import Method


class Step(StrEnum):
    """What sort of thing happened; those of one moment stand in this order."""

    BOOKED = "booked"
    PUBLISHED = "published"
    REMOVED = "removed"
    DECIDED = "decided"
    MESSAGE = "message"
    PROPOSED = "proposed"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    step: Step
    at: datetime
    message: InvitationMessage | None = None
    #: What a message said, what the one before it did, and what differs: name -> (old, new).
    said: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    answer: InvitationAnswer | None = None
    #: Why the answer does not count; None when it is what holds.
    why_not: Reason | None = None
    proposal: InvitationProposal | None = None


_COMPARED = ("starts_at", "minutes", "place", "title", "agenda")


def one_of(session: Session, meeting_id: int, invitation_id: int) -> Invitation | None:
    """Return one of a meeting's invitations with all that its trail shows, or None."""
    return session.scalar(
        select(Invitation)
        .where(Invitation.id == invitation_id, Invitation.meeting_id == meeting_id)
        .options(
            joinedload(Invitation.meeting).joinedload(Meeting.organisation),
            joinedload(Invitation.person),
            joinedload(Invitation.organisation),
            joinedload(Invitation.unit),
            selectinload(Invitation.answers),
            selectinload(Invitation.proposals),
            selectinload(Invitation.messages).joinedload(InvitationMessage.message),
        )
    )


def trail(invitation: Invitation) -> list[Event]:
    """Return everything that has happened with an invitation, earliest first."""
    meeting = invitation.meeting
    events = [Event(Step.BOOKED, meeting.created_at)]
    if meeting.published_at is not None and meeting.published_at != meeting.created_at:
        events.append(Event(Step.PUBLISHED, meeting.published_at))
    if invitation.removed_at is not None:
        events.append(Event(Step.REMOVED, invitation.removed_at))
    events += _messages(invitation)
    events += [
        Event(Step.ANSWER, one.at, answer=one, why_not=why_not(one, invitation))
        for one in invitation.answers
    ]
    for one in invitation.proposals:
        events.append(Event(Step.PROPOSED, one.at, proposal=one))
        if one.decided_at is not None:
            events.append(Event(Step.DECIDED, one.decided_at, proposal=one))
    order = list(Step)
    return sorted(events, key=lambda event: (event.at, order.index(event.step)))


def _messages(invitation: Invitation) -> list[Event]:
    """Return what was sent, each with what it said otherwise than the invitation before it."""
    events = []
    last: Mapping[str, Any] | None = None
    for one in invitation.messages:
        said = said_of(json.loads(one.message.payload), invitation.id)
        before = last if last is not None and one.method is Method.REQUEST else {}
        changes = {
            name: (before[name], said[name])
            for name in _COMPARED
            if before and before[name] != said[name]
        }
        events.append(
            Event(
                Step.MESSAGE,
                one.message.queued_at,
                message=one,
                said=said,
                before=before,
                changes=changes,
            )
        )
        last = said
    return events
