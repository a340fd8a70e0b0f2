"""The periods that are followed up: years, half-years, quarters, or any two local dates."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from atagande_agreements.periods import MONTHS, add_months

#: Letter in a period's code -> how many months it has.
_LENGTHS = {"H": 6, "Q": 3}
_PART = re.compile(r"([0-9]{4})(?:-([HQ])([1-4]))?")
_DATES = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})--([0-9]{4}-[0-9]{2}-[0-9]{2})")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A span of local dates, first and last day included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.first} is after {self.last}")

    @classmethod
    def of_months(cls, first: date, months: int) -> "Period":
        """Return the period of whole months that begins on a month's first day."""
        return cls(first, add_months(first, months) - timedelta(days=1))

    @classmethod
    def of_year(cls, year: int) -> "Period":
        """Return a calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def quarter_of(cls, day: date) -> "Period":
        """Return the quarter of the calendar year that a local date is in."""
        return cls.of_months(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), 3)

    @classmethod
    def parse(cls, code: str) -> "Period":
        """Return the period of a code as `code` writes it; raise ValueError for anything else.

        "2026", "2026-H1", "2026-Q3" or "2026-02-01--2026-04-15".
        """
        if dates := _DATES.fullmatch(code):
            return cls(date.fromisoformat(dates[1]), date.fromisoformat(dates[2]))
        part = _PART.fullmatch(code)
        if part is None:
            raise ValueError(code)
        first = date(int(part[1]), 1, 1)
        if part[2] is None:
            return cls.of_months(first, MONTHS)
        months = _LENGTHS[part[2]]
        begins = (int(part[3]) - 1) * months
        if begins >= MONTHS:
            raise ValueError(code)
        return cls.of_months(add_months(first, begins), months)

    @property
    def months(self) -> int | None:
        """Return how many months it has; None if it is not whole months."""
        after = self.last + timedelta(days=1)
        if self.first.day != 1 or after.day != 1:
            return None
        return (after.year - self.first.year) * MONTHS + after.month - self.first.month

    @property
    def code(self) -> str:
        """Return its name in addresses and files; see `parse`."""
        months = self.months
        if months == MONTHS and self.first.month == 1:
            return f"{self.first.year:04}"
        for letter, length in _LENGTHS.items():
            if months == length and (self.first.month - 1) % length == 0:
                return f"{self.first.year:04}-{letter}{(self.first.month - 1) // length + 1}"
        return f"{self.first.isoformat()}--{self.last.isoformat()}"

    @property
    def year(self) -> int:
        """Return the calendar year that it begins in."""
        return self.first.year

    @property
    def before(self) -> "Period":
        """Return the period of the same length that ends the day before this one begins."""
        ends = self.first - timedelta(days=1)
        months = self.months
        if months is not None:
            return Period(add_months(self.first, -months), ends)
        return Period(ends - (self.last - self.first), ends)

    @property
    def quarters(self) -> tuple["Period", ...]:
        """Return the quarters of the calendar year that lie wholly within it, in order."""
        found = []
        quarter = Period.quarter_of(self.first)
        if quarter.first < self.first:
            quarter = Period.quarter_of(quarter.last + timedelta(days=1))
        while quarter.last <= self.last:
            found.append(quarter)
            quarter = Period.quarter_of(quarter.last + timedelta(days=1))
        return tuple(found)

    @property
    def widened(self) -> "Period":
        """Return the whole quarters that it has a day of.

        What is one person's case is followed up by these: by the day, it would be that case.
        """
        return Period(Period.quarter_of(self.first).first, Period.quarter_of(self.last).last)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last
