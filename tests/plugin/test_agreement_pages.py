"""The agreement, its commitments and its parameters, through the browser."""

from datetime import UTC, date, datetime
from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from atagande_agreements.commitments.models import Occurrence, ParameterDecision, Status
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.register.models import Agreement
from support.followup import (
    CLINICS,
    NEIGHBOUR,
    add_neighbours,
    add_second_agreement,
    ask,
    many_occurrences,
    of_enquiries,
    sweep_now,
)
from support.queries import count_queries
from support.world import ADMINISTRATOR, CLINIC_CHIEF, READER, STEERING, World

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from support.browser import Axe
    from support.live import Live

DECIDE = "/overenskommelsen/parameter/answer_days/beslut"
GOOD = {
    "value": "10",
    "decided_on": "2026-02-01",
    "valid_from": "2026-02-01",
    "paragraph": "12",
}
PAGES = (
    "/overenskommelsen",
    "/overenskommelsen/P3",
    "/overenskommelsen/P3?part=sollentuna-mottagning&period=2026",
    "/overenskommelsen/A2",
    "/overenskommelsen/P4",
    "/overenskommelsen/parameter/answer_days",
    "/overenskommelsen/parameter/network_convener",
)


def text_of(response: object) -> str:
    """Return the page as one line of text, tags included."""
    return " ".join(unescape(response.get_data(as_text=True)).split())  # type: ignore[attr-defined]  # Werkzeug's own type is Any here


def decisions(world: World) -> list[tuple[str, date]]:
    with world.writer() as session:
        rows = session.scalars(select(ParameterDecision).order_by(ParameterDecision.id))
        return [(one.value, one.valid_from) for one in rows]


def test_the_administrator_opens_the_shipped_agreement(sqlite_world: World) -> None:
    page = text_of(sqlite_world.client(ADMINISTRATOR).get("/overenskommelsen"))
    assert "från 25 oktober 2019 tills vidare" in page
    assert "28 åtaganden ger 93 åtaganden för parterna. 37 mätvärden väntar på beslut." in page
    assert page.count('<article class="commitment"') == 28
    assert "Resursteamens styrgrupp, från 1 januari 2020" in page
    assert "Eget avsnitt saknas i sammanfattningen" in page
    assert "Bilaga till SAMRE-modellen" in page
    assert "Inte beslutat. Förslag: 15 arbetsdagar" in page
    assert 'id="obeslutade"' in page
    assert page.count('<span class="tag">förslag</span>') > 20


def test_all_of_an_undecided_commitment_is_unassessable_whatever_the_dates(world: World) -> None:
    for year in (2025, 2026):
        ask(world, CLINICS[0], date(year, 1, 7))
    world.now = datetime(2026, 12, 1, 8, tzinfo=UTC)
    sweep_now(world)
    visitor = world.client(ADMINISTRATOR)
    for year in (2025, 2026):
        page = text_of(visitor.get(f"/overenskommelsen/P3?period={year}"))
        assert f"Går inte att bedöma {year}" in page
        assert page.count("Mätvärdet är inte beslutat") == 3
        assert "Ej uppfyllt" not in page
    with world.writer() as session:
        assert session.scalar(select(func.count()).select_from(Deviation)) == 0


def test_the_steering_group_decides_in_the_browser(world: World) -> None:
    ask(world, CLINICS[0], date(2026, 1, 31))
    ask(world, CLINICS[0], date(2026, 2, 2))
    visitor = world.client(STEERING)
    form = text_of(visitor.get("/overenskommelsen/parameter/answer_days"))
    assert "Inget som redan är avgjort ändras." in form
    effect = text_of(
        visitor.get("/overenskommelsen/parameter/answer_days/verkan?valid_from=2026-02-01")
    )
    assert "från och med 1 februari 2026. Öppna ärenden bedöms med det." in effect
    answer = visitor.post(DECIDE, GOOD)
    assert answer.status_code == 303
    page = text_of(visitor.get(answer.headers["Location"]))
    assert "Beslutet är infört och gäller från 1 februari 2026." in page
    assert "Beslutat 1 februari 2026, § 12: 10 arbetsdagar" in page
    with world.writer() as session:
        rows = session.scalars(of_enquiries().order_by(Occurrence.event_on)).all()
        # What was asked the day before the decision stays unjudged.
        assert [row.status for row in rows] == [Status.NOT_ASSESSABLE, Status.NOT_MET]


