"""Adds messages to the outbox, and puts failed ones back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.outbox.errors import NotFailed
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it is queued; see `enqueue`."""

    unique_key: str
    kind: str
    person: Person
    subject: tuple[str, int]
    payload: Mapping[str, object] = field(default_factory=dict)
    #: Where it goes, when that is not the person's present address.
    address: str = ""

    def row(self, now: datetime) -> OutboxMessage:
        """Return the row that it becomes."""
        return OutboxMessage(
            association_id=self.person.association_id,
            unique_key=self.unique_key,
            kind=self.kind,
            recipient=self.address or self.person.email,
            person_id=self.person.id,
            language=self.person.language,
            subject_type=self.subject[0],
            subject_id=self.subject[1],
            payload=json.dumps(dict(self.payload), ensure_ascii=False, sort_keys=True),
            queued_at=now,
            next_try_at=now,
        )


def enqueue_new(session: Session, drafts: Sequence[Draft], *, now: datetime) -> list[OutboxMessage]:
    """Add messages whose causes are new, all at once, in order; a known cause is an error."""
    rows = [draft.row(now) for draft in drafts]
    session.add_all(rows)
    session.flush()
    return rows


def enqueue(
    session: Session,
    *,
    unique_key: str,
    kind: str,
    person: Person,
    subject: tuple[str, int],
    now: datetime,
    payload: Mapping[str, object] | None = None,
) -> OutboxMessage:
    """Add a message to `person`, or return the one that the same cause already gave.

    `subject` is (type, id) of the thing it is about; `payload` holds facts to freeze.
    """
    known = session.scalar(select(OutboxMessage).where(OutboxMessage.unique_key == unique_key))
    if known is not None:
        return known
    draft = Draft(
        unique_key=unique_key, kind=kind, person=person, subject=subject, payload=payload or {}
    )
    message = draft.row(now)
    session.add(message)
    session.flush()
    return message


def requeue(session: Session, *, message: OutboxMessage, person: Person, now: datetime) -> None:
    """Put a message that failed or came back in the queue, the same bytes with the same identity.

    The row is locked first, so that of two who ask at once, one gets NotFailed.
    """
    session.refresh(message, ["state", "bounced_at"], with_for_update=True)
    before = message.state
    if before is not OutboxState.FAILED and message.bounced_at is None:
        raise NotFailed
    message.state = OutboxState.QUEUED
    message.bounced_at, message.bounce_code = None, ""
    message.tries = 0
    message.next_try_at = now
    session.flush()
    audit.record(
        session,
        audit.Change(
            association_id=message.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="outbox.requeued",
            object_type="outbox",
            object_id=message.id,
            changes={"state": (before, OutboxState.QUEUED)},
        ),
    )
