"""An effort towards n working days (AF1: early contact with a case officer).

"Verkar för" promises an effort and no result: later than the target reads *Delvis*, and nothing is
ever a miss. The median time stands beside the target.
"""

from atagande_agreements.civil_time import add_working_days, working_days_between
from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.rules.verdict import Facts, Verdict, wait

EVERY = None
NEEDS = (ParameterUnit.WORKING_DAYS,)


def judge(facts: Facts) -> Verdict:
    """Return whether the effort that began on `event_on` reached its target."""
    target = add_working_days(facts.event_on, facts.number(ParameterUnit.WORKING_DAYS))
    if facts.kept_on is None:
        return wait(facts, target, Status.UNREPORTED)
    if facts.kept_on <= target:
        return Verdict(Status.MET, target)
    return Verdict(Status.PARTLY, target, days_late=working_days_between(target, facts.kept_on))
