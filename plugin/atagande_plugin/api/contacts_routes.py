"""Routes of contact points."""

from atagande_agreements.contacts.verbs import KEEPERS
from atagande_agreements.parties.models import Role
from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import FOLLOWERS, roles

_KEEPERS = roles(Role.ADMINISTRATOR, *sorted(KEEPERS))

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/contacts",
        "contacts.listed",
        "Contact points of the association's parties, by function",
        FOLLOWERS,
        "contacts_shapes.ContactList",
        asks="contacts.ContactPage",
    ),
    Endpoint(
        "POST",
        "/contacts",
        "contacts.add",
        "Add a contact point to your party's list",
        _KEEPERS,
        "contacts_shapes.ContactLine",
        takes="contacts.NewEntryFor",
        makes=True,
    ),
    Endpoint(
        "GET",
        "/contacts/parties",
        "contacts.parties",
        "How fresh each party's contact points are",
        FOLLOWERS,
        "contacts_shapes.ContactPartyList",
        asks="api_lists.Page",
    ),
    Endpoint(
        "POST",
        "/contacts/confirm",
        "contacts.confirm",
        "Confirm all of a party's contact points on a date",
        _KEEPERS,
        "contacts_shapes.ContactParty",
        takes="contacts.ConfirmFor",
    ),
    Endpoint(
        "GET",
        "/contacts/{number}",
        "contacts.one",
        "One contact point",
        FOLLOWERS,
        "contacts_shapes.ContactLine",
    ),
    Endpoint(
        "POST",
        "/contacts/{number}",
        "contacts.change",
        "Change a contact point",
        _KEEPERS,
        "contacts_shapes.ContactLine",
        takes="contacts.ChangeEntry",
    ),
    Endpoint(
        "POST",
        "/contacts/{number}/remove",
        "contacts.remove",
        "Take a contact point away",
        _KEEPERS,
        "contacts_shapes.ContactParty",
        takes="contacts.RemoveEntry",
    ),
)
