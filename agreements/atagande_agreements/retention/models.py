"""Tables of retention: what is decided, what has gone, and what is no longer counted anew."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, references
from atagande_agreements.steering.models import Decision


class RetentionRule(Base):
    """Gallringsregel: how long a kind of record is kept, as the group decided. Append-only.

    The latest that has begun to apply is the one in force.
    """

    __tablename__ = "retention_rule"
    __table_args__ = (
        UniqueConstraint("association_id", "kind", "valid_from"),
        CheckConstraint("months IS NULL OR months >= 1", "months"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    #: Key of the kind, such as "enquiry".
    kind: Mapped[str] = mapped_column(String(32))
    #: Months from the kind's moment; None: kept for ever.
    months: Mapped[int | None]
    decision_id: Mapped[int] = references("decision.id", unique=True, index=False)
    #: The decision's local date.
    valid_from: Mapped[date]

    decision: Mapped[Decision] = relationship()


class RetentionHold(Base):
    """Undantag: nothing of a kind goes until a day has passed. Append-only; the latest counts."""

    __tablename__ = "retention_hold"
    __table_args__ = (
        UniqueConstraint("association_id", "kind", "valid_from"),
        CheckConstraint("until >= valid_from", "until"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    kind: Mapped[str] = mapped_column(String(32))
    #: Last local date on which nothing goes.
    until: Mapped[date]
    decision_id: Mapped[int] = references("decision.id", unique=True, index=False)
    valid_from: Mapped[date]

    decision: Mapped[Decision] = relationship()


class RetentionRun(Base):
    """What went of one kind in one go: how many, and from when. Nothing of what it was.

    It is added to with every batch, in the batch's own transaction, so that it is true whenever
    the job is killed; the next one goes on with it.
    """

    __tablename__ = "retention_run"
    __table_args__ = (
        Index(
            "uq_retention_run_open",
            "association_id",
            "kind",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index("ix_retention_run_list", "association_id", "started_at"),
        CheckConstraint("removed > 0", "removed"),
        CheckConstraint("newest >= oldest", "order"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    kind: Mapped[str] = mapped_column(String(32))
    rule_id: Mapped[int] = references("retention_rule.id", index=False)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    removed: Mapped[int]
    #: Local dates of the first and the last that went, as the kind counts.
    oldest: Mapped[date]
    newest: Mapped[date]

    rule: Mapped[RetentionRule] = relationship()


class RetentionSeal(Base):
    """Through which day the sources of a rule have gone: what it judged then is not counted anew.

    The verdict stands in the occurrence. Without its sources it would come out as another.
    """

    __tablename__ = "retention_seal"

    association_id: Mapped[int] = references("association.id", primary_key=True, index=False)
    #: Kind of rule, as a commitment names it: "share_of_cases".
    rule: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: Last local date.
    through: Mapped[date]


class RetentionGate(Base):
    """Open while its row stands: then, and only then, append-only records may be removed.

    The row refers to one that can't exist, and that is checked when the transaction commits. So
    the gate is open inside the transaction that opened it and nowhere else, and one that forgets
    to close it can't commit.
    """

    __tablename__ = "retention_gate"
    __table_args__ = (
        CheckConstraint("id = 1", "one"),
        CheckConstraint("closes = 2", "never_kept"),
    )

    id: Mapped[int] = key_column()
    closes: Mapped[int] = mapped_column(
        ForeignKey("retention_gate.id", deferrable=True, initially="DEFERRED")
    )
