"""A share of the staff has valid training (A5: SIP; K2a-c: basic skills of social workers).

Reported each half-year as people and the dates they were trained. A training is valid the decided
number of months, its last day included; what is older has left the count. The share is measured
on the report's own date. A report that shows too few is a miss at the end of its day; a better one
before that, or later, is judged in its place. No report reads *Ej rapporterat*, and a report that
concerns nobody can't be assessed.

An organisation with several units is judged by all of them together. While a unit that owes its
report is silent nothing is said of the whole, and when the time for reports is over it reads
*Ej rapporterat*: the first unit never decides for the others.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from atagande_agreements.civil_time import end_of_day
from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.periods import Every, add_months
from atagande_agreements.rules.verdict import (
    UNDECIDED,
    Facts,
    Verdict,
    needed,
    report_due,
    wait,
)

EVERY = Every.HALF_YEAR
NEEDS = (ParameterUnit.MONTHS, ParameterUnit.PERCENT)


def last_day(trained_on: date, months: int) -> date:
    """Return the last local date that a training is valid on."""
    return add_months(trained_on, months)


def valid(trained: Iterable[tuple[date, int]], on: date, months: int) -> int:
    """Return how many people have training that is valid on a local date."""
    return sum(people for day, people in trained if day <= on <= last_day(day, months))


def judge(facts: Facts) -> Verdict:
    """Return whether enough of `total` people had valid training on the report's date."""
    on = facts.kept_on
    if on is None:
        return wait(facts, report_due(facts), Status.UNREPORTED)
    counted = valid(facts.trained, on, facts.number(ParameterUnit.MONTHS))
    if facts.unknown:
        return replace(wait(facts, report_due(facts), Status.UNREPORTED), counted=counted)
    if facts.total == 0:
        return UNDECIDED
    if counted >= needed(facts.number(ParameterUnit.PERCENT), facts.total):
        return Verdict(Status.MET, on, counted=counted)
    return Verdict(Status.NOT_MET, on, end_of_day(on), counted=counted)
