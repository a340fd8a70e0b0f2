"""The table of private calendar addresses."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, references
from atagande_agreements.parties.models import Person, Unit

_LIVE = text("revoked_at IS NULL")


def _one_live(column: str) -> Index:
    """Return the index that lets a person or a unit have one address that works."""
    return Index(
        f"uq_calendar_feed_live_{column}",
        column,
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )


class CalendarFeed(Base):
    """Kalenderadress: of a person's own calls, or of those to the unit that a person leads.

    The address itself is signed (`invitations.tokens`), never stored.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (
        _one_live("person_id"),
        _one_live("unit_id"),
        CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", "one_holder"),
        CheckConstraint("person_id IS NULL OR person_id = made_by_id", "own"),
        CheckConstraint("revoked_at IS NULL OR revoked_at >= created_at", "order"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    #: Whose calls it shows; None for a unit's.
    person_id: Mapped[int | None] = references("person.id", index=False)
    #: The unit whose calls it shows; None for a person's own.
    unit_id: Mapped[int | None] = references("unit.id", index=False)
    #: Who made it. A unit's works only while this person leads the unit.
    made_by_id: Mapped[int] = references("person.id")
    #: Random; part of what the address is signed over.
    nonce: Mapped[str] = mapped_column(String(32), unique=True)
    created_at: Mapped[datetime]
    #: The address opens nothing from then on.
    revoked_at: Mapped[datetime | None]
    #: When a calendar program fetched it, noted once a day (UTC).
    last_read_at: Mapped[datetime | None]

    made_by: Mapped[Person] = relationship(foreign_keys=[made_by_id])
    unit: Mapped[Unit | None] = relationship()
