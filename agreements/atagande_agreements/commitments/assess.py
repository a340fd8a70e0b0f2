"""Puts a rule's verdict on an occurrence; besides the sweep, nothing else sets its status."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from sqlalchemy import Date, Select, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from atagande_agreements.commitments.models import (
    CommitmentParameter,
    Obligation,
    Occurrence,
    OccurrenceDecision,
    Parameter,
    ParameterDecision,
    ParameterUnit,
    Status,
)
from atagande_agreements.parties.heirs import is_party_on
from atagande_agreements.periods import year_of
from atagande_agreements.rules import RULES, UNDECIDED, Facts, Outcome, Verdict

#: Kinds that ask for a number, or a share, of what a whole year holds.
_OF_WHOLE_YEARS = frozenset({"held_per_period", "attends_each", "attends_per_period"})


@dataclass(frozen=True, slots=True)
class Basis:
    """What the steering group had decided for a commitment on one local date."""

    #: Ids of the decisions that judge, in the parameters' order; None while any is missing.
    judging: tuple[int, ...] | None
    #: Values by unit; what judges goes before what guides.
    values: dict[ParameterUnit, str] = field(default_factory=dict)
    #: Whether several parameters judge.
    several: bool = False


#: Bases found so far: (commitment, local date) -> basis.
Known = dict[tuple[int, date], Basis]


@cache
def _decided() -> Select[bool, ParameterUnit, int | None, str | None]:
    """Return what finds a commitment's parameters with the decision in force on a day."""
    day = bindparam("day", type_=Date())
    later = aliased(ParameterDecision)
    superseded = (
        select(later.id)
        .where(
            later.parameter_id == ParameterDecision.parameter_id,
            later.valid_from <= day,
            later.valid_from > ParameterDecision.valid_from,
        )
        .exists()
    )
    return (
        select(
            CommitmentParameter.judges,
            Parameter.unit,
            ParameterDecision.id,
            ParameterDecision.value,
        )
        .join(Parameter, Parameter.id == CommitmentParameter.parameter_id)
        .outerjoin(
            ParameterDecision,
            and_(
                ParameterDecision.parameter_id == Parameter.id,
                ParameterDecision.valid_from <= day,
                ~superseded,
            ),
        )
        .where(CommitmentParameter.commitment_id == bindparam("commitment"))
        .order_by(CommitmentParameter.judges.desc(), Parameter.position, Parameter.id)
    )


def basis_on(session: Session, commitment_id: int, day: date) -> Basis:
    """Return what was decided for a commitment's parameters on a local date."""
    rows = session.execute(_decided(), {"commitment": commitment_id, "day": day}).all()
    values: dict[ParameterUnit, str] = {}
    for row in rows:
        if row.value is not None:
            values.setdefault(row.unit, row.value)
    judging = [row.id for row in rows if row.judges]
    return Basis(None if None in judging else tuple(judging), values, len(judging) > 1)


def _judged_by(occurrence: Occurrence, *, several: bool) -> tuple[int, ...]:
    """Return the ids of the decisions that an occurrence has been judged by."""
    if occurrence.parameter_decision_id is None:
        return ()
    more = occurrence.more_decisions if several else ()
    return (occurrence.parameter_decision_id, *(one.parameter_decision_id for one in more))


def _settled_basis(session: Session, occurrence: Occurrence, basis: Basis) -> Basis:
    """Return what a settled occurrence was settled by: a later decision never reaches it."""
    if occurrence.settled_at is None:
        return basis
    ids = _judged_by(occurrence, several=basis.several)
    if not ids or set(ids) == set(basis.judging or ()):
        return basis
    kept = session.execute(
        select(Parameter.unit, ParameterDecision.value)
        .join(Parameter, Parameter.id == ParameterDecision.parameter_id)
        .where(ParameterDecision.id.in_(ids))
    )
    return Basis(ids, basis.values | {row.unit: row.value for row in kept}, basis.several)


def assess(
    session: Session,
    occurrence: Occurrence,
    obligation: Obligation,
    now: datetime,
    known: Known | None = None,
) -> None:
    """Judge `occurrence` by its rule and the decisions in force when its event happened.

    Evidence that comes after the sweep has noted a miss changes the status, but never gives the
    sweep the occurrence back: its deviation is there already.
    """
    known = {} if known is None else known
    key = (obligation.commitment_id, occurrence.event_on)
    if key not in known:
        known[key] = basis_on(session, *key)
    basis = _settled_basis(session, occurrence, known[key])
    verdict = _verdict(occurrence, obligation, basis, now)
    occurrence.status = verdict.status
    occurrence.due_on = verdict.due_on
    occurrence.sweep_at = None if occurrence.missed_at is not None else verdict.sweep_at
    occurrence.at_sweep = verdict.at_sweep
    occurrence.days_late = verdict.days_late
    if verdict.counted is not None:
        occurrence.counted = verdict.counted
    _note_basis(occurrence, basis)
    if verdict.sweep_at is not None and occurrence.missed_at is None:
        occurrence.settled_at = None
    elif occurrence.settled_at is None and verdict.status not in _OPEN:
        occurrence.settled_at = now


_OPEN = {Status.PENDING, Status.NOT_ASSESSABLE}


def _verdict(
    occurrence: Occurrence, obligation: Obligation, basis: Basis, now: datetime
) -> Verdict:
    rule = RULES.get(obligation.commitment.rule)
    outcome = Outcome(occurrence.outcome)
    if rule is None or basis.judging is None or outcome is Outcome.VOID:
        return UNDECIDED
    if _is_part_of_year(occurrence, obligation):
        return UNDECIDED
    if any(unit not in basis.values for unit in rule.NEEDS):
        return UNDECIDED
    return rule.judge(
        Facts(
            event_on=occurrence.event_on,
            now=now,
            kept_on=occurrence.kept_on,
            asked_on=occurrence.asked_on,
            counted=occurrence.counted,
            total=occurrence.total,
            unknown=occurrence.unknown,
            outcome=outcome,
            trained=_trained(occurrence.trained),
            decided=basis.values,
        )
    )


def _is_part_of_year(occurrence: Occurrence, obligation: Obligation) -> bool:
    """Tell whether a year's number or share is asked of who was not a party the whole year.

    Neither the party that ended nor its heir can be held to what was agreed for a whole year, and
    nothing says what a part of it asks, so the part is not judged: neither kept nor missed. An heir
    that was a party all year is, by what it did itself. Who convenes the network is another
    matter: that year goes over whole (`parties.handover`).
    """
    if obligation.commitment.rule not in _OF_WHOLE_YEARS:
        return False
    year = year_of(occurrence.origin)
    party = obligation.unit or obligation.organisation
    return year is not None and not (
        is_party_on(party, year.first) and is_party_on(party, year.last)
    )


def _trained(text: str | None) -> tuple[tuple[date, int], ...]:
    if not text:
        return ()
    return tuple((date.fromisoformat(day), people) for day, people in json.loads(text))


def _note_basis(occurrence: Occurrence, basis: Basis) -> None:
    first, *more = basis.judging or (None,)
    occurrence.parameter_decision_id = first
    if more and set(_judged_by(occurrence, several=True)[1:]) != set(more):
        occurrence.more_decisions[:] = [
            OccurrenceDecision(parameter_decision_id=number) for number in more
        ]
