"""Published and confirmed anew every n months (A4: contact points).

Each confirmation starts the next n months. A party that has never published anything reads *Ej
rapporterat* when its first n months are over; one that lets its entry grow old has missed it.
"""

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.periods import add_months
from atagande_agreements.rules.verdict import Facts, Outcome, Verdict, by_date

EVERY = None
NEEDS = (ParameterUnit.MONTHS,)


def judge(facts: Facts) -> Verdict:
    """Return whether the entry confirmed on `event_on` was confirmed again in time."""
    due_on = add_months(facts.event_on, facts.number(ParameterUnit.MONTHS))
    never = facts.outcome is Outcome.NEVER
    return by_date(facts, due_on, missing=Status.UNREPORTED if never else Status.NOT_MET)
