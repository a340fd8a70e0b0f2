"""The dates of a series: proposed, moved a working day at a time, and shown in their year.

Everything stands in the address, so that it can be pasted in a chat and works without script.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import g, request

from atagande_agreements.civil_time import (
    FIRST_YEAR,
    LAST_YEAR,
    add_working_days,
    holiday_name,
    is_working_day,
    local_date,
    subtract_working_days,
)
from atagande_agreements.i18n import N_
from atagande_calendar.itip.recurrence import Frequency, Rule, nth_weekday
from atagande_calendar.meetings.models import MeetingKind
from atagande_calendar.meetings.school_breaks import Break, school_breaks
from atagande_calendar.meetings.series import MOST
from atagande_calendar.meetings.year_dates import MOST as MOST_PROPOSED
from atagande_calendar.meetings.year_dates import break_of, is_eve, is_squeezed, propose_dates
from atagande_plugin.web.meeting_planning import USUAL

if TYPE_CHECKING:
    from atagande_plugin.forms.series import PlanSeries

ADDRESS = "/moten/serier/ny"
#: A time of day at which every day has one and the same date, to count days by.
NOON = time(12)
#: Days from today to the first date that is proposed: people are told in good time.
NOTICE = 21
_LONGEST_MONTH = 31
_LAST = -1
_FOURTH = 4
BREAKS = {
    "sport": N_("Sportlov"),
    "easter": N_("Påsklov"),
    "summer": N_("Sommarlov"),
    "autumn": N_("Höstlov"),
    "christmas": N_("Jullov"),
}
#: How often, as the form has it -> (its words, frequency, interval).
EVERY = {
    "month": (N_("Varje månad"), Frequency.MONTHLY, 1),
    "two_months": (N_("Varannan månad"), Frequency.MONTHLY, 2),
    "three_months": (N_("Var tredje månad"), Frequency.MONTHLY, 3),
    "week": (N_("Varje vecka"), Frequency.WEEKLY, 1),
    "two_weeks": (N_("Varannan vecka"), Frequency.WEEKLY, 2),
    "four_weeks": (N_("Var fjärde vecka"), Frequency.WEEKLY, 4),
}
PLACES = {
    1: N_("den första %(weekday)sen"),
    2: N_("den andra %(weekday)sen"),
    3: N_("den tredje %(weekday)sen"),
    4: N_("den fjärde %(weekday)sen"),
    _LAST: N_("den sista %(weekday)sen"),
}


@dataclass(frozen=True, slots=True)
class Sort:
    """How a sort of series usually is."""

    #: In the address.
    word: str
    label: str
    kind: MeetingKind
    title: str
    clock: str
    minutes: int


def _as_usual(kind: MeetingKind, label: str) -> Sort:
    """Return the sort whose meetings are as one that is planned alone."""
    usual = USUAL[kind]
    return Sort(usual.word, label, kind, usual.title, usual.clock, usual.minutes)


SORTS = (
    _as_usual(MeetingKind.NETWORK, N_("Nätverksmöten")),
    Sort(
        "lunch",
        N_("Lunchseminarier kl. 11.30–13.00"),
        MeetingKind.SEMINAR,
        "Lunchseminarium SGI=0",
        "11:30",
        90,
    ),
    Sort(
        "frukost",
        N_("Frukostseminarier kl. 07.45–09.00"),
        MeetingKind.SEMINAR,
        "Frukostseminarium SGI=0",
        "07:45",
        75,
    ),
    _as_usual(MeetingKind.STEERING, N_("Styrgruppsmöten")),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an address asks for."""

    sort: Sort
    year: int
    count: int
    weekday: int | None
    breaks: bool
    days: tuple[date, ...]

    def address(self, days: Sequence[date] | None = None, path: str = ADDRESS) -> str:
        """Return the address of this wish, with other days if they are given."""
        query = [
            ("slag", self.sort.word),
            ("ar", str(self.year)),
            ("antal", str(self.count)),
            ("veckodag", "" if self.weekday is None else str(self.weekday)),
            ("lov", "1" if self.breaks else "0"),
            *(("dag", one.isoformat()) for one in (self.days if days is None else days)),
        ]
        return f"{path}?{urlencode(query)}"


def day_of(text: str) -> date | None:
    """Return the day that an address or a form names, or None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def wish() -> Wish:
    """Return what the address asks for; a year's dates are proposed when it names none."""
    today, asked = local_date(g.now), request.args
    usual = today.year + (today.month > 6)  # noqa: PLR2004 - in autumn the next year is planned
    year = min(max(asked.get("ar", usual, type=int), FIRST_YEAR), LAST_YEAR)
    weekday = asked.get("veckodag", "")
    sort = next((one for one in SORTS if one.word == asked.get("slag")), SORTS[0])
    days = [day for day in map(day_of, asked.getlist("dag")[:MOST]) if day is not None]
    found = Wish(
        sort=sort,
        year=days[0].year if days else year,
        count=min(max(asked.get("antal", 4, type=int), 1), MOST_PROPOSED),
        weekday=int(weekday) if weekday in {"0", "1", "2", "3", "4"} else None,
        breaks=asked.get("lov", "1") != "0",
        days=tuple(days),
    )
    return found if days else replace(found, days=tuple(_proposed(found, today)))


