"""Followed up within n working days after a meeting (A7: minutes and follow-up of a SIP).

The purpose is a condition for booking. Afterwards the convener ticks that minutes and follow-up
have been sent; the later of the two days counts. Without ticks it reads *Ej rapporterat*.
"""

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.rules.verdict import Facts, Verdict, within_working_days

EVERY = None
NEEDS = (ParameterUnit.WORKING_DAYS,)


def judge(facts: Facts) -> Verdict:
    """Return whether the meeting on `event_on` was followed up in time."""
    return within_working_days(facts, missing=Status.UNREPORTED)
