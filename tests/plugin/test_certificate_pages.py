"""The pages and the API of certificates, as municipalities, clinics and others meet them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from support.followup import sweep_now
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CLINIC_CHIEF,
    OTHER_CONVENER,
    READER,
    STEERING,
    World,
)

PAGE = "/lakarintyg/sollentuna-mottagning/2026-H1"
FORM = {"received": "12", "lacking": "3", "completed": "2", "version": "0"}


@pytest.fixture
def summer(world: World) -> World:
    world.decide("certificate_share", "90", date(2026, 1, 2))
    world.now = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
    return world


def tell(world: World, who: str = CONVENER, **changes: str) -> Any:
    return world.client(who).post(f"{PAGE}/rapport", FORM | changes)


def test_a_municipality_reports_and_sees_its_figures(summer: World) -> None:
    visitor = summer.client(CONVENER)
    assert "Ni har rapporterat om 0 av 3 mottagningar" in visitor.get("/lakarintyg").text
    assert "Mottagna läkarintyg" in visitor.get(f"{PAGE}/rapport").text
    answer = tell(summer)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    page = visitor.get(PAGE).text
    assert "12 intyg första halvåret 2026, 3 utan aktivitetsförmåga." in page
    assert "Minst 90 procent anger aktivitetsförmåga." in page
    assert "Upplands Väsby rapporterade" in page
    assert "Ni har rapporterat om 1 av 3 mottagningar" in visitor.get("/lakarintyg").text


def test_only_the_clinic_sees_numbers_that_are_not_published(summer: World) -> None:
    tell(summer)
    for who in (ADMINISTRATOR, STEERING, READER, FK, OTHER_CONVENER, OTHER_CLINIC_CHIEF):
        page = summer.client(who).get(PAGE).text
        assert "Så många kommuner har rapporterat om första halvåret 2026: 1." in page
        assert "3 utan" not in page
        listed = summer.client(who).get("/lakarintyg").text
        assert "12</td>" not in listed
        assert "75 %" not in listed
    clinic = summer.client(CLINIC_CHIEF)
    assert "3 utan aktivitetsförmåga" in clinic.get(PAGE).text
    assert "75 %" in clinic.get("/lakarintyg").text


def test_a_correction_says_what_it_was_before(summer: World) -> None:
    tell(summer)
    form = summer.client(CONVENER).get(f"{PAGE}/rapport").text
    assert 'value="12"' in form
    assert "Spara rättelsen" in form
    assert tell(summer, lacking="2", version="1").status_code == 303
    page = summer.client(CLINIC_CHIEF).get(PAGE).text
    assert "12 mottagna, 3 utan uppgiften, 2 kompletterade." in page
    assert "12 mottagna, 2 utan uppgiften, 2 kompletterade." in page
    assert "(rättad)" in page


def test_who_comes_second_sees_what_came_first(summer: World) -> None:
    tell(summer)
    second = tell(summer, lacking="1", completed="1")
    assert second.status_code == 409
    assert "Det här har hänt sedan du öppnade sidan" in second.text
    assert "12 mottagna, 3 utan uppgiften, 2 kompletterade." in second.text
    # What is sent again builds on what was shown.
    assert 'name="version" value="1"' in second.text
    assert tell(summer, lacking="1", completed="1", version="1").status_code == 303


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lacking": "13"}, "är fler än de 12 mottagna"),
        ({"completed": "4"}, "är fler än de 3 som saknade uppgiften"),
        ({"received": "-1"}, "Minst 0"),
        ({"received": ""}, "Skriv ett heltal"),
        ({"received": "tolv"}, "Skriv ett heltal"),
        ({"received_women": "3"}, "Fyll i alla fyra antalen"),
        (
            {
                "received_women": "9",
                "received_men": "9",
                "lacking_women": "1",
                "lacking_men": "1",
            },
            "tillsammans fler än alla intyg",
        ),
    ],
)
def test_what_can_not_be_is_said_by_its_field_and_the_rest_is_kept(
    summer: World, changes: dict[str, str], words: str
) -> None:
    answer = tell(summer, **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "Ingen kommun har rapporterat" in summer.client(CONVENER).get(PAGE).text


def test_women_and_men_are_shown_to_those_concerned(summer: World) -> None:
    tell(summer, received_women="7", received_men="5", lacking_women="2", lacking_men="1")
    assert "Mottagna, kvinnor" in summer.client(CLINIC_CHIEF).get(PAGE).text
    assert "Mottagna, kvinnor" not in summer.client(ADMINISTRATOR).get(PAGE).text


@pytest.mark.parametrize("who", [CLINIC_CHIEF, FK, ADMINISTRATOR, STEERING, READER])
def test_only_a_municipality_reports(summer: World, who: str) -> None:
    assert summer.client(who).get(f"{PAGE}/rapport").status_code == 403
    assert tell(summer, who).status_code == 403


def test_a_half_year_that_has_not_begun_is_refused(summer: World) -> None:
    later = "/lakarintyg/sollentuna-mottagning/2027-H1"
    answer = summer.client(CONVENER).post(f"{later}/rapport", FORM)
    assert answer.status_code == 422
    assert "har inte börjat" in answer.text
    assert '/rapport"' not in summer.client(CONVENER).get("/lakarintyg?period=2027-H1").text


@pytest.mark.parametrize(
    "path",
    [
        "/lakarintyg?period=2026-H3",
        "/lakarintyg/sollentuna-mottagning/2026",
        "/lakarintyg/okand/2026-H1",
        "/lakarintyg/sollentuna-ek/2026-H1",
    ],
)
def test_what_does_not_exist_is_not_found(summer: World, path: str) -> None:
    assert summer.client(CONVENER).get(path).status_code == 404


def test_the_clinic_speaks_where_its_figures_stand(summer: World) -> None:
    text = {"text": "Två av intygen gällde\nsamma fråga."}
    early = summer.client(CLINIC_CHIEF).post(f"{PAGE}/yttrande", text)
    assert early.status_code == 409
    tell(summer)
    assert "Yttra er om siffrorna" in summer.client(CLINIC_CHIEF).get(PAGE).text
    assert summer.client(CLINIC_CHIEF).post(f"{PAGE}/yttrande", text).status_code == 303
    for who in (ADMINISTRATOR, CONVENER, CLINIC_CHIEF):
        for path in (PAGE, "/lakarintyg"):
            page = summer.client(who).get(path).text
            assert "Två av intygen gällde\nsamma fråga." in page
            assert "Yttrande från Sollentuna psykiatriska mottagning" in page


@pytest.mark.parametrize("who", [OTHER_CLINIC_CHIEF, CONVENER, STEERING])
def test_nobody_else_speaks_for_it(summer: World, who: str) -> None:
    tell(summer)
    assert "Yttra er om siffrorna" not in summer.client(who).get(PAGE).text
    answer = summer.client(who).post(f"{PAGE}/yttrande", {"text": "Nej."})
    assert answer.status_code == 403


def test_a_page_asks_few_questions_of_the_database(summer: World) -> None:
    for who in (CONVENER, OTHER_CONVENER):
        tell(summer, who)
    for path in ("/lakarintyg", PAGE, f"{PAGE}/rapport"):
        visitor = summer.client(CONVENER)
        with count_queries(summer.services.engine) as sent:
            assert visitor.get(path).status_code == 200
        assert len(sent) <= 12, (path, sent)


def test_the_api_reports_corrects_and_reads(summer: World) -> None:
    figures = {"received": 12, "lacking": 3, "completed": 2}
    about = {"unit": "sollentuna-mottagning", "period": "2026-H1"}
    ours = summer.api(CONVENER)
    made = ours("POST", "/certificates", json=figures | about)
    assert made.status_code == 201
    number = made.json["id"]
    assert made.headers["Location"] == f"/api/v1/certificates/{number}"
    assert ours("POST", "/certificates", json=figures | about | {"lacking": 2}).status_code == 409
    corrected = ours("POST", "/certificates", json=figures | about | {"lacking": 2, "version": 1})
    assert (corrected.json["version"], corrected.json["lacking"]) == (2, 2)
    theirs = summer.api(ADMINISTRATOR)("GET", f"/certificates/{number}").json
    assert (theirs["received"], theirs["lacking"], theirs["status"]) == (None, None, "pending")
    said = summer.api(CLINIC_CHIEF)("POST", "/certificates/statements", json=about | {"text": "Ja"})
    assert (said.status_code, said.json["number"]) == (200, 1)
    whole = ours("GET", f"/certificates/{number}").json
    assert [one["text"] for one in whole["statements"]] == ["Ja"]
    listed = ours("GET", "/certificates?period=2026-H1").json
    assert [one["id"] for one in listed["items"]] == [number]
    assert ours("GET", "/certificates?period=2025-H2").json == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("who", "changes", "status", "code"),
    [
        (CLINIC_CHIEF, {}, 403, "forbidden"),
        (CONVENER, {"lacking": 99}, 422, "lacking_above_received"),
        (CONVENER, {"period": "2027-H1"}, 422, "future_period"),
        (CONVENER, {"period": "2026"}, 422, "input"),
        (CONVENER, {"unit": "okand"}, 422, "not_a_clinic"),
        (CONVENER, {"received": 10**9}, 422, "input"),
    ],
)
def test_the_api_refuses_in_the_same_words(
    summer: World, who: str, changes: dict[str, object], status: int, code: str
) -> None:
    body = {
        "unit": "sollentuna-mottagning",
        "period": "2026-H1",
        "received": 12,
        "lacking": 3,
        "completed": 2,
    }
    answer = summer.api(who)("POST", "/certificates", json=body | changes)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_nowhere_else_do_the_figures_stand_without_the_clinics_words(summer: World) -> None:
    tell(summer)
    summer.now = datetime(2026, 8, 3, 8, 0, tzinfo=UTC)
    sweep_now(summer)
    administrator = summer.client(ADMINISTRATOR)
    for path in ("/avvikelser/1", "/overenskommelsen/P2"):
        page = administrator.get(path)
        assert page.status_code == 200
        assert "antalen står under Uppföljning" in page.text
        assert "9 av 12" not in page.text
    whole = summer.api(ADMINISTRATOR)("GET", "/deviations/1").json
    assert (whole["commitment"], whole["counted"], whole["total"]) == ("P2", None, None)
