"""The table of meetings."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.parties.models import Organisation

#: Överenskommelsen: at most 60 minutes are set aside for a SIP (A8).
SIP_MINUTES = 60


class MeetingKind(StrEnum):
    """What sort of meeting it is."""

    NETWORK = "network"
    SEMINAR = "seminar"
    SIP = "sip"
    STEERING = "steering"
    AF_FIRST = "af_first"


class MeetingState(StrEnum):
    """How far a meeting has come: no mail leaves before it is published."""

    DRAFT = "draft"
    PUBLISHED = "published"
    HELD = "held"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Meeting(Base):
    """Möte: one time and place, with the calendar identity that its invitations carry."""

    __tablename__ = "meeting"
    __table_args__ = (
        Index("ix_meeting_list", "association_id", "starts_at"),
        CheckConstraint("minutes > 0", "minutes_positive"),
        CheckConstraint("kind <> 'sip' OR minutes <= 60", "sip_at_most_60_minutes"),
        CheckConstraint("sequence >= 0", "sequence"),
        CheckConstraint("state = 'draft' OR published_at IS NOT NULL", "published_when_not_draft"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    agreement_id: Mapped[int] = references("agreement.id")
    kind: Mapped[MeetingKind] = mapped_column(one_of(MeetingKind))
    state: Mapped[MeetingState] = mapped_column(one_of(MeetingState))
    #: Neutral for a SIP; stands in invitations.
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(String(300))
    #: Dagordning; always empty for a SIP.
    agenda: Mapped[str] = mapped_column(Text, default="")
    #: Målgruppen står på dagordningen; only a steering meeting says so (F1).
    target_group: Mapped[bool] = mapped_column(default=False)
    #: Sammankallande.
    organisation_id: Mapped[int] = references("organisation.id")
    #: RFC 5545 §3.8.4.7; never changes and is never used again.
    uid: Mapped[str] = mapped_column(String(70), unique=True)
    #: RFC 5545 §3.8.7.4; raised only by us and only by a significant change.
    sequence: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[int] = references("person.id", index=False)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it

    @property
    def ends_at(self) -> datetime:
        """Return when it ends (UTC)."""
        return self.starts_at + timedelta(minutes=self.minutes)
