"""When something has been kept for long enough. Pure: dates in, dates out."""

from datetime import date, timedelta
from enum import StrEnum

from atagande_agreements.periods import add_months


class Moment(StrEnum):
    """What a kind's time is counted from."""

    #: The end of the calendar year in which the case ended.
    CASE_YEAR = "case_year"
    #: The end of the calendar year that it is about.
    YEAR = "year"
    SENT = "sent"
    RECEIVED = "received"
    #: The day it was closed, used up or called back.
    ENDED = "ended"
    #: The day the person left.
    LEFT = "left"

    @property
    def by_year(self) -> bool:
        """Tell whether all of a calendar year goes together, counted from its end."""
        return self in {Moment.CASE_YEAR, Moment.YEAR}


def first_kept(moment: Moment, months: int, today: date) -> date:
    """Return the first local date whose records are kept today; those of earlier dates go.

    >>> first_kept(Moment.CASE_YEAR, 24, date(2027, 1, 1))
    datetime.date(2025, 1, 1)
    """
    cut = add_months(today, -months)
    return date(cut.year, 1, 1) if moment.by_year else cut + timedelta(days=1)


def goes_on(moment: Moment, months: int, day: date) -> date:
    """Return the first local date on which what has its moment on `day` goes.

    >>> goes_on(Moment.CASE_YEAR, 24, date(2024, 5, 2))
    datetime.date(2027, 1, 1)
    """
    start = date(day.year + 1, 1, 1) if moment.by_year else day
    gone = add_months(start, months)
    # From 31 January one month ends in March: February has no such day.
    while first_kept(moment, months, gone) <= day:
        gone += timedelta(days=1)
    return gone
