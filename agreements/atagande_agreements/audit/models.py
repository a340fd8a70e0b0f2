"""Tables of the audit trail. Triggers refuse UPDATE and DELETE on the entries."""

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from atagande_agreements.db import Base, key_column, references


class AuditEntry(Base):
    """Who did what, when, and what changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("association_id", "number"),
        Index("ix_audit_entry_object", "association_id", "object_type", "object_id"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    #: 1, 2, 3 … without gaps in each association.
    number: Mapped[int]
    at: Mapped[datetime]
    #: None when a job did it.
    person_id: Mapped[int | None] = references("person.id", index=False)
    #: Function of the person, or the job's name.
    actor: Mapped[str] = mapped_column(String(120))
    #: Verb in the past tense with its object, such as "deviation.closed".
    action: Mapped[str] = mapped_column(String(64))
    object_type: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[int]
    #: JSON object: field -> [old, new].
    changes: Mapped[str] = mapped_column(Text)
    #: SHA-256 over the previous hash and this entry.
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The end of each association's chain; its row lock puts writers in order."""

    __tablename__ = "audit_head"

    association_id: Mapped[int] = references("association.id", primary_key=True, index=False)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
