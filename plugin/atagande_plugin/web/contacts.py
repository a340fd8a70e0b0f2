"""Pages of contact points for those who follow the agreement up, and for those who keep them."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.audit.queries import history
from atagande_agreements.civil_time import local_date
from atagande_agreements.contacts import queries, verbs
from atagande_agreements.contacts.errors import LooksPersonal, NotTheirUnit
from atagande_agreements.contacts.models import ContactEntry
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Association, Organisation, Role, Unit
from atagande_plugin.auth import access
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself

if TYPE_CHECKING:
    from atagande_plugin.forms.contacts import ChangeEntry, Confirm, Entry, RemoveEntry

section = kernel.Section("contacts", __name__)

KEEPERS = access.roles(Role.ADMINISTRATOR, *sorted(verbs.KEEPERS))
#: Lines of the history that a party's page shows.
HISTORY = 10
ACTIONS = {
    "contacts.added": N_("En kontaktväg lades till"),
    "contacts.changed": N_("En kontaktväg ändrades"),
    "contacts.removed": N_("En kontaktväg togs bort"),
    "contacts.confirmed": N_("Uppgifterna bekräftades"),
}


def tel(phone: str) -> str:
    """Return the address that dials a number (RFC 3966); an extension is left to the caller."""
    number = phone.lower().partition("a")[0].partition("t")[0].partition("e")[0]
    return "tel:" + "".join(sign for sign in number if sign.isdigit() or sign == "+")


def may_keep(organisation: Organisation) -> bool:
    """Tell whether the person of this request keeps a party's entries."""
    if g.me.has(Role.ADMINISTRATOR):
        return True
    return bool(g.me.organisation_id == organisation.id and g.me.has(*verbs.KEEPERS))


def party_by_key(key: str) -> Organisation:
    """Return a party of the association; raise NotFound."""
    found = queries.organisation(g.session, g.me.association_id, key)
    if found is None:
        raise NotFound
    return found


def unit_by_key(organisation: Organisation, key: str) -> Unit | None:
    """Return a party's unit, None for the whole party; raise NotTheirUnit."""
    if not key:
        return None
    units = queries.units_of(g.session, organisation.id, local_date(g.now))
    for unit in units:
        if unit.key == key:
            return unit
    raise NotTheirUnit(field="unit")


def details_of(organisation: Organisation, form: "Entry") -> verbs.Details:
    """Return what a form says of an entry."""
    return verbs.Details(
        function=form.function,
        purpose=form.purpose,
        phone=form.phone,
        email=form.email,
        address=form.address,
        hours=form.hours,
        unit=unit_by_key(organisation, form.unit),
    )


@section.route_for("/kontaktvagar", allow=access.FOLLOWERS)
def listing() -> str:
    """Show how fresh each party's contact points are; one's own first."""
    found = queries.parties(g.session, g.me.association_id, local_date(g.now))
    return render_template(
        "contacts/list.html",
        listing=found,
        own=next(
            (one for one in found.parties if one.organisation.id == g.me.organisation_id), None
        ),
        may_keep=may_keep,
        association=g.session.get_one(Association, g.me.association_id),
    )


def _party_page(
    key: str, errors: dict[str, str] | None = None, refusal: Refused | None = None, **_: Any
) -> str:
    found = queries.parties(g.session, g.me.association_id, local_date(g.now))
    party = next((one for one in found.parties if one.organisation.key == key), None)
    if party is None:
        raise NotFound
    entries = history(g.session, g.me.association_id, "contacts", party.organisation.id)
    return render_template(
        "contacts/party.html",
        party=party,
        months=found.months,
        may_keep=may_keep(party.organisation),
        on_behalf=g.me.organisation_id != party.organisation.id,
        read=queries.seen(party.entries),
        confirmations=queries.confirmations(g.session, party.organisation.id, size=HISTORY),
        entries=[_line(one) for one in reversed(entries[-HISTORY:])],
        association=g.session.get_one(Association, g.me.association_id),
        stale=isinstance(refusal, Stale),
        tel=tel,
        values=request.form,
        errors=errors or {},
    )


def _line(entry: AuditEntry) -> dict[str, Any]:
    """Return a line of the history: what, when, by whom."""
    return {
        "what": g.words.text(ACTIONS.get(entry.action, entry.action)),
        "at": entry.at,
        "who": entry.actor,
    }


@section.route_for("/kontaktvagar/<key>", allow=access.FOLLOWERS)
def party(key: str) -> str:
    """Show a party's contact points, and let it confirm them."""
    return _party_page(key)


