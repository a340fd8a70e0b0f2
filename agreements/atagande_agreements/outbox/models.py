"""The outbox table. Delivery lives in the plugin; whoever changes something only adds a row."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from atagande_agreements.db import Base, key_column, one_of, references


class OutboxState(StrEnum):
    """Where a message is; every message ends as sent, failed or cancelled."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OutboxMessage(Base):
    """One message to one address. The unique key makes a repeat of the same cause harmless."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index(
            "ix_outbox_message_due",
            "next_try_at",
            "id",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index("ix_outbox_message_subject", "association_id", "subject_type", "subject_id"),
        CheckConstraint("state <> 'sent' OR raw IS NOT NULL", "sent_is_kept"),
        CheckConstraint("recipient = lower(recipient)", "recipient_lower"),
        CheckConstraint("bounced_at IS NULL OR bounce_code <> ''", "bounce_has_code"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    #: Names the cause, such as "digest:7:2026-04-16".
    unique_key: Mapped[str] = mapped_column(String(120), unique=True)
    #: Which renderer makes the mail, such as "digest".
    kind: Mapped[str] = mapped_column(String(40))
    #: Address it goes to, ASCII, lower case.
    recipient: Mapped[str] = mapped_column(String(254))
    person_id: Mapped[int | None] = references("person.id")
    #: "sv" or "en".
    language: Mapped[str] = mapped_column(String(2), default="sv")
    #: What it is about, for the page that shows who was told what.
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    #: JSON object of facts frozen when it was queued; "{}" when the subject says it all.
    payload: Mapped[str] = mapped_column(Text, default="{}")
    #: The exact bytes, kept from the first try on, so that a second try sends the same mail.
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[OutboxState] = mapped_column(one_of(OutboxState), default=OutboxState.QUEUED)
    queued_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    #: Until when a worker has it; another may take it afterwards.
    leased_until: Mapped[datetime | None]
    #: Which worker has it.
    lease: Mapped[str | None] = mapped_column(String(40))
    tries: Mapped[int] = mapped_column(default=0)
    #: Stable code of the last failure, without any address or text.
    last_error: Mapped[str] = mapped_column(String(80), default="")
    sent_at: Mapped[datetime | None]
    #: When its receiver's side said that it could not be delivered, although it was sent.
    bounced_at: Mapped[datetime | None]
    #: Status code of what came back, such as "5.1.1"; one such as "4.4.1" is a delay (RFC 3463).
    bounce_code: Mapped[str] = mapped_column(String(20), default="")
