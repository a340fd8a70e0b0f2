"""Held n times per year (F1: the steering group meets about the target group; F2: seminars).

Met as soon as n have been held. At the end of the year fewer than n is a miss, unless meetings
that nobody has reported on could make up for it, or nothing at all has been reported: then it
reads *Ej rapporterat*.
"""

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.periods import Every
from atagande_agreements.rules.verdict import Facts, Verdict, reached, wait

EVERY = Every.YEAR
NEEDS = (ParameterUnit.PER_YEAR,)


def judge(facts: Facts) -> Verdict:
    """Return whether `counted` meetings were enough; `unknown` are past but not reported on."""
    status = reached(facts, facts.number(ParameterUnit.PER_YEAR))
    if status is Status.MET:
        return Verdict(Status.MET, facts.event_on)
    nothing = facts.counted == facts.total == 0 and facts.kept_on is None
    return wait(facts, facts.event_on, Status.UNREPORTED if nothing else status)
