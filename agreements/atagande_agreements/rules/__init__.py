"""Rules: when something falls due, and whether it was kept. Pure: data and `now` in, verdict out.

One module a kind, named as the agreement file names it; a new kind is a new module. Every module
says which parameters it needs (by their unit), whether it is followed up in terms, and judges.
Nothing is judged before the steering group has decided all that the commitment names; missing
evidence reads *Ej rapporterat* and is never a breach.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from atagande_agreements.commitments.models import ParameterUnit
from atagande_agreements.periods import Every
from atagande_agreements.rules.verdict import UNDECIDED, Facts, Outcome, Verdict


class Rule(Protocol):
    """What every module of this package offers."""

    #: The term it is followed up in; None when each case is its own.
    EVERY: Every | None
    #: Units of the parameters without which it can't judge.
    NEEDS: tuple[ParameterUnit, ...]

    def judge(self, facts: Facts) -> Verdict:
        """Return what is known of an occurrence at `facts.now`."""
        ...  # pragma: no cover


RULES: Mapping[str, Rule] = {
    module.name: cast("Rule", import_module(f"{__name__}.{module.name}"))
    for module in iter_modules(__path__)
    if module.name != "verdict"
}
#: The kind that owes nothing.
PERMISSION = "permission"
#: Kinds that are followed up in terms.
TERMLY: Mapping[str, Every] = {
    kind: rule.EVERY for kind, rule in RULES.items() if rule.EVERY is not None
}

__all__ = ["PERMISSION", "RULES", "TERMLY", "UNDECIDED", "Facts", "Outcome", "Rule", "Verdict"]
