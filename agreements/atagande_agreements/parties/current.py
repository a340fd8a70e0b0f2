"""Brings what is shown of the parties up to the day: their names, and where their people are.

What is owed and judged goes by dates alone and waits for none of this.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.parties.heirs import heirs
from atagande_agreements.parties.models import (
    Organisation,
    PartyName,
    Person,
    Succession,
    Unit,
)


def bring_current(session: Session, at: datetime) -> None:
    """Let names and people follow the changes whose day has come by `at` (UTC)."""
    today = local_date(at)
    _bring_names(session, Unit, PartyName.unit_id, at)
    _bring_names(session, Organisation, PartyName.organisation_id, at)
    waiting = session.scalars(
        select(Person.association_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(
            or_(
                and_(Unit.valid_to < today, _has_heir(Succession.from_unit_id, Unit.id)),
                and_(
                    Organisation.valid_to < today,
                    _has_heir(Succession.from_organisation_id, Organisation.id),
                ),
            )
        )
        .distinct()
    ).all()
    for association_id in waiting:
        bring_people(session, association_id, today, at)
    session.flush()


def _bring_names(session: Session, table: Any, column: Any, at: datetime) -> None:
    today = local_date(at)
    later = aliased(PartyName)
    superseded = exists().where(
        getattr(later, column.key) == column,
        later.valid_from <= today,
        later.valid_from > PartyName.valid_from,
    )
    for party, named in session.execute(
        select(table, PartyName)
        .join(PartyName, column == table.id)
        .where(
            PartyName.valid_from <= today,
            or_(table.name != PartyName.name, table.short_name != PartyName.short_name),
            ~superseded,
        )
    ).all():
        before = party.name
        party.name, party.short_name = named.name, named.short_name
        audit.record(
            session,
            audit.Change(
                association_id=party.association_id,
                at=at,
                actor=audit.Actor.job("parties"),
                action="party.named",
                object_type=party.__tablename__,
                object_id=party.id,
                changes={"name": (before, named.name)},
            ),
        )


def _has_heir(column: Any, party: Any) -> ColumnElement[bool]:
    return exists().where(column == party, Succession.carries)


def bring_people(session: Session, association_id: int, today: date, at: datetime) -> None:
    """Let the people of parties that have ended belong to the heirs from their day on."""
    ways = heirs(session, association_id)
    people = session.scalars(
        select(Person)
        .where(
            Person.association_id == association_id,
            or_(
                Person.unit_id.in_(ways.units),
                Person.organisation_id.in_(ways.organisations),
            ),
        )
        .options(joinedload(Person.unit))
        .order_by(Person.id)
    ).all()
    units = {
        one.id: one
        for one in session.scalars(select(Unit).where(Unit.association_id == association_id))
    }
    for person in people:
        body = ways.organisation_on(person.organisation_id, today)
        place = None if person.unit_id is None else ways.unit_on(person.unit_id, today)
        if place is not None:
            body = units[place].organisation_id
        if (body, place) == (person.organisation_id, person.unit_id):
            continue
        before = person.unit.key if person.unit else None
        person.organisation_id, person.unit_id = body, place
        session.flush()
        session.refresh(person, ["organisation", "unit"])
        audit.record(
            session,
            audit.Change(
                association_id=association_id,
                at=at,
                actor=audit.Actor.job("parties"),
                action="person.followed",
                object_type="person",
                object_id=person.id,
                changes={"unit": (before, units[place].key if place is not None else None)},
            ),
        )
