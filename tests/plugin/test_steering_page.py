"""The steering group's page: the sentence, what to decide, what to follow, the register."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

from atagande_agreements.sweep import sweep
from atagande_plugin.web import kernel
from support.steering import meet
from support.world import ADMINISTRATOR, CLINIC_CHIEF, CONVENER, READER, STEERING, World

if TYPE_CHECKING:
    from playwright.sync_api import Page


def ask(world: World, reference: str, clinic: str) -> None:
    form = {
        "unit": clinic,
        "reference": reference,
        "sent_on": "2026-03-30",
        "channel": "letter",
        "addressee": "clinic",
    }
    assert world.client(CONVENER).post("/forfragningar", form).status_code == 303


@pytest.fixture
def busy(sqlite_world: World) -> World:
    """Two deviations on 16 April: one that the clinic has replied to, one that waits."""
    world = sqlite_world
    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.decide("deviation_reply_days", "60", date(2026, 3, 1), "13")
    ask(world, "A7K2-MQ9X", "sollentuna-mottagning")
    ask(world, "B7K2-MQ9X", "psykosmottagningen")
    world.now = datetime(2026, 4, 16, 8, 0, tzinfo=UTC)
    sweep(world.writer, world.now)
    form = {"text": "Brevet låg kvar över påsken.", "version": "1"}
    assert world.client(CLINIC_CHIEF).post("/avvikelser/1/yttrande", form).status_code == 303
    return world


def part(page: str, heading: str) -> str:
    """Return the section of the page under a heading, without its markup."""
    found = re.search(rf'<h2 id="{heading}">.*?</section>', page, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_the_first_sentence_says_how_it_stands(busy: World) -> None:
    page = busy.client(STEERING).get("/styrgruppen").text
    matrix = busy.client(STEERING).get("/matris").text
    trend = busy.client(STEERING).get("/styrgruppen/trend").text
    said = re.search(
        r"Överenskommelsen följs i \d+ av d[^;]+; \d+ av 93 går inte att bedöma", trend
    )
    assert said is not None
    assert f"{said[0]}; 1 avvikelse väntar på beslut" in matrix
    assert "1 avvikelse väntar på ert beslut." in page
    deviations = busy.client(STEERING).get("/avvikelser").text
    assert "1 väntar på styrgruppens beslut och 1 på en part." in deviations


def test_what_to_decide_and_what_to_follow_are_kept_apart(busy: World) -> None:
    page = busy.client(STEERING).get("/styrgruppen").text
    decide, follow = part(page, "decide"), part(page, "follow")
    assert "A-1" in decide
    assert "A-2" not in decide
    assert "A-2" in follow
    assert "Väntar på partens yttrande." in follow
    assert "juni 2026" not in follow, "it would tell the day of one person's case"


def test_when_the_time_for_a_reply_is_over_it_is_the_groups_to_decide(busy: World) -> None:
    busy.now = datetime(2026, 6, 16, 8, 0, tzinfo=UTC)
    decide = part(busy.client(STEERING).get("/styrgruppen").text, "decide")
    assert "Tiden för yttrande har gått ut. Gruppen beslutar." in decide
    assert "15 juni 2026" not in decide


def test_undecided_parameters_stand_with_their_proposal(busy: World) -> None:
    page = busy.client(STEERING).get("/styrgruppen").text
    decide = part(page, "decide")
    assert "Utbildningens giltighet A5, K2a, K2b, K2c Förslag: 24 månader." in decide
    assert "Samordningsförbundet" in decide, "an organisation is named, not its key"
    assert "Svarstid på förfrågan" not in decide


def test_a_deviation_is_closed_in_place_and_stands_in_the_register(busy: World) -> None:
    form = {
        "paragraph": "§ 21 b",
        "decided_on": "2026-04-16",
        "note": "Ny rutin finns.",
        "version": "2",
        "next": "/styrgruppen",
    }
    group = busy.client(STEERING)
    answer = group.post("/avvikelser/1/beslut", form)
    assert answer.headers["Location"] == "/styrgruppen"
    assert "A-1" not in part(group.get("/styrgruppen").text, "decide")
    decisions = group.get("/styrgruppen/beslut").text
    assert decisions.index("§ 21 b") < decisions.index("§ 13") < decisions.index("§ 12")
    assert "Ny rutin finns." in decisions
    assert "10 arbetsdagar" in decisions


def test_it_goes_nowhere_else_afterwards(busy: World) -> None:
    form = {
        "paragraph": "21",
        "decided_on": "2026-04-16",
        "version": "2",
        "next": "https://evil.example/",
    }
    assert busy.client(STEERING).post("/avvikelser/1/beslut", form).headers["Location"] == "/"


@pytest.mark.parametrize("who", [READER, CONVENER, CLINIC_CHIEF])
def test_the_page_is_the_groups_and_the_administrators(sqlite_world: World, who: str) -> None:
    for path in ("/styrgruppen", "/styrgruppen/trend"):
        assert sqlite_world.client(who).get(path).status_code == 403
        assert sqlite_world.client(ADMINISTRATOR).get(path).status_code == 200


def test_an_earlier_meeting_is_offered_for_a_decision_but_not_chosen(busy: World) -> None:
    (meeting,) = meet(busy, date(2026, 4, 20))
    chosen = f'<option value="{meeting}" selected>'
    busy.now = datetime(2026, 4, 20, 20, 0, tzinfo=UTC)
    assert chosen in busy.client(STEERING).get("/styrgruppen").text
    busy.now = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)
    page = busy.client(STEERING).get("/styrgruppen").text
    assert f'<option value="{meeting}"' in page
    assert chosen not in page, "the form is dated today"


def test_only_the_group_gets_forms_of_decisions(busy: World) -> None:
    address = 'action="/avvikelser/1/beslut"'
    assert address in busy.client(STEERING).get("/styrgruppen").text
    assert address not in busy.client(ADMINISTRATOR).get("/styrgruppen").text


def test_a_parameter_is_decided_in_place(busy: World) -> None:
    form = {
        "value": "24",
        "valid_from": "2026-04-16",
        "decided_on": "2026-04-16",
        "paragraph": "22",
        "next": "/styrgruppen",
    }
    group = busy.client(STEERING)
    answer = group.post("/overenskommelsen/parameter/training_validity_months/beslut", form)
    assert answer.headers["Location"] == "/styrgruppen"
    assert "Utbildningens giltighet" not in part(group.get("/styrgruppen").text, "decide")


def test_the_trend_has_every_party_in_words_beside_its_bar(busy: World) -> None:
    page = busy.client(STEERING).get("/styrgruppen/trend").text
    assert page.count("<svg") > page.count("<tr>") - 1
    assert "av 93" in page
    assert "Försäkringskassan" in page


def test_an_empty_page_teaches(sqlite_world: World) -> None:
    page = sqlite_world.client(STEERING).get("/styrgruppen").text
    assert "Ingen avvikelse väntar på ert beslut." in page
    assert "Ingen väntar på yttrande" in page
    assert "Inget möte är planerat" in page
    assert "Inget beslut än" in sqlite_world.client(STEERING).get("/styrgruppen/beslut").text


@pytest.fixture
def address(busy: World) -> Iterator[str]:
    """Where the busy world answers on loopback."""
    server = make_server("127.0.0.1", 0, busy.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "look", [(width, scheme) for width in (1280, 720, 390) for scheme in ("light", "dark")]
)
def test_axe_finds_nothing_and_nothing_sticks_out(
    busy: World,
    address: str,
    new_page: "Callable[..., Page]",
    axe: "Callable[[Page], None]",
    look: tuple[int, str],
) -> None:
    paths: list[tuple[str, str]] = [
        (STEERING, "/styrgruppen"),
        (STEERING, "/avvikelser/1"),
        (CLINIC_CHIEF, "/avvikelser"),
        (CLINIC_CHIEF, "/avvikelser/1"),
        (READER, "/avvikelser?visa=stangda"),
        ("enhetschef.psykos@psykiatri.example", "/avvikelser/2"),
        (CONVENER, "/forfragningar"),
        (CONVENER, "/forfragningar/ny"),
        (CONVENER, "/forfragningar/1"),
    ]
    options: dict[str, Any] = {
        "viewport": {"width": look[0], "height": 900},
        "color_scheme": look[1],
    }
    for who, path in paths:
        page = new_page(**options)
        secret = busy.client(who).secret
        page.context.add_cookies([{"name": kernel.SESSION_COOKIE, "value": secret, "url": address}])
        page.goto(f"{address}{path}")
        axe(page)
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over == 0, path
        page.context.close()
