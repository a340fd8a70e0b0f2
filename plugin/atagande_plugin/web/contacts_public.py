"""The public list of contact points: a page, one to embed, JSON and CSV. It names functions only.

What is answered depends on nothing but the address and what is published, so that browsers and
proxies may keep it for a while (RFC 9111).
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from flask import Response, g, make_response, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.contacts import queries
from atagande_agreements.contacts.models import ContactEntry
from atagande_agreements.contacts.queries import PartyContacts
from atagande_agreements.errors import NotFound
from atagande_agreements.parties.models import Association
from atagande_plugin.auth.access import PUBLIC
from atagande_plugin.csv_safe import as_csv
from atagande_plugin.services import services
from atagande_plugin.translation import LANGUAGES, words
from atagande_plugin.web import kernel
from atagande_plugin.web.contacts import tel
from atagande_plugin.web.paging import page_number, pages_of

section = kernel.Section("contacts_public", __name__)

#: Parties on one page of the list.
PAGE_SIZE = 20
#: Seconds that anyone may keep an answer.
KEPT = 300
#: The one page that other sites may show in a frame. It has no form and no script.
FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors *"
)
COLUMNS = (
    "part",
    "enhet",
    "funktion",
    "avser",
    "telefon",
    "e-post",
    "adress",
    "tider",
    "bekräftad",
    "aktuell",
)


def _association(key: str) -> Association:
    found = queries.association_by_key(g.session, key)
    if found is None:
        raise NotFound
    return found


def _published(association: Association) -> tuple[queries.Listing, list[PartyContacts]]:
    """Return all that is published, and what of it the address asks for."""
    listing = queries.published(g.session, association.id, local_date(g.now))
    wanted, search = request.args.get("part", ""), request.args.get("sok", "").strip().casefold()
    shown = []
    for one in listing.parties:
        if wanted and one.organisation.key != wanted:
            continue
        entries = [entry for entry in one.entries if search in _text_of(one, entry)]
        if entries:
            shown.append(PartyContacts(one.organisation, one.confirmed_on, one.stale, entries))
    return listing, shown


def _text_of(one: PartyContacts, entry: ContactEntry) -> str:
    texts = (one.organisation.name, entry.unit.name if entry.unit else "", entry.function)
    return " ".join((*texts, entry.purpose)).casefold()


def _kept(response: Response) -> Response:
    """Let anyone keep an answer for a while, and ask whether it is still the same."""
    body = response.get_data()
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = f"public, max-age={KEPT}"
    response.make_conditional(request)
    return response


@section.route_for("/kontakter/<key>", allow=PUBLIC)
def public(key: str) -> str:
    """Show how the parties are reached, by function."""
    association = _association(key)
    listing, shown = _published(association)
    page = page_number()
    return render_template(
        "contacts/public.html",
        association=association,
        listing=listing,
        shown=shown[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=sum(len(one.entries) for one in shown),
        part=request.args.get("part", ""),
        search=request.args.get("sok", ""),
        page=page,
        pages=pages_of(len(shown), PAGE_SIZE),
        tel=tel,
    )


@section.route_for("/kontakter/<key>/inbaddad", allow=PUBLIC)
def embedded(key: str) -> Response:
    """Show the same list bare, for a frame on another site; ?sprak=en speaks English."""
    language = request.args.get("sprak", "")
    g.words = words(language if language in LANGUAGES else services().settings.locale)
    association = _association(key)
    listing, shown = _published(association)
    response = make_response(
        render_template(
            "contacts/embedded.html",
            association=association,
            listing=listing,
            shown=shown,
            tel=tel,
        )
    )
    response.headers["Content-Security-Policy"] = FRAMED
    return _kept(response)


@section.route_for("/kontakter/<key>.json", allow=PUBLIC)
def public_json(key: str) -> Response:
    """Give the list as JSON; docs/api.md says what stands there."""
    association = _association(key)
    listing, shown = _published(association)
    body = {
        "association": {"key": association.key, "name": association.name},
        "confirmed_within_months": listing.months,
        "parties": [_party(one) for one in shown],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return _open_to_all(Response(f"{text}\n", content_type="application/json"))


def _party(one: PartyContacts) -> dict[str, Any]:
    return {
        "key": one.organisation.key,
        "name": one.organisation.name,
        "confirmed_on": one.confirmed_on.isoformat() if one.confirmed_on else None,
        "current": not one.stale,
        "entries": [
            {
                "function": entry.function,
                "unit": entry.unit.name if entry.unit else None,
                "purpose": entry.purpose,
                "phone": entry.phone,
                "email": entry.email,
                "address": entry.address,
                "hours": entry.hours,
            }
            for entry in one.entries
        ],
    }


@section.route_for("/kontakter/<key>.csv", allow=PUBLIC)
def public_csv(key: str) -> Response:
    """Give the list as CSV, as Swedish spreadsheets open it."""
    _listing, shown = _published(_association(key))
    rows = [_cells(one, entry) for one in shown for entry in one.entries]
    response = Response(as_csv([COLUMNS, *rows]), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="kontakter-{key}.csv"'
    return _open_to_all(response)


def _cells(one: PartyContacts, entry: ContactEntry) -> Sequence[str]:
    return (
        one.organisation.name,
        entry.unit.name if entry.unit else "",
        entry.function,
        entry.purpose,
        entry.phone,
        entry.email,
        entry.address,
        entry.hours,
        one.confirmed_on.isoformat() if one.confirmed_on else "",
        "nej" if one.stale else "ja",
    )


def _open_to_all(response: Response) -> Response:
    """Let other sites' pages read it (Fetch standard, CORS): it is public as it is."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return _kept(response)
