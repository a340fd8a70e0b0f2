"""Who the person of a request is and acts for, by which agreement, and what parties were called."""

from datetime import date

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import agreements
from atagande_agreements.errors import NotFound
from atagande_agreements.parties.heirs import Acting, heirs
from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_agreements.parties.names import Names, names
from atagande_agreements.register.models import Agreement


def myself() -> Person:
    """Return the person of this request as one of its session."""
    found: Person = g.session.get_one(Person, g.me.person_id)
    return found


def agreement_now() -> Agreement | None:
    """Return the association's agreement, or None while there is none."""
    found = agreements(g.session, g.me.association_id, local_date(g.now))
    return found[0].agreement if found else None


def the_agreement() -> Agreement:
    """Return the association's agreement; raise NotFound while there is none."""
    agreement = agreement_now()
    if agreement is None:
        raise NotFound
    return agreement


def acting() -> Acting:
    """Return for which parties the person acts: their own, and those it has followed.

    Read once a request, as are the names.
    """
    if "acting" not in g:
        ways = heirs(g.session, g.me.association_id)
        g.acting = ways.acting(g.me.organisation_id, g.me.unit_id, local_date(g.now))
    found: Acting = g.acting
    return found


def named() -> Names:
    """Return the names of the association's parties through time."""
    if "named" not in g:
        g.named = names(g.session, g.me.association_id)
    found: Names = g.named
    return found


def called(party: Organisation | Unit, day: date) -> str:
    """Return what a party was called on a local date."""
    return named().of(party, day).name
