"""Small numbers: a count of few may point out a person, so outsiders are shown a limit instead."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Parameter, ParameterDecision

LIMIT = 5
_PARAMETER = "small_number_limit"


def is_small(value: int, limit: int = LIMIT) -> bool:
    """Tell whether a count is too small to show: above nothing and below the limit."""
    return 0 < value < limit


def shown(value: int, limit: int = LIMIT) -> str:
    """Return a count as outsiders see it: "0", "<5" or the number."""
    return f"<{limit}" if is_small(value, limit) else str(value)


def limit_on(session: Session, agreement_id: int, day: date) -> int:
    """Return the limit decided on a local date; the usual one until the group has decided."""
    value = session.scalar(
        select(ParameterDecision.value)
        .join(Parameter, Parameter.id == ParameterDecision.parameter_id)
        .where(
            Parameter.agreement_id == agreement_id,
            Parameter.key == _PARAMETER,
            ParameterDecision.valid_from <= day,
        )
        .order_by(ParameterDecision.valid_from.desc())
        .limit(1)
    )
    return int(value) if value is not None else LIMIT
