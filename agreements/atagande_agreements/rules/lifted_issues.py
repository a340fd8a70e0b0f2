"""Issues passed on within n working days (A3: after each network meeting).

A list to the steering group keeps it, and so does the answer "inget att lyfta". The days are
counted from the meeting, or from the day it was reported as held if that came later: nobody can
pass on the issues of a meeting that is not yet there. What is missing when the time is over has not
been passed on.
"""

from atagande_agreements.civil_time import add_working_days
from atagande_agreements.commitments.models import ParameterUnit
from atagande_agreements.rules.verdict import Facts, Verdict, by_date

EVERY = None
NEEDS = (ParameterUnit.WORKING_DAYS,)


def judge(facts: Facts) -> Verdict:
    """Return whether the list came in time after the meeting on `event_on`.

    `asked_on` is the local date that the meeting was reported as held.
    """
    begins = max(facts.event_on, facts.asked_on or facts.event_on)
    return by_date(facts, add_working_days(begins, facts.number(ParameterUnit.WORKING_DAYS)))
