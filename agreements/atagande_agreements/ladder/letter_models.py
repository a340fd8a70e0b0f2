"""The letters that go with the ladder's upper steps, kept as they were sent."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.ladder.models import Rung
from atagande_agreements.steering.models import Decision


class LadderLetter(Base):
    """Skrivelse: one about a deviation for each decision to take it up a step. Append-only.

    It keeps the template and the facts as they were, so that it can be shown as it was written.
    """

    __tablename__ = "ladder_letter"
    __table_args__ = (
        UniqueConstraint("deviation_id", "decision_id"),
        CheckConstraint("rung IN ('notice', 'board')", "has_letter"),
        CheckConstraint("length(trim(text)) > 0", "has_text"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    deviation_id: Mapped[int] = references("deviation.id", index=False)
    decision_id: Mapped[int] = references("decision.id")
    rung: Mapped[Rung] = mapped_column(one_of(Rung))
    #: The template, with its places still to be filled.
    text: Mapped[str] = mapped_column(Text)
    #: JSON object of what fills them; see `letters.Facts`.
    facts: Mapped[str] = mapped_column(Text)
    #: Last local date for an answer; None when none is asked for.
    answer_by: Mapped[date | None]
    at: Mapped[datetime]

    deviation: Mapped[Deviation] = relationship()
    decision: Mapped[Decision] = relationship()
