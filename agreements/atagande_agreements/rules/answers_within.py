"""Answers within n working days (P3: an enquiry is answered "snarast möjligt").

The question's own day is not counted; the answer is in time up to the end of the n-th working day,
Stockholm time. Until the steering group has decided n, nothing is judged.
"""

from atagande_agreements.commitments.models import ParameterUnit
from atagande_agreements.rules.verdict import Facts, Verdict, within_working_days

EVERY = None
NEEDS = (ParameterUnit.WORKING_DAYS,)


def judge(facts: Facts) -> Verdict:
    """Return whether the question was answered in time; no answer by then is a miss."""
    return within_working_days(facts)
