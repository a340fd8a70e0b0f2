"""The matrix of commitments and parties."""

import re
from datetime import UTC, date, datetime
from html import unescape
from typing import TYPE_CHECKING

import pytest

from atagande_agreements.sweep import sweep
from support.followup import (
    CLINICS,
    NEIGHBOUR,
    add_neighbours,
    add_second_agreement,
    ask,
    many_occurrences,
    sweep_now,
)
from support.queries import count_queries
from support.world import READER, STEERING, World

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from support.browser import Axe
    from support.live import Live


def page_of(world: World, path: str = "/matris", email: str = READER) -> str:
    response = world.client(email).get(path)
    assert response.status_code == 200
    return unescape(response.get_data(as_text=True))


def table_of(page: str) -> str:
    return page[page.index("<tbody>") : page.index("</tbody>")]


def row_of(page: str, key: str) -> list[str]:
    """Return the cells of a commitment, without tags."""
    row = next(
        one
        for one in re.findall(r"<tr><th scope=\"row\">.*?</tr>", table_of(page), re.DOTALL)
        if f">{key}</span>" in one
    )
    cells = re.findall(r"<td.*?</td>", row, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]


@pytest.fixture
def busy(world: World) -> World:
    """A year in which clinics have answered in time, late and not at all."""
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.decide("deviation_reply_days", "30", date(2026, 2, 1), "13")
    world.now = datetime(2026, 6, 1, 8, tzinfo=UTC)
    ask(world, CLINICS[0], date(2026, 1, 31))
    ask(world, CLINICS[0], date(2026, 3, 30), date(2026, 4, 15))
    ask(world, CLINICS[0], date(2026, 3, 30), date(2026, 4, 16))
    ask(world, CLINICS[1], date(2026, 5, 4), date(2026, 5, 5))
    ask(world, CLINICS[2], date(2026, 5, 4))
    sweep_now(world)
    return world


def test_every_commitment_is_a_row_and_every_party_a_column(sqlite_world: World) -> None:
    page = page_of(sqlite_world)
    assert table_of(page).count('<tr><th scope="row">') == 28
    head = page[page.index("<thead>") : page.index("</thead>")]
    assert head.count('<th scope="col">') == 1 + 7 + 3
    assert table_of(page).count('<a class="cell"') == 93
    assert table_of(page).count("Gäller inte parten") == 28 * 10 - 93
    assert table_of(page).count("Ej bedömbart") == 93
    # A section without commitments has no heading here.
    assert "Försäkringskassan Stockholms län nord</span></th>" not in table_of(page)
    assert "Inget av 93 åtaganden går att bedöma 2026; ingen avvikelse väntar på beslut." in page


def test_a_cell_says_how_many_of_what_fell_due_were_kept(busy: World) -> None:
    page = page_of(busy)
    assert row_of(page, "P3")[-3:] == [
        "Uppfyllt",
        "Delvis Avvikelse",
        "Ej uppfyllt Avvikelse",
    ]
    assert set(row_of(page, "P3")[:-3]) == {"· Gäller inte parten"}
    assert f'href="/overenskommelsen/P3?part={CLINICS[0]}&period=2026"' in table_of(page)
    stands = "följs i 1 av de 3 åtaganden som går att bedöma 2026; 90 av 93 går inte att bedöma; "
    assert f"{stands}ingen avvikelse väntar" in page
    busy.now = datetime(2026, 7, 2, 8, tzinfo=UTC)
    assert f"{stands}2 avvikelser väntar på beslut." in page_of(busy)


def test_every_cell_leads_to_a_page(busy: World) -> None:
    visitor = busy.client(READER)
    links = set(re.findall(r'<a class="cell" href="([^"]+)"', table_of(page_of(busy))))
    assert len(links) == 93
    for link in sorted(links)[::9]:
        assert visitor.get(link).status_code == 200, link


@pytest.mark.parametrize(
    ("status", "cells"),
    [
        ("met", 1),
        ("partly", 1),
        ("not_met", 1),
        ("unreported", 0),
        ("not_assessable", 90),
        ("deviation", 2),
    ],
)
def test_the_filter_shows_only_its_status(busy: World, status: str, cells: int) -> None:
    response = busy.client(READER).get(f"/matris?status={status}")
    page = unescape(response.get_data(as_text=True))
    assert page.count('<a class="cell"') == cells
    if cells:
        assert "av 93." in page
    else:
        assert "Inget åtagande har den statusen 2026." in page


def test_an_unknown_filter_shows_everything(sqlite_world: World) -> None:
    page = page_of(sqlite_world, "/matris?status=whatever")
    assert table_of(page).count('<a class="cell"') == 93


def test_the_years_with_something_to_show_can_be_chosen(sqlite_world: World) -> None:
    ask(sqlite_world, CLINICS[0], date(2024, 5, 6))
    page = page_of(sqlite_world, "/matris?period=2025")
    assert re.findall(r'<option value="(\d{4})"', page) == ["2026", "2025", "2024"]
    assert '<option value="2025" selected>' in page
    visitor = sqlite_world.client(READER)
    for bad in ("2018", "2030", "-1", "", "20x6", "²026"):
        assert visitor.get("/matris", query_string={"period": bad}).status_code == 404, bad


