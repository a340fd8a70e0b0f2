"""A share of the staff has valid training (A5: SIP; K2a-c: basic skills of social workers).

Reported each half-year as people and the dates they were trained; training older than the
decided number of months has left the count. A report that shows too few is a miss at the end of
its day; a better one before that, or later, is judged in its place. No report reads *Ej
rapporterat*.
"""

from atagande_agreements.civil_time import end_of_day
from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.periods import Every, add_months
from atagande_agreements.rules.verdict import Facts, Verdict, needed, report_due, wait

EVERY = Every.HALF_YEAR
NEEDS = (ParameterUnit.MONTHS, ParameterUnit.PERCENT)


def judge(facts: Facts) -> Verdict:
    """Return whether enough of `total` people had valid training on the report's date."""
    on = facts.kept_on
    if on is None or facts.total == 0:
        return wait(facts, report_due(facts), Status.UNREPORTED)
    months = facts.number(ParameterUnit.MONTHS)
    valid = sum(people for day, people in facts.trained if add_months(day, months) >= on)
    if valid >= needed(facts.number(ParameterUnit.PERCENT), facts.total):
        return Verdict(Status.MET, on, counted=valid)
    return Verdict(Status.NOT_MET, on, end_of_day(on), counted=valid)
