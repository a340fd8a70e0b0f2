"""Reads what the steering group decides, follows and has decided."""

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import (
    Commitment,
    CommitmentParameter,
    Parameter,
    ParameterDecision,
)
from atagande_agreements.register.models import AgreementVersion, VersionState


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
