"""The main errands with the keyboard alone, on a phone's width and at 200 % zoom."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Page, expect
from sqlalchemy import select

from atagande_calendar.invitations.models import Invitation, InvitationProposal, Partstat
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.sip.models import Sip
from atagande_plugin.mail.render import answer_address
from support.booking import answer_path, plan, published
from support.live import Live
from support.world import CLINIC_CHIEF

#: More presses of Tab than any page of ours should need to reach a thing.
FAR = 80


def tab_to(page: Page, selector: str) -> int:
    """Press Tab until the thing has focus; return how many presses it took."""
    for presses in range(1, FAR):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            outline = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }"
            )
            assert outline, f"{selector} has focus but does not show it"
            return presses
    raise AssertionError(f"{selector} can't be reached with Tab on {page.url}")


def enter(page: Page) -> None:
    """Press Enter and wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_skip_link_leads_past_the_menu(live: Live, page: Page) -> None:
    live.sign_in(page, "Signe Hallman")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Till innehållet")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_chief_answers_from_the_mail_in_two_presses_after_the_link(
    live: Live, new_page: Callable[..., Page]
) -> None:
    world = live.world
    with world.writer() as session:
        meeting = plan(world, session, people=[CLINIC_CHIEF])
        meeting_id = meeting.id
        session.commit()
    admin = new_page()
    live.sign_in(admin, "Maja Forslund")
    admin.goto(f"{live.address}/moten/{meeting_id}")
    admin.locator("form[action$='/publicera'] button[type=submit]").press("Enter")
    with world.services.reader() as session:
        invitation = session.scalars(select(Invitation)).one()
        path = answer_address(world.settings, invitation).removeprefix(world.settings.base_url)
    page = new_page(viewport={"width": 390, "height": 800})
    page.goto(live.address + path)
    tab_to(page, "button[name=answer]")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Tack")
    with world.services.reader() as session:
        assert session.scalars(select(Invitation.partstat)).one() is Partstat.ACCEPTED


def test_a_chief_asks_for_another_time_with_the_keyboard(
    live: Live, new_page: Callable[..., Page]
) -> None:
    world = live.world
    number = published(world, people=[CLINIC_CHIEF])
    page = new_page(viewport={"width": 390, "height": 800})
    page.goto(live.address + answer_path(world, number, CLINIC_CHIEF))
    tab_to(page, "a[href='#another-time']")
    page.keyboard.press("Enter")
    assert tab_to(page, "#f-day") == 1, "the link leads to the fields"
    page.keyboard.type("03262026")
    tab_to(page, "#f-clock")
    page.keyboard.type("0100PM")
    assert page.locator("#f-day").input_value() == "2026-03-26"
    tab_to(page, "button[value=propose]")
    enter(page)
    expect(page.locator("main")).to_contain_text("torsdag 26 mars 2026 kl. 13.00 – väntar på svar")
    with world.services.reader() as session:
        wished = session.scalars(select(InvitationProposal.starts_at)).one()
        assert wished == datetime(2026, 3, 26, 12, tzinfo=UTC)


def test_a_sip_is_booked_with_the_keyboard_on_a_phone(
    live: Live, new_page: Callable[..., Page]
) -> None:
    world = live.world
    world.now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    page = new_page(viewport={"width": 390, "height": 800})
    live.sign_in(page, "Alva Renström")
    page.goto(f"{live.address}/sip/boka?mottagning=sollentuna-mottagning")
    tab_to(page, "main button[name=slot]")
    enter(page)
    tab_to(page, "main form button[type=submit]")
    enter(page)
    for tick in ("consent", "purpose_ready"):
        tab_to(page, f"[name={tick}]")
        page.keyboard.press("Space")
    tab_to(page, "main form button[type=submit]")
    enter(page)
    expect(page).to_have_url(re.compile(r"/sip/\d+$"))
    with world.services.reader() as session:
        sip = session.scalars(select(Sip)).one()
        assert session.get_one(Meeting, sip.meeting_id).minutes == 60


def test_text_at_twice_the_size_needs_no_sideways_scrolling(
    live: Live, new_page: Callable[..., Page]
) -> None:
    page = new_page(viewport={"width": 640, "height": 450})
    live.sign_in(page, "Ture Almgren")
    for path in ("/", "/overenskommelsen", "/matris", "/styrgruppen"):
        page.goto(live.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
