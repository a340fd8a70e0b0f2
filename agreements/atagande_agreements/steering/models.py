"""The decision register of the steering group."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.parties.models import Person


class DecisionKind(StrEnum):
    """What a decision acts on."""

    PARAMETER = "parameter"
    CLOSE_DEVIATION = "close_deviation"
    #: A document is to be updated.
    DOCUMENT = "document"
    #: A party is to do something about a deviation.
    MEASURE = "measure"
    #: A deviation goes up a step of the ladder.
    ESCALATE = "escalate"
    REOPEN_DEVIATION = "reopen_deviation"
    #: A step of the ladder is used, or no longer.
    LADDER = "ladder"
    #: How long records are kept.
    RETENTION = "retention"
    #: What acts on nothing in the service: the note says it all.
    OTHER = "other"


class Decision(Base):
    """Beslut: what the group decided, under which paragraph of its minutes, on which date."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_register", "association_id", "decided_on", "id"),
        CheckConstraint("length(trim(paragraph)) > 0", "has_paragraph"),
        CheckConstraint("kind <> 'other' OR length(trim(note)) > 0", "other_has_note"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    agreement_id: Mapped[int] = references("agreement.id")
    kind: Mapped[DecisionKind] = mapped_column(one_of(DecisionKind))
    #: "§ 12", as in the minutes.
    paragraph: Mapped[str] = mapped_column(String(40))
    #: Diarienummer, as the association writes it; "" when it has none.
    diary_number: Mapped[str] = mapped_column(String(40), default="")
    #: Local date of the meeting that decided.
    decided_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_by_id: Mapped[int] = references("person.id", index=False)
    recorded_at: Mapped[datetime]

    recorded_by: Mapped[Person] = relationship()
