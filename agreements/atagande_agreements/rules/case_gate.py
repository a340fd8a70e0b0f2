"""A condition that a single case meets or not (A6: at the clinic; A8: 60 minutes; K6: consent).

What is a condition for booking can't be broken in the service: the booking is refused. What can
still come out otherwise (another venue, a meeting that overruns) is said of the case. Either way it
counts when its day is over: a meeting that never takes place keeps nothing and breaks nothing.
"""

from atagande_agreements.commitments.models import Status
from atagande_agreements.rules.verdict import Facts, Outcome, Verdict, wait

EVERY = None
NEEDS = ()


def judge(facts: Facts) -> Verdict:
    """Return whether the case of `event_on` met its condition."""
    if facts.outcome is Outcome.KEPT:
        return wait(facts, facts.event_on, Status.MET)
    if facts.outcome is Outcome.NOT_KEPT:
        return wait(facts, facts.event_on, Status.NOT_MET)
    return wait(facts, facts.event_on, Status.UNREPORTED)
