"""The register of enquiries."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.parties.models import Organisation, Unit


class Channel(StrEnum):
    """How the enquiry was put."""

    LETTER = "letter"
    SECURE_MESSAGE = "secure_message"
    TELEPHONE = "telephone"


class Addressee(StrEnum):
    """Whom the enquiry was put to; a letter to a named doctor is counted under K4."""

    CLINIC = "clinic"
    DOCTOR = "doctor"


class Enquiry(Base):
    """Förfrågan: one question about förrehabiliterande insatser. It holds nothing of a person."""

    __tablename__ = "enquiry"
    __table_args__ = (
        UniqueConstraint("association_id", "reference"),
        CheckConstraint("answered_on IS NULL OR answered_on >= sent_on", "answer_after_question"),
        CheckConstraint(
            "forwarded_on IS NULL OR forwarded_on >= sent_on", "forward_after_question"
        ),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    agreement_id: Mapped[int] = references("agreement.id")
    #: Opaque number that only the municipality can tie to a case.
    reference: Mapped[str] = mapped_column(String(20))
    #: The municipality that asks.
    organisation_id: Mapped[int] = references("organisation.id")
    #: The clinic that is asked.
    unit_id: Mapped[int] = references("unit.id")
    channel: Mapped[Channel] = mapped_column(one_of(Channel))
    addressee: Mapped[Addressee] = mapped_column(one_of(Addressee))
    sent_on: Mapped[date]
    answered_on: Mapped[date | None]
    #: How many times an answer's date has been told, corrections included.
    answer_revision: Mapped[int] = mapped_column(default=0)
    #: When another therapist passed the question on to the doctor (P4); who is never asked.
    forwarded_on: Mapped[date | None]
    registered_by_id: Mapped[int] = references("person.id", index=False)
    registered_at: Mapped[datetime]
    #: Raised by every change; a form that carries an older one is stale.
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it
