"""Asks when it is unclear (K8: psychiatry is asked whether preparatory rehabilitation suits).

Each registered enquiry shows that the municipality asked. That someone left a question unasked
shows only in the municipality's own report of the half-year: `total` is then more than `counted`.
The report may come, and be corrected, until its time is over, so nothing is settled against the
party before then; a report of nothing left out settles it when the half-year ends.
"""

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.periods import Every
from atagande_agreements.rules.verdict import Facts, Verdict, report_due, wait

EVERY = Every.HALF_YEAR
NEEDS = (ParameterUnit.TEXT,)


def judge(facts: Facts) -> Verdict:
    """Return whether every unclear case known of was asked about."""
    due_on = report_due(facts)
    if facts.total > facts.counted:
        return wait(facts, due_on, Status.NOT_MET)
    if facts.kept_on is not None:
        return wait(facts, facts.event_on, Status.MET)
    return wait(facts, due_on, Status.MET if facts.counted else Status.UNREPORTED)
