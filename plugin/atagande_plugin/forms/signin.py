"""Input of signing in."""

from typing import Annotated

from pydantic import StringConstraints

from atagande_plugin.forms.base import Form, RowNumber


class AskForLink(Form):
    """Ask for a one-time link."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    next: str = "/"


class PickPerson(Form):
    """Choose one of the demo's people."""

    person: RowNumber
    next: str = "/"


class Nothing(Form):
    """A form with a button and no fields."""
