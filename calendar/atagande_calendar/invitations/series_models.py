"""The table of what each person was last told of a series with a regular rule."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_calendar.method import Method


class MeetingSeriesTold(Base):
    """What one person's calendar was last told of a series as a whole.

    What was told of each occurrence stands on the person's `Invitation` to it.
    """

    __tablename__ = "meeting_series_told"
    __table_args__ = (
        UniqueConstraint("series_id", "person_id"),
        CheckConstraint("(method IS NULL) = (told_at IS NULL)", "told_has_time"),
        CheckConstraint("sequence >= 0", "sequence"),
    )

    id: Mapped[int] = key_column()
    series_id: Mapped[int] = references("meeting_series.id", index=False)
    person_id: Mapped[int] = references("person.id", index=False)
    #: None when only single occurrences were told.
    method: Mapped[Method | None] = mapped_column(one_of(Method))
    sequence: Mapped[int] = mapped_column(default=0)
    #: See `series_significance` and `wording_hash`.
    significance: Mapped[str] = mapped_column(String(200), default="")
    wording: Mapped[str] = mapped_column(String(66), default="")
    #: DTSTAMP of it (UTC).
    told_at: Mapped[datetime | None]
    #: How many messages the person got about the series, of the whole or of one occurrence.
    messages: Mapped[int] = mapped_column(default=0)
    #: The latest about the whole: an earlier one that has not left is dropped.
    outbox_message_id: Mapped[int | None] = references("outbox_message.id", index=False)
