"""What the API says of contact points."""

from datetime import date

from atagande_agreements.commitments.models import Status
from atagande_plugin.api.shapes import Moment, Shape


class ContactLine(Shape):
    """One way to reach a party, by function."""

    id: int
    organisation: str
    #: Key of one of the party's units; null for the whole party.
    unit: str | None
    function: str
    purpose: str
    phone: str
    email: str
    address: str
    hours: str
    changed_at: Moment
    #: Written by the association for the party.
    on_behalf: bool
    version: int


class ContactList(Shape):
    """Contact points of the association's parties."""

    items: list[ContactLine]
    next: int | None


class ContactParty(Shape):
    """How fresh a party's contact points are."""

    id: int
    organisation: str
    name: str
    entries: int
    confirmed_on: date | None
    #: Older than the steering group has decided.
    stale: bool
    #: What the agreement asks of it now; null for a party that owes nothing here.
    status: Status | None
    due_on: date | None
    #: Marks the entries as they are; send it when you confirm them.
    read: str


class ContactPartyList(Shape):
    """The association's parties."""

    #: How many months old a confirmation may be; null while that is not decided.
    months: int | None
    items: list[ContactParty]
    next: int | None
