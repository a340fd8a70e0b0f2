"""Reads the parties, and tells whose a thing is."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.parties.models import (
    Organisation,
    OrganisationKind,
    Person,
    Unit,
    UnitKind,
)


def is_party() -> ColumnElement[bool]:
    """Return the condition that an organisation is a party, not a clinic outside the agreement."""
    return Organisation.kind != OrganisationKind.OUTSIDE


def of_party(organisation_id: int, unit_id: int | None, owner: Any) -> ColumnElement[bool]:
    """Return the condition that `owner` (Obligation or Deviation) belongs to someone's party.

    What a unit owes is its own; what an organisation owes concerns everyone there.
    """
    whole = and_(owner.organisation_id == organisation_id, owner.unit_id.is_(None))
    # Compared with None, the column would be IS NULL: every organisation's.
    return whole if unit_id is None else or_(whole, owner.unit_id == unit_id)


def organisation_names(session: Session, association_id: int) -> Mapping[str, str]:
    """Return the names of an association's organisations by key."""
    rows = session.execute(
        select(Organisation.key, Organisation.name)
        .where(Organisation.association_id == association_id, is_party())
        .order_by(Organisation.position)
    )
    return {row.key: row.name for row in rows}


def clinics(session: Session, association_id: int, on: date) -> Sequence[Unit]:
    """Return the association's clinics that are parties on a local date, in their order."""
    return session.scalars(
        select(Unit)
        .join(Unit.organisation)
        .where(
            Unit.association_id == association_id,
            Unit.kind == UnitKind.CLINIC,
            is_party(),
            or_(Unit.valid_from.is_(None), Unit.valid_from <= on),
            or_(Unit.valid_to.is_(None), Unit.valid_to >= on),
        )
        .order_by(Unit.position, Unit.id)
    ).all()


def people(session: Session, association_id: int) -> Sequence[Person]:
    """Return everyone who is active for a party of an association, by party and unit."""
    return session.scalars(
        select(Person)
        .join(Person.organisation)
        .outerjoin(Person.unit)
        .where(Person.association_id == association_id, Person.active, is_party())
        .options(joinedload(Person.organisation), joinedload(Person.unit))
        .order_by(Organisation.position, Unit.position, Person.title, Person.name, Person.id)
    ).all()
