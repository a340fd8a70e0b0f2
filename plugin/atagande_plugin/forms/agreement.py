"""Input of the agreement's pages."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from atagande_plugin.forms.base import Line
from atagande_plugin.forms.decided import AtMeeting


class DecideParameter(AtMeeting):
    """What the steering group decided about a parameter."""

    #: In the parameter's unit.
    value: Line
    valid_from: date
    decided_on: date
    #: Paragraph of the minutes; the verb says what is wrong with it.
    paragraph: Annotated[str, StringConstraints(max_length=40)] = ""
    #: Page to go on to.
    next: str = ""
