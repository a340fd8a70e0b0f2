"""Tables of a clinic's hours and of what is taken."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, Time, UniqueConstraint
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


class SlotClaim(Base):
    """A quarter of an hour at a clinic that a meeting has taken.

    A booking claims every quarter it covers, and the key lets a quarter be claimed once; so two
    bookings can't overlap even where the clinic has moved its hours in between.
    """

    __tablename__ = "slot_claim"

    unit_id: Mapped[int] = references("unit.id", primary_key=True, index=False)
    quarter_at: Mapped[datetime] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = references("meeting.id")
