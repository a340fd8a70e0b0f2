"""The periods that are followed up."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atagande_agreements.followup.period import Period

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("code", "first", "last", "before"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2025"),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31), "2026-H1"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2025-Q4"),
        (
            "2026-02-03--2026-02-09",
            date(2026, 2, 3),
            date(2026, 2, 9),
            "2026-01-27--2026-02-02",
        ),
    ],
)
def test_a_code_names_a_period_and_the_one_before(
    code: str, first: date, last: date, before: str
) -> None:
    period = Period.parse(code)
    assert (period.first, period.last) == (first, last)
    assert period.code == code
    assert period.before.code == before


@pytest.mark.parametrize(
    "code", ["", "26", "2026-Q5", "2026-H3", "2026-Q0", "2026-02-30--2026-03-01", "2026-1"]
)
def test_what_is_no_period_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Period.parse(code)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="after"):
        Period.parse("2026-03-02--2026-03-01")


@given(DAYS, st.integers(0, 900))
def test_every_period_is_read_back_from_its_code(first: date, days: int) -> None:
    period = Period(first, first + timedelta(days=days))
    assert Period.parse(period.code) == period
    assert period.before.last + timedelta(days=1) == period.first
    assert all(one.first in period and one.last in period for one in period.quarters)


def test_a_year_has_four_quarters_and_a_month_has_none() -> None:
    assert [one.code for one in Period.of_year(2026).quarters] == [
        "2026-Q1",
        "2026-Q2",
        "2026-Q3",
        "2026-Q4",
    ]
    assert Period(date(2026, 1, 1), date(2026, 1, 31)).quarters == ()
