"""A clinic's hours and a held slot in a real browser: axe, every width, and without script."""

import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from atagande_calendar.slots.hours import Edit, Hours, add_closure, add_hours
from atagande_calendar.slots.models import ClinicClosure, ClinicHours
from support.booking import booked
from support.live import Live
from support.world import CLINIC_CHIEF, World

Axe = Callable[[Page], None]
WIDTHS = (1280, 390, 320)
#: Set to a folder to look at the pages afterwards.
PICTURES = os.environ.get("ATAGANDE_PICTURES", "")
CLINIC = "sollentuna-mottagning"
PAGE = f"/mottagningar/{CLINIC}/oppettider"


def furnish(world: World) -> dict[str, int]:
    """Give the clinic hours to come and a closure; return the numbers of some rows."""
    world.now = datetime(2026, 3, 30, 8, tzinfo=UTC)
    with world.writer() as session:
        unit, chief = world.unit(session, CLINIC), world.person(session, CLINIC_CHIEF)
        hours = Hours(0, time(9), time(12), date(2026, 4, 13))
        added = add_hours(session, edit=Edit(unit, chief, 0, world.now), hours=hours)
        closed = add_closure(
            session,
            edit=Edit(unit, chief, 1, world.now),
            first_on=date(2026, 4, 9),
            last_on=date(2026, 4, 10),
        )
        session.commit()
        begun = session.scalars(
            select(ClinicHours.id).where(ClinicHours.unit_id == unit.id, ClinicHours.weekday == 1)
        ).one()
        return {"added": added.id, "closed": closed.id, "begun": begun}


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_the_editor_is_readable_at_every_width(
    live: Live, page: Page, axe: Axe, theme: str
) -> None:
    rows = furnish(live.world)
    live.sign_in(page, "Signe Hallman")
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live.address}])
    paths = {
        "hours": PAGE,
        "hours-new": f"{PAGE}/nya-tider",
        "hours-coming": f"{PAGE}/tider/{rows['added']}",
        "hours-begun": f"{PAGE}/tider/{rows['begun']}",
        "closure-new": f"{PAGE}/ny-stangning",
        "closure": f"{PAGE}/stangt/{rows['closed']}",
        "times": f"/mottagningar/{CLINIC}/tider",
        "clinics": "/mottagningar",
    }
    for name, path in paths.items():
        for width in WIDTHS if theme == "light" else (390,):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{live.address}{path}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, width, wide)
            if PICTURES:
                picture = Path(PICTURES) / f"{name}-{theme}-{width}.png"
                page.screenshot(path=picture, full_page=True)
        axe(page)


@pytest.mark.console_expected("409")
def test_a_closure_over_a_booked_meeting_asks_first_without_script(
    live: Live, new_page: Callable[..., Page]
) -> None:
    booked(live.world)
    page = new_page(java_script_enabled=False, viewport={"width": 390, "height": 800})
    live.sign_in(page, "Signe Hallman")
    page.goto(f"{live.address}{PAGE}")
    page.get_by_role("link", name="Lägg till stängning").click()
    page.get_by_label("Första dagen").fill("2026-03-03")
    page.get_by_label("Sista dagen").fill("2026-03-06")
    page.get_by_role("button", name="Lägg till").click()
    expect(page.locator("main")).to_contain_text("Bokade möten som hamnar utanför öppettiderna: 1.")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "confirm-390.png", full_page=True)
    page.get_by_role("button", name="Spara ändå").click()
    expect(page.locator("main")).to_contain_text("Stängningen är tillagd.")
    with live.world.services.reader() as session:
        assert session.scalars(select(ClinicClosure.last_on)).one() == date(2026, 3, 6)


def test_a_slot_is_held_and_booked_without_script(
    live: Live, new_page: Callable[..., Page]
) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 390, "height": 800})
    live.sign_in(page, "Alva Renström")
    page.goto(f"{live.address}/sip/boka?mottagning={CLINIC}")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "slot-390.png", full_page=True)
    page.get_by_role("button", name="tisdag 3 mars 2026 09.00–10.00").click()
    expect(page.locator("main")).to_contain_text("Tiden hålls för dig till kl. 09.15.")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "people-390.png", full_page=True)
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.locator("main")).to_contain_text("Tiden hålls för dig till kl. 09.15.")
    page.get_by_label("Personen samtycker").check()
    page.get_by_label("Syfte och frågor").check()
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "confirm-sip-390.png", full_page=True)
    page.get_by_role("button", name="Boka och skicka kallelser").click()
    expect(page).to_have_url(re.compile(r"/sip/\d+$"))


@pytest.mark.console_expected("409")
def test_a_slot_that_another_holds_leads_to_the_next_three(
    live: Live, new_page: Callable[..., Page], axe: Axe
) -> None:
    first, second = new_page(), new_page(viewport={"width": 390, "height": 800})
    live.sign_in(first, "Alva Renström")
    live.sign_in(second, "Nils Brandel")
    for page in (first, second):
        page.goto(f"{live.address}/sip/boka?mottagning={CLINIC}")
    name = "tisdag 3 mars 2026 09.00–10.00"
    first.get_by_role("button", name=name).click()
    second.get_by_role("button", name=name).click()
    main = second.locator("main")
    expect(main).to_contain_text("Någon annan håller på att boka den tiden.")
    expect(main).to_contain_text("De närmaste lediga tiderna")
    axe(second)
    if PICTURES:
        second.screenshot(path=Path(PICTURES) / "taken-390.png", full_page=True)
    second.get_by_role("button", name="tisdag 3 mars 2026 kl. 10.00", exact=False).first.click()
    expect(second.locator("main")).to_contain_text("Tiden hålls för dig till kl. 09.15.")
