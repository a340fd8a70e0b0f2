"""A service within n working days (AF2: assessment after contact; AF3: a plan after assessment).

The first step's own day is not counted. That a client was referred on to another party is an
outcome, and as much an answer as an assessment. Whoever referred the client reports the days, so
no report reads *Ej rapporterat*: another party's silence is not held against the one that owes it.
"""

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.rules.verdict import Facts, Verdict, within_working_days

EVERY = None
NEEDS = (ParameterUnit.WORKING_DAYS,)


def judge(facts: Facts) -> Verdict:
    """Return whether the step came in time; none reported by then is not reported."""
    return within_working_days(facts, missing=Status.UNREPORTED)
