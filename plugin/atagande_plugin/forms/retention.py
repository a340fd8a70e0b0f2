"""Input about how long records are kept."""

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from atagande_plugin.forms.base import Form
from atagande_plugin.forms.optional import OptionalNumber

#: As in the minutes; the verb says what is wrong with it.
Paragraph = Annotated[str, StringConstraints(max_length=40)]


class DecideRetention(Form):
    """What the steering group decided about a kind of record."""

    #: "remove" after `months`, or "keep" for ever.
    outcome: Literal["remove", "keep"]
    months: OptionalNumber = None
    decided_on: date
    paragraph: Paragraph = ""
    diary_number: Paragraph = ""


class ExceptKind(Form):
    """A kind of record of which nothing goes through a day."""

    until: date
    decided_on: date
    paragraph: Paragraph = ""
    diary_number: Paragraph = ""
