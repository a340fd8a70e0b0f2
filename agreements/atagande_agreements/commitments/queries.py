"""Reads agreements, their commitments, and the parameters that judge them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVarTuple

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.commitments.models import (
    Commitment,
    CommitmentParameter,
    Obligation,
    Occurrence,
    Parameter,
    ParameterDecision,
    Status,
)
from atagande_agreements.parties.heirs import valid_within
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.register.models import (
    Agreement,
    AgreementParty,
    AgreementVersion,
    Annex,
    Section,
    VersionState,
)
from atagande_agreements.rules import PERMISSION
from atagande_agreements.steering.models import Decision

_Ts = TypeVarTuple("_Ts")


@dataclass(frozen=True, slots=True)
class InForce:
    """An agreement with its version in force and the span of what it has to show."""

    agreement: Agreement
    version: AgreementVersion
    #: Local dates of the first and last event; None while there is none.
    first_event: date | None
    last_event: date | None


_EVENTS = Occurrence.agreement_id == Agreement.id
# Made once: every page of the agreement begins with it.
_AGREEMENTS = (
    select(
        Agreement,
        AgreementVersion,
        select(func.min(Occurrence.event_on)).where(_EVENTS).scalar_subquery(),
        select(func.max(Occurrence.event_on)).where(_EVENTS).scalar_subquery(),
    )
    .join(AgreementVersion, AgreementVersion.agreement_id == Agreement.id)
    .where(
        Agreement.association_id == bindparam("association"),
        AgreementVersion.state == VersionState.IN_FORCE,
    )
)


def agreements(session: Session, association_id: int, today: date) -> list[InForce]:
    """Return an association's agreements; those valid today first, and the oldest of them.

    Oldest, so that an address that names no agreement keeps its meaning when one is added.
    """
    rows = session.execute(_AGREEMENTS, {"association": association_id}).all()
    found = [InForce(*row) for row in rows]

    def order(one: InForce) -> tuple[bool, int]:
        return not _is_valid(one.agreement, today), one.agreement.id

    return sorted(found, key=order)


def agreement_in_force(session: Session, association_id: int, on: date) -> Agreement | None:
    """Return the association's agreement on a local date, the oldest if several; or None."""
    found = agreements(session, association_id, on)
    agreement = found[0].agreement if found else None
    return agreement if agreement is not None and _is_valid(agreement, on) else None


def _is_valid(agreement: Agreement, on: date) -> bool:
    return agreement.valid_from <= on and (agreement.valid_to is None or on <= agreement.valid_to)


def sections(session: Session, version_id: int) -> Sequence[Section]:
    """Return the headings of a version in order."""
    return session.scalars(
        select(Section).where(Section.version_id == version_id).order_by(Section.position)
    ).all()


def annexes(session: Session, version_id: int) -> Sequence[Annex]:
    """Return the documents that belong to a version, in order."""
    return session.scalars(
        select(Annex).where(Annex.version_id == version_id).order_by(Annex.position)
    ).all()


def signatories(session: Session, version_id: int) -> Sequence[AgreementParty]:
    """Return who is bound by a version, in the order of the agreement file."""
    return session.scalars(
        select(AgreementParty)
        .join(Organisation, Organisation.id == AgreementParty.organisation_id)
        .where(AgreementParty.version_id == version_id)
        .options(joinedload(AgreementParty.organisation))
        .order_by(Organisation.position, Organisation.id)
    ).all()


def commitments(session: Session, version_id: int) -> Sequence[Commitment]:
    """Return a version's commitments in order, with which parameters they use."""
    return (
        session.scalars(
            select(Commitment)
            .where(Commitment.version_id == version_id)
            .options(joinedload(Commitment.uses))
            .order_by(Commitment.position)
        )
        .unique()
        .all()
    )


def commitment(session: Session, version_id: int, key: str) -> Commitment | None:
    """Return one commitment with its heading and its parameters with their decisions, or None."""
    uses = joinedload(Commitment.uses).joinedload(CommitmentParameter.parameter)
    return (
        session.scalars(
            select(Commitment)
            .where(Commitment.version_id == version_id, Commitment.key == key)
            .options(joinedload(Commitment.section), _decisions(uses))
        )
        .unique()
        .one_or_none()
    )


def _decisions(path: Any = None) -> Any:
    """Load parameters' decisions, oldest first, with who recorded them."""
    load = path.joinedload if path is not None else joinedload
    return (
        load(Parameter.decisions)
        .joinedload(ParameterDecision.decision)
        .joinedload(Decision.recorded_by)
    )


def parameters(session: Session, agreement_id: int) -> Sequence[Parameter]:
    """Return an agreement's parameters in order, with their decisions, oldest first.

    One that the agreement file no longer has is left out.
    """
    return (
        session.scalars(
            select(Parameter)
            .where(Parameter.agreement_id == agreement_id, Parameter.position.is_not(None))
            .options(_decisions())
            .order_by(Parameter.position)
        )
        .unique()
        .all()
    )


def parameter(session: Session, agreement_id: int, key: str) -> Parameter | None:
    """Return one parameter with its decisions, or None."""
    return (
        session.scalars(
            select(Parameter)
            .where(Parameter.agreement_id == agreement_id, Parameter.key == key)
            .options(_decisions())
        )
        .unique()
        .one_or_none()
    )


