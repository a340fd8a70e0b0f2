"""Input about the ladder."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from atagande_plugin.forms.base import OptionalText
from atagande_plugin.forms.decided import AtMeeting

_nothing_is_zero = BeforeValidator(lambda value: 0 if value == "" else value)


class DecideStep(AtMeeting):
    """What the steering group decided about a step of the ladder."""

    is_used: bool = False
    #: The step's time in calendar days; the verb says what is wrong with it.
    days: Annotated[Annotated[int, Field(ge=0, le=100_000)], _nothing_is_zero] = 0
    #: The group's own words in the step's letter; "" for the usual ones.
    body: Annotated[str, StringConstraints(max_length=8000)] = ""
    valid_from: date
    decided_on: date
    paragraph: Annotated[str, StringConstraints(max_length=40)] = ""
    diary_number: Annotated[str, StringConstraints(max_length=40)] = ""
    note: OptionalText = ""
