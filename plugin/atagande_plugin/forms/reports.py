"""Input about reports."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import StringConstraints, field_validator

from atagande_plugin.forms.api_lists import Page
from atagande_plugin.forms.base import Form


class AskForReport(Form):
    """A report over a period, by its code or by two local dates."""

    #: "2026", "2026-H1", "2026-Q3"; "" when the dates say it.
    period: Annotated[str, StringConstraints(max_length=30)] = ""
    first: date | None = None
    last: date | None = None
    #: Of the association's own register of documents.
    diary_number: Annotated[str, StringConstraints(max_length=40)] = ""
    language: Literal["sv", "en"] = "sv"

    @field_validator("first", "last", mode="before")
    @classmethod
    def empty_is_none(cls, value: Any) -> Any:
        """Read a field that was left empty as no date."""
        return None if value == "" else value


class ReportPage(Page):
    """A part of the reports."""
