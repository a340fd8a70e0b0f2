"""Working days, local dates and clock changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atagande_agreements.civil_time import (
    add_working_days,
    end_of_day,
    is_working_day,
    local_date,
    local_time,
    parse_moment,
    require_aware,
    working_days_between,
)
from atagande_agreements.errors import NaiveDatetime

DAYS = st.dates(date(2019, 10, 25), date(2040, 12, 31))


def test_ten_working_days_pass_over_easter() -> None:
    assert add_working_days(date(2026, 3, 30), 10) == date(2026, 4, 15)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 14),
        date(2025, 6, 6),
        date(2026, 6, 19),
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 31),
        date(2026, 10, 31),
    ],
)
def test_a_holiday_is_no_working_day(day: date) -> None:
    assert not is_working_day(day)


@pytest.mark.parametrize("day", [date(2026, 1, 5), date(2026, 4, 2), date(2026, 4, 30)])
def test_the_day_before_a_holiday_is_a_working_day(day: date) -> None:
    assert is_working_day(day)


@given(start=DAYS, count=st.integers(1, 60))
def test_adding_and_counting_agree(start: date, count: int) -> None:
    end = add_working_days(start, count)
    assert is_working_day(end)
    assert working_days_between(start, end) == count
    assert working_days_between(start, end - timedelta(days=1)) == count - 1


@given(day=DAYS)
def test_a_day_ends_at_the_next_midnight_whatever_the_clocks_do(day: date) -> None:
    end = end_of_day(day)
    assert local_date(end - timedelta(microseconds=1)) == day
    assert local_date(end) == day + timedelta(days=1)


@given(day=DAYS)
def test_nine_is_nine_all_year(day: date) -> None:
    at = local_time(day, time(9))
    assert at.utcoffset() == timedelta(0)
    assert local_date(at) == day
    assert at.hour in {7, 8}


def test_days_of_the_clock_change_have_23_and_25_hours() -> None:
    assert end_of_day(date(2026, 3, 29)) - end_of_day(date(2026, 3, 28)) == timedelta(hours=23)
    assert end_of_day(date(2026, 10, 25)) - end_of_day(date(2026, 10, 24)) == timedelta(hours=25)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveDatetime):
        require_aware(datetime(2026, 3, 3, 13))  # noqa: DTZ001 - that is the test
    with pytest.raises(NaiveDatetime):
        parse_moment("2026-03-03T13:00:00")
    assert parse_moment("2026-03-03T13:00:00+01:00") == datetime(2026, 3, 3, 12, tzinfo=UTC)


def test_before_and_after_midnight_are_different_days() -> None:
    assert local_date(datetime(2026, 3, 2, 22, 59, tzinfo=UTC)) == date(2026, 3, 2)
    assert local_date(datetime(2026, 3, 2, 23, 0, tzinfo=UTC)) == date(2026, 3, 3)
