"""The decided share of a half-year's cases were as agreed (K4: letters; K5: first meetings).

K4: a letter to the clinic, not to a named doctor. K5: the municipality is there with the client.

Judged when the half-year is over. A half-year without cases asks nothing; a case that nobody has
reported on is never held against the party.
"""

from atagande_agreements.commitments.models import ParameterUnit
from atagande_agreements.periods import Every
from atagande_agreements.rules.verdict import Facts, Verdict, share_of_term

EVERY = Every.HALF_YEAR
NEEDS = (ParameterUnit.PERCENT,)


def judge(facts: Facts) -> Verdict:
    """Return whether enough were as agreed: `counted` of `total`."""
    return share_of_term(facts)
