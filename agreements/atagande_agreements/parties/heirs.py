"""Who has taken over from whom: what an ended party left open is acted on by its heir."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from atagande_agreements.parties.models import Organisation, Person, Succession, Unit

#: Party that ended -> (first local date of its heir, the heir).
Ways = Mapping[int, tuple[date, int]]


@dataclass(frozen=True, slots=True)
class Acting:
    """The ids of the units and organisations whose open matters someone acts on."""

    organisations: frozenset[int]
    units: frozenset[int]

    def owns(self, owner: Any) -> ColumnElement[bool]:
        """Return the condition that `owner` (Obligation or Deviation) is theirs to act on."""
        whole = and_(owner.organisation_id.in_(self.organisations), owner.unit_id.is_(None))
        return or_(whole, owner.unit_id.in_(self.units)) if self.units else whole


@dataclass(frozen=True, slots=True)
class Heirs:
    """Every way in an association along which open matters go on."""

    organisations: Ways
    units: Ways

    def unit_on(self, unit_id: int, day: date) -> int:
        """Return the unit that stands in a unit's place on a local date."""
        return _follow(self.units, unit_id, day)

    def organisation_on(self, organisation_id: int, day: date) -> int:
        """Return the organisation that stands in an organisation's place on a local date."""
        return _follow(self.organisations, organisation_id, day)

    def gone_into(self, organisation_id: int) -> dict[int, date]:
        """Return the organisations one has followed, each with its first local date in their place.

        What happens from that date on is the heir's, until it ends itself.
        """
        found: dict[int, date] = {}
        heirs = [(organisation_id, date.min)]
        for heir, since in heirs:
            for old, (day, to) in self.organisations.items():
                if to == heir and old not in found:
                    found[old] = max(day, since)
                    heirs.append((old, found[old]))
        return found

    def acting(self, organisation_id: int, unit_id: int | None, today: date) -> Acting:
        """Return whose open matters someone of an organisation and unit acts on."""
        return Acting(
            _behind(self.organisations, organisation_id, today),
            frozenset() if unit_id is None else _behind(self.units, unit_id, today),
        )


def _follow(ways: Ways, party_id: int, day: date) -> int:
    # An heir begins later than the one before it, so no way leads back.
    while party_id in ways and ways[party_id][0] <= day:
        party_id = ways[party_id][1]
    return party_id


def _behind(ways: Ways, party_id: int, today: date) -> frozenset[int]:
    return frozenset(one for one in {party_id, *ways} if _follow(ways, one, today) == party_id)


def heirs(session: Session, association_id: int) -> Heirs:
    """Read every way along which open matters go on in an association."""
    rows = session.execute(
        select(
            Succession.from_organisation_id,
            Succession.to_organisation_id,
            Succession.from_unit_id,
            Succession.to_unit_id,
            Succession.takes_effect_on,
        ).where(Succession.association_id == association_id, Succession.carries)
    )
    organisations: dict[int, tuple[date, int]] = {}
    units: dict[int, tuple[date, int]] = {}
    for from_body, to_body, from_unit, to_unit, day in rows:
        if from_unit is not None and to_unit is not None:
            units[from_unit] = (day, to_unit)
        elif from_body is not None and to_body is not None:
            organisations[from_body] = (day, to_body)
    return Heirs(organisations, units)


def stands_for(session: Session, person: Person, organisation_id: int, today: date) -> bool:
    """Tell whether a person belongs to an organisation, or to the one that has followed it."""
    if person.organisation_id == organisation_id:
        return True
    ways = heirs(session, person.association_id)
    return ways.organisation_on(organisation_id, today) == person.organisation_id


def led_to(from_party: Any, to_party: Any, day: Any) -> CTE:
    """Return rows (old, heir) of every party and those that have followed it by a local date."""
    first = (
        select(from_party.label("old"), to_party.label("heir"))
        .where(Succession.carries, Succession.takes_effect_on <= day, from_party.is_not(None))
        .cte(f"led_{to_party.key}", recursive=True)
    )
    following = select(first.c.old, to_party).where(
        Succession.carries, Succession.takes_effect_on <= day, from_party == first.c.heir
    )
    return first.union_all(following)


def is_party_on(party: Unit | Organisation, day: date) -> bool:
    """Tell whether an organisation or unit is one on a local date."""
    return (party.valid_from is None or party.valid_from <= day) and (
        party.valid_to is None or day <= party.valid_to
    )


def valid_within(party: Any, first: Any, last: Any) -> ColumnElement[bool]:
    """Return the condition that `party` (Unit or Organisation) is one on some day of a span."""
    return and_(
        or_(party.valid_from.is_(None), party.valid_from <= last),
        or_(party.valid_to.is_(None), party.valid_to >= first),
    )
