"""Attends when summoned (P1: unit chiefs come to the steering group when they are called).

A summons that came later than the decided number of weeks before the meeting binds nobody. A
deputy counts if the group has decided so. Without a report it reads *Ej rapporterat*.
"""

from datetime import timedelta

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.rules.verdict import UNDECIDED, Facts, Outcome, Verdict, wait

EVERY = None
NEEDS = (ParameterUnit.WEEKS, ParameterUnit.BOOLEAN)


def judge(facts: Facts) -> Verdict:
    """Return whether someone summoned on `asked_on` came to the meeting on `event_on`."""
    notice = timedelta(weeks=facts.number(ParameterUnit.WEEKS))
    if facts.asked_on is None or facts.asked_on > facts.event_on - notice:
        return UNDECIDED
    deputies = facts.decided[ParameterUnit.BOOLEAN] == "1"
    present = {Outcome.ATTENDED, Outcome.DEPUTY} if deputies else {Outcome.ATTENDED}
    if facts.outcome in present:
        return Verdict(Status.MET, facts.event_on)
    missed = facts.outcome in {Outcome.ABSENT, Outcome.DEPUTY}
    return wait(facts, facts.event_on, Status.NOT_MET if missed else Status.UNREPORTED)
