"""Reads the audit trail and checks its chain."""

from collections.abc import Sequence
from contextlib import closing

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.audit.models import AuditEntry, AuditHead
from atagande_agreements.audit.verbs import GENESIS, entry_hash


def history(
    session: Session, association_id: int, object_type: str, object_id: int
) -> Sequence[AuditEntry]:
    """Return the entries about one object, oldest first."""
    return session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.association_id == association_id,
            AuditEntry.object_type == object_type,
            AuditEntry.object_id == object_id,
        )
        .order_by(AuditEntry.number)
    ).all()


def first_broken(session: Session, association_id: int) -> int | None:
    """Return the number of the first entry that was tampered with or is missing, or None."""
    previous, expected = GENESIS, 0
    query = (
        select(AuditEntry.__table__)
        .where(AuditEntry.association_id == association_id)
        .order_by(AuditEntry.number)
        .execution_options(yield_per=1000)
    )
    # Rows come a thousand at a time; closed on the way out, also when the first one is wrong.
    with closing(session.execute(query)) as rows:
        for row in rows.mappings():
            entry = {str(name): value for name, value in row.items()}
            expected += 1
            if entry["number"] != expected or entry["hash"] != entry_hash(previous, entry):
                return expected
            previous = entry["hash"]
    head = session.get(AuditHead, association_id)
    if head is not None and (head.number, head.hash) != (expected, previous):
        return expected + 1
    return None
