"""Slots over the clock changes, at a server in another time zone, and while hours change."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import STOCKHOLM, is_working_day, local_date, local_time
from atagande_calendar.slots.holds import hold_slot
from atagande_calendar.slots.models import ClinicClosure, ClinicHours
from atagande_calendar.slots.queries import day_slots, free_slots, quarters
from support.booking import book
from support.world import CONVENER, World

CLINIC = "sollentuna-mottagning"
#: The Sundays on which the clocks change in 2026 (Directive 2000/84/EC).
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
#: Prints a clinic's free slots as another process at the same database sees them.
SCRIPT = """
import json, sys
from datetime import date, datetime
from atagande_calendar.slots.queries import free_slots
from atagande_plugin import tables
from atagande_plugin.database import make_engine, make_session_factory
url, unit, after, until = sys.argv[1:]
tables.metadata
with make_session_factory(make_engine(url), read_only=True)() as session:
    found = free_slots(
        session, int(unit), after=datetime.fromisoformat(after), until=date.fromisoformat(until)
    )
zone = datetime.now().astimezone().tzname()
print(json.dumps([*(slot.isoformat() for slot in found), zone]))
"""


def daily(world: World, session: Session) -> int:
    """Let the clinic be open from eight to five on every weekday; return its number."""
    unit = world.unit(session, CLINIC).id
    session.query(ClinicHours).filter(ClinicHours.unit_id == unit).delete()
    session.add_all(
        ClinicHours(
            unit_id=unit,
            weekday=weekday,
            opens=time(8),
            closes=time(17),
            valid_from=date(2025, 1, 1),
        )
        for weekday in range(5)
    )
    session.flush()
    return unit


def clocks(found: list[datetime]) -> dict[date, list[str]]:
    days: dict[date, list[str]] = {}
    for slot in found:
        days.setdefault(local_date(slot), []).append(f"{slot.astimezone(STOCKHOLM):%H:%M}")
    return days


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_every_day_around_a_clock_change_has_the_same_clocks(world: World, change: date) -> None:
    with world.writer() as session:
        unit = daily(world, session)
        first = change - timedelta(days=6)
        found = free_slots(
            session,
            unit,
            after=local_time(first, time()),
            until=change + timedelta(days=5),
        )
    expected = [f"{hour:02}:00" for hour in range(8, 17)]
    days = clocks(found)
    assert len(days) == (9 if change == SPRING else 10), "3 April 2026 is Good Friday"
    assert all(shown == expected for shown in days.values())
    assert change not in days
    # The day begins an hour earlier or later by UTC, and each slot is still sixty minutes.
    before, after = (
        {slot.hour for slot in found if (local_date(slot) < change) is side}
        for side in (True, False)
    )
    assert {hour + (-1 if change == SPRING else 1) for hour in before} == after
    assert all(len(quarters(slot, 60)) == 4 for slot in found)


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_what_is_taken_over_a_clock_change_is_the_hour_that_was_chosen(
    world: World, change: date
) -> None:
    friday, monday = change - timedelta(days=2), change + timedelta(days=1)
    with world.writer() as session:
        unit = daily(world, session)
        world.now = local_time(friday - timedelta(days=7), time(7))
        book(world, session, slot=local_time(friday, time(9)))
        hold_slot(
            session,
            unit=world.unit(session, CLINIC),
            starts_at=local_time(monday, time(9)),
            person=world.person(session, CONVENER),
            now=world.now,
        )
        days = clocks(free_slots(session, unit, after=world.now, until=monday))
    for day in (friday, monday):
        assert "09:00" not in days[day]
        assert {"08:00", "10:00"} <= set(days[day])


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "UTC"])
def test_a_server_in_another_time_zone_finds_the_same(world: World, zone: str) -> None:
    first, last = SPRING - timedelta(days=5), AUTUMN + timedelta(days=5)
    with world.writer() as session:
        unit = daily(world, session)
        session.add(
            ClinicClosure(unit_id=unit, first_on=date(2026, 7, 1), last_on=date(2026, 7, 31))
        )
        session.commit()
        here = free_slots(session, unit, after=local_time(first, time()), until=last)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            SCRIPT,
            world.settings.database_url,
            str(unit),
            local_time(first, time()).isoformat(),
            last.isoformat(),
        ],
        env=os.environ | {"TZ": zone},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    *there, name = json.loads(done.stdout)
    assert name != "CET", "the server is somewhere else"
    assert there == [slot.isoformat() for slot in here]
    assert len(there) > 900


def test_hours_that_change_in_the_middle_give_each_side_its_own(world: World) -> None:
    """Hours end on a Tuesday and others follow the next day, over a closure and Easter."""
    with world.writer() as session:
        unit = daily(world, session)
        for row in session.query(ClinicHours).filter(ClinicHours.unit_id == unit):
            row.valid_to = date(2026, 3, 31)
        session.add_all(
            ClinicHours(
                unit_id=unit,
                weekday=weekday,
                opens=time(12, 45),
                closes=time(15),
                valid_from=date(2026, 4, 1),
                valid_to=date(2026, 4, 14),
            )
            for weekday in range(5)
        )
        session.add(
            ClinicClosure(unit_id=unit, first_on=date(2026, 4, 9), last_on=date(2026, 4, 10))
        )
        session.flush()
        after = local_time(date(2026, 3, 30), time())
        days = clocks(free_slots(session, unit, after=after, until=date(2026, 4, 30)))
    assert [len(shown) for shown in days.values()] == [9, 9, 2, 2, 2, 2, 2, 2]
    assert [f"{day:%m-%d}" for day in days] == [
        "03-30",
        "03-31",
        "04-01",
        "04-02",
        "04-07",
        "04-08",
        "04-13",
        "04-14",
    ]
    assert days[date(2026, 4, 1)] == ["12:45", "13:45"]


@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    day=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    opens=st.integers(0, 80),
    quarters_open=st.integers(4, 15),
)
def test_slots_are_whole_hours_within_the_hours_on_any_day(
    day: date, opens: int, quarters_open: int
) -> None:
    closes = min(opens + quarters_open, 95)
    span = ClinicHours(
        weekday=day.weekday(),
        opens=time(opens // 4, opens % 4 * 15),
        closes=time(closes // 4, closes % 4 * 15),
        valid_from=date(2024, 1, 1),
        valid_to=None,
    )
    found = list(day_slots([span], day))
    assert found == sorted(set(found))
    assert all(slot.tzinfo is UTC for slot in found)
    if is_working_day(day):
        assert len(found) == (closes - opens) // 4
        for number, slot in enumerate(found):
            local = slot.astimezone(STOCKHOLM)
            assert local.date() == day
            assert (local.hour, local.minute) == divmod(opens * 15 + number * 60, 60)
