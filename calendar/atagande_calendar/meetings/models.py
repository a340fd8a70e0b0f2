"""The table of meetings."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.parties.models import Organisation

#: Lengths that a meeting can have, in minutes.
SHORTEST_MINUTES, LONGEST_MINUTES = 15, 480
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


class MeetingSeries(Base):
    """Serie: meetings that belong together.

    With a regular rule they are one recurring event in people's calendars. Without one (four
    dates a year) each is an event of its own, since common clients don't read RDATE.
    """

    __tablename__ = "meeting_series"
    __table_args__ = (CheckConstraint("sequence >= 0", "sequence"),)

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    kind: Mapped[MeetingKind] = mapped_column(one_of(MeetingKind))
    title: Mapped[str] = mapped_column(String(200))
    #: RECUR value (RFC 5545 §3.3.10) counted from `starts_at`; "" for dates without a rule.
    rrule: Mapped[str] = mapped_column(String(200), default="")
    #: The first start that the rule counts from (UTC).
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    #: What an occurrence says that has nothing of its own.
    place: Mapped[str] = mapped_column(String(300), default="")
    agenda: Mapped[str] = mapped_column(Text, default="")
    #: UID of the recurring event; never used again after it was called off.
    uid: Mapped[str] = mapped_column(String(70), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    #: The series this one was split from by "this and later".
    split_from_id: Mapped[int | None] = references("meeting_series.id")
    created_by_id: Mapped[int] = references("person.id", index=False)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it

    @property
    def ends_at(self) -> datetime:
        """Return when its first start ends (UTC)."""
        return self.starts_at + timedelta(minutes=self.minutes)


class Meeting(Base):
    """Möte: one time and place, with the calendar identity that its invitations carry."""

    __tablename__ = "meeting"
    __table_args__ = (
        Index("ix_meeting_list", "association_id", "starts_at"),
        UniqueConstraint("series_id", "recurrence_at"),
        CheckConstraint(
            "recurrence_at IS NULL OR series_id IS NOT NULL", "recurrence_within_series"
        ),
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
    #: RFC 5545 §3.8.7.4: the highest that anyone was told; raised only by us.
    sequence: Mapped[int] = mapped_column(default=0)
    #: The series it belongs to, if any.
    series_id: Mapped[int | None] = references("meeting_series.id")
    #: RECURRENCE-ID (UTC): the start that a regular rule gave it, also after it was moved. None
    #: for a meeting that is an event of its own.
    recurrence_at: Mapped[datetime | None]
    created_by_id: Mapped[int] = references("person.id", index=False)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()
    series: Mapped[MeetingSeries | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it

    @property
    def ends_at(self) -> datetime:
        """Return when it ends (UTC)."""
        return self.starts_at + timedelta(minutes=self.minutes)
