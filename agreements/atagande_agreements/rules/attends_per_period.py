"""Attends n of the year's four meetings (A2: the network, four times a year).

Two tests, on two parties:

1. Each party has attended n meetings, or all that were held if those were fewer than n. While
   it isn't known of some whether they were held, or who came, they could make up for it.
2. The convener has seen to it that four were held. Too few is the convener's miss and nobody
   else's.

The year begins in the month the steering group has decided.
"""

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.periods import Every
from atagande_agreements.rules.verdict import Facts, Outcome, Verdict, reached, wait

EVERY = Every.YEAR
NEEDS = (ParameterUnit.PER_YEAR, ParameterUnit.COUNT)
#: Överenskommelsen, Alla medlemsparter, point 2: "4 ggr/år".
MEETINGS_A_YEAR = 4


def judge(facts: Facts) -> Verdict:
    """Return whether the party came, or the convener held them: `counted`, of `total` held."""
    if facts.outcome is Outcome.CONVENES:
        required = MEETINGS_A_YEAR
        nothing = Status.UNREPORTED
    else:
        required = facts.number(ParameterUnit.PER_YEAR)
        nothing = Status.NOT_ASSESSABLE
    if facts.counted >= required:
        return Verdict(Status.MET, facts.event_on)
    if facts.total + facts.unknown == 0:
        return wait(facts, facts.event_on, nothing)
    if facts.outcome is not Outcome.CONVENES:
        required = min(required, facts.total + facts.unknown)
    return wait(facts, facts.event_on, reached(facts, required))
