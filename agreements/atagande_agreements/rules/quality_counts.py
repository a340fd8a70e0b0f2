"""The decided share of what was received is good enough (P2: certificates state activity capacity).

The municipalities report, each half-year and clinic, how many they received and how many lacked
it; one that was completed on request still lacked it at first. Fewer than the decided sample, or
a report that none came, can't be judged. No report reads *Ej rapporterat*.
"""

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.periods import Every
from atagande_agreements.rules.verdict import Facts, Verdict, needed, report_due, wait

EVERY = Every.HALF_YEAR
NEEDS = (ParameterUnit.PERCENT,)


def judge(facts: Facts) -> Verdict:
    """Return whether `counted` of `total` received were enough."""
    due_on = report_due(facts)
    if facts.total == 0:
        reported = facts.kept_on is not None
        return wait(facts, due_on, Status.NOT_ASSESSABLE if reported else Status.UNREPORTED)
    sample = int(facts.decided.get(ParameterUnit.COUNT, "1"))
    if facts.total < sample:
        return wait(facts, due_on, Status.NOT_ASSESSABLE)
    enough = facts.counted >= needed(facts.number(ParameterUnit.PERCENT), facts.total)
    return wait(facts, due_on, Status.MET if enough else Status.NOT_MET)
