"""Attends the decided share of what is held in the year (A1: the seminars).

Judged when the year is over, on the seminars that were held. A year without any asks nothing.
A seminar whose attendance nobody has reported is never held against the party.
"""

from atagande_agreements.commitments.models import ParameterUnit
from atagande_agreements.periods import Every
from atagande_agreements.rules.verdict import Facts, Verdict, share_of_term

EVERY = Every.YEAR
NEEDS = (ParameterUnit.PERCENT,)


def judge(facts: Facts) -> Verdict:
    """Return whether the party was at enough of them: `counted` of `total`."""
    return share_of_term(facts)
