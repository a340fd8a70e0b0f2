"""The register of referrals to Arbetsförmedlingen."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.parties.models import Organisation


class Assessment(StrEnum):
    """What Arbetsförmedlingen's assessment came to (AF2)."""

    SUITS = "suits"
    #: Another party can take over; as good an answer as the first.
    REFERRED_ON = "referred_on"


class AttendedBy(StrEnum):
    """Who of the municipality was at the first meeting (K5)."""

    SOCIAL_SECRETARY = "social_secretary"
    COACH = "coach"
    NOBODY = "nobody"


class Wish(StrEnum):
    """What the client wanted: egenansvar goes before company."""

    SUPPORT = "support"
    ALONE = "alone"


class Referral(Base):
    """Hänvisning: one case's way through Arbetsförmedlingen. It holds nothing of a person."""

    __tablename__ = "referral"
    __table_args__ = (
        UniqueConstraint("association_id", "reference"),
        Index("ix_referral_meeting", "organisation_id", "meeting_on"),
        CheckConstraint(
            "contacted_on IS NULL OR contacted_on >= referred_on", "contact_after_referral"
        ),
        CheckConstraint(
            "assessed_on IS NULL OR (contacted_on IS NOT NULL AND assessed_on >= contacted_on)",
            "assessment_after_contact",
        ),
        CheckConstraint("(assessed_on IS NULL) = (assessment IS NULL)", "assessment_has_outcome"),
        CheckConstraint(
            "planned_on IS NULL OR (assessed_on IS NOT NULL AND assessment = 'suits'"
            " AND planned_on >= assessed_on)",
            "plan_after_assessment",
        ),
        CheckConstraint(
            "meeting_on IS NULL OR (consent_on IS NOT NULL AND meeting_on >= consent_on"
            " AND meeting_on >= referred_on)",
            "consent_before_meeting",
        ),
        CheckConstraint(
            "meeting_on IS NOT NULL OR (material_on IS NULL AND attended_by IS NULL)",
            "reported_of_a_meeting",
        ),
        CheckConstraint(
            "consent_withdrawn_on IS NULL OR"
            " (consent_on IS NOT NULL AND consent_withdrawn_on >= consent_on)",
            "consent_withdrawn_after",
        ),
        CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= referred_on", "withdrawn_after"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    agreement_id: Mapped[int] = references("agreement.id")
    #: Opaque number that only the municipality can tie to a case.
    reference: Mapped[str] = mapped_column(String(20))
    #: The municipality that referred.
    organisation_id: Mapped[int] = references("organisation.id", index=False)
    referred_on: Mapped[date]
    #: Contact with a case officer who knows the field (AF1).
    contacted_on: Mapped[date | None]
    #: Assessment, and what it came to (AF2).
    assessed_on: Mapped[date | None]
    assessment: Mapped[Assessment | None] = mapped_column(one_of(Assessment))
    #: Plan, where the measures suited (AF3).
    planned_on: Mapped[date | None]
    #: Local date on which consent to the joint meeting was ticked (K6), and that it was taken back.
    consent_on: Mapped[date | None]
    consent_withdrawn_on: Mapped[date | None]
    #: The joint first meeting.
    meeting_on: Mapped[date | None]
    #: When the material for it was compiled (K7).
    material_on: Mapped[date | None]
    #: Who went along (K5); None until someone has said.
    attended_by: Mapped[AttendedBy | None] = mapped_column(one_of(AttendedBy))
    #: What the client wanted; None until someone has said.
    wish: Mapped[Wish | None] = mapped_column(one_of(Wish))
    #: Local date on which the referral was called off.
    withdrawn_on: Mapped[date | None]
    registered_by_id: Mapped[int] = references("person.id", index=False)
    registered_at: Mapped[datetime]
    #: Raised by every change; a form that carries an older one is stale.
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it
