"""Writes the audit trail.

Entries are collected during the transaction and chained just before it commits, so that the lock
on the chain's head is always the last one taken and two writers can't wait for each other.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session, SessionTransaction

from atagande_agreements.audit.models import AuditEntry, AuditHead
from atagande_agreements.parties.models import Association, Person

_PENDING = "atagande.audit"
_MARKS = "atagande.audit.savepoints"
GENESIS = "0" * 64
_ENTRIES: Any = AuditEntry.__table__


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person by function, or a job by name."""

    label: str
    person_id: int | None = None

    @classmethod
    def of(cls, person: Person) -> "Actor":
        """Return the actor that `person` is."""
        return cls(label=person.title or person.organisation.short_name, person_id=person.id)

    @classmethod
    def job(cls, name: str) -> "Actor":
        """Return the actor that the job `name` is."""
        return cls(label=name)


@dataclass(frozen=True, slots=True)
class Change:
    """One entry to be written. `changes` maps a field to its (old, new)."""

    association_id: int
    at: datetime
    actor: Actor
    action: str
    object_type: str
    object_id: int
    changes: Mapping[str, tuple[object, object]] = field(default_factory=dict)


def record(session: Session, *changes: Change) -> None:
    """Add entries to the trail of this transaction; they are written when it commits."""
    session.connection()  # what is recorded belongs to a transaction, and goes with it
    session.info.setdefault(_PENDING, []).extend(changes)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value


def _as_json(changes: Mapping[str, tuple[object, object]]) -> str:
    if not changes:
        return "{}"
    plain = {name: [_plain(old), _plain(new)] for name, (old, new) in changes.items()}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def entry_hash(previous: str, row: Mapping[str, Any]) -> str:
    """Return the hash of an entry after one whose hash is `previous` (hex SHA-256)."""
    text = (
        f"{previous}\x1f{row['association_id']}\x1f{row['number']}\x1f{row['at'].isoformat()}"
        f"\x1f{row['person_id']}\x1f{row['actor']}\x1f{row['action']}"
        f"\x1f{row['object_type']}\x1f{row['object_id']}\x1f{row['changes']}"
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _head(session: Session, association_id: int) -> tuple[int, str]:
    """Lock and return the end of the chain; make it for an association's first entry."""
    query = select(AuditHead.number, AuditHead.hash).where(
        AuditHead.association_id == association_id
    )
    head = session.execute(query.with_for_update()).one_or_none()
    if head is None:
        # The association's row is the lock while there is no head yet.
        session.execute(
            select(Association.id).where(Association.id == association_id).with_for_update()
        )
        head = session.execute(query.with_for_update()).one_or_none()
    if head is None:
        session.execute(
            insert(AuditHead).values(association_id=association_id, number=0, hash=GENESIS)
        )
        return 0, GENESIS
    return head.number, head.hash


def _chain(session: Session, association_id: int, pending: Iterable[Change]) -> None:
    number, previous = _head(session, association_id)
    rows: list[dict[str, Any]] = []
    for change in pending:
        number += 1
        row: dict[str, Any] = {
            "association_id": association_id,
            "number": number,
            "at": change.at,
            "person_id": change.actor.person_id,
            "actor": change.actor.label,
            "action": change.action,
            "object_type": change.object_type,
            "object_id": change.object_id,
            "changes": _as_json(change.changes),
        }
        previous = row["hash"] = entry_hash(previous, row)
        rows.append(row)
    # Rows for the table, not entities: a sweep writes hundreds at a time.
    session.execute(insert(_ENTRIES), rows)
    session.execute(
        update(AuditHead)
        .where(AuditHead.association_id == association_id)
        .values(number=number, hash=previous)
    )


def _before_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint is kept; the chain is written when all of it commits
    session.flush()
    pending: Sequence[Change] = session.info.pop(_PENDING, [])
    if not pending:
        return
    by_association: dict[int, list[Change]] = defaultdict(list)
    for change in pending:
        by_association[change.association_id].append(change)
    for association_id in sorted(by_association):
        _chain(session, association_id, by_association[association_id])


def _after_begin(session: Session, transaction: SessionTransaction) -> None:
    """Note how much was recorded when a savepoint began."""
    if transaction.nested:
        marks = session.info.setdefault(_MARKS, WeakKeyDictionary())
        marks[transaction] = len(session.info.get(_PENDING, ()))


def _after_rollback(session: Session, transaction: SessionTransaction) -> None:
    """Forget what was recorded since the savepoint, or since the beginning."""
    mark = session.info.get(_MARKS, {}).get(transaction, 0) if transaction.nested else 0
    del session.info.get(_PENDING, [])[mark:]


def listen(target: Any) -> None:
    """Make sessions of `target` (a sessionmaker or Session class) write what was recorded."""
    event.listen(target, "before_commit", _before_commit)
    event.listen(target, "after_transaction_create", _after_begin)
    event.listen(target, "after_soft_rollback", _after_rollback)
