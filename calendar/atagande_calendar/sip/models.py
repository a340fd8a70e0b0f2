"""The table of SIP bookings."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_calendar.meetings.models import Meeting

#: A meeting that took longer than a working day is a slip of the pen.
LONGEST_MINUTES = 480


class SipVenue(StrEnum):
    """Where it is held. A closed list: free text could hold something about the person."""

    CLINIC = "clinic"
    #: In the convener's own premises.
    CONVENER = "convener"
    ONLINE = "online"
    #: The convener tells those who are asked where, outside the service.
    ELSEWHERE = "elsewhere"


class VenueReason(StrEnum):
    """Why it is not held at the clinic (A6)."""

    CLIENT_CANNOT_COME = "client_cannot_come"
    PREMISES_UNAVAILABLE = "premises_unavailable"
    ONLINE_MEETING = "online_meeting"
    OTHER = "other"


class SipResult(StrEnum):
    """What became of it."""

    HELD = "held"
    NOT_HELD = "not_held"


class SipStanding(StrEnum):
    """Whether the time is the clinic's own, or proposed to a clinic outside the agreement."""

    BOOKED = "booked"
    #: Until a clinic that is no party has said yes, nobody else is told.
    PROPOSED = "proposed"


class SipCalledOff(StrEnum):
    """Why it was called off. A closed list: free text could hold something about the person."""

    CONSENT = "consent"
    CLIENT = "client"
    CLINIC = "clinic"
    OTHER = "other"


class Sip(Base):
    """SIP: what the booking needs to be right, and nothing of the person it is for."""

    __tablename__ = "sip"
    __table_args__ = (
        UniqueConstraint("association_id", "reference"),
        CheckConstraint("purpose_ready", "purpose_before_sending"),
        CheckConstraint("(venue = 'clinic') = (venue_reason IS NULL)", "reason_elsewhere"),
        CheckConstraint(
            "(result IS NOT NULL AND result = 'held') OR (actual_minutes IS NULL"
            " AND minutes_sent_on IS NULL AND followup_sent_on IS NULL)",
            "followed_up_when_held",
        ),
        CheckConstraint(
            "consent_withdrawn_at IS NULL OR called_off IS NOT NULL", "withdrawn_is_called_off"
        ),
        CheckConstraint("called_off IS NULL OR result IS NULL", "called_off_has_no_result"),
        CheckConstraint("follows_id IS NULL OR follows_id <> id", "follows_another"),
        CheckConstraint(
            "actual_minutes IS NULL OR"
            f" (actual_minutes > 0 AND actual_minutes <= {LONGEST_MINUTES})",
            "actual_minutes",
        ),
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
    venue: Mapped[SipVenue] = mapped_column(one_of(SipVenue), default=SipVenue.CLINIC)
    #: None exactly when it is at the clinic.
    venue_reason: Mapped[VenueReason | None] = mapped_column(one_of(VenueReason))
    standing: Mapped[SipStanding] = mapped_column(one_of(SipStanding), default=SipStanding.BOOKED)
    #: The meeting that this one follows up, if any.
    follows_id: Mapped[int | None] = references("sip.id")
    #: None unless it was called off.
    called_off: Mapped[SipCalledOff | None] = mapped_column(one_of(SipCalledOff))
    #: When the person took their consent back. Nothing is sent after it but the CANCEL.
    consent_withdrawn_at: Mapped[datetime | None]
    #: None until the convener has said what became of it.
    result: Mapped[SipResult | None] = mapped_column(one_of(SipResult))
    #: How long it really took; None if nobody has said.
    actual_minutes: Mapped[int | None]
    #: Local dates on which the minutes and the follow-up were sent, by the case systems' ways.
    minutes_sent_on: Mapped[date | None]
    followup_sent_on: Mapped[date | None]
    #: Raised by every change; a form that carries an older one is stale.
    version: Mapped[int] = mapped_column(default=1)

    meeting: Mapped[Meeting] = relationship()
    unit: Mapped[Unit] = relationship()
    organisation: Mapped[Organisation] = relationship()
    convener: Mapped[Person] = relationship()
    follows: Mapped["Sip | None"] = relationship(remote_side="Sip.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it
