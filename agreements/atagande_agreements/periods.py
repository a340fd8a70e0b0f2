"""The terms that periodic commitments are followed up by: years and half-years, in local dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MONTHS = 12


class Every(StrEnum):
    """How often something is followed up."""

    YEAR = "year"
    HALF_YEAR = "half_year"

    @property
    def months(self) -> int:
        """Return how many months a term has."""
        return MONTHS if self is Every.YEAR else MONTHS // 2


@dataclass(frozen=True, slots=True)
class Term:
    """One year or half-year, first and last day included."""

    #: "2026", "2026-H1", or "2026-09" for a year that begins in September.
    key: str
    first: date
    last: date

    @property
    def origin(self) -> str:
        """Return what the occurrences of the term are keyed on."""
        return f"period:{self.key}"


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or the month's last day if it is shorter."""
    number = day.year * MONTHS + day.month - 1 + months
    first = date(number // MONTHS, number % MONTHS + 1, 1)
    following = date((number + 1) // MONTHS, (number + 1) % MONTHS + 1, 1)
    return first + timedelta(days=min(day.day, (following - first).days) - 1)


def term_of(day: date, every: Every, start_month: int = 1) -> Term:
    """Return the term that `day` belongs to; years begin in `start_month` (1-12)."""
    months = every.months
    since_start = day.year * MONTHS + day.month - start_month
    number = since_start - since_start % months + start_month - 1
    first = date(number // MONTHS, number % MONTHS + 1, 1)
    last = add_months(first, months) - timedelta(days=1)
    if every is Every.YEAR:
        key = f"{first.year}" if start_month == 1 else f"{first.year}-{first.month:02}"
    else:
        half = 1 if first.month == start_month else 2
        key = f"{first.year}-H{half}" if start_month == 1 else f"{first.year}-{first.month:02}"
    return Term(key, first, last)


def year_of(origin: str) -> Term | None:
    """Return the year that occurrences of an origin are keyed on; None for any other origin."""
    what, _, key = origin.partition(":")
    year, _, month = key.partition("-")
    number = month or "1"
    if what != "period" or not (year + number).isdecimal():
        return None
    return term_of(date(int(year), int(number), 1), Every.YEAR, int(number))


def terms_between(first: date, last: date, every: Every, start_month: int = 1) -> Iterator[Term]:
    """Yield the terms that have a day from `first` to `last`, both included, in order."""
    day = first
    while day <= last:
        term = term_of(day, every, start_month)
        yield term
        day = term.last + timedelta(days=1)
