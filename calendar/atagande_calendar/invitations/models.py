"""Tables of invitations and answers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.method import Method


class Attendance(StrEnum):
    """Kallad owes an answer and a presence; inbjuden does not."""

    SUMMONED = "summoned"
    INVITED = "invited"


class Partstat(StrEnum):
    """RFC 5545 §3.2.12, the values we understand."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"


class AnswerWay(StrEnum):
    """How an answer came."""

    LINK = "link"
    PAGE = "page"
    MAIL = "mail"
    GRAPH = "graph"


class Invitation(Base):
    """Kallelse: one person asked to one meeting."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("meeting_id", "person_id"),
        UniqueConstraint("meeting_id", "email"),
        Index("ix_invitation_person", "person_id", "partstat"),
        CheckConstraint("email = lower(email)", "email_lower"),
        CheckConstraint("(partstat = 'NEEDS-ACTION') = (answered_at IS NULL)", "answer_has_time"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    meeting_id: Mapped[int] = references("meeting.id", index=False)
    person_id: Mapped[int] = references("person.id", index=False)
    #: The party the person comes for.
    organisation_id: Mapped[int] = references("organisation.id", index=False)
    unit_id: Mapped[int | None] = references("unit.id")
    #: Where it was sent; the ATTENDEE must be this address to the letter.
    email: Mapped[str] = mapped_column(String(254))
    attendance: Mapped[Attendance] = mapped_column(one_of(Attendance))
    #: Random; part of what the links are signed over, so that a new one revokes them.
    nonce: Mapped[str] = mapped_column(String(16))
    partstat: Mapped[Partstat] = mapped_column(one_of(Partstat), default=Partstat.NEEDS_ACTION)
    #: Ersättare who comes instead, by function.
    stand_in: Mapped[str] = mapped_column(String(120), default="")
    answered_at: Mapped[datetime | None]
    answered_sequence: Mapped[int | None]

    meeting: Mapped[Meeting] = relationship()
    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit | None] = relationship()
    answers: Mapped[list["InvitationAnswer"]] = relationship(order_by="InvitationAnswer.id")
    messages: Mapped[list["InvitationMessage"]] = relationship(order_by="InvitationMessage.id")


class InvitationAnswer(Base):
    """One answer that changed something. Append-only."""

    __tablename__ = "invitation_answer"

    id: Mapped[int] = key_column()
    invitation_id: Mapped[int] = references("invitation.id")
    partstat: Mapped[Partstat] = mapped_column(one_of(Partstat))
    stand_in: Mapped[str] = mapped_column(String(120), default="")
    #: SEQUENCE that was answered.
    sequence: Mapped[int]
    way: Mapped[AnswerWay] = mapped_column(one_of(AnswerWay))
    at: Mapped[datetime]


class InvitationMessage(Base):
    """One iTIP message of one invitation; never two of the same method and sequence."""

    __tablename__ = "invitation_message"
    __table_args__ = (UniqueConstraint("invitation_id", "method", "sequence"),)

    id: Mapped[int] = key_column()
    invitation_id: Mapped[int] = references("invitation.id", index=False)
    method: Mapped[Method] = mapped_column(one_of(Method))
    sequence: Mapped[int]
    outbox_message_id: Mapped[int] = references("outbox_message.id")

    message: Mapped[OutboxMessage] = relationship()
