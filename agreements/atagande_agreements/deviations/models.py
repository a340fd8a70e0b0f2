"""Tables of deviations, their steps and their measures."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, bindparam, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.commitments.models import Obligation, Occurrence
from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.ladder.models import Rung
from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_agreements.steering.models import Decision


class DeviationState(StrEnum):
    """How far it has come: öppen, yttrande, åtgärd, stängd; or återtagen, when it was none."""

    #: The party is asked for its reply.
    OPEN = "open"
    #: The party is heard: it has replied, or its time is over.
    REPLIED = "replied"
    #: The group has decided a measure.
    MEASURE = "measure"
    CLOSED = "closed"
    #: Evidence came after it was opened, and shows that the commitment was kept in time.
    WITHDRAWN = "withdrawn"


#: States that nothing is waited for in.
ENDED = (DeviationState.CLOSED, DeviationState.WITHDRAWN)
#: From state -> to states. The database refuses every other change (`deviation_state_order`).
ALLOWED = {
    DeviationState.OPEN: (DeviationState.REPLIED, DeviationState.WITHDRAWN),
    DeviationState.REPLIED: (
        DeviationState.MEASURE,
        DeviationState.CLOSED,
        DeviationState.WITHDRAWN,
    ),
    DeviationState.MEASURE: (DeviationState.CLOSED, DeviationState.WITHDRAWN),
    DeviationState.CLOSED: (DeviationState.OPEN,),
    #: Back to where it was when other evidence shows that it was not kept after all.
    DeviationState.WITHDRAWN: (
        DeviationState.OPEN,
        DeviationState.REPLIED,
        DeviationState.MEASURE,
    ),
}


class StepKind(StrEnum):
    """What happened in a deviation's life."""

    #: The time for a reply was decided after it was opened: the party is asked from then on.
    ASKED = "asked"
    EVIDENCE = "evidence"
    REPLY = "reply"
    #: Bestridande: the party replies that it kept the commitment.
    CONTEST = "contest"
    #: The party's time for a reply went out without one.
    LAPSED = "lapsed"
    MEASURE = "measure"
    #: The measure's owner says that it is done.
    MEASURE_DONE = "measure_done"
    ESCALATED = "escalated"
    #: It is handled together with another that has the same cause, or no longer.
    MERGED = "merged"
    PARTED = "parted"
    WITHDRAWN = "withdrawn"
    #: The evidence that it was withdrawn by no longer holds.
    RESTORED = "restored"
    REOPENED = "reopened"
    CLOSED = "closed"


class Ending(StrEnum):
    """Why the group closed it."""

    #: The measure is done.
    DONE = "done"
    #: No measure is needed.
    NO_MEASURE = "no_measure"
    #: The group finds that the commitment was kept, or could not be.
    UNFOUNDED = "unfounded"


