"""First meetings and SIP afterwards in a real browser: axe, no sideways scroll, every width."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import Page

from atagande_agreements.referrals import verbs
from support.booking import booked
from support.live import Live
from support.referrals import act, decide_all, register, steps

Axe = Callable[[Page], None]
WIDTHS = (1280, 390, 320)
#: Set to a folder to look at the pages afterwards.
PICTURES = os.environ.get("ATAGANDE_PICTURES", "")


def test_the_pages_of_cases_are_readable_at_every_width(live: Live, page: Page, axe: Axe) -> None:
    world = live.world
    decide_all(world)
    number = register(world)
    steps(world, number, contacted_on=date(2026, 2, 18))
    act(world, number, verbs.confirm_consent)
    act(world, number, verbs.book_meeting, meeting_on=date(2026, 3, 12))
    register(world)
    sip = booked(world)
    world.now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    live.sign_in(page, "Alva Renström")
    slot = "mottagning=sollentuna-mottagning&tid=2026-03-24T08:00Z"
    paths = {
        "list": "/forsta-moten",
        "new": "/forsta-moten/ny",
        "case": f"/forsta-moten/{number}",
        "sip": f"/sip/{sip}",
        "after": f"/sip/{sip}/efterat",
        "venue": f"/sip/boka?{slot}&steg=3&plats=online",
        "confirm": f"/sip/boka?{slot}&steg=3&plats=online&skal=online_meeting",
    }
    for name, path in paths.items():
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{live.address}{path}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, width, wide)
            if PICTURES:
                picture = Path(PICTURES) / f"{name}-{width}.png"
                page.screenshot(path=picture, full_page=True)
        axe(page)
