"""What a decision about a parameter would change, said before it is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments import queries
from atagande_agreements.commitments.models import Parameter
from atagande_agreements.followup.cases import CASE_RULES


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision would change, said before it is taken."""

    #: Local date it would apply from; None when what was typed is no date.
    since: date | None
    #: Open and unjudged occurrences that it would judge; None where they are not counted.
    number: int | None
    #: The parameter judges something, and does not only guide.
    judges: bool
    #: False where a form stands among many, and nothing was counted.
    is_counted: bool = True


def of_cases_among(parameters: Sequence[Parameter]) -> set[int]:
    """Return the ids of those parameters that judge people's cases."""
    return queries.judging(g.session, [one.id for one in parameters], CASE_RULES)


def effects_of(used: Sequence[tuple[Parameter, bool]], rule: str) -> Mapping[int, Effect]:
    """Return what a decision today about each parameter of a commitment would change."""
    today = local_date(g.now)
    return {
        one.id: effect_of(one, today, judges, of_cases=rule in CASE_RULES) for one, judges in used
    }


def effect_of(
    parameter: Parameter,
    since: date | None,
    judges: bool,  # noqa: FBT001 - with the parameter it is about
    *,
    of_cases: bool,
) -> Effect:
    """Return what a decision about a parameter from a local date would change."""
    if since and judges and of_cases:
        # How many cases there are since any day would tell of each.
        return Effect(since, None, judges)
    number = queries.affected(g.session, parameter, since) if since and judges else 0
    return Effect(since, number, judges)
