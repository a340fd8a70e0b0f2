"""Standing commitments, reported each half-year (K1: active work; K3: services to offer).

The party's own report says whether it works so, or how many it has. Fewer than decided is a miss
when the time for the report is over; no report reads *Ej rapporterat*.
"""

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.periods import Every
from atagande_agreements.rules.verdict import Facts, Verdict, report_due, wait

EVERY = Every.HALF_YEAR
NEEDS = ()


def judge(facts: Facts) -> Verdict:
    """Return whether the report shows enough: `counted`, 1 standing for yes."""
    due_on = report_due(facts)
    if facts.kept_on is None:
        return wait(facts, due_on, Status.UNREPORTED)
    required = int(facts.decided.get(ParameterUnit.COUNT, "1"))
    if facts.counted >= required:
        return Verdict(Status.MET, due_on)
    return wait(facts, due_on, Status.NOT_MET)
