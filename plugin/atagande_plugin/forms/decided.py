"""What every form of a decision may have: the meeting that took it."""

from typing import Annotated

from pydantic import Field

from atagande_agreements.db import HIGHEST_ID
from atagande_plugin.forms.base import Form
from atagande_plugin.forms.optional import or_nothing


class AtMeeting(Form):
    """A decision, perhaps with the number of the steering group's meeting that took it.

    Without one it is put under the meeting of the day it is dated, if there was one.
    """

    meeting: Annotated[Annotated[int, Field(ge=1, le=HIGHEST_ID)] | None, or_nothing] = None
