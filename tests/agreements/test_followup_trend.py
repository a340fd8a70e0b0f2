"""Which quarters or years lead up to a period."""

from datetime import date

import pytest

from atagande_agreements.followup.period import Period
from atagande_agreements.followup.trend import MOST, steps

SINCE, TODAY = date(2019, 10, 25), date(2026, 5, 4)


def codes(code: str, since: date = SINCE, today: date = TODAY) -> list[str]:
    """Return the steps of a period by code."""
    return [one.code for one in steps(Period.parse(code), since=since, today=today)]


@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("2026", "2026-Q2"),
        ("2025", "2025-Q4"),
        ("2025-H1", "2025-Q2"),
        ("2025-Q3", "2025-Q3"),
        # Whole quarters only: the one that the period ends in the middle of is left out.
        ("2025-02-03--2025-08-20", "2025-Q2"),
        ("2025-02-03--2025-09-30", "2025-Q3"),
        ("2025-05-02--2025-05-02", "2025-Q1"),
    ],
)
def test_a_trend_ends_with_the_last_whole_quarter_of_the_period(code: str, last: str) -> None:
    found = codes(code)
    assert found[-1] == last
    assert len(found) == MOST


def test_a_long_period_is_followed_by_the_year() -> None:
    assert codes("2022-01-01--2025-12-31") == [str(year) for year in range(2019, 2026)]


def test_a_trend_begins_with_the_agreement() -> None:
    assert codes("2020") == ["2019-Q4", "2020-Q1", "2020-Q2", "2020-Q3", "2020-Q4"]
    assert codes("2018") == []


def test_a_quarter_that_has_not_begun_is_no_step() -> None:
    assert codes("2026", today=date(2026, 3, 31))[-1] == "2026-Q1"
    assert codes("2026-Q4", today=date(2026, 4, 1))[-1] == "2026-Q2"
