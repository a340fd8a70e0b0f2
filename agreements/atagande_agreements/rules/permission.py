"""A permission (P4: another therapist may pass the question on). It owes nothing to anyone.

Its use is counted where it is used; there is never anything to judge.
"""

from atagande_agreements.rules.verdict import UNDECIDED, Facts, Verdict

EVERY = None
NEEDS = ()


def judge(facts: Facts) -> Verdict:  # noqa: ARG001 - whatever the facts
    """Return that there is nothing to judge."""
    return UNDECIDED
