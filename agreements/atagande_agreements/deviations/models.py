"""Tables of deviations and their steps."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.commitments.models import Obligation, Occurrence
from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_agreements.steering.models import Decision


class DeviationState(StrEnum):
    """Whose turn it is: öppen (the party), yttrande (the group), åtgärd, stängd."""

    OPEN = "open"
    REPLIED = "replied"
    MEASURE = "measure"
    CLOSED = "closed"


class StepKind(StrEnum):
    """What happened in a deviation's life."""

    EVIDENCE = "evidence"
    REPLY = "reply"
    CLOSED = "closed"


class Deviation(Base):
    """Avvikelse: exactly one for an occurrence that was not kept."""

    __tablename__ = "deviation"
    __table_args__ = (
        Index("ix_deviation_list", "association_id", "state", "opened_at"),
        Index(
            "ix_deviation_active",
            "agreement_id",
            "obligation_id",
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    occurrence_id: Mapped[int] = references("occurrence.id", index=False, unique=True)
    obligation_id: Mapped[int] = references("obligation.id")
    organisation_id: Mapped[int] = references("organisation.id")
    #: The clinic, when the obligation is a clinic's.
    unit_id: Mapped[int | None] = references("unit.id")
    state: Mapped[DeviationState] = mapped_column(one_of(DeviationState))
    opened_at: Mapped[datetime]
    #: Calendar days the party has for its reply, as decided when it was opened; None: undecided.
    reply_days: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    occurrence: Mapped[Occurrence] = relationship()
    obligation: Mapped[Obligation] = relationship()
    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit | None] = relationship()
    steps: Mapped[list["DeviationStep"]] = relationship(
        back_populates="deviation", order_by="DeviationStep.number"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it


class DeviationStep(Base):
    """One step of a deviation's life. Append-only: a state is never skipped or rewritten."""

    __tablename__ = "deviation_step"
    __table_args__ = (
        UniqueConstraint("deviation_id", "number"),
        CheckConstraint("(kind = 'closed') = (decision_id IS NOT NULL)", "closed_by_decision"),
        CheckConstraint("kind <> 'reply' OR length(trim(text)) > 0", "reply_has_text"),
    )

    id: Mapped[int] = key_column()
    deviation_id: Mapped[int] = references("deviation.id", index=False)
    #: 1, 2, 3 and so on; the opening itself is the deviation.
    number: Mapped[int]
    kind: Mapped[StepKind] = mapped_column(one_of(StepKind))
    at: Mapped[datetime]
    #: None when a job did it.
    person_id: Mapped[int | None] = references("person.id", index=False)
    #: What the party wrote. The page asks for no particulars of any person.
    text: Mapped[str] = mapped_column(Text, default="")
    decision_id: Mapped[int | None] = references("decision.id", index=False)

    deviation: Mapped[Deviation] = relationship(back_populates="steps")
    person: Mapped[Person | None] = relationship()
    decision: Mapped[Decision | None] = relationship()


def reference(deviation_id: int) -> str:
    """Return the name people use for a deviation, such as "A-12"."""
    return f"A-{deviation_id}"
