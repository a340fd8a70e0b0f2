"""The table of occurrences counted by month; the database's triggers write it, nobody else."""

from datetime import date

from sqlalchemy import BigInteger, Index, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from atagande_agreements.db import Base, BigId

#: Says of a table that it follows from others: a copy of the data need not hold it.
DERIVED = "derived"


class OccurrenceCount(Base):
    """An obligation's occurrences of one month, by what they were judged as.

    The sum of the rows with the same obligation and month. On SQLite there is one; on PostgreSQL
    each writer adds a change of its own, so that no writer waits for another, and `rollup.fold`
    adds the changes together. No row refers to another table: the occurrences behind it do.
    """

    __tablename__ = "occurrence_count"
    __table_args__ = (
        PrimaryKeyConstraint("agreement_id", "month", "obligation_id", "slot"),
        Index(
            "ix_occurrence_count_changes",
            "slot",
            sqlite_where=text("slot > 0"),
            postgresql_where=text("slot > 0"),
        ),
        {"sqlite_with_rowid": False, "info": {DERIVED: True}},
    )

    agreement_id: Mapped[int] = mapped_column(BigId, autoincrement=False)
    #: First day of the month of `Occurrence.event_on`.
    month: Mapped[date]
    obligation_id: Mapped[int] = mapped_column(BigId, autoincrement=False)
    #: 0 for what is added together; changes are numbered from 1.
    slot: Mapped[int] = mapped_column(BigInteger, autoincrement=False, default=0)
    #: Each may be negative in a change.
    met: Mapped[int]
    partly: Mapped[int]
    not_met: Mapped[int]
    unreported: Mapped[int]
    #: Those that are waiting or can't be judged included.
    total: Mapped[int]
