"""Every page of the demo: axe finds nothing, nothing scrolls sideways, in every theme."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from support.live import Live

PAGES = {
    "Ture Almgren": (
        "/",
        "/overenskommelsen",
        "/overenskommelsen/P3",
        "/overenskommelsen/A2",
        "/overenskommelsen/parameter/answer_days",
        "/overenskommelsen/parameter/publish_days",
        "/matris",
        "/avvikelser",
        "@/avvikelser",
        "/styrgruppen",
        "/moten",
        "@/moten",
    ),
    "Maja Forslund": (
        "/",
        "/moten/nytt",
        "@/moten",
        "/utskick",
        "@/utskick",
        "/drift",
    ),
    "Alva Renström": (
        "/",
        "/forfragningar",
        "@/forfragningar",
        "/forfragningar/ny",
        "/sip",
        "@/sip",
        "/sip/boka",
        "/sip/boka?mottagning=sollentuna-mottagning",
        "/mottagningar",
        "/mottagningar/psykosmottagningen/tider",
    ),
    "Signe Hallman": ("/", "/avvikelser", "@/avvikelser", "/forfragningar", "/sip"),
}
OPEN = ("/logga-in", "/tillganglighet", "/tab/oversikt")
#: CSS pixels: a wall screen, the usual, a phone, and 1280 at 400 %.
WIDTHS = (1280, 720, 390, 320)
THEMES = ("light", "dark", "contrast")

Axe = Callable[[Page], None]


def addresses(page: Page, live: Live, listed: tuple[str, ...]) -> list[str]:
    """Return the paths; one with @ is the first detail page that the list links to."""
    found = []
    for path in listed:
        if not path.startswith("@"):
            found.append(path)
            continue
        page.goto(live.address + path[1:])
        links = page.eval_on_selector_all("main a", "all => all.map(a => a.getAttribute('href'))")
        detail = next(
            (link for link in links if re.fullmatch(re.escape(path[1:]) + r"/\d+", link or "")),
            None,
        )
        assert detail is not None, f"{path[1:]} links to nothing"
        found.append(detail)
    return found


def widest(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("who", PAGES)
def test_axe_finds_nothing(
    live_demo: Live, new_page: Callable[..., Page], axe: Axe, who: str, theme: str
) -> None:
    page = new_page()
    live_demo.sign_in(page, who)
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live_demo.address}])
    for path in addresses(page, live_demo, PAGES[who]):
        page.goto(live_demo.address + path)
        assert page.locator("h1").count() == 1, path
        axe(page)


@pytest.mark.parametrize("who", PAGES)
def test_nothing_scrolls_sideways(live_demo: Live, new_page: Callable[..., Page], who: str) -> None:
    page = new_page()
    live_demo.sign_in(page, who)
    for path in addresses(page, live_demo, PAGES[who]):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(live_demo.address + path)
            assert widest(page) <= width, (path, width)


def test_pages_for_visitors_are_accessible(live_demo: Live, page: Page, axe: Axe) -> None:
    for path in OPEN:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(live_demo.address + path)
            assert widest(page) <= width, (path, width)
        axe(page)


@pytest.mark.parametrize("who", PAGES)
def test_every_page_speaks_english_too(
    live_demo: Live, new_page: Callable[..., Page], axe: Axe, who: str
) -> None:
    page = new_page()
    live_demo.sign_in(page, who)
    page.context.add_cookies([{"name": "lang", "value": "en", "url": live_demo.address}])
    for path in addresses(page, live_demo, PAGES[who]):
        page.goto(live_demo.address + path)
        assert page.locator("html").get_attribute("lang") == "en"
        axe(page)


def test_pages_work_without_script(live_demo: Live, new_page: Callable[..., Any]) -> None:
    page = new_page(java_script_enabled=False)
    live_demo.sign_in(page, "Ture Almgren")
    for path in ("/matris", "/styrgruppen", "/overenskommelsen"):
        page.goto(live_demo.address + path)
        assert page.locator("h1").is_visible()