def test_a_phone_gets_a_list_by_party(busy: World) -> None:
    page = page_of(busy)
    listed = page[page.index('class="matrix-list"') :]
    assert listed.count("<details") == 10
    assert "Sollentuna psykiatriska mottagning" in listed
    assert "1 av 3 uppfyllda" in listed


def test_parties_add_up(busy: World) -> None:
    page = page_of(busy)
    foot = page[page.index("<tfoot>") : page.index("</tfoot>")]
    pairs = re.findall(r"(\d+)/(\d+)", foot)
    assert sum(int(met) for met, _ in pairs) == 1
    assert sum(int(owed) for _, owed in pairs) == 93


def test_neighbours_see_their_own_matrix(sqlite_world: World) -> None:
    sqlite_world.decide("answer_days", "10", date(2026, 2, 1))
    ask(sqlite_world, CLINICS[0], date(2026, 2, 3))
    add_neighbours(sqlite_world)
    page = page_of(sqlite_world, email=NEIGHBOUR)
    assert "Sollentuna" not in page
    assert "Inget av 2 åtaganden" in page
    assert table_of(page).count('<a class="cell"') == 2


def test_a_second_agreement_has_a_matrix_of_its_own(sqlite_world: World) -> None:
    add_second_agreement(sqlite_world)
    page = page_of(sqlite_world, "/matris?avtal=prov")
    assert "part=norra&period=2026&avtal=prov" in page
    assert "Inget av 2 åtaganden" in page


def test_the_matrix_asks_the_database_no_more_for_more(world: World) -> None:
    visitor = world.client(STEERING)
    sent = []
    for number in (10, 490):
        many_occurrences(world, number)
        # They came past the trail, which is what tells that something has changed.
        world.services.kept.clear()
        with count_queries(world.services.engine) as queries:
            assert visitor.get("/matris").status_code == 200
        sent.append(len(queries))
    assert sent[0] == sent[1] <= 12


def test_the_matrix_reads_what_the_database_has_counted(sqlite_world: World) -> None:
    many_occurrences(sqlite_world, 500)
    visitor = sqlite_world.client(READER)
    with count_queries(sqlite_world.services.engine) as queries:
        visitor.get("/matris")
    assert len([one for one in queries if "FROM occurrence_count" in one]) == 1
    assert not [one for one in queries if "GROUP BY occurrence.obligation_id" in one]


def test_what_one_has_read_is_kept_for_the_next_until_something_changes(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    world.decide("answer_days", "10", date(2026, 2, 1))
    one, other = world.client(STEERING), world.client(READER)
    before = one.get("/matris").text
    with count_queries(world.services.engine) as queries:
        assert table_of(other.get("/matris").text) == table_of(before)
    assert len(queries) <= 3
    ask(world, CLINICS[0], date(2026, 2, 3))
    sweep(world.writer, world.now)
    for visitor in (one, other):
        assert table_of(visitor.get("/matris").text) != table_of(before)


def test_what_is_kept_is_never_another_associations(sqlite_world: World) -> None:
    ours = page_of(sqlite_world)
    add_neighbours(sqlite_world)
    theirs = page_of(sqlite_world, email=NEIGHBOUR)
    assert table_of(theirs) != table_of(ours)
    assert table_of(page_of(sqlite_world)) == table_of(ours)


def test_the_browser_is_told_when_nothing_has_changed(sqlite_world: World) -> None:
    visitor = sqlite_world.client(READER)
    tag = visitor.get("/matris").headers["ETag"]
    assert visitor.get("/matris", headers={"If-None-Match": tag}).status_code == 304
    sqlite_world.decide("answer_days", "10", date(2026, 2, 1))
    assert visitor.get("/matris", headers={"If-None-Match": tag}).status_code == 200


def test_the_arrows_reach_every_cell(live: "Live", page: "Page", axe: "Axe") -> None:
    live.sign_in(page, "Petra Wikner")
    page.goto(f"{live.address}/matris")
    axe(page)
    assert page.locator('a.cell[tabindex="0"]').count() == 1
    page.locator('a.cell[tabindex="0"]').focus()
    seen = set()
    focused = "document.activeElement.getAttribute('href')"
    for _ in range(93):
        seen.add(page.evaluate(focused))
        page.keyboard.press("ArrowRight")
    assert len(seen) == 93
    # From the last cell up past the municipalities, which have none in that column.
    for key, cell in (
        ("ArrowUp", "AF2?part=af"),
        ("ArrowUp", "AF1?part=af"),
        ("ArrowUp", "A8?part=af"),
        ("End", "A8?part=psykiatri-nordvast"),
        ("Home", "A8?part=af"),
        ("End", "A8?part=psykiatri-nordvast"),
        # Nothing of theirs below, so on to the nearest there is.
        ("ArrowDown", f"P1?part={CLINICS[1]}"),
    ):
        page.keyboard.press(key)
        assert f"/{cell}&" in page.evaluate(focused)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert f"/overenskommelsen/P1?part={CLINICS[1]}" in page.url
    axe(page)
