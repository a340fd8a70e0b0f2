"""Parter: the parties and their units, what came before and after, and changing them."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app, flash, g, redirect, render_template, request

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties import verbs
from atagande_agreements.parties.models import (
    Organisation,
    Role,
    SuccessionKind,
    Unit,
    UnitKind,
)
from atagande_agreements.parties.overview import (
    Party,
    Place,
    Step,
    When,
    overview,
    party_of_key,
)
from atagande_agreements.parties.succession import Change, rename
from atagande_plugin.auth.access import ADMINISTRATOR, FOLLOWERS
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself, named
from atagande_plugin.web.parties_changes import KINDS, carry_out

if TYPE_CHECKING:
    from atagande_plugin.forms.parties import Contact, NewUnit, Rename, Succession

section = kernel.Section("parties", __name__)

UNIT_KINDS = {UnitKind.CLINIC: N_("Mottagning"), UnitKind.OFFICE: N_("Enhet")}
BEFORE = {
    SuccessionKind.MERGED: N_("Tidigare: %(party)s, till %(day)s, gick upp i den här."),
    SuccessionKind.SPLIT: N_("Tidigare: del av %(party)s, till %(day)s."),
    SuccessionKind.SUCCESSOR: N_("Tidigare: %(party)s, till %(day)s."),
}
AFTER = {
    SuccessionKind.MERGED: N_("Därefter: går upp i %(party)s, från %(day)s."),
    SuccessionKind.SPLIT: N_("Därefter: %(party)s, från %(day)s, en av två delar."),
    SuccessionKind.SUCCESSOR: N_("Därefter: %(party)s, från %(day)s."),
}


def find(key: str) -> Party:
    """Return one of the association's parties; raise NotFound if there is none."""
    found = party_of_key(g.session, g.me.association_id, key)
    if found is None:
        raise NotFound
    return found


def _name(step: Step) -> str:
    """Return what the one that took over was called when it did."""
    return named().of(step.other, step.takes_effect_on).name


def history_of(place: Place, words_of_day: Any) -> list[str]:
    """Return what came before and after a party, and its other names, one sentence each."""
    today, known = local_date(g.now), named()
    text = g.words.text
    lines = [
        text(
            BEFORE[one.kind],
            {
                "party": known.of(one.other, one.takes_effect_on - timedelta(days=1)).name,
                "day": words_of_day(one.takes_effect_on - timedelta(days=1)),
            },
        )
        for one in place.before
    ]
    lines += [
        text(N_("Hette %(name)s till %(day)s."), {"name": name, "day": words_of_day(last)})
        for name, last in known.earlier(place.party, today)
    ]
    lines += [
        text(N_("Heter %(name)s från %(day)s."), {"name": name, "day": words_of_day(first)})
        for name, first in known.coming(place.party, today)
    ]
    lines += [
        text(AFTER[one.kind], {"party": _name(one), "day": words_of_day(one.takes_effect_on)})
        for one in place.after
    ]
    return lines


@section.route_for("/parter", allow=FOLLOWERS)
def listing() -> str:
    """Show all parties with their units and what has become of them."""
    places = overview(g.session, g.me.association_id, local_date(g.now))
    words_of_day = current_app.jinja_env.globals["day"]
    every = [one for place in places for one in (place, *place.units)]
    histories = {id(one): history_of(one, words_of_day) for one in every}
    return render_template(
        "parties/list.html",
        places=places,
        members=sum(place.when is When.NOW for place in places),
        units=sum(unit.when is When.NOW for place in places for unit in place.units),
        when=When,
        kinds=UNIT_KINDS,
        may_change=g.me.has(Role.ADMINISTRATOR),
        history=lambda place: histories[id(place)],
    )


def _page(
    template: str,
    key: str,
    errors: dict[str, str] | None,
    fresh: dict[str, Any] | None = None,
    **more: Any,
) -> str:
    party = more.pop("party", None) or find(key)
    return render_template(
        f"parties/{template}.html",
        party=party,
        is_unit=isinstance(party, Unit),
        values=request.form if request.method == "POST" else fresh or {},
        errors=errors or {},
        **more,
    )


