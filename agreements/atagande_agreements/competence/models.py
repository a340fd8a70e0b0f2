"""Tables of competence reports, the trainings they count, and an import that waits for a yes."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, references
from atagande_agreements.parties.models import Organisation, Person, Unit


class CompetenceReport(Base):
    """Kompetensrapport: what a unit's chief said of one subject on one day. Append-only.

    Of the reports of a half-year the one with the latest date counts, and of those of a date the
    one that was filed last.
    """

    __tablename__ = "competence_report"
    __table_args__ = (
        Index(
            "uq_competence_report_unit",
            "agreement_id",
            "unit_id",
            "subject",
            "number",
            unique=True,
            sqlite_where=text("unit_id IS NOT NULL"),
            postgresql_where=text("unit_id IS NOT NULL"),
        ),
        Index(
            "uq_competence_report_organisation",
            "agreement_id",
            "organisation_id",
            "subject",
            "number",
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
        Index("ix_competence_report_as_of", "agreement_id", "organisation_id", "subject", "as_of"),
        CheckConstraint("trained >= 0 AND trained <= staff", "trained_of_staff"),
        CheckConstraint("number > 0", "number"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    organisation_id: Mapped[int] = references("organisation.id", index=False)
    #: None: the organisation's staff outside its units.
    unit_id: Mapped[int | None] = references("unit.id", index=False)
    #: What the training is about, as the commitments have it: "sip".
    subject: Mapped[str] = mapped_column(String(32))
    #: 1, 2, 3 … for one place and subject; a form that carries an older one is stale.
    number: Mapped[int]
    #: Local date that the numbers are true for.
    as_of: Mapped[date]
    #: How many people the commitment concerns.
    staff: Mapped[int]
    #: How many of them are trained, whether that is still valid or not.
    trained: Mapped[int]
    reported_by_id: Mapped[int] = references("person.id", index=False)
    reported_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit | None] = relationship()
    reported_by: Mapped[Person] = relationship()
    trainings: Mapped[list["CompetenceTraining"]] = relationship(
        order_by="CompetenceTraining.trained_on"
    )


class CompetenceTraining(Base):
    """How many people of a report were trained on one local date. Append-only."""

    __tablename__ = "competence_training"
    __table_args__ = (CheckConstraint("people > 0", "people"),)

    report_id: Mapped[int] = references("competence_report.id", primary_key=True, index=False)
    trained_on: Mapped[date] = mapped_column(primary_key=True)
    association_id: Mapped[int] = references("association.id", index=False)
    people: Mapped[int]


class CompetenceName(Base):
    """A colleague in a unit's latest report; seen by the unit's own chief and nobody else.

    Kept only with the latest report that names anyone: the history is counts.
    """

    __tablename__ = "competence_name"

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    report_id: Mapped[int] = references("competence_report.id")
    trained_on: Mapped[date]
    #: Name or initials.
    name: Mapped[str] = mapped_column(String(80))


class CompetenceImport(Base):
    """A file that has been read and found right, until its author says yes or it expires."""

    __tablename__ = "competence_import"

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    person_id: Mapped[int] = references("person.id")
    #: Local date that the numbers are true for.
    as_of: Mapped[date]
    #: The reports it would file, as JSON; emptied when it has been carried out.
    content: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
