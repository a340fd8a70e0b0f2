"""Input about certificates: counts only, nothing about anyone."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from atagande_plugin.forms.api_lists import Page
from atagande_plugin.forms.base import Form, Text

#: More certificates than any municipality receives in a half-year.
_MOST = 100_000
Count = Annotated[int, Field(ge=0, le=_MOST)]
#: An empty field says that the municipality can't tell.
MaybeCount = Annotated[Count | None, BeforeValidator(lambda given: None if given == "" else given)]
Period = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-H[12]$")]
Key = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Report(Form):
    """A half-year's figures; `version` is that of the report one had read, 0 for none."""

    received: Count
    lacking: Count
    completed: Count
    received_women: MaybeCount = None
    received_men: MaybeCount = None
    lacking_women: MaybeCount = None
    lacking_men: MaybeCount = None
    version: int = 0


class NewCertificates(Report):
    """The same through the API; `unit` is the clinic's key, `period` such as "2026-H1"."""

    unit: Key
    period: Period


class Statement(Form):
    """What the clinic says about its figures."""

    text: Text


class NewCertificateStatement(Statement):
    """The same through the API."""

    unit: Key
    period: Period


class CertificatesPage(Page):
    """A part of the reports, perhaps only those of one half-year."""

    period: Period | None = None
