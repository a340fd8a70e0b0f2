"""What parties were called, and when: results stand under the name of their own time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from atagande_agreements.parties.models import Organisation, PartyName, Unit


class Named(NamedTuple):
    """A name with its short form."""

    name: str
    short_name: str


@dataclass(frozen=True, slots=True)
class Names:
    """The names of an association's parties through time."""

    organisations: Mapping[int, Sequence[PartyName]]
    units: Mapping[int, Sequence[PartyName]]

    def _changes(self, party: Organisation | Unit) -> Sequence[PartyName]:
        return (self.units if isinstance(party, Unit) else self.organisations).get(party.id, ())

    def of(self, party: Organisation | Unit, day: date) -> Named:
        """Return what a party was called on a local date."""
        changes = self._changes(party)
        return _on(changes, day) or Named(party.name, party.short_name)

    def earlier(self, party: Organisation | Unit, today: date) -> list[tuple[str, date]]:
        """Return a party's earlier names with the last local date of each, newest first."""
        return [
            (one.name_before, one.valid_from - timedelta(days=1))
            for one in reversed(self._changes(party))
            if one.valid_from <= today
        ]

    def coming(self, party: Organisation | Unit, today: date) -> list[tuple[str, date]]:
        """Return the names a party will get, with the first local date of each."""
        return [
            (one.name, one.valid_from) for one in self._changes(party) if one.valid_from > today
        ]

    def unit_in(self, unit_id: int, last: date, now: Named) -> Named:
        """Return what a unit is called in a period that ends on `last`; `now` is today's name."""
        return _in(self.units.get(unit_id, ()), last, now)

    def organisation_in(self, organisation_id: int, last: date, now: Named) -> Named:
        """Return what an organisation is called in a period; see `unit_in`."""
        return _in(self.organisations.get(organisation_id, ()), last, now)


def _on(changes: Sequence[PartyName], day: date) -> Named | None:
    for one in changes:
        if day < one.valid_from:
            return Named(one.name_before, one.short_name_before)
    return Named(changes[-1].name, changes[-1].short_name) if changes else None


def _in(changes: Sequence[PartyName], last: date, now: Named) -> Named:
    # Today's name, unless the period was over before the party got it.
    got = next((one.valid_from for one in changes if one.name == now.name), None)
    return now if got is None or got <= last else _on(changes, last) or now


# Made once: the matrix and many lists ask it.
_CHANGES = (
    select(PartyName)
    .where(PartyName.association_id == bindparam("association"))
    .order_by(PartyName.valid_from)
)


def names(session: Session, association_id: int) -> Names:
    """Read every change of name in an association."""
    organisations: dict[int, list[PartyName]] = defaultdict(list)
    units: dict[int, list[PartyName]] = defaultdict(list)
    for one in session.scalars(_CHANGES, {"association": association_id}):
        if one.unit_id is not None:
            units[one.unit_id].append(one)
        elif one.organisation_id is not None:
            organisations[one.organisation_id].append(one)
    return Names(organisations, units)
