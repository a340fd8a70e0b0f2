"""Regular rules that every common calendar reads: each n-th week, or the n-th weekday of a month.

A rule counts in Stockholm's civil time, so that 09:00 stays 09:00 over both changes of the clocks.
Source: RFC 5545, 3.3.10.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from atagande_agreements.civil_time import STOCKHOLM, local_time
from atagande_calendar.itip.errors import BadRule
from atagande_calendar.itip.timezone import utc_text, whole_second

#: More would be a calendar of its own, and a mail that nobody reads.
LONGEST = 60
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LAST = -1
_PLACES = (1, 2, 3, 4, _LAST)
_WEEK = 7
_INTERVALS = range(1, 13)
#: Stockholm's clocks show this hour twice in autumn and skip it in spring.
_CHANGING_HOUR = 2
_BYDAY = re.compile(r"(-1|[1-4])?(MO|TU|WE|TH|FR|SA|SU)")


class Frequency(StrEnum):
    """How often, before the interval."""

    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Every `interval`-th week or month on a weekday, for a number of times or until a moment.

    Raises BadRule.
    """

    frequency: Frequency
    #: 0 is Monday.
    weekday: int
    interval: int = 1
    #: Which of the month's weekdays: 1 to 4, or -1 for the last; None for a weekly rule.
    nth: int | None = None
    #: Times, or the last start (UTC): exactly one of the two.
    count: int | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        monthly = self.frequency is Frequency.MONTHLY
        if self.weekday not in range(_WEEK) or self.interval not in _INTERVALS:
            raise BadRule(field="rule")
        if (self.nth in _PLACES) != monthly or (self.count is None) == (self.until is None):
            raise BadRule(field="rule")
        if self.count is not None and not 1 <= self.count <= LONGEST:
            raise BadRule(field="count")

    @property
    def text(self) -> str:
        """Return it as a RECUR value; UNTIL in UTC, as a DTSTART with TZID needs it."""
        parts = [f"FREQ={self.frequency}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        parts.append(f"BYDAY={'' if self.nth is None else self.nth}{_DAYS[self.weekday]}")
        parts.append(f"UNTIL={utc_text(self.until)}" if self.until else f"COUNT={self.count}")
        return ";".join(parts)

    @classmethod
    def parse(cls, text: str) -> "Rule":
        """Read a RECUR value that `text` wrote. Raises BadRule."""
        parts = dict(part.partition("=")[::2] for part in text.split(";"))
        day = _BYDAY.fullmatch(parts.get("BYDAY", ""))
        if day is None:
            raise BadRule(field="rule")
        try:
            return cls(
                frequency=Frequency(parts["FREQ"]),
                weekday=_DAYS.index(day[2]),
                interval=int(parts.get("INTERVAL", "1")),
                nth=int(day[1]) if day[1] else None,
                count=int(parts["COUNT"]) if "COUNT" in parts else None,
                until=datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                if "UNTIL" in parts
                else None,
            )
        except (KeyError, ValueError) as error:
            raise BadRule(field="rule") from error

    def starts(self, first: datetime) -> list[datetime]:
        """Return every start (UTC) counted from `first` (aware), which is one of them.

        Raises BadRule when it is not, when there are more than `LONGEST`, or at the hour that the
        change of the clocks skips or doubles.
        """
        local = whole_second(first).astimezone(STOCKHOLM)
        if local.hour == _CHANGING_HOUR:
            raise BadRule(field="clock")
        found: list[datetime] = []
        for day in self._days(local.date()):
            start = local_time(day, local.time())
            if self.until is not None and start > self.until:
                break
            found.append(start)
            if len(found) == self.count:
                break
            if len(found) > LONGEST:
                raise BadRule(field="count")
        if found[:1] != [whole_second(first)]:
            raise BadRule(field="day")
        return found

    def _days(self, first: date) -> Iterator[date]:
        """Yield the days from `first` on, without end."""
        if self.nth is None:
            day = first + timedelta(days=(self.weekday - first.weekday()) % _WEEK)
            while True:
                yield day
                day += timedelta(weeks=self.interval)
        months = first.year * 12 + first.month - 1
        while True:
            day = nth_weekday(months // 12, months % 12 + 1, self.weekday, self.nth)
            if day >= first:
                yield day
            months += self.interval

    def before(self, moment: datetime, first: datetime) -> "Rule":
        """Return the rule that ends with the last start before `moment`."""
        kept = [start for start in self.starts(first) if start < moment]
        if not kept:
            raise BadRule(field="rule")
        return replace(self, count=None, until=kept[-1])

    def onwards(self, moment: datetime, first: datetime) -> "Rule":
        """Return the rule of the starts from `moment` on, counted from the first of those."""
        left = sum(start >= moment for start in self.starts(first))
        return replace(self, count=left, until=None)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """Return the first (1) to fourth or the last (-1) such weekday (0 is Monday) of a month."""
    if nth == _LAST:
        last = date(year, month, monthrange(year, month)[1])
        return last - timedelta(days=(last.weekday() - weekday) % _WEEK)
    start = date(year, month, 1)
    return start + timedelta(days=(weekday - start.weekday()) % _WEEK, weeks=nth - 1)


def same_day(moment: datetime, clock: time) -> datetime:
    """Return the moment (UTC) when the clock shows `clock` on the local day of `moment`."""
    return local_time(moment.astimezone(STOCKHOLM).date(), clock)
