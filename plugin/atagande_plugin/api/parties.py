"""Parties: their days, what came before and after, and changing them."""

from typing import TYPE_CHECKING

from flask import g

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound
from atagande_agreements.parties import overview, verbs
from atagande_agreements.parties.models import Person, Unit
from atagande_agreements.parties.succession import Change, rename
from atagande_plugin.api import parties_shapes as shapes
from atagande_plugin.api.common import found, party
from atagande_plugin.api.shapes import Party
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.web.acting import myself
from atagande_plugin.web.parties_changes import carry_out

if TYPE_CHECKING:
    from atagande_plugin.forms.parties import (
        ChangePerson,
        Contact,
        NewPerson,
        NewUnit,
        Rename,
        Succession,
    )


def _party(row: overview.Party) -> Party:
    return party(*overview.split(row))


def _steps(steps: "list[overview.Step]") -> list[shapes.PartyStep]:
    return [
        shapes.PartyStep(
            kind=one.kind,
            other=one.other.key,
            takes_effect_on=one.takes_effect_on,
            decision=one.decision,
        )
        for one in steps
    ]


def _line(place: overview.Place) -> shapes.PartyLine:
    row = place.party
    return shapes.PartyLine(
        id=row.id,
        party=_party(row),
        kind=row.kind,
        email=row.email,
        address=row.address if isinstance(row, Unit) else None,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        before=_steps(list(place.before)),
        after=_steps(list(place.after)),
        version=row.version,
    )


def _places() -> list[overview.Place]:
    every = overview.overview(g.session, g.me.association_id, local_date(g.now))
    return [one for place in every for one in (place, *place.units)]


def listed(asked: Page) -> shapes.PartyList:
    """Return the organisations, each followed by its units; `next` is the place in the list."""
    places = _places()
    end = asked.after + asked.limit
    return shapes.PartyList(
        items=[_line(one) for one in places[asked.after : end]],
        next=end if len(places) > end else None,
    )


def one(party: str) -> shapes.PartyLine:
    """Return one party by its key."""
    return _line(found(next((one for one in _places() if one.party.key == party), None)))


def _found(key: str) -> overview.Party:
    row = overview.party_of_key(g.session, g.me.association_id, key)
    if row is None:
        raise NotFound
    return row


def name(party: str, form: "Rename") -> shapes.NameLine:
    """Give a party a new name from a date."""
    row = _found(party)
    change = Change(form.takes_effect_on, form.decision, myself(), g.now)
    named = rename(g.session, party=row, name=form.name, short_name=form.short_name, change=change)
    return shapes.NameLine(
        party=_party(row),
        name=named.name,
        short_name=named.short_name,
        valid_from=named.valid_from,
    )


def succession(party: str, form: "Succession") -> shapes.Followed:
    """Let a party go over into others from a date."""
    heirs = carry_out(g.session, _found(party), form, person=myself(), now=g.now)
    return shapes.Followed(items=[_party(one) for one in heirs])


def contact(party: str, form: "Contact") -> shapes.PartyLine:
    """Set a party's mailbox and address."""
    verbs.change_contact(
        g.session,
        party=_found(party),
        email=form.email,
        address=form.address,
        version=form.version,
        actor=audit.Actor.of(myself()),
        now=g.now,
    )
    return one(party)


def unit(party: str, form: "NewUnit") -> shapes.PartyLine:
    """Add a unit to an organisation by hand."""
    body = _found(party)
    if isinstance(body, Unit):
        raise NotFound
    made = verbs.add_unit(
        g.session,
        organisation=body,
        key=form.key,
        name=form.name,
        short_name=form.short_name,
        kind=form.kind,
        email=form.email,
        address=form.address,
        actor=audit.Actor.of(myself()),
        now=g.now,
    )
    g.session.expire(body, ["units"])
    return one(made.key)


def _person(row: Person) -> shapes.PartyPerson:
    return shapes.PartyPerson(
        id=row.id,
        name=row.name,
        title=row.title,
        email=row.email,
        party=party(row.organisation, row.unit),
        roles=sorted(grant.role for grant in row.grants),
        active=row.active,
        shared_mailbox=row.shared_mailbox,
        version=row.version,
    )


def person(number: int) -> shapes.PartyPerson:
    """Return someone who acts for a party."""
    return _person(found(overview.person_of(g.session, g.me.association_id, number)))


def add_person(party: str, form: "NewPerson") -> shapes.PartyPerson:
    """Add someone who acts for a party."""
    organisation, place = overview.split(_found(party))
    made = verbs.add_person(
        g.session,
        organisation=organisation,
        unit=place,
        name=form.name,
        title=form.title,
        email=form.email,
        roles=form.roles,
        shared_mailbox=form.shared_mailbox,
        actor=audit.Actor.of(myself()),
        now=g.now,
    )
    return _person(made)


def change_person(number: int, form: "ChangePerson") -> shapes.PartyPerson:
    """Change someone's place, function and roles."""
    row = found(overview.person_of(g.session, g.me.association_id, number))
    organisation, place = overview.split(_found(form.party))
    verbs.change_person(
        g.session,
        person=row,
        organisation=organisation,
        unit=place,
        title=form.title,
        roles=form.roles,
        active=form.active,
        shared_mailbox=form.shared_mailbox,
        version=form.version,
        actor=audit.Actor.of(myself()),
        now=g.now,
    )
    return _person(row)
