"""Reads all parties of an association, with what came before and after each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from atagande_agreements.parties.models import (
    Organisation,
    Person,
    Succession,
    SuccessionKind,
    Unit,
)
from atagande_agreements.parties.queries import is_party

Party = Organisation | Unit


def split(party: Party) -> tuple[Organisation, Unit | None]:
    """Return a party as an organisation and, if it is one, a unit."""
    return (party.organisation, party) if isinstance(party, Unit) else (party, None)


class When(StrEnum):
    """Whether a party is one."""

    COMING = "coming"
    NOW = "now"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Step:
    """What a party came from or went over into."""

    kind: SuccessionKind
    other: Party
    takes_effect_on: date
    decision: str


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation or unit, with what came before and after, and who acts for it."""

    party: Party
    when: When
    before: Sequence[Step]
    after: Sequence[Step]
    #: Number of active people by function; "" for those without one.
    functions: Mapping[str, int]
    units: list["Place"] = field(default_factory=list)


def when_of(party: Party, today: date) -> When:
    """Tell whether a party is one on a local date."""
    if party.valid_to is not None and party.valid_to < today:
        return When.ENDED
    if party.valid_from is not None and party.valid_from > today:
        return When.COMING
    return When.NOW


def overview(session: Session, association_id: int, today: date) -> list[Place]:
    """Return an association's organisations with their units, in order."""
    bodies = session.scalars(
        select(Organisation)
        .where(Organisation.association_id == association_id, is_party())
        .options(selectinload(Organisation.units))
        .order_by(Organisation.position, Organisation.valid_from, Organisation.id)
    ).all()
    by_sort: tuple[dict[int, Party], dict[int, Party]] = (
        {one.id: one for one in bodies},
        {unit.id: unit for one in bodies for unit in one.units},
    )
    before: dict[Party, list[Step]] = defaultdict(list)
    after: dict[Party, list[Step]] = defaultdict(list)
    for row in session.scalars(
        select(Succession)
        .where(
            Succession.association_id == association_id,
            Succession.kind != SuccessionKind.RENAMED,
        )
        .order_by(Succession.takes_effect_on, Succession.id)
    ):
        sort, old_id, new_id = (
            (1, row.from_unit_id, row.to_unit_id)
            if row.from_unit_id is not None
            else (0, row.from_organisation_id, row.to_organisation_id)
        )
        if old_id is None or new_id is None:  # never so: a CHECK
            continue
        old, new = by_sort[sort][old_id], by_sort[sort][new_id]
        day, decision = row.takes_effect_on, row.decision
        after[old].append(Step(row.kind, new, day, decision))
        before[new].append(Step(row.kind, old, day, decision))
    functions: dict[tuple[int, int | None], dict[str, int]] = defaultdict(dict)
    for body, unit_id, title, number in session.execute(
        select(Person.organisation_id, Person.unit_id, Person.title, func.count())
        .where(Person.association_id == association_id, Person.active)
        .group_by(Person.organisation_id, Person.unit_id, Person.title)
        .order_by(Person.title)
    ):
        functions[body, unit_id][title] = number

    def place(party: Party, who: tuple[int, int | None]) -> Place:
        return Place(party, when_of(party, today), before[party], after[party], functions[who])

    found = []
    for one in bodies:
        whole = place(one, (one.id, None))
        # A successor has the place of the one it follows; who was there first comes first.
        units = sorted(
            one.units, key=lambda unit: (unit.position, unit.valid_from or date.min, unit.id)
        )
        whole.units.extend(place(unit, (one.id, unit.id)) for unit in units)
        found.append(whole)
    return found


def party_of_key(session: Session, association_id: int, key: str) -> Party | None:
    """Return the organisation or unit with a key, or None."""
    unit = session.scalar(
        select(Unit)
        .join(Unit.organisation)
        .where(Unit.association_id == association_id, Unit.key == key, is_party())
        .options(joinedload(Unit.organisation))
    )
    return unit or session.scalar(
        select(Organisation).where(
            Organisation.association_id == association_id, Organisation.key == key, is_party()
        )
    )


def people_of(
    session: Session, party: Party, *, size: int, offset: int = 0
) -> tuple[Sequence[Person], int]:
    """Return one page of those who act for a party itself, active ones first, and their number."""
    where = (
        (Person.unit_id == party.id,)
        if isinstance(party, Unit)
        else (Person.organisation_id == party.id, Person.unit_id.is_(None))
    )
    total = session.scalar(select(func.count()).select_from(Person).where(*where)) or 0
    rows = session.scalars(
        select(Person)
        .where(*where)
        .options(selectinload(Person.grants))
        .order_by(Person.active.desc(), Person.title, Person.name, Person.id)
        .limit(size)
        .offset(offset)
    ).all()
    return rows, total


def person_of(session: Session, association_id: int, person_id: int) -> Person | None:
    """Return someone of an association with their party and roles, or None."""
    return session.scalar(
        select(Person)
        .join(Person.organisation)
        .where(Person.association_id == association_id, Person.id == person_id, is_party())
        .options(
            selectinload(Person.grants), joinedload(Person.organisation), joinedload(Person.unit)
        )
    )


def places_on(session: Session, association_id: int, today: date) -> list[tuple[str, str]]:
    """Return (key, name) of the organisations and units that people can belong to, in order."""
    found = []
    for one in overview(session, association_id, today):
        if one.when is not When.ENDED:
            found.append((one.party.key, one.party.name))
        found += [
            (unit.party.key, f"{one.party.short_name}: {unit.party.name}")
            for unit in one.units
            if unit.when is not When.ENDED
        ]
    return found
