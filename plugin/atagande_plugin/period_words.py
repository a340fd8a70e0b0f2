"""What a period is called: "2026", "tredje kvartalet 2026", "3 februari–15 april 2026"."""

from datetime import date
from functools import lru_cache

from atagande_agreements.followup.period import Period
from atagande_agreements.i18n import N_
from atagande_agreements.periods import MONTHS
from atagande_plugin.translation import Words

#: Last part of a period's code -> its words.
_PARTS = {
    "H1": N_("första halvåret %(year)s"),
    "H2": N_("andra halvåret %(year)s"),
    "Q1": N_("första kvartalet %(year)s"),
    "Q2": N_("andra kvartalet %(year)s"),
    "Q3": N_("tredje kvartalet %(year)s"),
    "Q4": N_("fjärde kvartalet %(year)s"),
}


@lru_cache(maxsize=1024)
def _written(day: date, pattern: str, language: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415 - loaded on use: start-up time

    return format_date(day, pattern, locale=language)


def period_words(period: Period, words: Words) -> str:
    """Return a period in words, to stand inside a sentence: months and quarters in lower case."""
    code = period.code
    part = code[5:]
    if part in _PARTS:
        return words.text(_PARTS[part], {"year": code[:4]})
    months = period.months
    if months is None:
        return _days(period, words.language)
    first, last = period.first, period.last
    if months % MONTHS == 0 and first.month == 1:
        return code if months == MONTHS else f"{first.year}–{last.year}"
    if months == 1:
        return _written(first, "LLLL y", words.language)
    begins = "LLLL" if first.year == last.year else "LLLL y"
    return f"{_written(first, begins, words.language)}–{_written(last, 'LLLL y', words.language)}"


def _days(period: Period, language: str) -> str:
    first, last = period.first, period.last
    whole = _written(last, "d MMMM y", language)
    if first == last:
        return whole
    if first.year != last.year:
        return f"{_written(first, 'd MMMM y', language)}–{whole}"
    if first.month != last.month:
        return f"{_written(first, 'd MMMM', language)}–{whole}"
    return f"{first.day}–{whole}"


def short_words(period: Period, words: Words) -> str:
    """Return a quarter or a year as the head of a narrow column: "kv. 3 2026", "2026"."""
    year, _, part = period.code.partition("-")
    if not part.startswith("Q"):
        return year
    return words.text(N_("kv. %(number)s %(year)s"), {"number": part[1], "year": year})