class Deviation(Base):
    """Avvikelse: exactly one for an occurrence that was not kept."""

    __tablename__ = "deviation"
    __table_args__ = (
        Index("ix_deviation_list", "association_id", "state", "opened_at"),
        Index(
            "ix_deviation_active",
            "agreement_id",
            "obligation_id",
            sqlite_where=text("state NOT IN ('closed', 'withdrawn')"),
            postgresql_where=text("state NOT IN ('closed', 'withdrawn')"),
        ),
        Index(
            "ix_deviation_waiting",
            "association_id",
            "group_turn_on",
            "obligation_id",
            sqlite_where=text("state NOT IN ('closed', 'withdrawn')"),
            postgresql_where=text("state NOT IN ('closed', 'withdrawn')"),
        ),
        CheckConstraint("(state = 'closed') = (ending IS NOT NULL)", "closed_for_a_reason"),
        CheckConstraint(
            "state NOT IN ('closed', 'withdrawn') OR group_turn_on IS NULL", "ended_waits_for_none"
        ),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", "merged_into_another"),
        CheckConstraint("rung <> 'reminder'", "rung"),
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
    #: Calendar days the party has for its reply, as decided when it was asked; None: undecided.
    reply_days: Mapped[int | None]
    #: Local date that the party was asked anew; None: the day it was opened.
    asked_on: Mapped[date | None]
    #: Local date from which the group may decide: the party is heard, or its measure is due or
    #: done. None while nobody knows, and once it has ended.
    group_turn_on: Mapped[date | None]
    #: The party's latest reply says that the commitment was kept.
    contested: Mapped[bool] = mapped_column(default=False)
    #: How far up the ladder it has come.
    rung: Mapped[Rung] = mapped_column(one_of(Rung, name="rung_kind"), default=Rung.REPLY)
    ending: Mapped[Ending | None] = mapped_column(one_of(Ending))
    #: The deviation with the same cause that it is decided together with.
    merged_into_id: Mapped[int | None] = references("deviation.id")
    version: Mapped[int] = mapped_column(default=1)

    occurrence: Mapped[Occurrence] = relationship()
    obligation: Mapped[Obligation] = relationship()
    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit | None] = relationship()
    steps: Mapped[list["DeviationStep"]] = relationship(
        back_populates="deviation", order_by="DeviationStep.number"
    )
    measures: Mapped[list["Measure"]] = relationship(
        back_populates="deviation", order_by="Measure.id"
    )
    #: The measure that is neither replaced nor over, for reading: as it was when it was loaded.
    current: Mapped["Measure | None"] = relationship(
        primaryjoin="and_(Measure.deviation_id == Deviation.id, Measure.ended_at.is_(None))",
        viewonly=True,
        uselist=False,
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it


#: Condition of those that have not ended, in the very words of their indexes: a database takes an
#: index of some rows only where it can see that no others are asked for.
ACTIVE = Deviation.state.not_in(
    bindparam("ended", ENDED, expanding=True, literal_execute=True, type_=Deviation.state.type)
)


class DeviationStep(Base):
    """One step of a deviation's life. Append-only: a state is never skipped or rewritten."""

    __tablename__ = "deviation_step"
    __table_args__ = (
        UniqueConstraint("deviation_id", "number"),
        CheckConstraint(
            "(kind IN ('closed', 'measure', 'escalated', 'reopened')) = (decision_id IS NOT NULL)",
            "decided",
        ),
        CheckConstraint(
            "kind NOT IN ('reply', 'contest', 'measure_done') OR length(trim(text)) > 0",
            "reply_has_text",
        ),
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
    #: The same decision may close or escalate several that are handled together.
    decision_id: Mapped[int | None] = references("decision.id")

    deviation: Mapped[Deviation] = relationship(back_populates="steps")
    person: Mapped[Person | None] = relationship()
    decision: Mapped[Decision | None] = relationship()


class Measure(Base):
    """Åtgärd: what a party is to do about a deviation, by when, as the group decided."""

    __tablename__ = "measure"
    __table_args__ = (
        Index(
            "uq_measure_current",
            "deviation_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_measure_due",
            "association_id",
            "due_on",
            sqlite_where=text("ended_at IS NULL AND done_on IS NULL"),
            postgresql_where=text("ended_at IS NULL AND done_on IS NULL"),
        ),
        CheckConstraint("length(trim(text)) > 0", "has_text"),
        CheckConstraint("(done_on IS NULL) = (done_by_id IS NULL)", "done_by_somebody"),
        CheckConstraint("done_on IS NULL OR length(trim(done_text)) > 0", "done_has_text"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    deviation_id: Mapped[int] = references("deviation.id", index=False)
    decision_id: Mapped[int] = references("decision.id", index=False)
    #: What is to be done; names no person.
    text: Mapped[str] = mapped_column(Text)
    #: Its owner: a party, and one of its units when it is the unit's to do.
    organisation_id: Mapped[int] = references("organisation.id")
    unit_id: Mapped[int | None] = references("unit.id")
    #: Last local date.
    due_on: Mapped[date]
    #: Local date that its owner says it was done on.
    done_on: Mapped[date | None]
    done_text: Mapped[str] = mapped_column(Text, default="")
    done_by_id: Mapped[int | None] = references("person.id", index=False)
    #: When it was replaced by another, or its deviation ended.
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    deviation: Mapped[Deviation] = relationship(back_populates="measures")
    decision: Mapped[Decision] = relationship()
    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it


def reference(deviation_id: int) -> str:
    """Return the name people use for a deviation, such as "A-12"."""
    return f"A-{deviation_id}"
