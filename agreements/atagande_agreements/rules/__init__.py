"""Rules: when something falls due, and whether it was kept. Pure: data and `now` in, verdict out.

One module a kind. A kind that the agreement file names but that has no module yet is not followed
up: its obligations read *Ej bedömbart* with that reason, and never give a deviation.
"""

from collections.abc import Mapping
from typing import Protocol

from atagande_agreements.rules import answers_within
from atagande_agreements.rules.verdict import Facts, Verdict


class Rule(Protocol):
    """What every module of this package offers."""

    #: Key of the parameter that the rule is judged by.
    PARAMETER: str

    def judge(self, facts: Facts) -> Verdict:
        """Return what is known of an occurrence at `facts.now`."""
        ...  # pragma: no cover


RULES: Mapping[str, Rule] = {"answers_within": answers_within}

__all__ = ["RULES", "Facts", "Rule", "Verdict"]
