"""Input about deviations."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from atagande_plugin.forms.base import Form, OptionalText, Text


class Reply(Form):
    """The party's reply; `version` is that of the page it was read on."""

    text: Text
    version: int


class Close(Form):
    """The group's decision to close; `next` is where the page goes afterwards."""

    paragraph: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    decided_on: date
    note: OptionalText = ""
    version: int
    next: str = ""
