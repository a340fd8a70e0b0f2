"""Input of answers to invitations."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from atagande_plugin.forms.base import Form

#: One line: no line breaks, and none of the control characters that databases refuse.
ONE_LINE = r"^[^\x00-\x1f\x7f\u2028\u2029]*$"


class Answer(Form):
    """An answer to one invitation; the stand-in (by function) counts only with a no."""

    answer: Literal["yes", "no", "maybe"]
    stand_in: Annotated[str, StringConstraints(max_length=120, pattern=ONE_LINE)] = ""
