"""Days of a repeated event (RFC 5545 §3.3.10), bounded in time and in work.

The rule comes from a calendar that a stranger may have written. So the days end at a last day
by construction, every step is counted, and a rule that could only be followed second by second
is refused. Libraries that expand rules search on for a match until the year 9999.
"""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_KNOWN = frozenset(
    "FREQ INTERVAL COUNT UNTIL BYDAY BYMONTHDAY BYMONTH BYSETPOS WKST".split()  # noqa: SIM905 - reads as the RFC's list
)
_MONTHS, _MONTH_DAYS, _POSITIONS, _WEEKS = 12, 31, 366, 53
_MOST_INTERVAL = 10_000


class UnknownRule(ValueError):  # noqa: N818 - what it is
    """A rule that is none, or that asks for more than days."""


class TooMuchWork(Exception):  # noqa: N818 - what was asked for
    """Following the rules would take longer than a calendar is worth."""


class Frequency(StrEnum):
    """How often an event is repeated."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


#: Days of one period that are looked at, and how many comparisons make one step of work.
_LOOKED_AT = {
    Frequency.DAILY: 1,
    Frequency.WEEKLY: 7,
    Frequency.MONTHLY: 31,
    Frequency.YEARLY: 366,
}
_NAMED_A_STEP = 10


@dataclass(slots=True)
class Steps:
    """The work that is left for one calendar."""

    left: int

    def take(self, number: int = 1) -> None:
        """Use some of it up; raise TooMuchWork when there is none left."""
        self.left -= number
        if self.left < 0:
            raise TooMuchWork


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule, as far as days go."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    #: Last moment, as written: a date, or a datetime (aware if it is in UTC).
    until: date | datetime | None = None
    #: (which of the period or 0 for each, weekday from Monday 0)
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0


def _numbers(text: str, most: int, *, negative: bool = True) -> tuple[int, ...]:
    found = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    if any(number == 0 or abs(number) > most or (number < 0 and not negative) for number in found):
        raise UnknownRule
    return found


def _weekday(text: str) -> tuple[int, int]:
    which, name = text[:-2], text[-2:]
    number = int(which) if which else 0
    if name not in _WEEKDAYS or abs(number) > _WEEKS or which in {"0", "+0", "-0"}:
        raise UnknownRule
    return number, _WEEKDAYS.index(name)


def parse_until(text: str) -> date | datetime:
    """Read UNTIL: a date, a local time, or one in UTC (with a Z)."""
    if len(text) == len("20260302"):
        return date.fromisoformat(text)
    return datetime.fromisoformat(text)


def parse(text: str) -> Rule:
    """Read an RRULE's value; raise UnknownRule for one that is not understood whole."""
    try:
        parts = dict(part.upper().split("=", 1) for part in text.strip().strip(";").split(";"))
        if not parts.keys() <= _KNOWN or ("COUNT" in parts and "UNTIL" in parts):
            raise UnknownRule
        interval = int(parts.get("INTERVAL", "1"))
        count = int(parts["COUNT"]) if "COUNT" in parts else None
        if not 1 <= interval <= _MOST_INTERVAL or (count is not None and count < 1):
            raise UnknownRule
        rule = Rule(
            frequency=Frequency(parts["FREQ"]),
            interval=interval,
            count=count,
            until=parse_until(parts["UNTIL"]) if "UNTIL" in parts else None,
            weekdays=tuple(dict.fromkeys(_weekday(part) for part in parts["BYDAY"].split(",")))
            if "BYDAY" in parts
            else (),
            month_days=_numbers(parts["BYMONTHDAY"], _MONTH_DAYS) if "BYMONTHDAY" in parts else (),
            months=_numbers(parts["BYMONTH"], _MONTHS, negative=False)
            if "BYMONTH" in parts
            else (),
            positions=_numbers(parts["BYSETPOS"], _POSITIONS) if "BYSETPOS" in parts else (),
            week_start=_WEEKDAYS.index(parts["WKST"]) if "WKST" in parts else 0,
        )
    except (KeyError, ValueError) as error:
        raise UnknownRule from error
    short = rule.frequency in {Frequency.DAILY, Frequency.WEEKLY}
    if short and any(which for which, _weekday in rule.weekdays):
        raise UnknownRule
    if rule.frequency is Frequency.WEEKLY and rule.month_days:
        raise UnknownRule
    return rule


def days(rule: Rule, start: date, *, first: date, last: date, steps: Steps) -> Iterator[date]:
    """Yield the rule's days from its start to `last`, in order.

    Days before `first` may be left out, where the rule does not have to count them. UNTIL is the
    caller's, who knows the time zone.
    """
    number, counted, cost = 0, 0, _cost(rule)
    if rule.count is None and first > start:
        number = max(0, _periods_between(rule, start, first) - 1)
    while True:
        steps.take(cost)
        begins, found = _period(rule, start, number * rule.interval)
        if begins is None or begins > last:
            return
        steps.take(len(found))
        for day in _picked(rule, found):
            if day < start:
                continue
            if day > last or (rule.count is not None and counted >= rule.count):
                return
            counted += 1
            yield day
        number += 1


