"""The ladder's steps and the decisions that switch them on and off."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.steering.models import Decision


class Rung(StrEnum):
    """The steps of the ladder, from the bottom."""

    #: Påminnelse before the last day.
    REMINDER = "reminder"
    #: Avvikelse med yttrande; its time is the parameter `deviation_reply_days`.
    REPLY = "reply"
    #: Åtgärd with an owner and a deadline.
    MEASURE = "measure"
    #: Eget ärende at the steering group.
    AGENDA = "agenda"
    #: Skrivelse to the party's management.
    NOTICE = "notice"
    #: Förbundets styrelse.
    BOARD = "board"


#: Steps in their order.
RUNGS = tuple(Rung)


class LadderDecision(Base):
    """Beslut that a step is used, or no longer, from a date on. Append-only; it never reaches back.

    A step that nobody has decided on is not used. `Rung.REPLY` has no row: it is used from the
    day that the time for a reply is decided.
    """

    __tablename__ = "ladder_decision"
    __table_args__ = (
        UniqueConstraint("agreement_id", "rung", "valid_from"),
        CheckConstraint("days >= 0 AND days <= 366", "days"),
        CheckConstraint("rung <> 'reply'", "reply_is_a_parameter"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    rung: Mapped[Rung] = mapped_column(one_of(Rung))
    is_used: Mapped[bool]
    #: Calendar days: before the last day (reminder), or that the receiver has.
    days: Mapped[int]
    #: The group's own words in the letter of the step; "" for the usual ones.
    text: Mapped[str] = mapped_column(Text, default="")
    #: First local date that it applies to.
    valid_from: Mapped[date]
    decision_id: Mapped[int] = references("decision.id")

    decision: Mapped[Decision] = relationship()
