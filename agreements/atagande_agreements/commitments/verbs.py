"""Changes about commitments: deciding parameters and filing evidence."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from atagande_agreements import audit
from atagande_agreements.commitments.assess import Known, assess
from atagande_agreements.commitments.errors import (
    AlreadyDecided,
    BadChoice,
    BadValue,
    NoWords,
    ReachesBack,
)
from atagande_agreements.commitments.models import (
    Obligation,
    Occurrence,
    Parameter,
    ParameterDecision,
    ParameterUnit,
)
from atagande_agreements.commitments.queries import judged_by
from atagande_agreements.commitments.terms import look_again
from atagande_agreements.parties.models import Organisation, Person
from atagande_agreements.parties.queries import is_party
from atagande_agreements.register.models import Agreement
from atagande_agreements.steering.models import DecisionKind
from atagande_agreements.steering.verbs import record_decision

_TRUE = {"ja", "yes", "true", "1"}
_FALSE = {"nej", "no", "false", "0"}


_REFUSALS = {
    ParameterUnit.BOOLEAN: BadChoice,
    ParameterUnit.ORGANISATION: BadChoice,
    ParameterUnit.TEXT: NoWords,
}


def normal_value(session: Session, parameter: Parameter, text: str) -> str:
    """Return `text` as the parameter keeps it; raise BadValue if it can't be read."""
    text = text.strip()
    refusal = _REFUSALS.get(parameter.unit, BadValue)(
        field="value",
        value=text or "–",
        label=parameter.label,
        minimum=parameter.minimum if parameter.minimum is not None else 0,
        maximum=parameter.maximum if parameter.maximum is not None else 9999,
    )
    match parameter.unit:
        case ParameterUnit.BOOLEAN:
            if text.lower() not in _TRUE | _FALSE:
                raise refusal
            return "1" if text.lower() in _TRUE else "0"
        case ParameterUnit.ORGANISATION:
            known = session.scalar(
                select(Organisation.key).where(
                    Organisation.association_id == parameter.association_id,
                    Organisation.key == text,
                    is_party(),
                )
            )
            if known is None:
                raise refusal
            return known
        case ParameterUnit.TEXT:
            if not text:
                raise refusal
            return text
        case _:
            number = int(text) if text.isascii() and text.isdigit() else None
            low = parameter.minimum if parameter.minimum is not None else 0
            high = parameter.maximum if parameter.maximum is not None else 9999
            if number is None or not low <= number <= high:
                raise refusal
            return str(number)


def decide_parameter(
    session: Session,
    *,
    parameter: Parameter,
    value: str,
    valid_from: date,
    decided_on: date,
    paragraph: str,
    person: Person,
    now: datetime,
) -> ParameterDecision:
    """Record what the group decided about a parameter.

    It judges events from `valid_from` on and nothing earlier. What has been settled stays as it
    was settled; open and unjudged occurrences from that date are judged by it.
    """
    if valid_from < decided_on:
        raise ReachesBack(field="valid_from", valid_from=valid_from, decided_on=decided_on)
    agreement = session.get_one(Agreement, parameter.agreement_id)
    normal = normal_value(session, parameter, value)
    decision = record_decision(
        session,
        agreement=agreement,
        kind=DecisionKind.PARAMETER,
        paragraph=paragraph,
        decided_on=decided_on,
        person=person,
        now=now,
    )
    decided = ParameterDecision(
        association_id=parameter.association_id,
        parameter_id=parameter.id,
        decision_id=decision.id,
        value=normal,
        valid_from=valid_from,
    )
    try:
        with session.begin_nested():
            session.add(decided)
            session.flush()
    except IntegrityError as error:
        raise AlreadyDecided(
            field="valid_from", label=parameter.label, valid_from=valid_from
        ) from error
    audit.record(
        session,
        audit.Change(
            association_id=parameter.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="parameter.decided",
            object_type="parameter",
            object_id=parameter.id,
            changes={
                "value": (None, normal),
                "valid_from": (None, valid_from),
                "paragraph": (None, decision.paragraph),
            },
        ),
    )
    _judge_again(session, decided, now)
    look_again(session, agreement.association_id)
    return decided


def _judge_again(session: Session, decided: ParameterDecision, now: datetime) -> None:
    """Judge what is open or unjudged anew, for the commitments that use the parameter."""
    occurrences = session.scalars(
        judged_by(decided.parameter, decided.valid_from)
        .options(joinedload(Occurrence.obligation).joinedload(Obligation.commitment))
        .with_for_update(of=Occurrence)
    ).all()
    known: Known = {}
    for occurrence in occurrences:
        assess(session, occurrence, occurrence.obligation, now, known)
    session.flush()
