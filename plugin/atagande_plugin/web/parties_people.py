"""The people who act for a party: adding them, their roles, and letting them go."""

from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties import verbs
from atagande_agreements.parties.models import Person, Role
from atagande_agreements.parties.overview import people_of, person_of, places_on, split
from atagande_plugin.auth.access import ADMINISTRATOR
from atagande_plugin.auth.identity import ROLE_LABELS
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.paging import page_number, pages_of
from atagande_plugin.web.parties import find

if TYPE_CHECKING:
    from atagande_plugin.forms.parties import ChangePerson, NewPerson

section = kernel.Section("parties_people", __name__)
PAGE_SIZE = 50

ABOUT = {
    Role.ADMINISTRATOR: N_("Sköter register, möten och utskick."),
    Role.STEERING: N_("Beslutar mätvärden och stänger avvikelser."),
    Role.UNIT_CHIEF: N_("Svarar för parten: kallelser, förfrågningar, yttranden."),
    Role.CONVENER: N_("Kallar till SIP och registrerar förfrågningar."),
    Role.READER: N_("Läser uppföljningen."),
    Role.OPERATIONS: N_("Ser driften."),
}


def _roles() -> list[tuple[str, str, str]]:
    text = g.words.text
    return [(one.value, text(ROLE_LABELS[one]), text(ABOUT[one])) for one in Role]


def _people_page(
    key: str, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    del refusal
    party, page = find(key), page_number()
    people, total = people_of(g.session, party, size=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    return render_template(
        "parties/people.html",
        party=party,
        people=people,
        total=total,
        page=page,
        pages=pages_of(total, PAGE_SIZE),
        labels=ROLE_LABELS,
        roles=_roles(),
        values=request.form,
        picked=request.form.getlist("roles"),
        errors=errors or {},
    )


@section.route_for("/parter/<key>/personer", allow=ADMINISTRATOR)
def people(key: str) -> str:
    """Show who acts for a party."""
    return _people_page(key)


@section.route_for(
    "/parter/<key>/personer",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="parties.NewPerson",
    lists=frozenset({"roles"}),
    again=_people_page,
)
def add_person(key: str, form: "NewPerson") -> Any:
    """Add someone who acts for a party."""
    organisation, unit = split(find(key))
    person = verbs.add_person(
        g.session,
        organisation=organisation,
        unit=unit,
        name=form.name,
        title=form.title,
        email=form.email,
        roles=form.roles,
        shared_mailbox=form.shared_mailbox,
        actor=audit.Actor.of(myself()),
        now=g.now,
    )
    flash(
        g.words.text(
            N_("%(name)s är tillagd och kan logga in med en länk till %(email)s."),
            {"name": person.name, "email": person.email},
        ),
        "success",
    )
    return redirect(f"/parter/{key}/personer", 303)


def _person(person_id: int) -> Person:
    found = person_of(g.session, g.me.association_id, person_id)
    if found is None:
        raise NotFound
    return found


def _person_page(
    person_id: int, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    del refusal
    person = _person(person_id)
    place = person.unit or person.organisation
    posted = request.method == "POST"
    places = places_on(g.session, g.me.association_id, local_date(g.now))
    if place.key not in {key for key, _ in places}:
        places.insert(0, (place.key, place.name))
    return render_template(
        "parties/person.html",
        person=person,
        place=place,
        places=places,
        roles=_roles(),
        values=request.form if posted else {"party": place.key, "title": person.title},
        picked=request.form.getlist("roles")
        if posted
        else [one.role.value for one in person.grants],
        active="active" in request.form if posted else person.active,
        shared="shared_mailbox" in request.form if posted else person.shared_mailbox,
        errors=errors or {},
    )


@section.route_for("/parter/person/<int:person_id>", allow=ADMINISTRATOR)
def person(person_id: int) -> str:
    """Show someone's place and roles."""
    return _person_page(person_id)


@section.route_for(
    "/parter/person/<int:person_id>",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="parties.ChangePerson",
    lists=frozenset({"roles"}),
    again=_person_page,
)
def change_person(person_id: int, form: "ChangePerson") -> Any:
    """Change someone's place, function and roles."""
    changed, party = _person(person_id), find(form.party)
    organisation, unit = split(party)
    verbs.change_person(
        g.session,
        person=changed,
        organisation=organisation,
        unit=unit,
        title=form.title,
        roles=form.roles,
        active=form.active,
        shared_mailbox=form.shared_mailbox,
        version=form.version,
        actor=audit.Actor.of(myself()),
        now=g.now,
    )
    flash(g.words.text(N_("%(name)s är sparad."), {"name": changed.name}), "success")
    return redirect(f"/parter/{party.key}/personer", 303)
