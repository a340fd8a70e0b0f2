"""The half-years that certificates are reported by. Pure."""

import re
from datetime import date

from atagande_agreements.errors import NotFound
from atagande_agreements.periods import Every, Term, term_of

_KEY = re.compile(r"(20[0-9]{2})-H([12])")


def half_year(key: str) -> Term:
    """Return the half-year "2026-H1"; raise NotFound for anything else."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise NotFound(field="period")
    return term_of(date(int(found[1]), 1 if found[2] == "1" else 7, 1), Every.HALF_YEAR)


def before(term: Term) -> Term:
    """Return the half-year before."""
    return term_of(date.fromordinal(term.first.toordinal() - 1), Every.HALF_YEAR)


def after(term: Term) -> Term:
    """Return the half-year after."""
    return term_of(date.fromordinal(term.last.toordinal() + 1), Every.HALF_YEAR)


def latest_ended(today: date) -> Term:
    """Return the last half-year that is over on a local date: the one to report now."""
    return before(term_of(today, Every.HALF_YEAR))
