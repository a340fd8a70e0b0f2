"""A document is updated within n days of a decision (F3: the agreement, its annexes, the model).

Calendar days, counted from the day after the decision. Not published by then is a miss.
"""

from datetime import timedelta

from atagande_agreements.commitments.models import ParameterUnit
from atagande_agreements.rules.verdict import Facts, Verdict, by_date

EVERY = None
NEEDS = (ParameterUnit.CALENDAR_DAYS,)


def judge(facts: Facts) -> Verdict:
    """Return whether the version decided on `event_on` was published in time."""
    days = timedelta(days=facts.number(ParameterUnit.CALENDAR_DAYS))
    return by_date(facts, facts.event_on + days)