@section.route_for(
    "/kontaktvagar/<key>/bekrafta",
    allow=KEEPERS,
    methods=("POST",),
    takes="contacts.Confirm",
    again=_party_page,
)
def confirm(key: str, form: "Confirm") -> Any:
    """Record that a party's entries are right."""
    organisation = party_by_key(key)
    verbs.confirm(
        g.session,
        organisation=organisation,
        person=myself(),
        confirmed_on=form.confirmed_on or local_date(g.now),
        read=form.read,
        now=g.now,
    )
    flash(g.words.text(N_("Uppgifterna är bekräftade.")), "success")
    return redirect(f"/kontaktvagar/{key}", 303)


def _form_page(
    organisation: Organisation,
    entry: ContactEntry | None,
    errors: dict[str, str] | None,
    refusal: Refused | None,
) -> str:
    if not may_keep(organisation):
        raise NotFound
    units = queries.units_of(g.session, organisation.id, local_date(g.now))
    return render_template(
        "contacts/form.html",
        organisation=organisation,
        entry=entry,
        known=_values(entry),
        units=[(one.key, one.name) for one in units],
        on_behalf=g.me.organisation_id != organisation.id,
        looks_personal=isinstance(refusal, LooksPersonal) or "functional" in request.form,
        stale=isinstance(refusal, Stale),
        values=request.form if request.method == "POST" else _values(entry),
        tel=tel,
        errors=errors or {},
    )


def _values(entry: ContactEntry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    known = verbs.Details(
        function=entry.function,
        purpose=entry.purpose,
        phone=entry.phone,
        email=entry.email,
        address=entry.address,
        hours=entry.hours,
    )
    return asdict(known) | {
        "unit": entry.unit.key if entry.unit else "",
        "version": str(entry.version),
    }


def _new_page(
    key: str, errors: dict[str, str] | None = None, refusal: Refused | None = None, **_: Any
) -> str:
    return _form_page(party_by_key(key), None, errors, refusal)


@section.route_for("/kontaktvagar/<key>/ny", allow=KEEPERS)
def new(key: str) -> str:
    """Show the form for a new entry."""
    return _new_page(key)


@section.route_for(
    "/kontaktvagar/<key>",
    allow=KEEPERS,
    methods=("POST",),
    takes="contacts.Entry",
    again=_new_page,
)
def add(key: str, form: "Entry") -> Any:
    """Add an entry to a party's list."""
    organisation = party_by_key(key)
    verbs.acts_on_behalf(organisation, myself())
    verbs.add_entry(
        g.session,
        organisation=organisation,
        details=details_of(organisation, form),
        functional=form.functional,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Kontaktvägen är tillagd. Bekräfta när listan stämmer.")), "success")
    return redirect(f"/kontaktvagar/{key}", 303)


def _entry(key: str, number: int) -> ContactEntry:
    entry = queries.entry(g.session, g.me.association_id, number)
    if entry is None or entry.organisation.key != key or not may_keep(entry.organisation):
        raise NotFound
    return entry


def _change_page(
    key: str,
    number: int,
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,
    **_: Any,
) -> str:
    entry = _entry(key, number)
    return _form_page(entry.organisation, entry, errors, refusal)


@section.route_for("/kontaktvagar/<key>/<int:number>", allow=KEEPERS)
def edit(key: str, number: int) -> str:
    """Show the form for changing an entry."""
    return _change_page(key, number)


@section.route_for(
    "/kontaktvagar/<key>/<int:number>",
    allow=KEEPERS,
    methods=("POST",),
    takes="contacts.ChangeEntry",
    again=_change_page,
)
def change(key: str, number: int, form: "ChangeEntry") -> Any:
    """Change an entry."""
    entry = _entry(key, number)
    verbs.change_entry(
        g.session,
        entry=entry,
        details=details_of(entry.organisation, form),
        functional=form.functional,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    flash(g.words.text(N_("Kontaktvägen är ändrad. Bekräfta när listan stämmer.")), "success")
    return redirect(f"/kontaktvagar/{key}", 303)


@section.route_for(
    "/kontaktvagar/<key>/<int:number>/ta-bort",
    allow=KEEPERS,
    methods=("POST",),
    takes="contacts.RemoveEntry",
    again=_change_page,
)
def remove(key: str, number: int, form: "RemoveEntry") -> Any:
    """Take an entry away."""
    verbs.remove_entry(
        g.session, entry=_entry(key, number), person=myself(), version=form.version, now=g.now
    )
    flash(g.words.text(N_("Kontaktvägen är borttagen.")), "success")
    return redirect(f"/kontaktvagar/{key}", 303)
