"""Input of answers to invitations."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from atagande_plugin.forms.base import Form
from atagande_plugin.forms.clock import OptionalClock, OptionalDay
from atagande_plugin.forms.optional import OptionalNumber

#: One line: no line breaks, and none of the control characters that databases refuse.
ONE_LINE = r"^[^\x00-\x1f\x7f\u2028\u2029]*$"
#: Other times on one form.
MOST_TIMES = 3


class Answer(Form):
    """An answer to one invitation.

    The stand-in (by function) counts only with a no, and the other times only with "propose": the
    first day and the first clock make one, and so on; where both are empty there is none.
    """

    answer: Literal["yes", "no", "maybe", "propose"]
    #: SEQUENCE of the time that stood on the page; an answer to an older one is none.
    sequence: OptionalNumber = None
    stand_in: Annotated[str, StringConstraints(max_length=120, pattern=ONE_LINE)] = ""
    day: Annotated[tuple[OptionalDay, ...], Field(max_length=MOST_TIMES)] = ()
    clock: Annotated[tuple[OptionalClock, ...], Field(max_length=MOST_TIMES)] = ()
