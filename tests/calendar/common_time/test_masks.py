"""Masks of quarters, and the search over them, against a naive search."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atagande_agreements.civil_time import (
    OFFICE_CLOSES,
    OFFICE_OPENS,
    STOCKHOLM,
    is_working_day,
    local_time,
)
from atagande_calendar.common_time.masks import (
    QUARTER,
    Frame,
    common_slots,
    count,
    having,
    positions,
    smear,
)
from atagande_calendar.common_time.search import Availability, Known, search

#: Over the change to winter time.
FRAME = Frame(date(2026, 10, 23), date(2026, 10, 28))
MINUTES = int((FRAME.end - FRAME.start) / timedelta(minutes=1))

spans = st.tuples(st.integers(-600, MINUTES + 600), st.integers(1, 900)).map(
    lambda pair: (FRAME.start + timedelta(minutes=pair[0]), timedelta(minutes=pair[1]))
)
calendars = st.lists(spans, max_size=12).map(lambda found: [(at, at + size) for at, size in found])


def is_taken(calendar: list[tuple[datetime, datetime]], at: datetime, end: datetime) -> bool:
    """Tell by comparing moments whether a calendar is busy in some quarter of a meeting."""
    quarter = at
    while quarter < end:
        if any(low < quarter + QUARTER and high > quarter for low, high in calendar):
            return True
        quarter += QUARTER
    return False


def naive_starts(frame: Frame, quarters: int) -> list[datetime]:
    """Return the starts of working hours, one day after the other, by the clock on the wall."""
    found = []
    day = frame.first
    while day <= frame.last:
        if is_working_day(day):
            clock = datetime.combine(day, OFFICE_OPENS)
            while clock + quarters * QUARTER <= datetime.combine(day, OFFICE_CLOSES):
                found.append(local_time(day, clock.time()))
                clock += QUARTER
        day += timedelta(days=1)
    return found


@given(st.lists(calendars, max_size=5), st.integers(1, 32))
def test_the_masks_find_what_a_naive_search_finds(
    busy: list[list[tuple[datetime, datetime]]], quarters: int
) -> None:
    starts = FRAME.working_starts(quarters)
    found = common_slots([FRAME.mask(one) for one in busy], quarters=quarters, starts=starts)
    expected = [
        at
        for at in naive_starts(FRAME, quarters)
        if not any(is_taken(one, at, at + quarters * QUARTER) for one in busy)
    ]
    assert [FRAME.moment(at) for at in found] == expected


@given(
    st.lists(st.tuples(calendars, calendars), max_size=4),
    st.integers(1, 12),
    st.integers(1, 40),
    st.integers(0, 30),
)
def test_the_ranking_is_that_of_a_naive_search(
    people: list[tuple[list[tuple[datetime, datetime]], list[tuple[datetime, datetime]]]],
    quarters: int,
    limit: int,
    offset: int,
) -> None:
    known = [Known(FRAME.mask(busy), FRAME.mask(covered)) for busy, covered in people]
    found = search(
        FRAME,
        known,
        quarters=quarters,
        starts=FRAME.working_starts(quarters),
        limit=limit,
        offset=offset,
    )
    expected = []
    for at in naive_starts(FRAME, quarters):
        answers = []
        for busy, covered in people:
            inside = [at + number * QUARTER for number in range(quarters)]
            if is_taken(busy, at, at + quarters * QUARTER):
                answers.append(Availability.BUSY)
            elif all(is_taken(covered, one, one + QUARTER) for one in inside):
                answers.append(Availability.FREE)
            else:
                answers.append(Availability.UNKNOWN)
        key = (answers.count(Availability.BUSY), answers.count(Availability.UNKNOWN), at)
        expected.append((key, at, tuple(answers)))
    expected.sort(key=lambda one: one[0])
    shown = [(one.starts_at, one.answers) for one in found.times]
    assert shown == [(at, answers) for _key, at, answers in expected[offset : offset + limit]]
    assert found.considered == len(expected)
    assert found.without_busy == sum(not key[0] for key, _at, _answers in expected)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 3, 2), 24)],
)
def test_a_day_has_the_hours_it_has(day: date, hours: int) -> None:
    assert Frame(day, day).quarters == hours * 4


@pytest.mark.parametrize("first", [date(2026, 3, 27), date(2026, 10, 23)])
def test_working_hours_are_eight_to_five_on_both_sides_of_a_change(first: date) -> None:
    frame = Frame(first, first + timedelta(days=5))
    starts = [frame.moment(at).astimezone(STOCKHOLM) for at in positions(frame.working_starts(4))]
    by_day: dict[date, list[time]] = {}
    for start in starts:
        by_day.setdefault(start.date(), []).append(start.time())
    assert len(by_day) == 4
    for day, clocks in by_day.items():
        assert is_working_day(day)
        assert (clocks[0], clocks[-1]) == (time(8), time(16))
        assert len(clocks) == 33


def test_a_holiday_has_no_working_hours() -> None:
    assert Frame(date(2026, 4, 3), date(2026, 4, 6)).working_starts(4) == 0


def test_a_span_takes_every_quarter_it_touches() -> None:
    frame = Frame(date(2026, 3, 2), date(2026, 3, 2))
    nine = local_time(date(2026, 3, 2), time(9))
    mask = frame.mask([(nine + timedelta(minutes=14), nine + timedelta(minutes=16))])
    assert positions(mask) == [36, 37]
    assert frame.mask([(nine, nine + timedelta(minutes=15))]).bit_count() == 1


def test_spans_outside_the_frame_take_nothing() -> None:
    frame = Frame(date(2026, 3, 2), date(2026, 3, 2))
    far = datetime(2026, 2, 1, tzinfo=UTC)
    assert frame.mask([(far, far + timedelta(days=1))]) == 0
    assert frame.mask([(far, far + timedelta(days=90))]) == frame.everything


@given(st.lists(st.integers(0, 2**70), max_size=20), st.integers(0, 25))
def test_counting_masks_is_counting_bits(masks: list[int], number: int) -> None:
    among = (1 << 70) - 1
    expected = sum(1 << at for at in range(70) if sum(mask >> at & 1 for mask in masks) == number)
    assert having(count(masks), number, among) == expected


@given(st.integers(0, 2**200), st.one_of(st.none(), st.integers(0, 250)))
def test_positions_are_the_set_bits(mask: int, limit: int | None) -> None:
    assert positions(mask, limit) == [at for at in range(201) if mask >> at & 1][:limit]


@given(st.integers(0, 2**60), st.integers(1, 40))
def test_smearing_marks_every_start_that_would_touch(mask: int, quarters: int) -> None:
    window = (1 << quarters) - 1
    assert smear(mask, quarters) == sum(1 << at for at in range(61) if mask & (window << at))
