"""The certificates' reports. They count certificates, and hold nothing of a person."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, references
from atagande_agreements.parties.models import Organisation, Person, Unit


class CertificateReport(Base):
    """Rapport: one municipality's figures of one clinic and half-year."""

    __tablename__ = "certificate_report"
    __table_args__ = (UniqueConstraint("agreement_id", "unit_id", "term", "organisation_id"),)

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    #: The municipality that reports.
    organisation_id: Mapped[int] = references("organisation.id")
    #: The clinic that is reported on.
    unit_id: Mapped[int] = references("unit.id")
    #: The half-year, such as "2026-H1".
    term: Mapped[str] = mapped_column(String(16))
    #: Number of the revision in force; a form that carries an older one is stale.
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit] = relationship()
    revisions: Mapped[list["CertificateRevision"]] = relationship(
        back_populates="report", order_by="CertificateRevision.number"
    )

    __mapper_args__ = {  # noqa: RUF012 - SQLAlchemy reads it
        "version_id_col": version,
        "version_id_generator": False,
    }


class CertificateRevision(Base):
    """What a report says, or said before it was corrected. Append-only."""

    __tablename__ = "certificate_revision"
    __table_args__ = (
        UniqueConstraint("report_id", "number"),
        CheckConstraint("received >= 0 AND lacking >= 0 AND completed >= 0", "counts"),
        CheckConstraint("lacking <= received AND completed <= lacking", "parts"),
        CheckConstraint(
            "(received_women IS NULL AND received_men IS NULL AND lacking_women IS NULL "
            "AND lacking_men IS NULL) OR (received_women IS NOT NULL AND received_men IS NOT NULL "
            "AND lacking_women IS NOT NULL AND lacking_men IS NOT NULL)",
            "split_whole",
        ),
        CheckConstraint(
            "received_women IS NULL OR (lacking_women >= 0 AND lacking_men >= 0 "
            "AND lacking_women <= received_women AND lacking_men <= received_men "
            "AND received_women + received_men <= received "
            "AND lacking_women + lacking_men <= lacking)",
            "split_parts",
        ),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    report_id: Mapped[int] = references("certificate_report.id", index=False)
    number: Mapped[int]
    #: Certificates received in the half-year.
    received: Mapped[int]
    #: Of them, those that did not state activity capacity.
    lacking: Mapped[int]
    #: Of these, those that were completed on request.
    completed: Mapped[int]
    #: The same by sex, where the municipality can tell; a sex not known is in neither.
    received_women: Mapped[int | None]
    received_men: Mapped[int | None]
    lacking_women: Mapped[int | None]
    lacking_men: Mapped[int | None]
    reported_by_id: Mapped[int] = references("person.id", index=False)
    reported_at: Mapped[datetime]

    report: Mapped[CertificateReport] = relationship(back_populates="revisions")
    reported_by: Mapped[Person] = relationship()


class CertificateStatement(Base):
    """Yttrande: what the clinic says about the figures of a half-year. Append-only."""

    __tablename__ = "certificate_statement"
    __table_args__ = (
        UniqueConstraint("agreement_id", "unit_id", "term", "number"),
        CheckConstraint("length(trim(text)) > 0", "has_text"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    unit_id: Mapped[int] = references("unit.id")
    #: The half-year, such as "2026-H1".
    term: Mapped[str] = mapped_column(String(16))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = references("person.id", index=False)
    at: Mapped[datetime]

    person: Mapped[Person] = relationship()