def _proposed(asked: Wish, today: date) -> list[date]:
    return propose_dates(
        asked.year,
        count=asked.count,
        weekday=asked.weekday,
        breaks=asked.breaks,
        after=today + timedelta(days=NOTICE),
    )


@dataclass(frozen=True, slots=True)
class Chip:
    """One chosen date, with the days on either side of it."""

    day: date
    #: What speaks against it, in words; "" for nothing.
    note: str
    earlier: date
    later: date
    earlier_href: str
    later_href: str


def note_of(day: date) -> str:
    """Return what speaks against a date; "" for nothing."""
    today = local_date(g.now)
    if day <= today:
        text = N_("Dagen har redan varit.")
    elif not is_working_day(day):
        text = N_("Ingen arbetsdag.")
    elif (found := break_of(day)) is not None:
        return str(g.words.text(BREAKS[found.key]))
    elif is_squeezed(day):
        text = N_("Klämdag.")
    elif is_eve(day):
        text = N_("Dagen före en helgdag.")
    else:
        return ""
    return str(g.words.text(text))


def chips(asked: Wish) -> list[Chip]:
    """Return the chosen dates in order."""
    found = []
    days = sorted(set(asked.days))
    for place, day in enumerate(days):
        earlier, later = subtract_working_days(day, 1), add_working_days(day, 1)
        found.append(
            Chip(
                day,
                note_of(day),
                earlier,
                later,
                asked.address([*days[:place], earlier, *days[place + 1 :]]),
                asked.address([*days[:place], later, *days[place + 1 :]]),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Square:
    """One day of the year."""

    day: date
    chosen: bool
    #: free, break or "".
    shade: str
    #: What a holiday or break is called.
    name: str


def year_of(asked: Wish) -> list[tuple[str, list[Square | None]]]:
    """Return the year's months with a square for each day; None where a month is shorter."""
    from babel.dates import format_date  # noqa: PLC0415 - loaded on use: start-up time

    months = []
    for month in range(1, 13):
        first = date(asked.year, month, 1)
        squares: list[Square | None] = []
        for number in range(_LONGEST_MONTH):
            day = first + timedelta(days=number)
            squares.append(_square(day, asked) if day.month == month else None)
        months.append((format_date(first, "LLL", locale=g.words.language), squares))
    return months


def _square(day: date, asked: Wish) -> Square:
    found = break_of(day)
    name = holiday_name(day, g.words.language)
    if not name and found is not None and is_working_day(day):
        name = g.words.text(BREAKS[found.key])
    shade = "break" if found is not None else ""
    if not is_working_day(day):
        shade = "free"
    return Square(day, day in asked.days, shade, name)


def breaks_of(year: int) -> list[tuple[str, Break]]:
    """Return the year's school breaks with their names."""
    return [(g.words.text(BREAKS[one.key]), one) for one in school_breaks(year)]


def rule_of(every: str, first: date, times: int) -> Rule:
    """Return the rule that has a weekday and place in the month from its first date."""
    _label, frequency, interval = EVERY[every]
    nth = None
    if frequency is Frequency.MONTHLY:
        nth = (first.day - 1) // 7 + 1
        last = nth_weekday(first.year, first.month, first.weekday(), _LAST)
        if nth > _FOURTH or first == last:
            nth = _LAST
    return Rule(
        frequency=frequency,
        interval=interval,
        weekday=first.weekday(),
        nth=nth,
        count=times,
    )


def rule_words(rule: Rule) -> str:
    """Return a rule in words: "varje månad, den andra tisdagen, 6 gånger"."""
    from babel.dates import get_day_names  # noqa: PLC0415 - loaded on use: start-up time

    label = next(
        words
        for words, frequency, interval in EVERY.values()
        if (frequency, interval) == (rule.frequency, rule.interval)
    )
    weekday = get_day_names("wide", locale=g.words.language)[rule.weekday]
    parts = [g.words.text(label)]
    if rule.nth is None:
        parts.append(g.words.text(N_("på %(weekday)sar"), {"weekday": weekday}))
    else:
        parts.append(g.words.text(PLACES[rule.nth], {"weekday": weekday}))
    if rule.count is not None:
        parts.append(g.words.plural("%(num)s gång", "%(num)s gånger", rule.count))
    elif rule.until is not None:
        day = g.words.day(local_date(rule.until))
        parts.append(g.words.text(N_("till och med %(day)s"), {"day": day}))
    return ", ".join(parts)


def rule_of_form(form: "PlanSeries") -> Rule | None:
    """Return the rule of a plan, or None for one of dates."""
    if form.every is None or form.times is None:
        return None
    return rule_of(form.every, form.days[0], form.times)
