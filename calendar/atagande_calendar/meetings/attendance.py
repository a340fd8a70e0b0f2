"""Tables of what became of a meeting: attendance by party, and the issues it lifted."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_calendar.meetings.models import Meeting

#: The longest text of an issue.
ISSUE_LENGTH = 500


class Presence(StrEnum):
    """Whether a party was there."""

    PRESENT = "present"
    #: Someone else came instead of the one who was asked.
    DEPUTY = "deputy"
    ABSENT = "absent"


class MeetingReport(Base):
    """Rapport efter mötet: that it was held, and what it passed on to the steering group."""

    __tablename__ = "meeting_report"
    __table_args__ = (
        CheckConstraint("NOT nothing_lifted OR lifted_on IS NOT NULL", "nothing_is_dated"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    meeting_id: Mapped[int] = references("meeting.id", index=False, unique=True)
    reported_by_id: Mapped[int] = references("person.id", index=False)
    #: When it was last reported or corrected; UTC.
    reported_at: Mapped[datetime]
    #: Local date that its list went to the steering group; None until then.
    lifted_on: Mapped[date | None]
    #: The list says "inget att lyfta".
    nothing_lifted: Mapped[bool] = mapped_column(default=False)
    #: Raised by every change; a form that carries an older one is stale.
    version: Mapped[int] = mapped_column(default=1)

    meeting: Mapped[Meeting] = relationship()
    reported_by: Mapped[Person] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it


class MeetingAttendance(Base):
    """Närvaro: one party at one meeting; at a steering meeting each summoned clinic is one."""

    __tablename__ = "meeting_attendance"
    __table_args__ = (
        Index(
            "uq_meeting_attendance_organisation",
            "meeting_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
        Index(
            "uq_meeting_attendance_unit",
            "meeting_id",
            "unit_id",
            unique=True,
            sqlite_where=text("unit_id IS NOT NULL"),
            postgresql_where=text("unit_id IS NOT NULL"),
        ),
        CheckConstraint("people >= 0 AND (presence = 'absent') = (people = 0)", "people"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    meeting_id: Mapped[int] = references("meeting.id", index=False)
    organisation_id: Mapped[int] = references("organisation.id", index=False)
    unit_id: Mapped[int | None] = references("unit.id", index=False)
    presence: Mapped[Presence] = mapped_column(one_of(Presence))
    #: How many came; 0 when nobody did.
    people: Mapped[int]

    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit | None] = relationship()


class LiftedIssue(Base):
    """Lyft fråga: what the network passes on to the steering group. Append-only."""

    __tablename__ = "lifted_issue"
    __table_args__ = (
        Index("ix_lifted_issue_list", "association_id", "id"),
        CheckConstraint("text <> ''", "text"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    meeting_id: Mapped[int] = references("meeting.id")
    #: The party that raised it; None when the meeting as a whole did.
    organisation_id: Mapped[int | None] = references("organisation.id", index=False)
    text: Mapped[str] = mapped_column(String(ISSUE_LENGTH))
    #: Local date that it went to the steering group.
    lifted_on: Mapped[date]
    lifted_by_id: Mapped[int] = references("person.id", index=False)
    lifted_at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class PartyLift(Base):
    """A party's own word after a network meeting: issues, or "inget att lyfta". Append-only."""

    __tablename__ = "party_lift"
    __table_args__ = (UniqueConstraint("meeting_id", "organisation_id"),)

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    meeting_id: Mapped[int] = references("meeting.id", index=False)
    organisation_id: Mapped[int] = references("organisation.id", index=False)
    #: It said "inget att lyfta".
    nothing_lifted: Mapped[bool]
    said_on: Mapped[date]
    said_by_id: Mapped[int] = references("person.id", index=False)
    said_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()
