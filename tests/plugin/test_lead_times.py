"""Lead times: the clinic sees its own, others see no small numbers and nothing that grows."""

from datetime import date, time, timedelta

import pytest

from atagande_agreements.civil_time import local_time
from atagande_calendar.sip.lead_times import Half, half_of
from support.booking import booked
from support.rivals import SLOT
from support.world import ADMINISTRATOR, CLINIC_CHIEF, CONVENER, STEERING, World

PATH = "/vantetider?period=2026-1"
AFTER = local_time(date(2026, 8, 3), time(9))


def text(world: World, email: str) -> str:
    answer = world.client(email).get(PATH)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def test_scenario_14_a_slot_92_days_ahead_is_booked_and_its_lead_time_shown(world: World) -> None:
    slot = local_time(date(2026, 5, 26), time(9))
    number = booked(world, slot=slot, requested_on=date(2026, 2, 23))
    page = world.client(CONVENER).get(f"/sip/{number}").get_data(as_text=True)
    assert "92 dagar från behov till möte" in page
    assert "92 dagar" in text(world, CLINIC_CHIEF)


def test_others_see_no_small_number_and_nothing_of_a_half_year_that_goes_on(world: World) -> None:
    for week in range(5):
        booked(world, slot=SLOT + timedelta(weeks=week), requested_on=date(2026, 2, 23))
        for email in (ADMINISTRATOR, STEERING, CONVENER):
            assert "Halvåret pågår" in text(world, email)
            assert '<td data-label="Bokade möten">–</td>' in text(world, email)
        if week == 3:
            now, world.now = world.now, AFTER
            for email in (ADMINISTRATOR, STEERING, CONVENER):
                assert "&lt;5</td>" in text(world, email)
                assert "Median" not in text(world, email)
                assert " dagar</td>" not in text(world, email)
            assert ">4</td>" in text(world, CLINIC_CHIEF)
            world.now = now
    world.now = AFTER
    for email in (ADMINISTRATOR, STEERING, CONVENER):
        assert ">5</td>" in text(world, email)
        assert text(world, email).count(" dagar</td>") == 2, "the medians, and not the longest"
    assert text(world, CLINIC_CHIEF).count(" dagar</td>") == 3


@pytest.mark.parametrize(
    ("day", "half", "first", "last"),
    [
        (date(2026, 6, 30), Half(2026, 1), date(2026, 1, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), Half(2026, 2), date(2026, 7, 1), date(2026, 12, 31)),
    ],
)
def test_a_half_year_has_its_days(day: date, half: Half, first: date, last: date) -> None:
    assert half_of(day) == half
    assert (half.first, half.last) == (first, last)
    assert half.before().last == half.first - timedelta(days=1)
