"""Reads deviations."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from atagande_agreements.commitments.models import (
    Evidence,
    Obligation,
    Occurrence,
    OccurrenceDecision,
    ParameterDecision,
)
from atagande_agreements.deviations.models import (
    ACTIVE,
    ENDED,
    Deviation,
    DeviationState,
    DeviationStep,
    Measure,
    StepKind,
)
from atagande_agreements.followup.cases import CASE_ORIGINS
from atagande_agreements.parties.heirs import Acting, valid_within
from atagande_agreements.parties.models import Organisation, Person, Unit, UnitKind
from atagande_agreements.parties.queries import is_party, of_party


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
            joinedload(Deviation.current).options(
                joinedload(Measure.organisation), joinedload(Measure.unit)
            ),
        )
    )


def whole(session: Session, association_id: int, deviation_id: int) -> Deviation | None:
    """Return one deviation with all that its page shows, or None.

    It has a few rows of each kind, so one question reads them all.
    """
    found = session.scalars(
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
            .joinedload(Occurrence.more_decisions)
            .joinedload(OccurrenceDecision.parameter_decision)
            .options(
                joinedload(ParameterDecision.decision), joinedload(ParameterDecision.parameter)
            ),
            joinedload(Deviation.occurrence)
            .joinedload(Occurrence.evidence)
            .joinedload(Evidence.reporter_organisation),
            joinedload(Deviation.current),
            joinedload(Deviation.measures).options(
                joinedload(Measure.organisation),
                joinedload(Measure.unit),
                joinedload(Measure.decision),
            ),
            joinedload(Deviation.steps).options(
                joinedload(DeviationStep.person).options(
                    joinedload(Person.organisation), joinedload(Person.unit)
                ),
                joinedload(DeviationStep.decision),
            ),
        )
    )
    return found.unique().one_or_none()


def decided_together(session: Session, deviation: Deviation) -> Sequence[Deviation]:
    """Return the others that a deviation is decided together with, the first of them first.

    For one that others are merged into, those; for one that is merged, what it is merged into.
    """
    if deviation.merged_into_id is not None:
        mine = Deviation.id == deviation.merged_into_id
    else:
        mine = Deviation.merged_into_id == deviation.id
    return session.scalars(
        listed(deviation.association_id).where(mine).order_by(Deviation.id)
    ).all()


def mergeable(
    session: Session, deviation: Deviation, *, limit: int = 100
) -> tuple[Sequence[Deviation], Sequence[Deviation]]:
    """Return the deviations that one can be decided together with: (likely, others).

    Likely are those of the same clause, or of something that happened on the same day.
    """
    clause = Obligation.commitment_id == deviation.obligation.commitment_id
    # That two cases are of one day is nobody's business.
    day = and_(
        Occurrence.event_on == deviation.occurrence.event_on,
        *(~Occurrence.origin.startswith(one) for one in CASE_ORIGINS),
        literal(not deviation.occurrence.origin.startswith(CASE_ORIGINS)),
    )
    likeness = case((and_(clause, day), 2), (or_(clause, day), 1), else_=0)
    waiting = exists().where(Measure.deviation_id == Deviation.id, Measure.ended_at.is_(None))
    rows = session.execute(
        listed(deviation.association_id)
        .add_columns(likeness)
        .join(Obligation, Obligation.id == Deviation.obligation_id)
        .join(Occurrence, Occurrence.id == Deviation.occurrence_id)
        .where(
            Deviation.agreement_id == deviation.agreement_id,
            Deviation.id != deviation.id,
            ACTIVE,
            Deviation.merged_into_id.is_(None),
            Deviation.rung == deviation.rung,
            ~waiting,
        )
        .order_by(likeness.desc(), Deviation.opened_at.desc(), Deviation.id.desc())
        .limit(limit)
    ).all()
    return [one for one, like in rows if like], [one for one, like in rows if not like]


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
    state: DeviationState | None = None,
    party: str = "",
    own: Acting | None = None,
    size: int,
    offset: int = 0,
) -> tuple[Sequence[Deviation], int]:
    """Return one page of deviations and how many there are in all.

    `is_closed` asks for those that have ended: closed or withdrawn; `state` for those in one
    state. `party` is the key of an organisation or a clinic; `own` is whom the reader acts for,
    whose deviations come first. Active ones stand oldest first, each followed by those that are
    decided together with it; ended ones newest first.
    """
    where = [
        Deviation.association_id == association_id,
        Deviation.state.in_(ENDED) if is_closed else ACTIVE,
    ]
    if state is not None:
        where.append(Deviation.state == state)
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
    lead = aliased(Deviation)
    query = listed(association_id)
    order: list[Any] = [Deviation.id.desc()]
    if not is_closed:
        query = query.outerjoin(lead, lead.id == Deviation.merged_into_id)
        order = [
            func.coalesce(lead.opened_at, Deviation.opened_at),
            func.coalesce(lead.id, Deviation.id),
            lead.id.is_not(None),
            Deviation.id,
        ]
    if own is not None:
        order.insert(0, case((own.owns(Deviation), 0), else_=1))
    rows = session.scalars(
        query.where(*where)
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


def waiting_for(session: Session, association_id: int, acting: Acting) -> tuple[int, int]:
    """Return how many (replies, measures) wait for those that someone acts for."""
    replies = select(func.count(Deviation.id)).where(
        Deviation.association_id == association_id,
        Deviation.state == DeviationState.OPEN,
        acting.owns(Deviation),
    )
    measures = select(func.count(Measure.id)).where(
        Measure.association_id == association_id, to_do(), acting.owns(Measure)
    )
    row = session.execute(select(replies.scalar_subquery(), measures.scalar_subquery())).one()
    return row[0], row[1]


def to_do() -> ColumnElement[bool]:
    """Return the condition that a measure is neither done, nor replaced, nor over."""
    return and_(Measure.ended_at.is_(None), Measure.done_on.is_(None))


def asked_of(
    session: Session, association_id: int, acting: Acting, *, most: int
) -> list[tuple[Deviation, Measure | None, int]]:
    """Return what waits for someone's party: replies, then measures, at most `most` of each.

    Rows of (deviation, the measure that is theirs to do or None for a reply, how many there are
    of that kind). One query, each half by its own index.
    """
    replies = (
        select(
            Deviation.id.label("deviation_id"),
            # PostgreSQL takes a bare NULL for a text.
            cast(null(), Measure.id.type).label("measure_id"),
            func.count().over().label("number"),
        )
        .where(
            Deviation.association_id == association_id,
            Deviation.state == DeviationState.OPEN,
            acting.owns(Deviation),
        )
        .order_by(Deviation.opened_at, Deviation.id)
        .limit(most)
        .subquery()
    )
    measures = (
        select(Measure.deviation_id, Measure.id.label("measure_id"), func.count().over())
        .where(Measure.association_id == association_id, to_do(), acting.owns(Measure))
        .order_by(Measure.due_on, Measure.id)
        .limit(most)
        .subquery()
    )
    asked = union_all(select(replies), select(measures)).subquery()
    rows = session.execute(
        select(Deviation, Measure, asked.c.number)
        .join(asked, asked.c.deviation_id == Deviation.id)
        .outerjoin(Measure, Measure.id == asked.c.measure_id)
        .options(
            joinedload(Deviation.obligation).joinedload(Obligation.commitment),
            joinedload(Deviation.organisation),
            joinedload(Deviation.unit),
        )
        .order_by(Measure.due_on.is_not(None), Measure.due_on, Deviation.opened_at, Deviation.id)
    ).all()
    return [(row[0], row[1], row[2]) for row in rows]


def measures_of(
    session: Session, association_id: int, organisation_id: int, unit_id: int | None, *, limit: int
) -> Sequence[Measure]:
    """Return the measures that a party has left to do, the next to be due first."""
    return session.scalars(
        select(Measure)
        .where(
            Measure.association_id == association_id,
            to_do(),
            of_party(organisation_id, unit_id, Measure),
        )
        .options(
            joinedload(Measure.deviation)
            .joinedload(Deviation.obligation)
            .joinedload(Obligation.commitment)
        )
        .order_by(Measure.due_on, Measure.id)
        .limit(limit)
    ).all()


def owners(session: Session, association_id: int, on: date) -> list[Organisation | Unit]:
    """Return who a measure can be given to on a local date: each party, then its clinics."""
    clinics = and_(
        Unit.organisation_id == Organisation.id,
        Unit.kind == UnitKind.CLINIC,
        valid_within(Unit, on, on),
    )
    rows = session.execute(
        select(Organisation, Unit)
        .outerjoin(Unit, clinics)
        .where(
            Organisation.association_id == association_id,
            is_party(),
            valid_within(Organisation, on, on),
        )
        .order_by(Organisation.position, Organisation.id, Unit.position, Unit.id)
    ).all()
    found: dict[tuple[str, int], Organisation | Unit] = {}
    for organisation, unit in rows:
        found["organisation", organisation.id] = organisation
        if unit is not None:
            found["unit", unit.id] = unit
    return list(found.values())