def users_of(
    session: Session, version_id: int, parameter_id: int
) -> Sequence[Row[Commitment, bool]]:
    """Return the commitments of a version that use a parameter, each with whether it judges."""
    return session.execute(
        select(Commitment, CommitmentParameter.judges)
        .join(CommitmentParameter, CommitmentParameter.commitment_id == Commitment.id)
        .where(
            Commitment.version_id == version_id, CommitmentParameter.parameter_id == parameter_id
        )
        .order_by(Commitment.position)
    ).all()


def judged(
    commitment: Commitment, parameters: Mapping[int, Parameter], by: date
) -> tuple[bool, bool]:
    """Return whether a commitment can be kept or not, and whether it is decided by a date.

    `parameters` has those it uses, by id; every one that judges it must be decided.
    """
    judging = [parameters[one.parameter_id] for one in commitment.uses if one.judges]
    return commitment.rule != PERMISSION, all(in_force(one, by) is not None for one in judging)


def is_undecided(parameter: Parameter) -> bool:
    """Tell whether the steering group has yet to decide a parameter."""
    return not parameter.decisions


def in_force(parameter: Parameter, today: date) -> ParameterDecision | None:
    """Return the decision that applies on a local date, or None."""
    applies = [one for one in parameter.decisions if one.valid_from <= today]
    return applies[-1] if applies else None


def count_undecided(session: Session, association_id: int) -> int:
    """Return how many parameters the steering group has yet to decide."""
    return session.scalars(
        select(func.count())
        .select_from(Parameter)
        .where(
            Parameter.association_id == association_id,
            Parameter.position.is_not(None),
            ~Parameter.decisions.any(),
        )
    ).one()


def judges_something(session: Session, parameter: Parameter) -> bool:
    """Tell whether a parameter judges anything, or only guides how the agreement is read."""
    return (
        session.scalar(
            select(CommitmentParameter.commitment_id)
            .where(CommitmentParameter.parameter_id == parameter.id, CommitmentParameter.judges)
            .limit(1)
        )
        is not None
    )


def judged_by(parameter: Parameter, since: date) -> Select[Occurrence]:
    """Select the open or unjudged occurrences that a decision from a local date judges.

    Those under a later decision are left out, and everything that is settled.
    """
    query = (
        select(Occurrence)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(CommitmentParameter, CommitmentParameter.commitment_id == Commitment.id)
        .where(
            CommitmentParameter.parameter_id == parameter.id,
            CommitmentParameter.judges,
            Occurrence.event_on >= since,
            Occurrence.status.in_((Status.PENDING, Status.NOT_ASSESSABLE)),
        )
    )
    later = [one.valid_from for one in parameter.decisions if one.valid_from > since]
    if later:
        query = query.where(Occurrence.event_on < min(later))
    return query


def affected(session: Session, parameter: Parameter, since: date) -> int:
    """Return how many occurrences a decision from a local date would judge; see `judged_by`."""
    found = judged_by(parameter, since).subquery()
    return session.scalars(select(func.count()).select_from(found)).one()


def judging(session: Session, parameter_ids: Collection[int], rules: Collection[str]) -> set[int]:
    """Return the ids of the parameters that judge a commitment of some kinds of rule."""
    return set(
        session.scalars(
            select(CommitmentParameter.parameter_id)
            .join(Commitment, Commitment.id == CommitmentParameter.commitment_id)
            .where(
                CommitmentParameter.parameter_id.in_(parameter_ids),
                CommitmentParameter.judges,
                Commitment.rule.in_(rules),
            )
        )
    )


def owed(
    session: Session,
    agreement_id: int,
    *,
    rule: str,
    subject: str,
    organisation_id: int | None = None,
    unit_id: int | None = None,
    on: date | None = None,
) -> list[Obligation]:
    """Return the obligations in force that a kind of event touches, with their commitments.

    `organisation_id` narrows to one organisation and its units, `unit_id` to one unit, and `on`
    to those who were parties on the event's local date.
    """
    query = (
        select(Obligation)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(AgreementVersion, AgreementVersion.id == Commitment.version_id)
        .where(
            Obligation.agreement_id == agreement_id,
            Commitment.rule == rule,
            Commitment.subject == subject,
            AgreementVersion.state == VersionState.IN_FORCE,
        )
        .options(joinedload(Obligation.commitment))
        .order_by(Obligation.id)
    )
    if on is not None:
        query = _of_parties_on(query, on)
    if organisation_id is not None:
        query = query.where(Obligation.organisation_id == organisation_id)
    if unit_id is not None:
        query = query.where(Obligation.unit_id == unit_id)
    return list(session.scalars(query))


def _of_parties_on(query: Select[*_Ts], on: date) -> Select[*_Ts]:
    """Leave out the obligations of those who are no parties on a local date."""
    return (
        query.join(Organisation, Organisation.id == Obligation.organisation_id)
        .outerjoin(Unit, Unit.id == Obligation.unit_id)
        # Of no unit at all, every date is as empty.
        .where(valid_within(Organisation, on, on), valid_within(Unit, on, on))
    )


def count_obligations(session: Session, agreement_id: int, on: date) -> int:
    """Return how many obligations an agreement's version in force gives on a local date."""
    query = (
        select(func.count())
        .select_from(Obligation)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(AgreementVersion, AgreementVersion.id == Commitment.version_id)
        .where(
            Obligation.agreement_id == agreement_id,
            AgreementVersion.state == VersionState.IN_FORCE,
            ~Obligation.by_decision,
        )
    )
    return session.scalars(_of_parties_on(query, on)).one()
