"""The decision register of the steering group."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.parties.models import Person


class DecisionKind(StrEnum):
    """What a decision acts on."""

    PARAMETER = "parameter"
    CLOSE_DEVIATION = "close_deviation"
    #: A document is to be updated.
    DOCUMENT = "document"


class Decision(Base):
    """Beslut: what the group decided, under which paragraph of its minutes, on which date."""

    __tablename__ = "decision"
    __table_args__ = (CheckConstraint("length(trim(paragraph)) > 0", "has_paragraph"),)

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    agreement_id: Mapped[int] = references("agreement.id")
    kind: Mapped[DecisionKind] = mapped_column(one_of(DecisionKind))
    #: "§ 12", as in the minutes.
    paragraph: Mapped[str] = mapped_column(String(40))
    #: Local date of the meeting that decided.
    decided_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_by_id: Mapped[int] = references("person.id", index=False)
    recorded_at: Mapped[datetime]

    recorded_by: Mapped[Person] = relationship()
