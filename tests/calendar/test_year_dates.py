"""Dates for a year's meetings: spread evenly, on working days that people are at work."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from dateutil.easter import easter as other_easter  # type: ignore[import-untyped] # ships no types
from hypothesis import given, settings
from hypothesis import strategies as st

from atagande_agreements.civil_time import is_working_day
from atagande_calendar.meetings.school_breaks import easter, school_breaks
from atagande_calendar.meetings.year_dates import (
    MOST,
    break_of,
    is_eve,
    is_squeezed,
    is_suitable,
    propose_dates,
)

years = st.integers(2020, 2060)


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2026, [date(2026, 2, 16), date(2026, 5, 18), date(2026, 8, 17), date(2026, 11, 16)]),
        (2027, [date(2027, 2, 15), date(2027, 5, 17), date(2027, 8, 16), date(2027, 11, 16)]),
    ],
)
def test_four_dates_of_a_year(year: int, expected: list[date]) -> None:
    assert propose_dates(year) == expected


def test_what_is_left_of_a_year_is_divided_anew() -> None:
    found = propose_dates(2026, count=2, after=date(2026, 9, 1))
    assert found == [date(2026, 10, 2), date(2026, 12, 1)]
    assert propose_dates(2026, after=date(2026, 12, 29)) == [date(2026, 12, 30)]
    assert propose_dates(2026, after=date(2027, 2, 1)) == []


def test_a_day_that_is_spoken_for_is_left_alone() -> None:
    first, *rest = propose_dates(2027)
    taken = propose_dates(2027, taken={first})
    assert taken[1:] == rest
    assert taken[0] != first


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (date(2026, 2, 23), "sport"),
        (date(2026, 2, 28), None),
        (date(2026, 4, 1), None),
        (date(2026, 4, 6), "easter"),
        (date(2026, 4, 10), "easter"),
        (date(2026, 4, 13), None),
        (date(2026, 6, 14), None),
        (date(2026, 6, 15), "summer"),
        (date(2026, 8, 15), "summer"),
        (date(2026, 8, 16), None),
        (date(2026, 10, 26), "autumn"),
        (date(2026, 12, 20), "christmas"),
        (date(2027, 1, 7), "christmas"),
        (date(2027, 1, 8), None),
    ],
)
def test_school_breaks_of_stockholm_county(day: date, key: str | None) -> None:
    found = break_of(day)
    assert (found.key if found else None) == key


def test_the_day_before_a_holiday_and_a_squeezed_day_are_left_out() -> None:
    maundy_thursday, ascension_friday = date(2026, 4, 2), date(2026, 5, 15)
    assert is_eve(maundy_thursday)
    assert is_squeezed(ascension_friday)
    for day in (maundy_thursday, ascension_friday):
        assert is_working_day(day)
        assert not is_suitable(day)
    # A Friday before an ordinary weekend is neither.
    assert is_suitable(date(2026, 5, 22))


@given(st.integers(1990, 2150))
def test_easter_is_the_sunday_that_others_have(year: int) -> None:
    assert easter(year) == other_easter(year)
    assert [one.first <= one.last for one in school_breaks(year)] == [True] * 6


@settings(deadline=None)
@given(
    year=years,
    count=st.integers(1, MOST),
    weekday=st.none() | st.integers(0, 4),
    breaks=st.booleans(),
)
def test_dates_are_well_placed_and_evenly_spread(
    *, year: int, count: int, weekday: int | None, breaks: bool
) -> None:
    found = propose_dates(year, count=count, weekday=weekday, breaks=breaks)
    assert len(found) == count
    assert found == sorted(set(found))
    assert all(one.year == year and is_working_day(one) for one in found)
    if count <= 4:
        assert all(is_suitable(one, weekday=weekday, breaks=breaks) for one in found)
        gaps = [later - earlier for earlier, later in pairwise(found)]
        assert all(gap > timedelta(days=365 // count - 70) for gap in gaps)
