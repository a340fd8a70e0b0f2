"""Civil time in Sweden: local dates, and working days that skip Saturdays, Sundays and holidays.

Deadlines are counted in local dates and durations in UTC. Holidays are those of lagen (1989:253)
om allmänna helgdagar; Midsummer, Christmas and New Year's Eve are treated as such there in
practice (semesterlagen (1977:480) 3 a §) and are not working days here.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from atagande_agreements.errors import NaiveDatetime

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_SATURDAY = 5
#: Years that people can name: at the ends of the calendar a day has no moment.
FIRST_YEAR, LAST_YEAR = 2000, 2199
#: Office hours in Stockholm, when people of different offices can be asked to meet.
OFFICE_OPENS, OFFICE_CLOSES = time(8), time(17)

#: Gives the present as an aware UTC datetime. Passed in, never read inside a rule.
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present (UTC). The edges call this; rules and verbs are given `now`."""
    return datetime.now(UTC)


def require_aware(moment: datetime) -> datetime:
    """Return `moment` in UTC, or raise NaiveDatetime if it has no time zone."""
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise NaiveDatetime
    return moment.astimezone(UTC)


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 datetime with offset; raise NaiveDatetime without one, ValueError if bad."""
    return require_aware(datetime.fromisoformat(text))


def moment_key(moment: datetime) -> str:
    """Return a moment as it stands in addresses and forms: UTC, to the minute."""
    return f"{require_aware(moment):%Y-%m-%dT%H:%MZ}"


def local_date(moment: datetime) -> date:
    """Return the date in Stockholm at an aware `moment`."""
    return require_aware(moment).astimezone(STOCKHOLM).date()


def local_time(day: date, clock_time: time) -> datetime:
    """Return the UTC moment when Stockholm's clocks show `clock_time` on `day`.

    A time that the clocks skip in spring is read as one hour later, and one that comes twice in
    autumn as the first of the two (PEP 495, fold=0).
    """
    return datetime.combine(day, clock_time, STOCKHOLM).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the UTC moment when `day` is over in Stockholm: the next local midnight."""
    return local_time(day + timedelta(days=1), time())


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - loaded on use: start-up time

    return frozenset(holidays.country_holidays("SE", years=year, categories=("public", "de_facto")))


#: Our language -> what the names of holidays are asked for by.
_HOLIDAY_LANGUAGES = {"sv": "sv", "en": "en_US"}


@lru_cache(maxsize=64)
def _holiday_names(year: int, language: str) -> dict[date, str]:
    import holidays  # noqa: PLC0415 - loaded on use: start-up time

    found = holidays.country_holidays(
        "SE",
        years=year,
        categories=("public", "de_facto"),
        language=_HOLIDAY_LANGUAGES.get(language, "sv"),
    )
    return dict(found)


def holiday_name(day: date, language: str = "sv") -> str:
    """Return what a holiday is called in "sv" or "en"; "" for any other day."""
    return _holiday_names(day.year, language).get(day, "")


def is_working_day(day: date) -> bool:
    """Tell whether Swedish offices are open on `day`."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def working_days_after(start: date) -> Iterator[date]:
    """Yield the working days after `start`, in order and without end."""
    day = start
    while True:
        day += timedelta(days=1)
        if is_working_day(day):
            yield day


def add_working_days(start: date, count: int) -> date:
    """Return the `count`-th working day after `start`; the day itself is not counted."""
    if count <= 0:
        return start
    for number, day in enumerate(working_days_after(start), start=1):
        if number == count:
            return day
    raise AssertionError("working days do not end")  # pragma: no cover


def subtract_working_days(end: date, count: int) -> date:
    """Return the `count`-th working day before `end`; the day itself is not counted."""
    day, left = end, count
    while left > 0:
        day -= timedelta(days=1)
        left -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """Count the working days after `start` up to and including `end`; 0 if `end` is not later."""
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=number)) for number in range(1, days + 1))
