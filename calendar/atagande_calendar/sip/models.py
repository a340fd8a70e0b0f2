"""The table of SIP bookings."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, references
from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_calendar.meetings.models import Meeting


class Sip(Base):
    """SIP: what the booking needs to be right, and nothing of the person it is for."""

    __tablename__ = "sip"
    __table_args__ = (
        UniqueConstraint("association_id", "reference"),
        CheckConstraint("purpose_ready", "purpose_before_sending"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    meeting_id: Mapped[int] = references("meeting.id", unique=True, index=False)
    #: Opaque; only the convener's own case system ties it to a case.
    reference: Mapped[str] = mapped_column(String(20))
    #: The prescribing clinic.
    unit_id: Mapped[int] = references("unit.id")
    #: Sammankallande: a municipality or a clinic, never the association.
    organisation_id: Mapped[int] = references("organisation.id")
    convener_id: Mapped[int] = references("person.id")
    #: When the need arose (local date): the start of the lead time.
    requested_on: Mapped[date]
    #: The earliest free slot when it was booked (UTC).
    first_offered_at: Mapped[datetime]
    #: When the convener confirmed that the person consents. Without it nothing is sent (K6).
    consent_confirmed_at: Mapped[datetime]
    #: Purpose and questions are prepared and sent by the case system's way (A7).
    purpose_ready: Mapped[bool]

    meeting: Mapped[Meeting] = relationship()
    unit: Mapped[Unit] = relationship()
    organisation: Mapped[Organisation] = relationship()
    convener: Mapped[Person] = relationship()
