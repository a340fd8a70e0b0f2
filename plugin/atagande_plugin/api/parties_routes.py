"""Routes about parties."""

from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import ADMINISTRATOR, FOLLOWERS

_PARTY = "/parties/{party}"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/parties",
        "parties.listed",
        "Organisations and units, with their days and what came before and after",
        FOLLOWERS,
        "parties_shapes.PartyList",
        asks="api_lists.Page",
    ),
    Endpoint("GET", _PARTY, "parties.one", "One party", FOLLOWERS, "parties_shapes.PartyLine"),
    Endpoint(
        "POST",
        f"{_PARTY}/names",
        "parties.name",
        "Give a party a new name from a date",
        ADMINISTRATOR,
        "parties_shapes.NameLine",
        takes="parties.Rename",
    ),
    Endpoint(
        "POST",
        f"{_PARTY}/successions",
        "parties.succession",
        "Let a party merge, split or be succeeded from a date",
        ADMINISTRATOR,
        "parties_shapes.Followed",
        takes="parties.Succession",
    ),
    Endpoint(
        "POST",
        f"{_PARTY}/contact",
        "parties.contact",
        "Set a party's functional mailbox and address",
        ADMINISTRATOR,
        "parties_shapes.PartyLine",
        takes="parties.Contact",
    ),
    Endpoint(
        "POST",
        f"{_PARTY}/units",
        "parties.unit",
        "Add a unit that the agreement does not name",
        ADMINISTRATOR,
        "parties_shapes.PartyLine",
        takes="parties.NewUnit",
    ),
    Endpoint(
        "POST",
        f"{_PARTY}/people",
        "parties.add_person",
        "Add someone who acts for a party",
        ADMINISTRATOR,
        "parties_shapes.PartyPerson",
        takes="parties.NewPerson",
    ),
    Endpoint(
        "GET",
        "/people/{number}",
        "parties.person",
        "Someone who acts for a party",
        ADMINISTRATOR,
        "parties_shapes.PartyPerson",
    ),
    Endpoint(
        "POST",
        "/people/{number}",
        "parties.change_person",
        "Change someone's place, function and roles",
        ADMINISTRATOR,
        "parties_shapes.PartyPerson",
        takes="parties.ChangePerson",
    ),
)
