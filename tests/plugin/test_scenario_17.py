"""Scenario 17: the association opens no SIP, and no figure tells it of one to four."""

from datetime import UTC, date, datetime

from atagande_calendar.slots.queries import free_slots
from support.booking import booked
from support.case_worlds import to
from support.world import ADMINISTRATOR, STEERING, World

PUBLISHED = datetime(2026, 8, 3, 9, tzinfo=UTC)


def test_scenario_17_a_sip_is_forbidden_and_few_are_only_said_to_be_few(world: World) -> None:
    clinics = {"sollentuna-mottagning": 5, "psykosmottagningen": 3}
    numbers = []
    for clinic, sips in clinics.items():
        with world.services.reader() as session:
            unit = world.unit(session, clinic)
            slots = free_slots(session, unit.id, after=world.now, limit=sips)
        numbers += [
            booked(world, unit=clinic, slot=slot, requested_on=date(2026, 2, 23)) for slot in slots
        ]
    assert len(numbers) == 8
    for who in (ADMINISTRATOR, STEERING):
        visitor = world.client(who)
        for number in numbers:
            assert visitor.get(f"/sip/{number}").status_code == 403
            assert world.api(who)("GET", f"/sips/{number}").status_code == 403
    to(world, PUBLISHED)
    for who in (ADMINISTRATOR, STEERING):
        for path in ("/uppfoljning?period=2026-Q1", "/vantetider?period=2026-1"):
            page = world.client(who).get(path).text
            assert "&lt;5<" in page, path
            assert ">5<" in page, path
        waits = world.client(who).get("/vantetider?period=2026-1").text
        # Neither the three nor all eight.
        assert ">3</td>" not in waits
        assert ">8</td>" not in waits
        page = world.client(who).get("/uppfoljning?period=2026").text
        assert "minst 5" in page
