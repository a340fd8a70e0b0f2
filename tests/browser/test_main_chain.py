"""From a clause to the steering group, in a real browser, with the clock of each day."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from atagande_agreements.sweep import sweep
from support.live import Live


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_missed_answer_reaches_the_steering_group_and_is_closed(
    live: Live,
    new_page: Callable[..., Page],
    script: bool,  # noqa: FBT001 - a case
) -> None:
    world = live.world

    def someone(name: str) -> Page:
        page = new_page(java_script_enabled=script)
        live.sign_in(page, name)
        return page

    world.now = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
    chair = someone("Ture Almgren")
    chair.goto(f"{live.address}/overenskommelsen/parameter/answer_days")
    chair.locator("[name=value]").fill("10")
    chair.locator("[name=decided_on]").fill("2026-02-02")
    chair.locator("[name=valid_from]").fill("2026-02-02")
    chair.locator("[name=paragraph]").fill("12")
    chair.locator("main form button[type=submit]").last.click()
    expect(chair.locator("main")).to_contain_text("§ 12")

    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    convener = someone("Alva Renström")
    convener.goto(f"{live.address}/forfragningar/ny")
    convener.get_by_label("Sollentuna psykiatriska mottagning").check()
    convener.locator("main form button[type=submit]").last.click()
    expect(convener.locator("main")).to_contain_text("15 april 2026")

    assert sweep(world.writer, datetime(2026, 4, 15, 21, 0, tzinfo=UTC)).deviations_opened == 0
    world.now = datetime(2026, 4, 15, 22, 1, tzinfo=UTC)
    assert sweep(world.writer, world.now).deviations_opened == 1
    assert sweep(world.writer, world.now).deviations_opened == 0

    world.now = datetime(2026, 4, 16, 7, 0, tzinfo=UTC)
    chief = someone("Signe Hallman")
    chief.get_by_role("link", name="A-1").or_(
        chief.locator("main a[href^='/avvikelser/']")
    ).first.click()
    expect(chief.locator("main")).to_contain_text("15 april 2026")
    chief.locator("textarea[name=text]").fill("Vi missade brevet under påsken och svarar i dag.")
    chief.locator("main form button[type=submit]").last.click()
    expect(chief.locator("main")).to_contain_text("missade brevet")

    world.now = datetime(2026, 4, 20, 7, 0, tzinfo=UTC)
    chair = someone("Ture Almgren")
    chair.goto(f"{live.address}/styrgruppen")
    expect(chair.locator("main")).to_contain_text("A-1")
    chair.goto(f"{live.address}/avvikelser/1")
    chair.locator("[name=paragraph]").fill("18")
    chair.locator("[name=decided_on]").fill("2026-04-20")
    chair.locator("main form button[type=submit]").last.click()
    expect(chair.locator("main")).to_contain_text("§ 18")
    chair.goto(f"{live.address}/avvikelser?visa=stangda")
    expect(chair.locator("main")).to_contain_text("A-1")
