"""The steps of a trend: the quarters that lead up to a period. Pure."""

from datetime import date

from atagande_agreements.followup.period import Period

#: Steps of a trend at most: two years of quarters.
MOST = 8
#: Periods longer than this many days are followed by the year.
_LONG = 2 * 366


def steps(period: Period, *, since: date, today: date) -> tuple[Period, ...]:
    """Return the whole quarters that end in or before a period, oldest first; at most `MOST`.

    Whole years for a period longer than two. None that is over before `since`, the agreement's
    first local date, and none that has not begun `today`.
    """
    if (period.last - period.first).days > _LONG:
        return _back(Period.of_year(min(period.last, today).year), period, since)
    return quarters(period, since=since, today=today)


def quarters(period: Period, *, since: date, today: date) -> tuple[Period, ...]:
    """Return the quarters of `steps`, however long the period is."""
    return _back(Period.quarter_of(min(period.last, today)), period, since)


def _back(step: Period, period: Period, since: date) -> tuple[Period, ...]:
    if step.last > period.last:
        step = step.before
    found: list[Period] = []
    while len(found) < MOST and step.last >= since:
        found.append(step)
        step = step.before
    return tuple(reversed(found))