def test_a_decision_from_the_commitments_page_leads_back_to_it(sqlite_world: World) -> None:
    visitor = sqlite_world.client(STEERING)
    assert 'name="next" value="/overenskommelsen/P3"' in text_of(
        visitor.get("/overenskommelsen/P3")
    )
    answer = visitor.post(DECIDE, GOOD | {"next": "/overenskommelsen/P3"})
    assert answer.headers["Location"] == "/overenskommelsen/P3"
    elsewhere = visitor.post(
        DECIDE, GOOD | {"valid_from": "2026-03-01", "next": "https://ond.example/"}
    )
    assert elsewhere.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"value": "abc"}, "Värdet abc går inte att använda för Svarstid på förfrågan."),
        ({"value": "0"}, "Skriv ett heltal från 1 till 120."),
        ({"value": ""}, "Fyll i det här fältet."),
        ({"valid_from": "2026-01-31"}, "före beslutsdatum 1 februari 2026"),
        ({"valid_from": "i går"}, "Skriv datumet som ÅÅÅÅ-MM-DD."),
        ({"decided_on": "2026-03-03", "valid_from": "2026-03-03"}, "har inte varit än"),
        ({"decided_on": "2019-01-01"}, "ligger före överenskommelsens första dag"),
        ({"paragraph": ""}, "Skriv vilken paragraf i protokollet beslutet har."),
        ({"paragraph": "tolv"}, "Till exempel 12 eller § 12."),
    ],
)
def test_a_bad_decision_shows_the_form_again(
    sqlite_world: World, wrong: dict[str, str], words: str
) -> None:
    answer = sqlite_world.client(STEERING).post(DECIDE, GOOD | wrong)
    assert answer.status_code == 422
    page = text_of(answer)
    assert words in page
    assert 'aria-invalid="true"' in page
    kept = (GOOD | wrong)["value"]
    assert f'name="value" value="{kept}"' in page
    assert decisions(sqlite_world) == []


def test_a_second_decision_from_the_same_day_is_refused(sqlite_world: World) -> None:
    visitor = sqlite_world.client(STEERING)
    visitor.post(DECIDE, GOOD)
    answer = visitor.post(DECIDE, GOOD | {"value": "12"})
    assert answer.status_code == 409
    assert "Välj ett senare startdatum" in text_of(answer)
    assert decisions(sqlite_world) == [("10", date(2026, 2, 1))]


GUIDES = "Mätvärdet är vägledande, så inget tillfälle bedöms med det."
JUDGES = "öppna tillfällen bedöms med det."


@pytest.mark.parametrize(
    ("key", "value", "shown", "effect"),
    [
        ("deputy_counts", "1", "§ 12: ja", JUDGES),
        ("network_convener", "sigtuna", "§ 12: Sigtuna kommun", GUIDES),
        ("concerned_chiefs", "Alla tre", "§ 12: Alla tre", GUIDES),
        ("training_share", "80", "§ 12: 80 procent", JUDGES),
        ("network_attendance", "3", "§ 12: 3 gånger per år", JUDGES),
    ],
)
def test_every_kind_of_parameter_can_be_decided(
    sqlite_world: World, key: str, value: str, shown: str, effect: str
) -> None:
    visitor = sqlite_world.client(STEERING)
    path = f"/overenskommelsen/parameter/{key}"
    assert visitor.get(path).status_code == 200
    assert visitor.post(f"{path}/beslut", GOOD | {"value": value}).status_code == 303
    page = text_of(visitor.get(path))
    assert shown in page
    assert effect in page


