"""Proposes dates for a year's meetings. Pure.

1. The year, or what is left of it, is divided into as many equal parts as there are meetings.
2. Each meeting goes to the suitable day nearest the middle of its part, the earlier of two.
3. Suitable is a working day that is neither the day before a holiday nor squeezed between free
   days (klämdag), on the wanted weekday if one is wanted, and outside the school breaks unless
   they don't matter. When no such day is left in the part, any working day there is.
"""

from collections.abc import Collection
from datetime import date, timedelta

from atagande_agreements.civil_time import is_working_day
from atagande_calendar.meetings.school_breaks import Break, school_breaks

_DAY = timedelta(days=1)
_SATURDAY = 5
#: Meetings that one proposal is about.
MOST = 12


def break_of(day: date) -> Break | None:
    """Return the school break that a day is in, or None."""
    return next((one for one in school_breaks(day.year) if one.holds(day)), None)


def is_eve(day: date) -> bool:
    """Tell whether the next day is a holiday in the middle of the week."""
    following = day + _DAY
    return following.weekday() < _SATURDAY and not is_working_day(following)


def is_squeezed(day: date) -> bool:
    """Tell whether a working day stands alone between free days (klämdag)."""
    return not is_working_day(day - _DAY) and not is_working_day(day + _DAY)


def is_suitable(day: date, *, weekday: int | None = None, breaks: bool = True) -> bool:
    """Tell whether a meeting is well placed on a day; `breaks` keeps clear of school breaks."""
    return (
        is_working_day(day)
        and not is_eve(day)
        and not is_squeezed(day)
        and weekday in {None, day.weekday()}
        and not (breaks and break_of(day) is not None)
    )


def propose_dates(
    year: int,
    *,
    count: int = 4,
    weekday: int | None = None,
    breaks: bool = True,
    after: date | None = None,
    taken: Collection[date] = (),
) -> list[date]:
    """Return `count` dates of a year, spread evenly, earliest first.

    `weekday` (0 is Monday) is one that all shall be on, `after` a day that all are later than, and
    `taken` are days that are spoken for. Fewer are returned when the year has no more working
    days.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    if after is not None and after >= first:
        first = after + _DAY
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    count = min(count, MOST)
    found: list[date] = []
    for number in range(count):
        part = days[number * len(days) // count : (number + 1) * len(days) // count]
        middle = part[len(part) // 2] if part else last
        near = sorted(part, key=lambda day, middle=middle: (abs(day - middle), day))  # type: ignore[misc] # the default binds it
        free = [day for day in near if day not in taken and is_working_day(day)]
        best = [day for day in free if is_suitable(day, weekday=weekday, breaks=breaks)]
        found += (best or free)[:1]
    return found
