"""Tables of a clinic's hours and of what is taken."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, Index, Time, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from atagande_agreements.db import Base, key_column, references

#: Minutes of one slot, and of the grid that slots and hours stand on.
SLOT_MINUTES = 60
GRID_MINUTES = 15


class ClinicHours(Base):
    """Recurring hours on one weekday when the clinic offers slots, in Stockholm time."""

    __tablename__ = "clinic_hours"
    __table_args__ = (
        UniqueConstraint("unit_id", "weekday", "opens", "valid_from"),
        CheckConstraint("weekday BETWEEN 0 AND 4", "weekday"),
        CheckConstraint("closes > opens", "order"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", "span"),
    )

    id: Mapped[int] = key_column()
    unit_id: Mapped[int] = references("unit.id", index=False)
    #: Monday is 0.
    weekday: Mapped[int]
    opens: Mapped[time] = mapped_column(Time)
    closes: Mapped[time] = mapped_column(Time)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class ClinicClosure(Base):
    """Days when the clinic offers no slots."""

    __tablename__ = "clinic_closure"
    __table_args__ = (
        UniqueConstraint("unit_id", "first_on"),
        CheckConstraint("last_on >= first_on", "span"),
    )

    id: Mapped[int] = key_column()
    unit_id: Mapped[int] = references("unit.id", index=False)
    first_on: Mapped[date]
    last_on: Mapped[date]


class ClinicSchedule(Base):
    """Which edition of a clinic's hours and closures stands; none until somebody edits them.

    Every edit raises it by compare-and-set, so of two who edit at once one is told.
    """

    __tablename__ = "clinic_schedule"
    __table_args__ = (CheckConstraint("version > 0", "version"),)

    unit_id: Mapped[int] = references("unit.id", primary_key=True, index=False)
    association_id: Mapped[int] = references("association.id", index=False)
    version: Mapped[int]


class SlotClaim(Base):
    """A quarter of an hour at a clinic that a meeting has taken, or that someone holds for a while.

    A booking claims every quarter it covers, and the key lets a quarter be claimed once; so two
    bookings can't overlap even where the clinic has moved its hours in between. A hold claims the
    same quarters by the same key. One that has run out counts as free, and goes when its quarters
    are needed or when the tidying comes by.
    """

    __tablename__ = "slot_claim"
    __table_args__ = (
        CheckConstraint("(meeting_id IS NULL) <> (held_by_id IS NULL)", "booked_or_held"),
        CheckConstraint(
            "(held_by_id IS NULL) = (held_until IS NULL)"
            " AND (held_by_id IS NULL) = (held_part IS NULL)",
            "hold_is_whole",
        ),
        Index(
            "uq_slot_claim_one_hold",
            "unit_id",
            "held_by_id",
            "held_part",
            unique=True,
            sqlite_where=text("held_by_id IS NOT NULL"),
            postgresql_where=text("held_by_id IS NOT NULL"),
        ),
        Index(
            "ix_slot_claim_held_until",
            "held_until",
            sqlite_where=text("held_by_id IS NOT NULL"),
            postgresql_where=text("held_by_id IS NOT NULL"),
        ),
    )

    unit_id: Mapped[int] = references("unit.id", primary_key=True, index=False)
    quarter_at: Mapped[datetime] = mapped_column(primary_key=True)
    #: None while it is only held.
    meeting_id: Mapped[int | None] = references("meeting.id")
    #: Who holds it while they book; None once it is booked.
    held_by_id: Mapped[int | None] = references("person.id", index=False)
    #: Number of the quarter within the hold, from 0: a second hold there would have the same.
    held_part: Mapped[int | None]
    #: From this moment (UTC) the hold counts for nothing.
    held_until: Mapped[datetime | None]
