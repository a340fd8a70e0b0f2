"""Adds messages to the outbox."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.outbox.models import OutboxMessage
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
