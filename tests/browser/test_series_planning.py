"""An administrator plans next year's meetings, from the proposal to the published series."""

import re

import pytest

from support.browser import Axe, NewPage
from support.live import Live

#: A usual screen, and 1280 pixels at 400 %.
WIDTHS = (1280, 320)


@pytest.mark.parametrize("width", WIDTHS)
def test_four_dates_are_moved_saved_and_published(
    live: Live, new_page: NewPage, axe: Axe, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    live.sign_in(page, "Maja Forslund")
    page.goto(f"{live.address}/moten/serier/ny?ar=2027")
    axe(page)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    page.get_by_role("link", name=re.compile("Flytta till nästa arbetsdag: tis 16 feb")).press(
        "Enter"
    )
    page.get_by_text("tisdag 16 februari 2027").wait_for()
    page.get_by_role("button", name="Fortsätt med de här datumen").press("Enter")
    page.get_by_label("Plats").fill("Turebergshuset")
    axe(page)
    assert page.evaluate(overflow) == 0
    page.get_by_role("button", name="Spara utkasten").press("Enter")
    page.get_by_text("4 möten är utkast. Inget har skickats om dem.").wait_for()
    axe(page)
    assert page.evaluate(overflow) == 0
    page.get_by_role("button", name="Publicera").press("Enter")
    page.get_by_text("Serien är publicerad").wait_for()
    page.get_by_role("link", name=re.compile("^Ställ in")).first.press("Enter")
    page.get_by_label("Alla möten som är kvar").check()
    axe(page)
    page.get_by_role("button", name="Fortsätt").press("Enter")
    page.get_by_text("När du sparar skickas").wait_for()
    axe(page)
    assert page.evaluate(overflow) == 0
