"""Tables of published calendars: where they are fetched, and when their owners are busy.

Of a fetched calendar nothing but moments is ever stored: no titles, no places, no names.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, BigId, key_column, one_of, references
from atagande_agreements.parties.models import Person, Unit

#: Longest address of a published calendar, in characters.
LONGEST_ADDRESS = 1000


class CalendarState(StrEnum):
    """How far the fetching of a published calendar has come."""

    WAITING = "waiting"
    READ = "read"
    FAILED = "failed"


class PublishedCalendar(Base):
    """Publicerad kalender: an address where a person's or a unit's busy times can be fetched."""

    __tablename__ = "published_calendar"
    __table_args__ = (
        UniqueConstraint("person_id", "address"),
        UniqueConstraint("unit_id", "address"),
        Index("ix_published_calendar_due", "next_try_at", "id"),
        CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", "one_owner"),
        CheckConstraint("(state = 'failed') = (last_error <> '')", "failed_has_error"),
        CheckConstraint("state <> 'read' OR fetched_at IS NOT NULL", "read_has_time"),
        CheckConstraint(
            "covers_until IS NULL OR covers_from IS NULL OR covers_until >= covers_from", "span"
        ),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    person_id: Mapped[int | None] = references("person.id", index=False)
    unit_id: Mapped[int | None] = references("unit.id", index=False)
    #: https; often secret in itself, so it is shown to no one and stands in no log.
    address: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    state: Mapped[CalendarState] = mapped_column(one_of(CalendarState))
    #: When it was last fetched, or found unchanged.
    fetched_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime]
    #: What the server called the version we read (RFC 9110 §8.8.3).
    etag: Mapped[str] = mapped_column(String(200), default="")
    #: Stable code of the last failure, without any text of the server's.
    last_error: Mapped[str] = mapped_column(String(40), default="")
    #: Between which moments it says when its owner is busy; None: as far as is looked.
    covers_from: Mapped[datetime | None]
    covers_until: Mapped[datetime | None]
    added_by_id: Mapped[int] = references("person.id", index=False)
    added_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    unit: Mapped[Unit | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it


class BusySpan(Base):
    """A time when the owner of a published calendar is busy; why is nobody's business."""

    __tablename__ = "busy_span"
    __table_args__ = (
        UniqueConstraint("calendar_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", "order"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    calendar_id: Mapped[int] = references("published_calendar.id", index=False)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class PollKind(StrEnum):
    """What a poll is about: a closed list, so that nothing can be said of a case."""

    NETWORK = "network"
    SEMINAR = "seminar"
    STEERING = "steering"
    PLANNING = "planning"
    FOLLOW_UP = "follow_up"
    INTRODUCTION = "introduction"


class PollState(StrEnum):
    """Whether a poll still takes answers."""

    OPEN = "open"
    CLOSED = "closed"


class Vote(StrEnum):
    """What someone says of a proposed time: ja, helst, nej."""

    YES = "yes"
    BEST = "best"
    NO = "no"


class TimePoll(Base):
    """Omröstning: some times that some people are asked about."""

    __tablename__ = "time_poll"
    __table_args__ = (
        Index("ix_time_poll_list", "association_id", "organisation_id", "id"),
        CheckConstraint("minutes BETWEEN 15 AND 480", "minutes"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", "closed_has_time"),
        CheckConstraint("closes_at > created_at", "deadline"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    #: Whose people may see the answers.
    organisation_id: Mapped[int] = references("organisation.id", index=False)
    kind: Mapped[PollKind] = mapped_column(one_of(PollKind))
    state: Mapped[PollState] = mapped_column(one_of(PollState))
    minutes: Mapped[int]
    #: Answers are taken before this moment.
    closes_at: Mapped[datetime]
    created_by_id: Mapped[int] = references("person.id", index=False)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    created_by: Mapped[Person] = relationship()
    times: Mapped[list["PollTime"]] = relationship(order_by="PollTime.starts_at", viewonly=True)
    people: Mapped[list["PollPerson"]] = relationship(order_by="PollPerson.id", viewonly=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it


class PollTime(Base):
    """One proposed time; at most one of a poll is chosen."""

    __tablename__ = "poll_time"
    __table_args__ = (
        UniqueConstraint("poll_id", "starts_at"),
        # What an answer refers to, so that it can't be to another poll's time.
        UniqueConstraint("id", "poll_id"),
        Index(
            "uq_poll_time_chosen",
            "poll_id",
            unique=True,
            sqlite_where=text("chosen"),
            postgresql_where=text("chosen"),
        ),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    poll_id: Mapped[int] = references("time_poll.id", index=False)
    starts_at: Mapped[datetime]
    chosen: Mapped[bool] = mapped_column(default=False)


class PollPerson(Base):
    """One person who is asked."""

    __tablename__ = "poll_person"
    __table_args__ = (
        UniqueConstraint("poll_id", "person_id"),
        UniqueConstraint("id", "poll_id"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    poll_id: Mapped[int] = references("time_poll.id", index=False)
    person_id: Mapped[int] = references("person.id")
    #: Random; part of what the link is signed over. Worth nothing without the service's key.
    nonce: Mapped[str] = mapped_column(String(16))
    answered_at: Mapped[datetime | None]

    poll: Mapped[TimePoll] = relationship(viewonly=True)
    person: Mapped[Person] = relationship()
    answers: Mapped[list["PollAnswer"]] = relationship(
        primaryjoin="PollPerson.id == foreign(PollAnswer.poll_person_id)", viewonly=True
    )


class PollAnswer(Base):
    """What one person says of one time; the key makes a repeat the same answer."""

    __tablename__ = "poll_answer"
    __table_args__ = (
        UniqueConstraint("poll_person_id", "poll_time_id"),
        ForeignKeyConstraint(
            ["poll_person_id", "poll_id"], ["poll_person.id", "poll_person.poll_id"]
        ),
        ForeignKeyConstraint(["poll_time_id", "poll_id"], ["poll_time.id", "poll_time.poll_id"]),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    poll_id: Mapped[int] = mapped_column(BigId)
    poll_person_id: Mapped[int] = mapped_column(BigId)
    poll_time_id: Mapped[int] = mapped_column(BigId)
    vote: Mapped[Vote] = mapped_column(one_of(Vote))
