"""Reads deviations."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from atagande_agreements.commitments.models import (
    Evidence,
    Obligation,
    Occurrence,
    OccurrenceDecision,
    ParameterDecision,
)
from atagande_agreements.deviations.models import (
    Deviation,
    DeviationState,
    DeviationStep,
    StepKind,
)
from atagande_agreements.parties.heirs import Acting
from atagande_agreements.parties.models import Organisation, Person, Unit


def listed(association_id: int) -> Select[Deviation]:
    """Select an association's deviations with what a line in a list shows."""
    return (
        select(Deviation)
        .where(Deviation.association_id == association_id)
        .options(
            joinedload(Deviation.occurrence),
            joinedload(Deviation.obligation).joinedload(Obligation.commitment),
            joinedload(Deviation.organisation),
            joinedload(Deviation.unit),
        )
    )


def in_state(
    session: Session, association_id: int, state: DeviationState, *, limit: int = 200
) -> Sequence[Deviation]:
    """Return deviations in one state, oldest first."""
    return session.scalars(
        listed(association_id)
        .where(Deviation.state == state)
        .order_by(Deviation.opened_at, Deviation.id)
        .limit(limit)
    ).all()


def whole(session: Session, association_id: int, deviation_id: int) -> Deviation | None:
    """Return one deviation with all that its page shows, or None."""
    return session.scalar(
        select(Deviation)
        .where(Deviation.association_id == association_id, Deviation.id == deviation_id)
        .options(
            joinedload(Deviation.organisation),
            joinedload(Deviation.unit),
            joinedload(Deviation.obligation).joinedload(Obligation.commitment),
            joinedload(Deviation.occurrence)
            .joinedload(Occurrence.parameter_decision)
            .options(
                joinedload(ParameterDecision.decision), joinedload(ParameterDecision.parameter)
            ),
            joinedload(Deviation.occurrence)
            .selectinload(Occurrence.more_decisions)
            .joinedload(OccurrenceDecision.parameter_decision)
            .options(
                joinedload(ParameterDecision.decision), joinedload(ParameterDecision.parameter)
            ),
            joinedload(Deviation.occurrence)
            .selectinload(Occurrence.evidence)
            .joinedload(Evidence.reporter_organisation),
            selectinload(Deviation.steps).options(
                joinedload(DeviationStep.person).options(
                    joinedload(Person.organisation), joinedload(Person.unit)
                ),
                joinedload(DeviationStep.decision),
            ),
        )
    )


def counts(session: Session, association_id: int) -> dict[DeviationState, int]:
    """Return how many deviations there are in each state."""
    rows = session.execute(
        select(Deviation.state, func.count())
        .where(Deviation.association_id == association_id)
        .group_by(Deviation.state)
    )
    found = {row[0]: row[1] for row in rows}
    return {state: found.get(state, 0) for state in DeviationState}


def parties(session: Session, association_id: int) -> list[tuple[str, str]]:
    """Return (key, name) of the organisations and clinics that have deviations, in order."""
    # The same expression in both places: PostgreSQL orders a DISTINCT only by what it selects.
    place = func.coalesce(Unit.position, 0).label("place")
    rows = session.execute(
        select(
            func.coalesce(Unit.key, Organisation.key),
            func.coalesce(Unit.name, Organisation.name),
            Organisation.position,
            place,
        )
        .select_from(Deviation)
        .join(Organisation, Organisation.id == Deviation.organisation_id)
        .outerjoin(Unit, Unit.id == Deviation.unit_id)
        .where(Deviation.association_id == association_id)
        .distinct()
        .order_by(Organisation.position, place)
    )
    return [(key, name) for key, name, *_ in rows]


def page_of(
    session: Session,
    association_id: int,
    *,
    is_closed: bool,
    party: str = "",
    own: Acting | None = None,
    size: int,
    offset: int = 0,
) -> tuple[Sequence[Deviation], int]:
    """Return one page of deviations and how many there are in all.

    `party` is the key of an organisation or a clinic; `own` is whom the reader acts for,
    whose deviations come first. Active ones stand oldest first, closed newest first.
    """
    closed_state = Deviation.state == DeviationState.CLOSED
    where = [
        Deviation.association_id == association_id,
        closed_state if is_closed else not_(closed_state),
    ]
    if party:
        named = and_(Unit.association_id == association_id, Unit.key == party)
        organisation = and_(
            Organisation.association_id == association_id, Organisation.key == party
        )
        where.append(
            or_(
                Deviation.unit_id.in_(select(Unit.id).where(named)),
                Deviation.organisation_id.in_(select(Organisation.id).where(organisation)),
            )
        )
    total = session.scalar(select(func.count()).select_from(Deviation).where(*where)) or 0
    order: list[Any] = [Deviation.id.desc()] if is_closed else [Deviation.opened_at, Deviation.id]
    if own is not None:
        order.insert(0, case((own.owns(Deviation), 0), else_=1))
    rows = session.scalars(
        listed(association_id)
        .where(*where)
        .options(
            selectinload(Deviation.steps.and_(DeviationStep.kind == StepKind.CLOSED)).joinedload(
                DeviationStep.decision
            )
        )
        .order_by(*order)
        .limit(size)
        .offset(offset)
    ).all()
    return rows, total


def waiting_for(session: Session, association_id: int, acting: Acting) -> int:
    """Return how many deviations wait for the reply of those that someone acts for."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Deviation)
            .where(
                Deviation.association_id == association_id,
                Deviation.state == DeviationState.OPEN,
                acting.owns(Deviation),
            )
        )
        or 0
    )