def _cost(rule: Rule) -> int:
    """Return the work of one period: each of its days is held against all that the rule names."""
    named = len(rule.weekdays) + len(rule.month_days) + len(rule.positions)
    return 1 + _LOOKED_AT[rule.frequency] * named // _NAMED_A_STEP


def _picked(rule: Rule, found: Sequence[date]) -> Sequence[date]:
    """Return a period's days, or those at the positions the rule names (BYSETPOS)."""
    if not rule.positions:
        return found
    at = {one - 1 if one > 0 else len(found) + one for one in rule.positions}
    return [day for number, day in enumerate(found) if number in at]


def _periods_between(rule: Rule, start: date, day: date) -> int:
    """Return how many whole steps of the rule lie between two days, roughly and never too many."""
    if rule.frequency is Frequency.DAILY:
        return (day - start).days // rule.interval
    if rule.frequency is Frequency.WEEKLY:
        return (day - start).days // 7 // rule.interval
    months = (day.year - start.year) * 12 + day.month - start.month
    if rule.frequency is Frequency.MONTHLY:
        return months // rule.interval
    return (day.year - start.year) // rule.interval


def _period(rule: Rule, start: date, offset: int) -> tuple[date | None, list[date]]:
    """Return the first day of the period `offset` after the start's, and its matching days."""
    try:
        if rule.frequency is Frequency.DAILY:
            begins = start + timedelta(days=offset)
            return begins, [begins] if _fits(rule, begins) else []
        if rule.frequency is Frequency.WEEKLY:
            begins = start - timedelta(days=(start.weekday() - rule.week_start) % 7)
            begins += timedelta(weeks=offset)
            wanted = {weekday for _which, weekday in rule.weekdays} or {start.weekday()}
            week = (begins + timedelta(days=number) for number in range(7))
            return begins, [
                day
                for day in week
                if day.weekday() in wanted and (not rule.months or day.month in rule.months)
            ]
        if rule.frequency is Frequency.MONTHLY:
            year, month = divmod(start.year * 12 + start.month - 1 + offset, 12)
            begins = date(year, month + 1, 1)
            fits = not rule.months or begins.month in rule.months
            return begins, _month_days(rule, start, begins) if fits else []
        begins = date(start.year + offset, 1, 1)
        return begins, _year_days(rule, start, begins.year)
    except (ValueError, OverflowError):
        return None, []


def _fits(rule: Rule, day: date) -> bool:
    """Tell whether a day passes the parts that only limit."""
    length = calendar.monthrange(day.year, day.month)[1]
    return (
        (not rule.months or day.month in rule.months)
        and (
            not rule.month_days
            or day.day in rule.month_days
            or day.day - length - 1 in rule.month_days
        )
        and (not rule.weekdays or day.weekday() in {weekday for _which, weekday in rule.weekdays})
    )


def _month_days(rule: Rule, start: date, begins: date) -> list[date]:
    """Return the days of one month that the rule names."""
    length = calendar.monthrange(begins.year, begins.month)[1]
    month = [begins + timedelta(days=number) for number in range(length)]
    if rule.month_days:
        wanted = {one if one > 0 else length + 1 + one for one in rule.month_days}
        month = [day for day in month if day.day in wanted]
        return [day for day in month if _among(rule, day, begins, length)]
    if rule.weekdays:
        return [day for day in month if _among(rule, day, begins, length)]
    return [day for day in month if day.day == start.day]


def _among(rule: Rule, day: date, begins: date, length: int) -> bool:
    """Tell whether a day is one of the weekdays named, counted in the span they are counted in."""
    if not rule.weekdays:
        return True
    at = (day - begins).days
    return any(
        day.weekday() == weekday
        and (which == 0 or which == at // 7 + 1 or which == -((length - 1 - at) // 7 + 1))
        for which, weekday in rule.weekdays
    )


def _year_days(rule: Rule, start: date, year: int) -> list[date]:
    """Return the days of one year that the rule names."""
    in_month = partial(_month_days, rule, start)
    if rule.months or rule.month_days:
        months = sorted(set(rule.months)) or range(1, _MONTHS + 1)
        return [day for month in months for day in in_month(date(year, month, 1))]
    if rule.weekdays:
        begins = date(year, 1, 1)
        length = 366 if calendar.isleap(year) else 365
        whole = (begins + timedelta(days=number) for number in range(length))
        return [day for day in whole if _among(rule, day, begins, length)]
    try:
        return [start.replace(year=year)]
    except ValueError:
        return []
