"""Input about competence."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from atagande_agreements.competence.counts import HIGHEST_STAFF
from atagande_plugin.forms.base import Form, RowNumber

Staff = Annotated[int, Field(ge=0, le=HIGHEST_STAFF)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=64)]
#: Rows of the form; what is longer comes as a file.
MOST_ROWS = 100
Cells = Annotated[
    tuple[Annotated[str, StringConstraints(max_length=100)], ...], Field(max_length=MOST_ROWS)
]


class Report(Form):
    """A report on a page: rows of date and number, perhaps with names; empty rows are left out."""

    as_of: date
    staff: Staff
    version: RowNumber
    trained_on: Cells = ()
    people: Cells = ()
    name: Cells = ()


class Still(Form):
    """The last report is still right; `version` is that of the page it was read on."""

    version: RowNumber


class TrainedInput(Form):
    """People trained on one day."""

    trained_on: date
    people: Annotated[int, Field(ge=1, le=HIGHEST_STAFF)]


class NewReport(Form):
    """A report through the API, which takes counts and no names."""

    #: Key of the unit, or of the organisation for staff that no unit has.
    place: Key
    subject: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    as_of: date
    staff: Staff
    trained: Annotated[tuple[TrainedInput, ...], Field(max_length=2000)] = ()
    #: Number of the report it replaces, 0 for none.
    version: RowNumber
