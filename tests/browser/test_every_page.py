"""Every page of the demo: axe finds nothing, nothing scrolls sideways, in every theme."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from support.live import Live

#: Person -> paths. One with @ is the first page that a list links to: "@/moten" a meeting,
#: "@/forfragningar /forfragningar/\d+/brev/\w+" what matches the pattern. A third word is added.
PAGES = {
    "Ture Almgren": (
        "/",
        "/overenskommelsen",
        "/overenskommelsen/P3",
        "/overenskommelsen/A2",
        "/overenskommelsen/halsokontroll",
        "/overenskommelsen/parameter/answer_days",
        "/overenskommelsen/parameter/publish_days",
        "/matris",
        "/uppfoljning",
        "/uppfoljning?period=2025-Q4",
        "/uppfoljning/datum",
        "/parter",
        "/parter/psykosmottagningen",
        "/parter/upplands-vasby",
        "/avvikelser",
        "@/avvikelser",
        r"@/avvikelser?lage=yttrande /avvikelser/\d+",
        r"@/avvikelser?lage=atgard /avvikelser/\d+",
        r"@/avvikelser?lage=atertagen /avvikelser/\d+",
        "/avvikelser?visa=stangda",
        "/styrgruppen",
        "/styrgruppen/trappan",
        "/styrgruppen/trappan/paminnelse",
        "/styrgruppen/trappan/yttrande",
        "/styrgruppen/trappan/eget-arende",
        "/styrgruppen/trappan/skrivelse",
        "/styrgruppen/trend",
        "/styrgruppen/beslut",
        r"@/styrgruppen/beslut /styrgruppen/beslut/\d+",
        "/styrgruppen/beslut/nytt",
        r"@/styrgruppen /styrgruppen/moten/\d+",
        r"@/styrgruppen /styrgruppen/moten/\d+/protokoll",
        "/rapporter",
        "@/rapporter",
        r"@/rapporter /rapporter/\d+ /kontroll",
        "/dokument",
        "/dokument/bilaga",
        "/dokument/bilaga/2",
        "/dokument/bilaga/1-2",
        "/dokument/overenskommelsen/beslut",
        "/dokument/styrdokument",
        "/redovisning",
        "/insatser",
        "/kompetens",
        "/lakarintyg",
        "@/lakarintyg /lakarintyg/[a-z-]+/[0-9H-]+",
        "/kontaktvagar",
        "/kontaktvagar/upplands-vasby",
        "/moten",
        "@/moten",
        "/moten/narvaro",
        "/moten/lyfta-fragor",
        "/moten/manad",
        "/vantetider",
        "/kalenderadresser",
        "/gallring",
        "/gallring/mail",
        "/gallring/mail/beslut",
        "/gallring/mail/undantag",
    ),
    "Maja Forslund": (
        "/",
        "/gallring",
        "/moten/nytt",
        "@/moten",
        r"@/moten /moten/serier/\d+",
        "/moten/serier/ny",
        "/gemensam-tid",
        "/gemensam-tid/omrostningar",
        "/mina-kalendrar",
        "/mottagningar/oppettider",
        "/mottagningar/sollentuna-mottagning/oppettider",
        "/inkorg",
        "/parter/psykiatri-nordvast/andra",
        "/parter/psykiatri-nordvast/namn",
        "/parter/sollentuna-mottagning/efterfoljare",
        "/parter/psykiatri-nordvast/enhet",
        "/parter/forbundet/personer",
        r"@/parter/forbundet/personer /parter/person/\d+",
        "/dokument/overenskommelsen/ny",
        "/dokument/styrdokument/nytt",
        "@/dokument/styrdokument",
        "@/redovisning /redovisning/[a-z]+/[0-9H-]+",
        "/brevmallar",
        "/brevmallar/ny",
        "/brevmallar/forfragan",
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
        r"@/sip /sip/\d+/efterat",
        "/sip/boka",
        "/sip/boka?mottagning=sollentuna-mottagning",
        "/sip/mottagning",
        "/mottagningar",
        "/mottagningar/psykosmottagningen/tider",
        "/forsta-moten",
        "@/forsta-moten",
        "/forsta-moten/ny",
        "@/redovisning /redovisning/[a-z]+/[0-9H-]+",
        "@/lakarintyg /lakarintyg/[a-z-]+/[0-9H-]+",
        "/lakarintyg/sigtuna-upplands-vasby-mottagning/2025-H2/rapport",
        "/insatser/ny",
        "@/insatser",
        "/kontaktvagar/upplands-vasby",
        "/kontaktvagar/upplands-vasby/ny",
        "@/kontaktvagar/upplands-vasby",
    ),
    "Signe Hallman": (
        "/",
        "/avvikelser",
        "@/avvikelser",
        "/forfragningar",
        "/sip",
        "/kompetens",
        "/kompetens/sollentuna-mottagning/sip",
        "/kompetens/import",
        "/forsta-moten",
        "/kontaktvagar/psykiatri-nordvast",
    ),
}
#: (person, paths): so many that a walk through them is short.
WALKS = [
    (who, listed[place : place + 11])
    for who, listed in PAGES.items()
    for place in range(0, len(listed), 11)
]
OPEN = (
    "/logga-in",
    "/tillganglighet",
    "/tab/oversikt",
    "/kontakter/suvs",
    "/kontakter/suvs/inbaddad",
)
#: CSS pixels: a wall screen, the usual, a phone, and 1280 at 400 %.
WIDTHS = (1280, 720, 390, 320)
THEMES = ("light", "dark", "contrast")

Axe = Callable[[Page], None]


def addresses(page: Page, live: Live, listed: tuple[str, ...]) -> list[str]:
    """Return the paths, each with @ replaced by the page its list links to."""
    found = []
    for path in listed:
        if not path.startswith("@"):
            found.append(path)
            continue
        start, pattern, more = (*path[1:].split(" "), "", "")[:3]
        page.goto(live.address + start)
        links = page.eval_on_selector_all("main a", "all => all.map(a => a.getAttribute('href'))")
        wanted = re.compile(pattern or re.escape(start) + r"/\d+")
        detail = next((link for link in links if wanted.fullmatch(link or "")), None)
        assert detail is not None, f"{start} links to nothing like {wanted.pattern}"
        found.append(detail + more)
    return found


def widest(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


def fits(page: Page, width: int) -> bool:
    """Tell whether the page, as it stands, fits in so many pixels."""
    page.set_viewport_size({"width": width, "height": 900})
    return widest(page) <= width


@pytest.mark.parametrize(("who", "listed"), WALKS)
def test_axe_finds_nothing_in_any_theme_and_nothing_scrolls_sideways(
    live_demo: Live, new_page: Callable[..., Page], axe: Axe, who: str, listed: tuple[str, ...]
) -> None:
    # Without motion, colours do not fade from one theme to the next.
    page = new_page(viewport={"width": WIDTHS[0], "height": 900}, reduced_motion="reduce")
    live_demo.sign_in(page, who)
    too_wide = []
    for path in addresses(page, live_demo, listed):
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(live_demo.address + path)
        assert page.locator("h1").count() == 1, path
        for theme in THEMES:
            # As the page comes to who chose the theme: see the test below.
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            axe(page)
        too_wide += [(path, width) for width in WIDTHS if not fits(page, width)]
    assert too_wide == []


@pytest.mark.parametrize("theme", THEMES)
def test_a_chosen_theme_is_an_attribute_of_every_page(
    live_demo: Live, new_page: Callable[..., Page], axe: Axe, theme: str
) -> None:
    page = new_page()
    live_demo.sign_in(page, "Ture Almgren")
    assert page.locator("html").get_attribute("data-theme") is None
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live_demo.address}])
    for path in ("/", "/matris", "/kontakter/suvs"):
        page.goto(live_demo.address + path)
        assert page.locator("html").get_attribute("data-theme") == theme
        assert page.locator("html").get_attribute("lang") == "sv"
        axe(page)


def test_pages_for_visitors_are_accessible(live_demo: Live, page: Page, axe: Axe) -> None:
    for path in OPEN:
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(live_demo.address + path)
        for width in WIDTHS:
            assert fits(page, width), (path, width)
        axe(page)


@pytest.mark.parametrize(("who", "listed"), WALKS)
def test_every_page_speaks_english_too(
    live_demo: Live, new_page: Callable[..., Page], axe: Axe, who: str, listed: tuple[str, ...]
) -> None:
    page = new_page()
    live_demo.sign_in(page, who)
    page.context.add_cookies([{"name": "lang", "value": "en", "url": live_demo.address}])
    for path in addresses(page, live_demo, listed):
        page.goto(live_demo.address + path)
        assert page.locator("html").get_attribute("lang") == "en"
        axe(page)


def test_pages_work_without_script(live_demo: Live, new_page: Callable[..., Any]) -> None:
    page = new_page(java_script_enabled=False)
    live_demo.sign_in(page, "Ture Almgren")
    for path in ("/matris", "/styrgruppen", "/overenskommelsen"):
        page.goto(live_demo.address + path)
        assert page.locator("h1").is_visible()
