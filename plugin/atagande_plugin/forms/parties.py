"""Input about parties, their units and their people."""

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from atagande_agreements.parties.models import Role, UnitKind
from atagande_plugin.forms.base import Form

Key = Annotated[str, StringConstraints(max_length=64)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Decision = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Address = Annotated[str, StringConstraints(max_length=300)]
Email = Annotated[str, StringConstraints(max_length=254)]
Title = Annotated[str, StringConstraints(max_length=120)]


class Rename(Form):
    """A new name from a date."""

    name: Name
    short_name: Short
    takes_effect_on: date
    decision: Decision


class Succession(Form):
    """What becomes of a party from a date.

    `merged`: it goes up in one with `units`. `split`: it becomes two, the second of `key_2`.
    `successor`: another takes over. The other is `into`, or a new one with `key` and names.
    """

    kind: Literal["merged", "split", "successor"]
    units: tuple[Key, ...] = ()
    into: Key = ""
    key: Key = ""
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    short_name: Annotated[str, StringConstraints(max_length=60)] = ""
    email: Email = ""
    address: Address = ""
    key_2: Key = ""
    name_2: Annotated[str, StringConstraints(max_length=200)] = ""
    short_name_2: Annotated[str, StringConstraints(max_length=60)] = ""
    takes_effect_on: date
    decision: Decision


class NewUnit(Form):
    """A unit added by hand; the agreement does not name it."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    name: Name
    short_name: Short
    kind: UnitKind
    email: Email = ""
    address: Address = ""


class Contact(Form):
    """The functional mailbox and address; `version` is that of the page they were read on."""

    email: Email = ""
    address: Address = ""
    version: int


class NewPerson(Form):
    """Someone who acts for a party."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    title: Title = ""
    email: Annotated[str, StringConstraints(min_length=1, max_length=254)]
    roles: tuple[Role, ...] = ()
    #: Several read the address; a calendar's own answer from it does not count.
    shared_mailbox: bool = False


class ChangePerson(Form):
    """Someone's place (key of an organisation or unit), function and roles."""

    party: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    title: Title = ""
    roles: tuple[Role, ...] = ()
    active: bool = False
    shared_mailbox: bool = False
    version: int
