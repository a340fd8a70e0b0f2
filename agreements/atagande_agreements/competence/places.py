"""Where staff are counted: an organisation's units, and the organisation beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.parties.heirs import is_party_on
from atagande_agreements.parties.models import Organisation, Person, Unit

#: Key of an organisation's staff outside the units that report for themselves.
BESIDE = "ovrig-personal"


class Holder(Protocol):
    """Whoever acts for an organisation, or for one of its units."""

    @property
    def organisation_id(self) -> int:
        """Return the organisation's number."""
        ...  # pragma: no cover

    @property
    def unit_id(self) -> int | None:
        """Return the unit's number, None for the whole organisation."""
        ...  # pragma: no cover


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, or the organisation's staff outside its units."""

    organisation: Organisation
    unit: Unit | None = None
    #: The organisation has units that report for themselves.
    beside_units: bool = False

    @property
    def key(self) -> str:
        """Return its name in addresses and files, unlike those of the chief's other places."""
        if self.unit is not None:
            return self.unit.key
        return BESIDE if self.beside_units else self.organisation.key

    @property
    def name(self) -> str:
        """Return what it is called."""
        return self.unit.name if self.unit else self.organisation.name

    @property
    def ids(self) -> tuple[int, int | None]:
        """Return the numbers of its organisation and unit."""
        return self.organisation.id, self.unit.id if self.unit else None

    def is_open(self, day: date) -> bool:
        """Tell whether it exists on a local date."""
        return is_party_on(self.unit or self.organisation, day)

    def answers_to(self, person: Holder) -> bool:
        """Tell whether a chief reports for it: the unit's own, or the whole organisation's."""
        organisation_id, unit_id = self.ids
        return person.organisation_id == organisation_id and person.unit_id in {None, unit_id}

    def is_own(self, person: Holder) -> bool:
        """Tell whether a chief is this place's own, who alone may see its staff by name."""
        return (person.organisation_id, person.unit_id) == self.ids


def places_of(organisation: Organisation, units: Sequence[Unit], on: date) -> list[Place]:
    """Return an organisation's places on a local date: its units in order, and itself last."""
    within = [Place(organisation, unit) for unit in units]
    within = [place for place in within if place.is_open(on)]
    return [*within, Place(organisation, beside_units=bool(within))]


def places_for(session: Session, person: Person, on: date) -> list[Place]:
    """Return the places that a chief reports for on a local date."""
    units = session.scalars(
        select(Unit)
        .where(
            Unit.organisation_id == person.organisation_id,
            Unit.association_id == person.association_id,
        )
        .order_by(Unit.position, Unit.id)
    ).all()
    everywhere = places_of(person.organisation, units, on)
    return [place for place in everywhere if place.answers_to(person)]
