"""Answers about parties."""

from datetime import date

from atagande_agreements.parties.models import Role, SuccessionKind
from atagande_plugin.api.shapes import Party, Shape


class PartyStep(Shape):
    """What a party came from or went over into: the key of the other, and from when."""

    kind: SuccessionKind
    other: str
    takes_effect_on: date
    decision: str


class PartyLine(Shape):
    """An organisation, or a unit of one, with its days as a party (both included)."""

    id: int
    party: Party
    kind: str
    email: str | None
    address: str | None
    valid_from: date | None
    valid_to: date | None
    before: list[PartyStep]
    after: list[PartyStep]
    version: int


class PartyList(Shape):
    """A part of the list of parties."""

    items: list[PartyLine]
    next: int | None


class NameLine(Shape):
    """A party's new name and its first day."""

    party: Party
    name: str
    short_name: str
    valid_from: date


class Followed(Shape):
    """Those that a party goes over into, the one that takes over what is open first."""

    items: list[Party]


class PartyPerson(Shape):
    """Someone who acts for a party."""

    id: int
    name: str
    title: str
    email: str
    party: Party
    roles: list[Role]
    active: bool
    #: Several read the address; a calendar's own answer from it does not count.
    shared_mailbox: bool
    version: int
