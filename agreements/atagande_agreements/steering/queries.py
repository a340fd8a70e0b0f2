"""Reads what the steering group decides, follows and has decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.commitments.models import (
    Commitment,
    CommitmentParameter,
    Obligation,
    Parameter,
    ParameterDecision,
)
from atagande_agreements.deviations.models import (
    Deviation,
    DeviationState,
    DeviationStep,
    StepKind,
)
from atagande_agreements.documents.models import DocumentUpdate
from atagande_agreements.parties.heirs import valid_within
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.register.models import AgreementVersion, VersionState
from atagande_agreements.steering.models import Decision


@dataclass(frozen=True, slots=True)
class Undecided:
    """A parameter that nobody has decided, with the clauses that wait for it."""

    parameter: Parameter
    #: Keys of the commitments it judges, such as ("P3",).
    commitments: tuple[str, ...]


def undecided(session: Session, association_id: int) -> list[Undecided]:
    """Return the parameters of the agreements in force that have no decision, in their order."""
    decided = exists().where(ParameterDecision.parameter_id == Parameter.id)
    rows = session.execute(
        select(Parameter, Commitment.key)
        .outerjoin(CommitmentParameter, CommitmentParameter.parameter_id == Parameter.id)
        .outerjoin(Commitment, Commitment.id == CommitmentParameter.commitment_id)
        .outerjoin(AgreementVersion, AgreementVersion.id == Commitment.version_id)
        .where(
            Parameter.association_id == association_id,
            Parameter.position.is_not(None),
            Commitment.id.is_(None) | (AgreementVersion.state == VersionState.IN_FORCE),
            ~decided,
        )
        .order_by(Parameter.agreement_id, Parameter.position, Commitment.position)
    ).all()
    keys: dict[int, list[str]] = {}
    parameters: dict[int, Parameter] = {}
    for parameter, key in rows:
        parameters[parameter.id] = parameter
        keys.setdefault(parameter.id, []).extend([key] if key else [])
    return [Undecided(one, tuple(keys[one.id])) for one in parameters.values()]


@dataclass(frozen=True, slots=True)
class Registered:
    """A decision of the register, with what it acted on."""

    decision: Decision
    deviation_id: int | None
    parameter: Parameter | None
    value: str | None
    valid_from: date | None
    #: The document that is to be updated.
    update: DocumentUpdate | None


def register(
    session: Session, association_id: int, *, size: int, offset: int = 0
) -> tuple[Sequence[Registered], int]:
    """Return one page of the decision register, newest first, and how many there are in all."""
    total = (
        session.scalar(
            select(func.count())
            .select_from(Decision)
            .where(Decision.association_id == association_id)
        )
        or 0
    )
    rows = session.execute(
        select(Decision, DeviationStep.deviation_id, ParameterDecision, DocumentUpdate)
        .outerjoin(
            DeviationStep,
            (DeviationStep.decision_id == Decision.id) & (DeviationStep.kind == StepKind.CLOSED),
        )
        .outerjoin(ParameterDecision, ParameterDecision.decision_id == Decision.id)
        .outerjoin(DocumentUpdate, DocumentUpdate.decision_id == Decision.id)
        .where(Decision.association_id == association_id)
        .options(joinedload(ParameterDecision.parameter), joinedload(Decision.recorded_by))
        .order_by(Decision.decided_on.desc(), Decision.id.desc())
        .limit(size)
        .offset(offset)
    ).all()
    return [
        Registered(
            decision,
            deviation_id,
            decided.parameter if decided else None,
            decided.value if decided else None,
            decided.valid_from if decided else None,
            update,
        )
        for decision, deviation_id, decided, update in rows
    ], total


def standing(session: Session, association_id: int, on: date) -> tuple[int, int]:
    """Return how many commitments of parties have a deviation that is not closed, and of how many.

    Counted as obligations of the versions in force: a clause once for each party that owes it on
    a local date.
    """
    in_force = (
        select(Obligation.id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(AgreementVersion, AgreementVersion.id == Commitment.version_id)
        .where(
            Obligation.association_id == association_id,
            AgreementVersion.state == VersionState.IN_FORCE,
        )
    )
    today = (
        in_force.join(Organisation, Organisation.id == Obligation.organisation_id)
        .outerjoin(Unit, Unit.id == Obligation.unit_id)
        .where(valid_within(Organisation, on, on), valid_within(Unit, on, on))
        .where(~Obligation.by_decision)
    )
    deviating = select(func.count(Deviation.obligation_id.distinct())).where(
        Deviation.association_id == association_id,
        Deviation.state != DeviationState.CLOSED,
        Deviation.obligation_id.in_(in_force),
    )
    row = session.execute(
        select(
            deviating.scalar_subquery(),
            select(func.count()).select_from(today.subquery()).scalar_subquery(),
        )
    ).one()
    return row[0], row[1]
