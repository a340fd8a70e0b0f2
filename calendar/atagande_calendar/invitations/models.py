"""Tables of invitations and answers."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.method import Method
from atagande_calendar.method import Partstat as Partstat  # noqa: PLC0414 - asked for here, with the tables that hold it


class Attendance(StrEnum):
    """Kallad owes an answer and a presence; inbjuden does not."""

    SUMMONED = "summoned"
    INVITED = "invited"


class AnswerWay(StrEnum):
    """How an answer came."""

    LINK = "link"
    PAGE = "page"
    MAIL = "mail"
    GRAPH = "graph"


class ProposalState(StrEnum):
    """What became of a wish for another time."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Invitation(Base):
    """Kallelse: one person asked to one meeting, and what that person was last told of it."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("meeting_id", "person_id"),
        UniqueConstraint("meeting_id", "email"),
        Index("ix_invitation_person", "person_id", "partstat"),
        CheckConstraint("email = lower(email)", "email_lower"),
        CheckConstraint("(partstat = 'NEEDS-ACTION') = (answered_at IS NULL)", "answer_has_time"),
        CheckConstraint("(method IS NULL) = (told_at IS NULL)", "told_has_time"),
        CheckConstraint("sequence >= 0", "sequence"),
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
    #: No longer asked since then; the row stays for what was sent and answered.
    removed_at: Mapped[datetime | None]
    #: Not told before something else has happened: a clinic outside the agreement says yes.
    waiting: Mapped[bool] = mapped_column(default=False)
    #: What this person's calendar was last told; None before anything was sent.
    method: Mapped[Method | None] = mapped_column(one_of(Method))
    #: SEQUENCE of that message. Each person has a copy, so it rises for each on its own.
    sequence: Mapped[int] = mapped_column(default=0)
    #: Hashes of what it said: what must be answered anew when it changes, and all of it.
    significance: Mapped[str] = mapped_column(String(66), default="")
    wording: Mapped[str] = mapped_column(String(66), default="")
    #: DTSTAMP of it (UTC); the next one's is later.
    told_at: Mapped[datetime | None]

    meeting: Mapped[Meeting] = relationship()
    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit | None] = relationship()
    answers: Mapped[list["InvitationAnswer"]] = relationship(order_by="InvitationAnswer.id")
    messages: Mapped[list["InvitationMessage"]] = relationship(order_by="InvitationMessage.id")
    proposals: Mapped[list["InvitationProposal"]] = relationship(
        order_by="InvitationProposal.id", back_populates="invitation"
    )


class InvitationAnswer(Base):
    """One answer that said something new. Append-only."""

    __tablename__ = "invitation_answer"

    id: Mapped[int] = key_column()
    invitation_id: Mapped[int] = references("invitation.id")
    partstat: Mapped[Partstat] = mapped_column(one_of(Partstat))
    stand_in: Mapped[str] = mapped_column(String(120), default="")
    #: SEQUENCE that was answered.
    sequence: Mapped[int]
    way: Mapped[AnswerWay] = mapped_column(one_of(AnswerWay))
    at: Mapped[datetime]
    #: False for one that is kept but is not the person's answer: to an older time, or from
    #: someone who was not asked.
    counted: Mapped[bool] = mapped_column(default=True)
    #: Came by mail, and the sender's server did not vouch for the address (RFC 8601).
    unverified: Mapped[bool] = mapped_column(default=False)
    #: Address of who answered, when it was not the one who was asked; "" otherwise.
    given_by: Mapped[str] = mapped_column(String(254), default="")
    #: Said of all meetings of a series at once; one said of this meeting alone goes before it.
    whole_series: Mapped[bool] = mapped_column(default=False)


class InvitationProposal(Base):
    """Another time that someone who is asked would rather have."""

    __tablename__ = "invitation_proposal"
    __table_args__ = (
        UniqueConstraint("invitation_id", "sequence", "starts_at", "minutes"),
        CheckConstraint("minutes > 0", "minutes_positive"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", "decided_has_time"),
    )

    id: Mapped[int] = key_column()
    invitation_id: Mapped[int] = references("invitation.id", index=False)
    #: SEQUENCE of the time it is instead of.
    sequence: Mapped[int]
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    way: Mapped[AnswerWay] = mapped_column(one_of(AnswerWay))
    at: Mapped[datetime]
    state: Mapped[ProposalState] = mapped_column(one_of(ProposalState), default=ProposalState.OPEN)
    decided_at: Mapped[datetime | None]

    invitation: Mapped[Invitation] = relationship(back_populates="proposals")

    @property
    def ends_at(self) -> datetime:
        """Return when it would end (UTC)."""
        return self.starts_at + timedelta(minutes=self.minutes)


class InvitationMessage(Base):
    """One iTIP message of one invitation; never two of the same method, sequence and revision."""

    __tablename__ = "invitation_message"
    __table_args__ = (UniqueConstraint("invitation_id", "method", "sequence", "revision"),)

    id: Mapped[int] = key_column()
    invitation_id: Mapped[int] = references("invitation.id", index=False)
    method: Mapped[Method] = mapped_column(one_of(Method))
    sequence: Mapped[int]
    #: Counts the messages with one SEQUENCE: other words, or sent again on request.
    revision: Mapped[int] = mapped_column(default=0)
    outbox_message_id: Mapped[int] = references("outbox_message.id")

    message: Mapped[OutboxMessage] = relationship()
