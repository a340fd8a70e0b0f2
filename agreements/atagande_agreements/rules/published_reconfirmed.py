"""Published and confirmed anew every n months (A4: contact points).

Each confirmation starts the next n months. A party that lets its entries grow old has missed it.
One that had published nothing when its n months began has nothing to confirm anew: until it
publishes it reads *Ej rapporterat* when they are over, also if what it publishes comes later.
"""

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.periods import add_months
from atagande_agreements.rules.verdict import Facts, Outcome, Verdict, by_date, wait

EVERY = None
NEEDS = (ParameterUnit.MONTHS,)


def judge(facts: Facts) -> Verdict:
    """Return whether what was confirmed on `event_on` was confirmed again in time."""
    due_on = add_months(facts.event_on, facts.number(ParameterUnit.MONTHS))
    if facts.outcome is not Outcome.NEVER:
        return by_date(facts, due_on)
    if facts.kept_on is not None and facts.kept_on <= due_on:
        return Verdict(Status.MET, due_on)
    return wait(facts, due_on, Status.UNREPORTED)
