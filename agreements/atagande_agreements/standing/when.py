"""Which term is reported on a given day, and until when. Pure: local dates in, windows out.

1. The term that has just ended is reported until its report is in or its time is over.
2. Otherwise the term that is going on.

A report that is missing when the time is over may still be given until the next term ends: it is
better known late than never.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from atagande_agreements.periods import Every, Term, term_of
from atagande_agreements.rules.verdict import REPORT_DAYS


@dataclass(frozen=True, slots=True)
class Window:
    """A term to report, and until when (local dates, all included)."""

    term: Term
    #: The part of the term in which the party was one.
    first: date
    last: date
    #: Last day for a report before the term is judged.
    due_on: date
    #: Last day to correct it.
    closes_on: date


def terms_to_report(today: date, every: Every) -> tuple[Term, Term]:
    """Return the term that ended last and the one that is going on."""
    current = term_of(today, every)
    return term_of(current.first - timedelta(days=1), every), current


def window(term: Term, span: tuple[date, date], every: Every) -> Window:
    """Return until when a term is reported; `span` is the part in which the party was one.

    A half-year is judged when its reporting time is over, a year (F1) when it ends.
    """
    first, last = span
    closes_on = last + timedelta(days=REPORT_DAYS)
    return Window(term, first, last, closes_on if every is Every.HALF_YEAR else last, closes_on)


def choose(windows: Sequence[Window], reported: set[str], today: date) -> Window | None:
    """Return the window to report in on a local date, or None if the party owes none.

    `windows` are those that ended or go on, oldest first; `reported` the keys of terms that have
    a report.
    """
    for one in windows:
        if one.term.last < today and one.term.key not in reported and today <= one.closes_on:
            return one
    return next((one for one in reversed(windows) if one.term.last >= today), None)
