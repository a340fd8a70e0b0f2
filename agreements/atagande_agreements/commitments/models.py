"""Tables of commitments, obligations, occurrences, evidence and the parameters that judge them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.register.models import Agreement, Section
from atagande_agreements.steering.models import Decision


class Force(StrEnum):
    """How strongly a clause binds: ska, bör, kan, verkar för."""

    SHALL = "ska"
    SHOULD = "bor"
    MAY = "kan"
    EFFORT = "verkar_for"


class OnMiss(StrEnum):
    """What it gives when the clause was not kept."""

    DEVIATION = "deviation"
    OBSERVATION = "observation"
    NONE = "none"


class Status(StrEnum):
    """What is known of an occurrence; computed by a rule, never typed in."""

    #: Not yet due.
    PENDING = "pending"
    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    UNREPORTED = "unreported"
    NOT_ASSESSABLE = "not_assessable"


class ParameterUnit(StrEnum):
    """What a parameter's value counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    WEEKS = "weeks"
    PER_YEAR = "per_year"
    PERCENT = "percent"
    COUNT = "count"
    BOOLEAN = "boolean"
    ORGANISATION = "organisation"
    TEXT = "text"


class CommitmentParameter(Base):
    """A parameter that a commitment is judged by, or that only guides how to read it."""

    __tablename__ = "commitment_parameter"

    commitment_id: Mapped[int] = references("commitment.id", primary_key=True, index=False)
    parameter_id: Mapped[int] = references("parameter.id", primary_key=True)
    #: False for guidance, which no verdict waits for.
    judges: Mapped[bool]

    parameter: Mapped["Parameter"] = relationship()


class Commitment(Base):
    """Åtagande: one clause in one version of the agreement."""

    __tablename__ = "commitment"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    agreement_id: Mapped[int] = references("agreement.id")
    version_id: Mapped[int] = references("agreement_version.id")
    section_id: Mapped[int] = references("section.id")
    #: "P3"; the same clause keeps its key from version to version.
    key: Mapped[str] = mapped_column(String(16))
    position: Mapped[int]
    #: Where in the source it stands: heading and point.
    paragraph: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    #: The clause restated briefly, in Swedish and English.
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    #: How it is followed up, in plain words.
    rule_text: Mapped[str] = mapped_column(Text)
    rule_text_en: Mapped[str] = mapped_column(Text)
    force: Mapped[Force] = mapped_column(one_of(Force))
    #: Who owes it, as the agreement file says: "clinics", "organisation:af", joined by spaces.
    obliged: Mapped[str] = mapped_column(String(300))
    #: Kind of rule: a module in `rules`.
    rule: Mapped[str] = mapped_column(String(32))
    #: What the rule follows: "enquiry", "network" and so on; "" when the kind says it all.
    subject: Mapped[str] = mapped_column(String(32), default="")
    on_miss: Mapped[OnMiss] = mapped_column(one_of(OnMiss))
    #: Who reports it, as the agreement file says.
    reporter: Mapped[str] = mapped_column(String(64), default="")

    section: Mapped[Section] = relationship()
    agreement: Mapped[Agreement] = relationship()
    uses: Mapped[list[CommitmentParameter]] = relationship(cascade="all, delete-orphan")


