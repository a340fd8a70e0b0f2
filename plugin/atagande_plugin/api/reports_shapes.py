"""What the API answers about reports."""

from datetime import date
from typing import Any

from atagande_agreements.reports.models import FileFormat, ReportState
from atagande_plugin.api.shapes import Moment, Shape


class ReportFileLine(Shape):
    """A file of an issued report. It never changes."""

    format: FileFormat
    #: Bytes.
    size: int
    #: Hexadecimal.
    sha256: str


class ReportLine(Shape):
    """A report and how far it has come."""

    id: int
    agreement: str
    #: "2026", "2026-H1", "2026-Q3" or "2026-02-03--2026-04-15".
    period: str
    first: date
    last: date
    title: str
    language: str
    diary_number: str
    state: ReportState
    #: Percent.
    progress: int
    #: Why it could not be made; "" otherwise.
    fault: str
    asked_at: Moment
    issued_at: Moment | None
    #: The earlier report over the same period that it replaces.
    replaces: int | None
    files: list[ReportFileLine]


class IssuedReportList(Shape):
    """Reports of the association."""

    items: list[ReportLine]
    next: int | None


class ReportWhole(ReportLine):
    """A report with all that it says; null until it is issued."""

    replaced_by: int | None
    #: What every file is made from, as it was gathered.
    contents: dict[str, Any] | None
