"""Lead times: the clinic sees its own as they grow, others what is published by quarter."""

import re
from datetime import date, time, timedelta

import pytest

from atagande_agreements.civil_time import local_time
from atagande_calendar.sip.lead_times import Half, half_of
from atagande_plugin.figures import publish_job
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


def row(page: str) -> list[str]:
    """Return what stands of the clinic in Sollentuna and the first quarter."""
    (found,) = re.findall(
        r'<tr><th scope="row">Sollentuna psykiatriska mottagning</th>\s*'
        r"<td[^>]*>Första kvartalet 2026</td>(.*?)</tr>",
        page,
        re.DOTALL,
    )
    return re.findall(r"<td[^>]*>(.*?)</td>", found)


@pytest.mark.parametrize(
    ("booked_at_all", "shown"), [(4, ["&lt;5", "–", "–"]), (5, ["5", "8 dagar", "22 dagar"])]
)
def test_others_see_a_quarter_when_it_is_published_and_never_a_small_number(
    world: World, booked_at_all: int, shown: list[str]
) -> None:
    for week in range(booked_at_all):
        booked(world, slot=SLOT + timedelta(weeks=week), requested_on=date(2026, 2, 23))
    for email in (ADMINISTRATOR, STEERING, CONVENER):
        assert row(text(world, email)) == ["–", "–", "–"]
    own = text(world, CLINIC_CHIEF)
    assert f"<dd>{booked_at_all}</dd>" in own
    assert "Längsta väntan" in own
    world.now = AFTER
    publish_job(world.services)
    for email in (ADMINISTRATOR, STEERING, CONVENER):
        page = text(world, email)
        assert row(page) == shown
        assert "Längsta väntan" not in page


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
