"""Input about contact points."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from atagande_plugin.forms.api_lists import Page
from atagande_plugin.forms.base import Form

Key = Annotated[str, StringConstraints(max_length=64)]


class Entry(Form):
    """What an entry says; `unit` is a unit's key, or empty for the whole party."""

    function: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    purpose: Annotated[str, StringConstraints(max_length=300)] = ""
    phone: Annotated[str, StringConstraints(max_length=40)] = ""
    email: Annotated[str, StringConstraints(max_length=254)] = ""
    address: Annotated[str, StringConstraints(max_length=300)] = ""
    hours: Annotated[str, StringConstraints(max_length=200)] = ""
    unit: Key = ""
    #: The address is no person's, though it may look like one.
    functional: bool = False


class ChangeEntry(Entry):
    """Change an entry; `version` is that of the page it was read on."""

    version: int


class RemoveEntry(Form):
    """Take an entry away."""

    version: int


class Confirm(Form):
    """Say that a party's entries are right; `read` marks what stood there when it was said."""

    read: Annotated[str, StringConstraints(max_length=32)]
    #: Today, if none is said.
    confirmed_on: date | None = None


class ConfirmByLink(Form):
    """Say so from a mail's link."""

    read: Annotated[str, StringConstraints(max_length=32)]


class NewEntryFor(Entry):
    """A new entry through the API; `organisation` is the party's key, your own if empty."""

    organisation: Key = ""


class ConfirmFor(Form):
    """Confirm through the API; `read` is what the party's list said."""

    organisation: Key = ""
    read: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    confirmed_on: date | None = None


class ContactPage(Page):
    """A part of the entries, perhaps only those of one party."""

    organisation: Annotated[str, Field(max_length=64)] = ""
