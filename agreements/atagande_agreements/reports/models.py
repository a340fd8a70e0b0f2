"""Tables of reports and their files."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.followup.period import Period
from atagande_agreements.parties.models import Person
from atagande_agreements.register.models import Agreement


class ReportState(StrEnum):
    """How far a report has come."""

    #: Asked for; nobody has begun.
    QUEUED = "queued"
    #: Being made by the one that holds it.
    MAKING = "making"
    #: Utfärdad: it never changes again.
    ISSUED = "issued"
    #: It could not be made.
    FAILED = "failed"


class FileFormat(StrEnum):
    """What a report is kept as."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"


#: Asked for and not yet issued, of the same period and language: one at a time.
_UNDER_WAY = text("state IN ('queued', 'making')")


class Report(Base):
    """Rapport: the follow-up of an agreement over a period. Once issued, it stands for ever."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", "span"),
        CheckConstraint("progress >= 0 AND progress <= 100", "progress"),
        CheckConstraint("(state = 'making') = (held_by <> '')", "held"),
        CheckConstraint("(held_by <> '') = (held_until IS NOT NULL)", "held_until"),
        CheckConstraint(
            "(state = 'issued') = (issued_at IS NOT NULL AND data IS NOT NULL)", "issued"
        ),
        CheckConstraint("state <> 'issued' OR progress = 100", "issued_whole"),
        CheckConstraint("(state = 'failed') = (fault <> '')", "failed"),
        CheckConstraint("language IN ('sv', 'en')", "language"),
        # A chain: each report is replaced at most once.
        UniqueConstraint("replaces_id"),
        Index("ix_report_list", "association_id", "asked_at"),
        Index("ix_report_work", "state", sqlite_where=_UNDER_WAY, postgresql_where=_UNDER_WAY),
        Index(
            "uq_report_under_way",
            "agreement_id",
            "first_on",
            "last_on",
            "language",
            unique=True,
            sqlite_where=_UNDER_WAY,
            postgresql_where=_UNDER_WAY,
        ),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    agreement_id: Mapped[int] = references("agreement.id")
    #: Local dates, both included.
    first_on: Mapped[date]
    last_on: Mapped[date]
    #: In the report's own language; the period in words.
    title: Mapped[str] = mapped_column(String(200))
    #: "sv" or "en": what its files are written in.
    language: Mapped[str] = mapped_column(String(2))
    #: Number in the association's own register of documents (diarium); "" when it has none.
    diary_number: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[ReportState] = mapped_column(one_of(ReportState))
    #: Percent.
    progress: Mapped[int] = mapped_column(default=0)
    #: Random name of the round of work that makes it; "" when nobody does.
    held_by: Mapped[str] = mapped_column(String(40), default="")
    #: From then on (UTC) another may take it up: whoever held it has stopped.
    held_until: Mapped[datetime | None]
    #: How many times somebody has begun to make it.
    attempts: Mapped[int] = mapped_column(default=0)
    #: Stable code of why it could not be made; "" otherwise.
    fault: Mapped[str] = mapped_column(String(80), default="")
    asked_by_id: Mapped[int] = references("person.id", index=False)
    asked_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    #: The issued report over the same period that stood when this one was issued.
    replaces_id: Mapped[int | None] = references("report.id", index=False)
    #: All that it says, as canonical JSON (`contents`): every file is made from this alone.
    data: Mapped[str | None] = mapped_column(Text, deferred=True)
    version: Mapped[int] = mapped_column(default=1)

    agreement: Mapped[Agreement] = relationship()
    asked_by: Mapped[Person] = relationship()
    files: Mapped[list["ReportFile"]] = relationship(order_by="ReportFile.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it

    @property
    def period(self) -> Period:
        """Return the period it is about."""
        return Period(self.first_on, self.last_on)


class ReportFile(Base):
    """One file of an issued report, byte for byte as it was issued. Append-only."""

    __tablename__ = "report_file"
    __table_args__ = (
        UniqueConstraint("report_id", "format"),
        CheckConstraint("size > 0", "size"),
        CheckConstraint("length(sha256) = 64", "sha256"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    report_id: Mapped[int] = references("report.id", index=False)
    format: Mapped[FileFormat] = mapped_column(one_of(FileFormat))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: SHA-256 of the content, hexadecimal.
    sha256: Mapped[str] = mapped_column(String(64))
    #: Bytes.
    size: Mapped[int]