@pytest.mark.parametrize("email", [ADMINISTRATOR, CLINIC_CHIEF, READER])
def test_only_the_steering_group_decides(sqlite_world: World, email: str) -> None:
    visitor = sqlite_world.client(email)
    for path in ("/overenskommelsen/parameter/answer_days", "/overenskommelsen/P3"):
        page = visitor.get(path)
        assert page.status_code == 200
        assert "Inför beslutet" not in text_of(page)
    assert visitor.post(DECIDE, GOOD).status_code == 403
    assert visitor.get("/overenskommelsen/parameter/answer_days/verkan").status_code == 403
    assert decisions(sqlite_world) == []


def test_a_commitment_shows_each_partys_occurrences_but_no_case(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.now = datetime(2026, 6, 1, 8, tzinfo=UTC)
    references = [
        ask(world, CLINICS[0], date(2026, 3, 30), date(2026, 4, 16)),
        ask(world, CLINICS[1], date(2026, 5, 4), date(2026, 5, 5)),
    ]
    sweep_now(world)
    for email in (ADMINISTRATOR, STEERING, READER, CLINIC_CHIEF):
        page = text_of(world.client(email).get("/overenskommelsen/P3"))
        assert "Uppfyllt av 1 av 3 parter 2026." in page
        assert "Enskilda ärenden visas bara för parten själv." in page
        assert "enquiry:" not in page
        assert not any(reference in page for reference in references)
        # Of the two, each clinic's chief sees their own.
        own = email == CLINIC_CHIEF
        for words in (
            "1 tillfälle 2026, det senaste först.",
            "1 arbetsdag för sent",
            "16 april 2026",
            "Avvikelse A-1",
            "Upplands Väsby, mottaget 1 juni 2026",
        ):
            assert (words in page) is own, (email, words)
        assert "5 maj 2026" not in page
    other = text_of(world.client(CLINIC_CHIEF).get(f"/overenskommelsen/P3?part={CLINICS[1]}"))
    assert "Tillfällen för Sigtuna/Upplands Väsby psykiatriska mottagning" in other
    assert "5 maj 2026" not in other


def test_what_is_undecided_and_what_is_a_permission_say_so(sqlite_world: World) -> None:
    visitor = sqlite_world.client(READER)
    page = text_of(visitor.get("/overenskommelsen/A4"))
    assert "styrgruppen har inte beslutat det som behövs" in page
    assert page.count("Ej bedömbart") >= 6
    assert "En möjlighet som ingen är skyldig att använda" in text_of(
        visitor.get("/overenskommelsen/P4")
    )


def test_what_there_is_much_of_comes_in_pages(sqlite_world: World) -> None:
    many_occurrences(sqlite_world, 360)
    visitor = sqlite_world.client(CLINIC_CHIEF)
    first = text_of(visitor.get("/overenskommelsen/P3"))
    assert first.count('<tr><th scope="row">Förfrågan ') == 50
    assert "Sida 1 av 3" in first
    last = text_of(visitor.get("/overenskommelsen/P3?sida=3"))
    assert last.count('<tr><th scope="row">Förfrågan ') == 20


@pytest.mark.parametrize(
    "path",
    [
        "/overenskommelsen/X1",
        "/overenskommelsen/P3?part=af",
        "/overenskommelsen/P3?period=1999",
        "/overenskommelsen/P3?period=i-fjol",
        "/overenskommelsen/parameter/nothing",
        "/overenskommelsen?avtal=nothing",
    ],
)
def test_what_is_not_there_is_not_found(sqlite_world: World, path: str) -> None:
    assert sqlite_world.client(STEERING).get(path).status_code == 404


def test_neighbours_see_nothing_of_ours(sqlite_world: World) -> None:
    sqlite_world.decide("answer_days", "10", date(2026, 2, 1))
    ask(sqlite_world, CLINICS[0], date(2026, 2, 3))
    add_neighbours(sqlite_world)
    visitor = sqlite_world.client(NEIGHBOUR)
    for path in ("/overenskommelsen/F1", "/overenskommelsen/parameter/publish_days"):
        assert visitor.get(path).status_code == 404
    decide = "/overenskommelsen/parameter/publish_days/beslut"
    assert visitor.post(decide, GOOD).status_code == 404
    assert visitor.get("/overenskommelsen?avtal=sgi0").status_code == 404
    for path in ("/overenskommelsen", "/overenskommelsen/P3"):
        page = text_of(visitor.get(path))
        assert "Sollentuna" not in page
        assert "§ 12:" not in page
        assert "3 februari 2026" not in page


def test_with_several_agreements_each_has_its_address(sqlite_world: World) -> None:
    add_second_agreement(sqlite_world)
    visitor = sqlite_world.client(STEERING)
    first = text_of(visitor.get("/overenskommelsen"))
    assert "28 åtaganden" in first
    assert "Lokal överenskommelse på prov" in first
    second = text_of(visitor.get("/overenskommelsen?avtal=prov"))
    assert "2 åtaganden ger 2 åtaganden för parterna. 4 mätvärden väntar på beslut." in second
    assert 'href="/overenskommelsen/P3?avtal=prov"' in second
    assert "till och med 31 december 2026" in second
    page = text_of(visitor.get("/overenskommelsen/parameter/answer_days?avtal=prov"))
    assert 'action="/overenskommelsen/parameter/answer_days/beslut?avtal=prov"' in page
    assert visitor.post(f"{DECIDE}?avtal=prov", GOOD).status_code == 303
    assert "Inte beslutat" in text_of(visitor.get("/overenskommelsen/parameter/answer_days"))


def test_without_an_agreement_the_page_says_what_comes_here(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        for one in session.scalars(select(Agreement)).one().versions:
            one.state = "superseded"  # type: ignore[assignment]  # the column takes its text
        session.commit()
    visitor = sqlite_world.client(ADMINISTRATOR)
    for path in ("/overenskommelsen", "/matris"):
        page = visitor.get(path)
        assert page.status_code == 200
        assert "atagande agreement import" in text_of(page)
    assert visitor.get("/").status_code == 200
    assert visitor.get("/overenskommelsen/P3").status_code == 404


def test_the_agreement_reads_in_english_too(sqlite_world: World) -> None:
    visitor = sqlite_world.client(READER)
    visitor.client.set_cookie("lang", "en")
    page = text_of(visitor.get("/overenskommelsen"))
    assert "The clinic answers as soon as it can" in page
    assert "The summary has no section of its own for this party" in page
    assert "Time to answer an enquiry" in page


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    asked = [(email, path) for email in (STEERING, CLINIC_CHIEF) for path in PAGES]
    sent: dict[tuple[str, str], list[int]] = {one: [] for one in asked}
    visitors = {email: world.client(email) for email in (STEERING, CLINIC_CHIEF)}
    for number in (10, 490):
        many_occurrences(world, number)
        for email, path in asked:
            with count_queries(world.services.engine) as queries:
                assert visitors[email].get(path).status_code == 200
            sent[email, path].append(len(queries))
    assert all(few == many <= 12 for few, many in sent.values()), sent
    assert min(min(pair) for pair in sent.values()) > 0


@pytest.mark.console_expected("422")
def test_the_form_says_what_it_will_change_while_it_is_filled_in(
    live: "Live", page: "Page", axe: "Axe"
) -> None:
    ask(live.world, CLINICS[0], date(2026, 2, 20))
    live.sign_in(page, "Ture Almgren")
    page.goto(f"{live.address}/overenskommelsen/parameter/answer_days")
    axe(page)
    told = page.locator("#f-effect")
    assert "Hur många de är visas inte." in told.inner_text()
    page.get_by_label("Beslutsdatum").fill("2026-02-19")
    page.get_by_label("Gäller från").fill("2026-02-19")
    page.get_by_label("Gäller från").blur()
    told.get_by_text("från och med 19 februari 2026").wait_for()
    page.get_by_role("textbox", name="Värde").fill("10")
    page.get_by_role("button", name="Inför beslutet").click()
    page.locator("#error-summary").get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "f-paragraph"
    axe(page)
    page.keyboard.type("12")
    page.get_by_role("button", name="Inför beslutet").click()
    page.get_by_text("Beslutet är infört").wait_for()
    page.goto(f"{live.address}/overenskommelsen")
    axe(page)
