"""Tables of the steering group's meetings: own items, decisions, dissents and minutes."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, references
from atagande_agreements.parties.models import Organisation, Person
from atagande_agreements.steering.models import Decision
from atagande_calendar.meetings.attendance import LiftedIssue
from atagande_calendar.meetings.models import Meeting


class AgendaItem(Base):
    """Egen punkt: what the administrator puts on a meeting's agenda beside what comes by itself."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        CheckConstraint("position >= 1", "position"),
        CheckConstraint("length(trim(title)) > 0", "has_title"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    meeting_id: Mapped[int] = references("meeting.id")
    #: Order among the meeting's own items; two may share one for a moment.
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    #: What it is about, in a few sentences.
    text: Mapped[str] = mapped_column(Text, default="")
    added_by_id: Mapped[int] = references("person.id", index=False)
    added_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it


class HandledItem(Base):
    """What a decision of kind OTHER was about: a lifted issue or an own item. Append-only."""

    __tablename__ = "handled_item"
    __table_args__ = (
        CheckConstraint("(lifted_issue_id IS NULL) <> (agenda_item_id IS NULL)", "one_of_them"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    decision_id: Mapped[int] = references("decision.id")
    #: Unique: it is handled once.
    lifted_issue_id: Mapped[int | None] = references("lifted_issue.id", index=False, unique=True)
    agenda_item_id: Mapped[int | None] = references("agenda_item.id", index=False, unique=True)

    lifted_issue: Mapped[LiftedIssue | None] = relationship()
    agenda_item: Mapped[AgendaItem | None] = relationship()


class MeetingDecision(Base):
    """Which meeting a decision was taken at."""

    __tablename__ = "meeting_decision"
    __table_args__ = (CheckConstraint("decided_on >= met_on", "not_before_meeting"),)

    decision_id: Mapped[int] = references("decision.id", primary_key=True, index=False)
    association_id: Mapped[int] = references("association.id", index=False)
    meeting_id: Mapped[int] = references("meeting.id")
    #: Local dates of the meeting and of the decision, so that the order above can hold.
    met_on: Mapped[date]
    decided_on: Mapped[date]
    attached_at: Mapped[datetime]

    decision: Mapped[Decision] = relationship()
    meeting: Mapped[Meeting] = relationship()


class Dissent(Base):
    """Särskilt uttalande: what a party wants said about a decision it was part of. Append-only."""

    __tablename__ = "dissent"
    __table_args__ = (
        UniqueConstraint("decision_id", "organisation_id"),
        CheckConstraint("length(trim(text)) > 0", "has_text"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    decision_id: Mapped[int] = references("decision.id", index=False)
    organisation_id: Mapped[int] = references("organisation.id", index=False)
    text: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[int] = references("person.id", index=False)
    recorded_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()
    recorded_by: Mapped[Person] = relationship()


class Minutes(Base):
    """Protokoll of a meeting: a draft until it is fixed (justerat), and then never changed.

    Number 1 is the minutes, 2 and on are corrections (rättelser) that stand beside it.
    """

    __tablename__ = "minutes"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number"),
        Index(
            "uq_minutes_draft",
            "meeting_id",
            unique=True,
            sqlite_where=text("fixed_at IS NULL"),
            postgresql_where=text("fixed_at IS NULL"),
        ),
        CheckConstraint("number >= 1", "number"),
        CheckConstraint("number = 1 OR length(trim(reason)) > 0", "correction_has_reason"),
        CheckConstraint(
            "(fixed_at IS NULL) = (fixed_on IS NULL) AND (fixed_at IS NULL) = (fixed_by_id IS NULL)"
            " AND (fixed_at IS NULL) = (content = '') AND (fixed_at IS NULL) = (digest = '')"
            " AND (fixed_at IS NULL) = (fixed_function = '')",
            "fixed_whole",
        ),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    meeting_id: Mapped[int] = references("meeting.id", index=False)
    number: Mapped[int]
    #: Why it is corrected; "" for the first.
    reason: Mapped[str] = mapped_column(Text, default="")
    #: The agenda as it was when the minutes were begun, as JSON.
    agenda: Mapped[str] = mapped_column(Text)
    started_by_id: Mapped[int] = references("person.id", index=False)
    started_at: Mapped[datetime]
    #: When the fixing was entered; None for a draft.
    fixed_at: Mapped[datetime | None]
    #: Local date that they were fixed on.
    fixed_on: Mapped[date | None]
    #: Who entered it.
    fixed_by_id: Mapped[int | None] = references("person.id", index=False)
    #: Who fixed them, by function: "Ordföranden och ledamoten för Sigtuna kommun".
    fixed_function: Mapped[str] = mapped_column(String(200), default="")
    #: Diarienummer; "" when they have none.
    diary_number: Mapped[str] = mapped_column(String(40), default="")
    #: All that they say, as JSON (`contents.Contents`); "" for a draft.
    content: Mapped[str] = mapped_column(Text, default="")
    #: SHA-256 of the content's UTF-8, in hex.
    digest: Mapped[str] = mapped_column(String(64), default="")
    version: Mapped[int] = mapped_column(default=1)

    started_by: Mapped[Person] = relationship(foreign_keys=[started_by_id])
    fixed_by: Mapped[Person | None] = relationship(foreign_keys=[fixed_by_id])
    notes: Mapped[list["MinutesNote"]] = relationship(
        cascade="all, delete-orphan", order_by="MinutesNote.item"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it


class MinutesNote(Base):
    """What the minutes say of one item, beside what was decided."""

    __tablename__ = "minutes_note"

    minutes_id: Mapped[int] = references("minutes.id", primary_key=True, index=False)
    #: `agenda.Item.key`, or "general".
    item: Mapped[str] = mapped_column(String(80), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
