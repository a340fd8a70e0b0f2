"""Input about letter templates."""

from typing import Annotated

from pydantic import StringConstraints

from atagande_plugin.forms.base import Form

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=8000)]


class NewLetter(Form):
    """A template for the library."""

    name: Name
    body: Body


class ChangeLetter(NewLetter):
    """A changed template; `version` is that of the page it was read on, 0 for one as shipped."""

    in_use: bool = False
    version: int
