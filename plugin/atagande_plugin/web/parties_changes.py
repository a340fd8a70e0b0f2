"""Carries out what becomes of a party, for the page and the API alike."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.errors import NotFound
from atagande_agreements.i18n import N_
from atagande_agreements.parties.errors import EmptyName, OtherKind
from atagande_agreements.parties.models import Organisation, Person, Succession, Unit, UnitKind
from atagande_agreements.parties.overview import Party, party_of_key
from atagande_agreements.parties.succession import (
    Change,
    New,
    merge_units,
    split_unit,
    succeed_organisation,
    succeed_unit,
)
from atagande_calendar.slots.verbs import take_over_hours

if TYPE_CHECKING:
    from atagande_plugin.forms.parties import Succession as Form

KINDS = {
    "successor": N_("Ersätts av en annan"),
    "merged": N_("Slås ihop med andra"),
    "split": N_("Delas i två"),
}


def carry_out(
    session: Session, party: Party, form: "Form", *, person: Person, now: datetime
) -> list[Party]:
    """Let a party go over into others as a form says; return those."""
    change = Change(form.takes_effect_on, form.decision, person, now)
    if isinstance(party, Organisation):
        if form.kind != "successor":
            raise OtherKind(field="kind", party=party.name)
        body = _existing(session, party, form.into)
        new = body if isinstance(body, Organisation) else _first(form)
        heirs: list[Party] = [
            succeed_organisation(session, organisation=party, by=new, change=change)
        ]
    else:
        heirs = list(_unit(session, party, form, change))
    _take_over_hours(session, party, change)
    return heirs


def _unit(session: Session, unit: Unit, form: "Form", change: Change) -> list[Unit]:
    found = _existing(session, unit, form.into)
    into: Unit | New = found if isinstance(found, Unit) else _first(form)
    if form.kind == "merged":
        others = [_existing(session, unit, key) for key in form.units]
        units = [unit, *(one for one in others if isinstance(one, Unit))]
        return [merge_units(session, units=units, into=into, change=change)]
    if form.kind == "split":
        second = New(form.key_2, _filled(form.name_2, "name_2"), form.short_name_2)
        return split_unit(session, unit=unit, into=[into, second], change=change)
    return [succeed_unit(session, unit=unit, by=into, change=change)]


def _first(form: "Form") -> New:
    return New(
        form.key,
        _filled(form.name, "name"),
        form.short_name,
        form.email or None,
        form.address or None,
    )


def _filled(name: str, field: str) -> str:
    if not name:
        raise EmptyName(field=field, most=200)
    return name


def _existing(session: Session, like: Party, key: str) -> Party | None:
    """Return the party of the same sort with a key; None for no key, NotFound for a wrong one."""
    if not key:
        return None
    found = party_of_key(session, like.association_id, key)
    if found is None:
        raise NotFound(field="into")
    if type(found) is not type(like):
        raise OtherKind(field="into", party=found.name)
    return found


def _take_over_hours(session: Session, party: Party, change: Change) -> None:
    """Let new clinics take SIP meetings when those they follow did."""
    rows = session.execute(
        select(Succession.from_unit_id, Succession.to_unit_id)
        .join(Unit, Unit.id == Succession.to_unit_id)
        .where(
            Succession.association_id == party.association_id,
            Succession.takes_effect_on == change.takes_effect_on,
            Succession.recorded_at == change.now,
            Unit.kind == UnitKind.CLINIC,
        )
    )
    old_of: dict[int, list[int]] = {}
    for old, heir in rows:
        if old is not None and heir is not None and old != heir:
            old_of.setdefault(heir, []).append(old)
    for followed_by, ended in old_of.items():
        take_over_hours(
            session, from_units=ended, to_unit=followed_by, from_on=change.takes_effect_on
        )
