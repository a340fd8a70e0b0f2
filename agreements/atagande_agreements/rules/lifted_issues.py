"""Issues passed on within n working days (A3: after each network meeting).

A list to the steering group keeps it, and so does the answer "inget att lyfta". What is missing
when the time is over has not been passed on.
"""

from atagande_agreements.commitments.models import ParameterUnit
from atagande_agreements.rules.verdict import Facts, Verdict, within_working_days

EVERY = None
NEEDS = (ParameterUnit.WORKING_DAYS,)


def judge(facts: Facts) -> Verdict:
    """Return whether the list came in time after the meeting on `event_on`."""
    return within_working_days(facts)
