"""Puts a rule's verdict on an occurrence; besides the sweep, nothing else sets its status."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import (
    Commitment,
    CommitmentParameter,
    Obligation,
    Occurrence,
    Parameter,
    ParameterDecision,
    Status,
)
from atagande_agreements.rules import RULES, Facts


def decision_on(session: Session, parameter_id: int, day: date) -> ParameterDecision | None:
    """Return the decision that was in force for a parameter on a local date, or None."""
    return session.scalar(
        select(ParameterDecision)
        .where(ParameterDecision.parameter_id == parameter_id, ParameterDecision.valid_from <= day)
        .order_by(ParameterDecision.valid_from.desc())
        .limit(1)
    )


def judging_parameter(session: Session, commitment_id: int, rule: str) -> Parameter | None:
    """Return the parameter that a commitment of kind `rule` is judged by."""
    return session.scalar(
        select(Parameter)
        .join(CommitmentParameter, CommitmentParameter.parameter_id == Parameter.id)
        .where(
            CommitmentParameter.commitment_id == commitment_id,
            CommitmentParameter.judges,
            Parameter.key == RULES[rule].PARAMETER,
        )
    )


def _judging_decision(
    session: Session, occurrence: Occurrence, commitment: Commitment
) -> ParameterDecision | None:
    """Return the decision to judge by; a settled occurrence keeps the one it was settled by."""
    if occurrence.settled_at is not None and occurrence.parameter_decision_id is not None:
        return session.get_one(ParameterDecision, occurrence.parameter_decision_id)
    parameter = judging_parameter(session, commitment.id, commitment.rule)
    return decision_on(session, parameter.id, occurrence.event_on) if parameter else None


def assess(session: Session, occurrence: Occurrence, obligation: Obligation, now: datetime) -> None:
    """Judge `occurrence` by its rule and the decision in force when its event happened."""
    decision = _judging_decision(session, occurrence, obligation.commitment)
    judge_by(decision, occurrence, obligation, now)


def judge_by(
    decision: ParameterDecision | None,
    occurrence: Occurrence,
    obligation: Obligation,
    now: datetime,
) -> None:
    """Judge `occurrence` by its rule and a decision; None while nothing is decided.

    Evidence that comes after the sweep changes the status, but never gives the sweep the
    occurrence back: its deviation is there already.
    """
    swept = (
        occurrence.settled_at is not None
        and occurrence.sweep_at is None
        and occurrence.status is not Status.NOT_ASSESSABLE
    )
    verdict = RULES[obligation.commitment.rule].judge(
        Facts(
            event_on=occurrence.event_on,
            kept_on=occurrence.kept_on,
            decided=int(decision.value) if decision else None,
            now=now,
        )
    )
    occurrence.status = verdict.status
    occurrence.due_on = verdict.due_on
    occurrence.sweep_at = None if swept else verdict.sweep_at
    occurrence.days_late = verdict.days_late
    occurrence.parameter_decision_id = decision.id if decision else None
    if occurrence.kept_on is not None and occurrence.settled_at is None:
        occurrence.settled_at = now
