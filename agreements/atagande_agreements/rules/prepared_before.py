"""Prepared n working days before a meeting (K7: material to Arbetsförmedlingen).

The meeting's own day is not counted. Without a tick it reads *Ej rapporterat*.
"""

from atagande_agreements.civil_time import subtract_working_days
from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.rules.verdict import Facts, Verdict, by_date

EVERY = None
NEEDS = (ParameterUnit.WORKING_DAYS,)


def judge(facts: Facts) -> Verdict:
    """Return whether it was ready on `kept_on`, for the meeting on `event_on`."""
    days = facts.number(ParameterUnit.WORKING_DAYS)
    due_on = subtract_working_days(facts.event_on, days)
    return by_date(facts, due_on, missing=Status.UNREPORTED)
