"""Nine o'clock stays nine o'clock over every change of the clocks, wherever the server stands."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from atagande_agreements.civil_time import STOCKHOLM, end_of_day, local_date, local_time
from atagande_agreements.errors import Refused
from atagande_calendar.itip.recurrence import LONGEST, Frequency, Rule
from atagande_calendar.itip.series import Series, request_series
from atagande_calendar.meetings.errors import NoWorkingDay
from atagande_calendar.slots.queries import day_slots, quarters
from atagande_plugin.translation import words
from support import clocks
from support.booking import book, plan, published
from support.clocks import CHANGES, NINE, around, feed_text, hours, invitation_text, squares
from support.feeds import feed_path, fetched, utc
from support.instants import Reader
from support.itip_judge import faults, feed_faults
from support.libical import Libical
from support.world import ADMINISTRATOR, CLINIC_CHIEF, READER, World

ROOT = Path(__file__).parents[2]
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
HOUR = timedelta(hours=1)


def clock(moment: datetime) -> str:
    return moment.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M")


def test_the_changes_are_where_the_union_has_put_them() -> None:
    assert [sunday for sunday, _hours in CHANGES[:4]] == [
        SPRING,
        AUTUMN,
        date(2027, 3, 28),
        date(2027, 10, 31),
    ]
    for sunday, length in CHANGES:
        midnight = local_time(sunday, time())
        assert end_of_day(sunday) - midnight == length * HOUR
        friday, monday = sunday - timedelta(days=2), sunday + timedelta(days=1)
        between = local_time(monday, NINE) - local_time(friday, NINE)
        assert between == timedelta(days=3) + (length - 24) * HOUR


def test_every_day_of_ten_years_has_its_nine_oclock() -> None:
    day = date(2026, 1, 1)
    while day.year < 2036:
        moment = local_time(day, NINE)
        assert clock(moment) == f"{day} 09:00"
        assert local_date(moment) == day
        assert words("sv").clock(moment) == "09.00"
        day += timedelta(days=1)


def test_invitations_and_feeds_say_nine_and_mean_it(calendar_readers: Mapping[str, Reader]) -> None:
    starts = [local_time(day, NINE) for day in around()]
    feed = feed_text(starts)
    spans = [(start, start + HOUR) for start in starts]
    assert feed_faults(feed) == []
    for day, span in zip(around(), spans, strict=True):
        invitation = invitation_text(span[0])
        assert faults(invitation) == []
        line = f"\r\nDTSTART;TZID=Europe/Stockholm:{day:%Y%m%d}T090000\r\n".encode()
        assert line in invitation
        assert line in feed
        for name in ("icalendar", "vobject", "ical"):
            assert calendar_readers[name](invitation) == [span], (name, day)
    for name, read in calendar_readers.items():
        assert read(feed) == spans, name


def test_a_clinics_slots_stand_at_the_same_clock() -> None:
    for day in around():
        found = list(day_slots(hours(), day))
        assert [clock(one)[11:] for one in found] == ["09:00", "10:00", "11:00"], day
        assert all(len(quarters(one, 60)) == 4 for one in found)


def test_the_month_has_them_on_their_days() -> None:
    starts = [local_time(day, NINE) for day in around()]
    for sunday, _hours in CHANGES:
        friday, monday = sunday - timedelta(days=2), sunday + timedelta(days=1)
        found = squares(starts, sunday.replace(day=1))
        expected = {
            day.isoformat(): ["09.00"] for day in (friday, monday) if day.month == sunday.month
        }
        assert found == expected


@pytest.mark.parametrize(
    "rule",
    [
        # Each reaches over at least nine years; LONGEST is the most that a series can have.
        Rule(frequency=Frequency.WEEKLY, weekday=1, interval=8, count=LONGEST),
        Rule(frequency=Frequency.MONTHLY, weekday=1, nth=-1, interval=2, count=LONGEST),
    ],
    ids=["weekly", "monthly"],
)
def test_a_series_stays_at_nine_in_every_program_that_unrolls_it(rule: Rule) -> None:
    first = local_time(date(2026, 1, 27), NINE)
    starts = rule.starts(first)
    assert starts[-1].year >= 2035
    assert {clock(one)[11:] for one in starts} == {"09:00"}
    snapshot = clocks.snapshot(first)
    series = Series(
        first=snapshot,
        rule=rule,
        asked={
            at: replace(snapshot, starts_at=at, ends_at=at + timedelta(hours=1)) for at in starts
        },
    )
    text = request_series(series, clocks.ORGANIZER, clocks.RECIPIENT, clocks.STAMP).decode()
    event: Any = import_module("vobject").readOne(text).vevent
    assert [one.astimezone(UTC) for one in event.getrruleset()] == starts
    stream: Any = import_module("ical.calendar_stream").IcsCalendarStream
    unrolled = stream.calendar_from_ics(text).timeline
    assert [one.dtstart.astimezone(UTC) for one in unrolled] == starts


#: Every quarter of an hour from the evening before a change to noon.
QUARTERS = [
    local_time(sunday - timedelta(days=1), time(22)) + number * timedelta(minutes=15)
    for sunday, _hours in CHANGES
    for number in range(56)
]


@pytest.mark.parametrize("minutes", [15, 60, 480])
def test_every_reader_means_the_same_moment_through_the_night(
    calendar_readers: Mapping[str, Reader], minutes: int
) -> None:
    spans = [(start, start + timedelta(minutes=minutes)) for start in QUARTERS]
    feed = feed_text(QUARTERS, minutes)
    assert feed_faults(feed) == []
    for name, read in calendar_readers.items():
        assert read(feed) == spans, name


def test_libical_finds_nothing_wrong_in_the_night(libical: Libical) -> None:
    night = QUARTERS[56:112]
    texts = [feed_text(QUARTERS), feed_text([]), *(invitation_text(one) for one in night)]
    assert libical(texts) == [[]] * len(texts)


def test_the_hour_that_comes_twice_is_said_in_utc(calendar_readers: Mapping[str, Reader]) -> None:
    """Of a local time in it RFC 5545 means the first; libical takes it for the second."""
    first = local_time(AUTUMN, time(2, 30))
    assert clock(first) == clock(first + HOUR) == "2026-10-25 02:30"
    for start in (first, first + HOUR):
        text = invitation_text(start, 15)
        assert f"\r\nDTSTART:{start:%Y%m%dT%H%M%SZ}\r\n".encode() in text
        for name, read in calendar_readers.items():
            assert read(text) == [(start, start + timedelta(minutes=15))], name


def test_a_time_that_the_clocks_skip_is_an_hour_later_everywhere() -> None:
    moment = local_time(SPRING, time(2, 30))
    assert clock(moment) == "2026-03-29 03:30"
    line = b"\r\nDTSTART;TZID=Europe/Stockholm:20260329T033000\r\n"
    assert line in invitation_text(moment)
    assert line in feed_text([moment])
    assert words("sv").moment(moment) == "söndag 29 mars 2026 kl. 03.30"
    assert squares([moment], date(2026, 3, 1)) == {"2026-03-29": ["03.30"]}


def test_an_hour_is_sixty_minutes_also_over_a_change() -> None:
    for day, ends in ((SPRING, "T033000"), (AUTUMN, None)):
        text = feed_text([local_time(day, time(1, 30))])
        if ends:
            assert f"DTEND;TZID=Europe/Stockholm:{day:%Y%m%d}{ends}".encode() in text
        else:
            assert b"DTEND:20261025T003000Z" in text


@pytest.mark.parametrize("sunday", [sunday for sunday, _hours in CHANGES])
def test_midnight_is_the_first_moment_of_its_day(sunday: date) -> None:
    for day in (sunday, sunday + timedelta(days=1)):
        midnight, before = local_time(day, time()), local_time(day, time()) - timedelta(minutes=1)
        assert local_date(midnight) == day
        assert local_date(before) == day - timedelta(days=1)
        text = feed_text([midnight])
        assert f"DTSTART;TZID=Europe/Stockholm:{day:%Y%m%d}T000000".encode() in text
        found = squares([before, midnight], day.replace(day=1))
        assert found[day.isoformat()] == ["00.00"]
        if day.day > 1:
            assert found[(day - timedelta(days=1)).isoformat()] == ["23.59"]


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_nobody_meets_on_the_day_of_a_change_since_it_is_a_sunday(
    sqlite_world: World, day: date
) -> None:
    for at in (time(2, 30), NINE):
        with sqlite_world.writer() as session:
            with pytest.raises(NoWorkingDay):
                plan(sqlite_world, session, starts_at=local_time(day, at))
            with pytest.raises(Refused) as refused:
                book(sqlite_world, session, slot=local_time(day, at))
            assert refused.value.code == "slot_not_offered"


def test_a_year_of_meetings_keeps_its_clock_on_every_page_and_in_the_feed(world: World) -> None:
    days = (date(2026, 3, 27), date(2026, 3, 30), date(2026, 10, 23), date(2026, 10, 26))
    numbers = {day: published(world, starts_at=local_time(day, NINE)) for day in days}
    reader = world.client(READER)
    path = feed_path(world, CLINIC_CHIEF)
    assert [utc(event["DTSTART"]) for event in fetched(world, path)] == [
        local_time(day, NINE) for day in days
    ]
    for day, number in numbers.items():
        assert "09.00–11.00" in reader.get(f"/moten/{number}").text
        month = reader.get(f"/moten/manad?ar={day.year}&manad={day.month}").text
        assert month.count("09.00–11.00") == 2
        told = world.api(ADMINISTRATOR)("GET", f"/meetings/{number}").json
        assert datetime.fromisoformat(told["starts_at"]).astimezone(UTC) == local_time(day, NINE)


def child(zone: str) -> bytes:
    """Ask a process whose clocks are set to another zone for everything."""
    environment = {name: text for name, text in os.environ.items() if name != "TZ"}
    program = subprocess.run(
        [sys.executable, "-W", "error", "-m", "support.clocks"],
        cwd=ROOT / "tests",
        env=environment | {"TZ": zone, "PYTHONPATH": str(ROOT / "tests"), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert program.returncode == 0, program.stderr.decode()
    return program.stdout


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_server_in_another_time_zone_says_the_same_to_the_last_byte(zone: str) -> None:
    assert child(zone) == clocks.everything()