def _contact_page(
    key: str, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    del refusal
    party = find(key)
    address = party.address if isinstance(party, Unit) else None
    fresh = {"email": party.email or "", "address": address or ""}
    return _page("change", key, errors, fresh, party=party)


@section.route_for("/parter/<key>/andra", allow=ADMINISTRATOR)
def change(key: str) -> str:
    """Show what can be changed about a party."""
    return _contact_page(key)


@section.route_for(
    "/parter/<key>/andra",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="parties.Contact",
    again=_contact_page,
)
def change_contact(key: str, form: "Contact") -> Any:
    """Set a party's mailbox and address."""
    party = find(key)
    verbs.change_contact(
        g.session,
        party=party,
        email=form.email,
        address=form.address,
        version=form.version,
        actor=audit.Actor.of(myself()),
        now=g.now,
    )
    flash(g.words.text(N_("Uppgifterna är sparade.")), "success")
    return redirect("/parter", 303)


def _rename_page(
    key: str, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    del refusal
    party = find(key)
    fresh = {"name": party.name, "short_name": party.short_name}
    return _page("name", key, errors, fresh, party=party)


@section.route_for("/parter/<key>/namn", allow=ADMINISTRATOR)
def new_name(key: str) -> str:
    """Show the form for a new name."""
    return _rename_page(key)


@section.route_for(
    "/parter/<key>/namn",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="parties.Rename",
    again=_rename_page,
)
def set_name(key: str, form: "Rename") -> Any:
    """Give a party a new name from a date."""
    rename(
        g.session,
        party=find(key),
        name=form.name,
        short_name=form.short_name,
        change=Change(form.takes_effect_on, form.decision, myself(), g.now),
    )
    said = N_("Namnbytet är registrerat. Gamla resultat står kvar under det gamla namnet.")
    flash(g.words.text(said), "success")
    return redirect("/parter", 303)


def _succession_page(
    key: str, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    del refusal
    party = find(key)
    others = _others(party)
    kind = request.values.get("kind", "successor")
    return _page(
        "succession",
        key,
        errors,
        {"kind": kind if kind in KINDS else "successor"},
        party=party,
        kinds=[
            (one, g.words.text(label))
            for one, label in KINDS.items()
            if isinstance(party, Unit) or one == "successor"
        ],
        others=others,
        picked=request.form.getlist("units"),
    )


def _others(party: Party) -> list[tuple[str, str]]:
    """Return (key, name) of those that could merge with a party or take over from it."""
    today: date = local_date(g.now)
    found = []
    for place in overview(g.session, g.me.association_id, today):
        same = place.units if isinstance(party, Unit) else [place]
        for one in same:
            other = one.party
            if other is party or other.kind is not party.kind or other.valid_to is not None:
                continue
            if isinstance(other, Organisation) or other.organisation_id == _body_of(party):
                found.append((other.key, other.name))
    return found


def _body_of(party: Party) -> int | None:
    return party.organisation_id if isinstance(party, Unit) else None


@section.route_for("/parter/<key>/efterfoljare", allow=ADMINISTRATOR)
def new_succession(key: str) -> str:
    """Show the form for what becomes of a party."""
    return _succession_page(key)


@section.route_for(
    "/parter/<key>/efterfoljare",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="parties.Succession",
    lists=frozenset({"units"}),
    again=_succession_page,
)
def set_succession(key: str, form: "Succession") -> Any:
    """Let a party go over into others from a date."""
    heirs = carry_out(g.session, find(key), form, person=myself(), now=g.now)
    said = {"parties": ", ".join(one.name for one in heirs)}
    flash(
        g.words.text(N_("Ändringen är registrerad. %(parties)s tar vid från första dagen."), said),
        "success",
    )
    return redirect("/parter", 303)


def _unit_page(
    key: str, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    del refusal
    party = find(key)
    if isinstance(party, Unit):
        raise NotFound
    kinds = [(one.value, g.words.text(label)) for one, label in UNIT_KINDS.items()]
    return _page("unit", key, errors, {"kind": UnitKind.OFFICE.value}, party=party, kinds=kinds)


@section.route_for("/parter/<key>/enhet", allow=ADMINISTRATOR)
def new_unit(key: str) -> str:
    """Show the form for a new unit of an organisation."""
    return _unit_page(key)


@section.route_for(
    "/parter/<key>/enhet",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="parties.NewUnit",
    again=_unit_page,
)
def add_unit(key: str, form: "NewUnit") -> Any:
    """Add a unit by hand."""
    organisation = find(key)
    if isinstance(organisation, Unit):
        raise NotFound
    unit = verbs.add_unit(
        g.session,
        organisation=organisation,
        key=form.key,
        name=form.name,
        short_name=form.short_name,
        kind=form.kind,
        email=form.email,
        address=form.address,
        actor=audit.Actor.of(myself()),
        now=g.now,
    )
    flash(g.words.text(N_("%(name)s är tillagd."), {"name": unit.name}), "success")
    return redirect("/parter", 303)
