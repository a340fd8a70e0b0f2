"""What each person's digests have told, so that nothing is told twice."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from atagande_agreements.db import Base, key_column, references


class DigestItem(Base):
    """One thing that one person has been told by mail. Written together with the mail's bytes."""

    __tablename__ = "digest_item"
    __table_args__ = (UniqueConstraint("person_id", "thing"),)

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    person_id: Mapped[int] = references("person.id", index=False)
    #: What it is, and of which day if it comes again: "reply:12", "reply-near:12:2026-04-01".
    thing: Mapped[str] = mapped_column(String(80))
    #: The mail that tells it; None when that is no longer kept.
    message_id: Mapped[int | None] = references("outbox_message.id")
    at: Mapped[datetime]
