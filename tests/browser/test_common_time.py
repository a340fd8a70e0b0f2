"""Finding a common time and asking about it, in a real browser, wide and narrow."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from atagande_agreements.civil_time import local_time
from atagande_calendar.common_time import calendars
from atagande_calendar.common_time.reading import Busy
from support.live import Live
from support.polls import link
from support.world import AF, CLINIC_CHIEF, FK, World

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from support.browser import Axe, NewPage

DAY = date(2026, 3, 24)
WIDTHS = (1280, 390, 320)


def at(hour: int) -> datetime:
    return local_time(DAY, time(hour))


def publish_calendars(world: World) -> list[int]:
    """Give two of three people a calendar; return the numbers of all three."""
    with world.writer() as session:
        people = [world.person(session, email) for email in (FK, AF, CLINIC_CHIEF)]
        for number, person in enumerate(people[:2]):
            kept = calendars.add_calendar(
                session,
                address=f"https://kalender.example/{number}",
                owner=person,
                person=person,
                now=world.now,
            )
            busy = Busy(((at(8), at(9 + number)),), world.now, world.now + timedelta(days=200))
            calendars.keep_read(session, number=kept.id, busy=busy, etag="", now=world.now)
        session.commit()
        return [person.id for person in people]


def look(page: "Page", axe: "Axe") -> None:
    """Hold a page to axe, and to the width of each screen."""
    axe(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (page.url, width, wide)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


def test_from_a_search_to_a_plan(live: Live, new_page: "NewPage", axe: "Axe") -> None:
    people = publish_calendars(live.world)
    page = new_page()
    live.sign_in(page, "Maja Forslund")
    asked = "&".join(f"people={number}" for number in people)
    page.goto(f"{live.address}/gemensam-tid?{asked}&first={DAY}&last={DAY}")
    assert page.get_by_text("Ledig: 2").first.is_visible()
    assert page.get_by_text("Okänt: 1").first.is_visible()
    look(page, axe)
    for box in page.get_by_label("Fråga om den här tiden").all()[:3]:
        box.check()
    page.get_by_role("button", name="Fråga om de valda tiderna").click()
    page.get_by_label("Nätverksmöte").check()
    look(page, axe)
    page.get_by_role("button", name="Skicka frågan").click()
    page.wait_for_url("**/omrostningar/*")
    poll = int(page.url.rpartition("/")[2])
    visitor = new_page(java_script_enabled=False, viewport={"width": 390, "height": 800})
    visitor.goto(live.address + link(live.world, poll, FK))
    for choice in visitor.get_by_role("radio", name="Helst").all():
        choice.check()
    visitor.get_by_role("button", name="Skicka svaret").click()
    visitor.wait_for_url("**/tack")
    page.reload()
    look(page, axe)
    page.locator("input[name=time]").first.check()
    page.get_by_role("button", name="Välj tiden").click()
    page.wait_for_url("**/moten/nytt?*")
    assert page.get_by_label("Datum").input_value() == DAY.isoformat()


def test_the_public_page_and_the_calendars_page(
    live: Live, new_page: "NewPage", axe: "Axe"
) -> None:
    people = publish_calendars(live.world)
    page = new_page(color_scheme="dark")
    live.sign_in(page, "Maja Forslund")
    times = "times=2026-03-24T11:00Z&times=2026-03-25T12:00Z"
    asked = "&".join(f"people={number}" for number in people)
    page.goto(f"{live.address}/gemensam-tid/omrostningar/ny?minutes=60&{asked}&{times}")
    page.get_by_label("Styrgruppsmöte").check()
    page.get_by_role("button", name="Skicka frågan").click()
    page.wait_for_url("**/omrostningar/*")
    poll = int(page.url.rpartition("/")[2])
    for address in ("/mina-kalendrar", "/gemensam-tid/omrostningar", link(live.world, poll, AF)):
        page.goto(live.address + address)
        look(page, axe)
