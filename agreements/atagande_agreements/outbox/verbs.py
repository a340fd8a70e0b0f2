"""Adds messages to the outbox, and puts failed ones back."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.outbox.errors import NotFailed
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.models import Person


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
    message = OutboxMessage(
        association_id=person.association_id,
        unique_key=unique_key,
        kind=kind,
        recipient=person.email,
        person_id=person.id,
        language=person.language,
        subject_type=subject[0],
        subject_id=subject[1],
        payload=json.dumps(payload or {}, ensure_ascii=False, sort_keys=True),
        queued_at=now,
        next_try_at=now,
    )
    session.add(message)
    session.flush()
    return message


def requeue(session: Session, *, message: OutboxMessage, person: Person, now: datetime) -> None:
    """Put a failed message back in the queue, the same bytes with the same identity.

    The row is locked first, so that of two who ask at once, one gets NotFailed.
    """
    session.refresh(message, ["state"], with_for_update=True)
    if message.state is not OutboxState.FAILED:
        raise NotFailed
    message.state = OutboxState.QUEUED
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
            changes={"state": (OutboxState.FAILED, OutboxState.QUEUED)},
        ),
    )
