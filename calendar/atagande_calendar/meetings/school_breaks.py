"""School breaks, from `data/school_breaks.toml`, which says where its rules are from."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

_FRIDAY = 5


@dataclass(frozen=True, slots=True, order=True)
class Break:
    """One break; both days are part of it."""

    first: date
    last: date
    #: sport, easter, summer, autumn or christmas.
    key: str

    def holds(self, day: date) -> bool:
        """Tell whether a day is in it."""
        return self.first <= day <= self.last


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar, by the golden number and the epact."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leaps, centuries = divmod(century, 4)
    moved = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leaps - moved + 15) % 30
    weekday = (32 + 2 * centuries + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    text = files("atagande_calendar.meetings").joinpath("data/school_breaks.toml").read_text()
    return tomllib.loads(text)


def _day(year: int, text: str) -> date:
    return date.fromisoformat(f"{year}-{text}")


def _by_rule(rule: dict[str, Any], year: int) -> Break:
    """Return the break that begins in a year."""
    key = str(rule["key"])
    if "week" in rule:
        first, last = (date.fromisocalendar(year, rule["week"], day) for day in (1, _FRIDAY))
    elif "easter" in rule:
        sunday = easter(year)
        first, last = (sunday + timedelta(days=days) for days in rule["easter"])
    else:
        first = _day(year, rule["from"])
        last = _day(year + (rule["to"] < rule["from"]), rule["to"])
    return Break(first, last, key)


@lru_cache(maxsize=64)
def school_breaks(year: int) -> tuple[Break, ...]:
    """Return the breaks that touch a calendar year, in order."""
    data = _data()
    exact = {
        (one["key"], one["first"].year): Break(one["first"], one["last"], str(one["key"]))
        for one in data.get("year", ())
    }
    found = [
        exact.get((rule["key"], begins), _by_rule(rule, begins))
        for rule in data["rule"]
        for begins in (year - 1, year)
    ]
    return tuple(sorted(one for one in found if one.last.year >= year >= one.first.year))