class Obligation(Base):
    """Åtagande för part: one commitment owed by one organisation or one of its clinics."""

    __tablename__ = "obligation"
    __table_args__ = (
        Index(
            "uq_obligation_organisation",
            "commitment_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
        Index(
            "uq_obligation_unit",
            "commitment_id",
            "unit_id",
            unique=True,
            sqlite_where=text("unit_id IS NOT NULL"),
            postgresql_where=text("unit_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    agreement_id: Mapped[int] = references("agreement.id")
    commitment_id: Mapped[int] = references("commitment.id")
    organisation_id: Mapped[int] = references("organisation.id")
    unit_id: Mapped[int | None] = references("unit.id")
    #: Laid on the party by a decision (who convenes the network), not by the agreement itself.
    by_decision: Mapped[bool] = mapped_column(default=False)

    commitment: Mapped[Commitment] = relationship()
    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit | None] = relationship()


class Parameter(Base):
    """Mätvärde: what the agreement leaves open ("snarast möjligt") and the group decides."""

    __tablename__ = "parameter"
    __table_args__ = (UniqueConstraint("agreement_id", "key"),)

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    agreement_id: Mapped[int] = references("agreement.id")
    key: Mapped[str] = mapped_column(String(64))
    #: Place in the agreement file; None once the file no longer has it.
    position: Mapped[int | None]
    label: Mapped[str] = mapped_column(String(200))
    label_en: Mapped[str] = mapped_column(String(200))
    unit: Mapped[ParameterUnit] = mapped_column(one_of(ParameterUnit))
    #: Förslag, as text; None when there is none. It judges nothing.
    proposal: Mapped[str | None] = mapped_column(String(200))
    minimum: Mapped[int | None]
    maximum: Mapped[int | None]

    decisions: Mapped[list["ParameterDecision"]] = relationship(
        back_populates="parameter", order_by="ParameterDecision.valid_from"
    )


class ParameterDecision(Base):
    """Beslut: a parameter's value from a date on. Append-only; it never reaches back."""

    __tablename__ = "parameter_decision"
    __table_args__ = (UniqueConstraint("parameter_id", "valid_from"),)

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    parameter_id: Mapped[int] = references("parameter.id", index=False)
    decision_id: Mapped[int] = references("decision.id")
    #: As text, in the parameter's unit.
    value: Mapped[str] = mapped_column(String(200))
    #: First local date whose events it judges.
    valid_from: Mapped[date]

    parameter: Mapped[Parameter] = relationship(back_populates="decisions")
    decision: Mapped[Decision] = relationship()


class Occurrence(Base):
    """Tillfälle: one thing to keep. Keyed on its origin, so a moved date never makes a twin.

    `sweep_at` is the only thing the sweep looks for: the moment from which the occurrence counts
    as missed, and NULL once it is settled or can't be judged.
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("obligation_id", "origin"),
        Index(
            "ix_occurrence_sweep_at",
            "sweep_at",
            sqlite_where=text("sweep_at IS NOT NULL"),
            postgresql_where=text("sweep_at IS NOT NULL"),
        ),
        # What the matrix reads, and nothing else of the row.
        Index("ix_occurrence_matrix", "agreement_id", "event_on", "obligation_id", "status"),
        CheckConstraint("sweep_at IS NULL OR due_on IS NOT NULL", "sweep_needs_due"),
        CheckConstraint("counted >= 0 AND total >= 0 AND unknown >= 0", "counts"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    obligation_id: Mapped[int] = references("obligation.id", index=False)
    #: What it arose from: "enquiry:17", "meeting:4", "2026".
    origin: Mapped[str] = mapped_column(String(64))
    #: Local date of the event that is judged; decides which parameter decision applies.
    event_on: Mapped[date]
    #: Last local date to keep it on; None while the parameter is undecided.
    due_on: Mapped[date | None]
    sweep_at: Mapped[datetime | None]
    status: Mapped[Status] = mapped_column(one_of(Status))
    #: Local date it was kept on (effective, not received).
    kept_on: Mapped[date | None]
    #: Local date that someone was summoned on.
    asked_on: Mapped[date | None]
    #: How many of `total` were as they should be; `unknown` more are not reported.
    counted: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[int] = mapped_column(default=0)
    #: What was said of a case, as `rules.Outcome` has it.
    outcome: Mapped[str] = mapped_column(String(16), default="")
    #: Training by date, as JSON: [["2025-03-01", 5], …].
    trained: Mapped[str | None] = mapped_column(Text)
    #: What the sweep settles it as.
    at_sweep: Mapped[Status] = mapped_column(
        one_of(Status, name="at_sweep"), default=Status.NOT_MET
    )
    #: Working days kept too late; 0 when in time.
    days_late: Mapped[int] = mapped_column(default=0)
    on_miss: Mapped[OnMiss] = mapped_column(one_of(OnMiss))
    #: The decision it was judged by, the first if several; None while undecided.
    parameter_decision_id: Mapped[int | None] = references("parameter_decision.id", index=False)
    settled_at: Mapped[datetime | None]
    #: When the sweep noted the miss and opened the deviation or noted the observation; UTC.
    missed_at: Mapped[datetime | None]

    obligation: Mapped[Obligation] = relationship()
    parameter_decision: Mapped[ParameterDecision | None] = relationship()
    more_decisions: Mapped[list["OccurrenceDecision"]] = relationship(
        cascade="all, delete-orphan", order_by="OccurrenceDecision.parameter_decision_id"
    )
    evidence: Mapped[list["Evidence"]] = relationship(
        back_populates="occurrence", order_by="Evidence.id"
    )


class OccurrenceDecision(Base):
    """A further decision that an occurrence was judged by, when its rule needs several."""

    __tablename__ = "occurrence_decision"

    occurrence_id: Mapped[int] = references("occurrence.id", primary_key=True, index=False)
    parameter_decision_id: Mapped[int] = references(
        "parameter_decision.id", primary_key=True, index=False
    )

    parameter_decision: Mapped[ParameterDecision] = relationship()


class Evidence(Base):
    """Underlag: what shows that an occurrence was kept. Append-only."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("occurrence_id", "source"),)

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    occurrence_id: Mapped[int] = references("occurrence.id", index=False)
    #: Where it came from, such as "enquiry-answer:17"; the same source counts once.
    source: Mapped[str] = mapped_column(String(64))
    #: When the thing happened (local date).
    effective_on: Mapped[date]
    #: When the service was told (UTC).
    received_at: Mapped[datetime]
    reported_by_id: Mapped[int] = references("person.id", index=False)
    reporter_organisation_id: Mapped[int] = references("organisation.id", index=False)
    #: What it said, where it is a count: `counted` of `total`.
    counted: Mapped[int | None]
    total: Mapped[int | None]

    occurrence: Mapped[Occurrence] = relationship(back_populates="evidence")
    reporter_organisation: Mapped[Organisation] = relationship()
