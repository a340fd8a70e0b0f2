"""Repeated events: the same days as a library finds, but bounded."""

import time
from datetime import date, datetime, timedelta

import pytest
from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from atagande_calendar.common_time.recurrence import (
    Steps,
    TooMuchWork,
    UnknownRule,
    days,
    parse,
)

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
start_days = st.dates(date(2015, 1, 1), date(2026, 6, 1))


def listed(values: st.SearchStrategy[int]) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=3, unique=True).map(
        lambda found: ",".join(map(str, found))
    )


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Make a rule out of the parts that may stand together."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    plain = st.sampled_from(WEEKDAYS)
    if frequency in {"MONTHLY", "YEARLY"}:
        # All counted or none: the library takes a mixture as "both at once".
        which = st.sampled_from(["1", "2", "-1", "3", "+2"])
        weekday = draw(st.sampled_from([plain, st.tuples(which, plain).map("".join)]))
    else:
        weekday = plain
    if draw(st.booleans()):
        named = draw(st.lists(weekday, min_size=1, max_size=3, unique=True))
        parts.append(f"BYDAY={','.join(named)}")
    elif frequency in {"MONTHLY", "YEARLY"} and draw(st.booleans()):
        month_day = st.integers(-31, 31).filter(bool)
        parts.append(f"BYMONTHDAY={draw(listed(month_day))}")
    if draw(st.booleans()):
        parts.append(f"BYMONTH={draw(listed(st.integers(1, 12)))}")
    if draw(st.booleans()) and len(parts) > 1 and "BYDAY" in "".join(parts):
        parts.append(f"BYSETPOS={draw(st.sampled_from(['1', '-1', '2', '1,-1']))}")
    if frequency == "WEEKLY" and draw(st.booleans()):
        parts.append("WKST=SU")
    return ";".join(parts)


# The library looks for a match until the year 9999, which takes its time.
@settings(max_examples=40)
@given(rules(), start_days, st.dates(date(2025, 12, 1), date(2026, 6, 1)))
def test_the_days_are_those_that_a_library_finds(text: str, start: date, first: date) -> None:
    last = first + timedelta(days=180)
    found = [
        day
        for day in days(parse(text), start, first=first, last=last, steps=Steps(1_000_000))
        if day >= first
    ]
    oracle = rrule.rrulestr(text, dtstart=datetime.combine(start, datetime.min.time()))
    low = datetime.combine(first, datetime.min.time())
    high = datetime.combine(last, datetime.min.time())
    assert found == [one.date() for one in oracle.between(low, high, inc=True)], text


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=1",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=DAILY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=2;UNTIL=20260301",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=MONTHLY;BYDAY=XX",
        "INTERVAL=2",
        "nothing",
        "",
    ],
)
def test_a_rule_that_is_not_understood_whole_is_refused(text: str) -> None:
    with pytest.raises(UnknownRule):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;INTERVAL=3",
    ],
)
def test_a_rule_without_a_day_ends_at_once(text: str) -> None:
    began = time.perf_counter()
    first = date(2026, 3, 2)
    found = days(
        parse(text), date(1601, 1, 1), first=first, last=date(2026, 9, 1), steps=Steps(5_000)
    )
    assert list(found) == []
    assert time.perf_counter() - began < 2


def test_counting_from_far_back_is_bounded() -> None:
    first = date(2026, 3, 2)
    rule = parse("FREQ=DAILY;COUNT=1000000")
    with pytest.raises(TooMuchWork):
        list(days(rule, date(1601, 1, 1), first=first, last=first, steps=Steps(10_000)))


def test_a_rule_at_the_end_of_the_calendar_ends() -> None:
    start = date(9999, 12, 30)
    found = days(parse("FREQ=DAILY"), start, first=start, last=date.max, steps=Steps(100))
    assert list(found) == [start, date.max]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;COUNT=9999;BYDAY=" + ",".join(f"{at}MO" for at in range(2, 54)),
        "FREQ=MONTHLY;COUNT=9999;BYDAY="
        + ",".join(f"{at}{day}" for at in (52, 53) for day in WEEKDAYS),
        "FREQ=DAILY;COUNT=9999;BYMONTH=2;BYMONTHDAY=" + ",".join(map(str, range(29, 32))),
    ],
    ids=["yearly", "monthly", "daily"],
)
def test_each_day_that_is_held_against_a_long_rule_is_work(rule: str) -> None:
    first = date(2026, 3, 2)
    with pytest.raises(TooMuchWork):
        list(days(parse(rule), date(1, 1, 1), first=first, last=first, steps=Steps(100_000)))


def test_what_a_rule_names_again_and_again_counts_once() -> None:
    again = ",".join(["53MO"] * 100_000)
    assert parse(f"FREQ=YEARLY;BYDAY={again}").weekdays == ((53, 0),)
    assert parse("FREQ=MONTHLY;BYMONTHDAY=" + ",".join(["31"] * 100_000)).month_days == (31,)
