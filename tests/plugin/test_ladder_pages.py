"""The ladder's pages and its part of the API: who reads, who decides, and what a letter may say."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.ladder.models import LadderDecision, Rung
from atagande_agreements.steering.models import Decision, DecisionKind
from support.world import ADMINISTRATOR, CLINIC_CHIEF, READER, STEERING, World

PATH = "/styrgruppen/trappan"
FORM = {
    "is_used": "1",
    "days": "14",
    "body": "",
    "valid_from": "2026-03-02",
    "decided_on": "2026-03-02",
    "paragraph": "12",
    "diary_number": "SUVS 2026/14",
    "note": "Vi prövar ett år.",
}


def rows(world: World) -> list[LadderDecision]:
    with world.services.reader() as session:
        return list(session.scalars(select(LadderDecision).order_by(LadderDecision.id)))


def test_without_decisions_no_step_is_used(sqlite_world: World) -> None:
    page = sqlite_world.client(READER).get(PATH).text
    assert "Styrgruppen använder 0 av trappans 6 steg." in page
    assert page.count("Används inte. Gruppen har inte beslutat om steget.") == 6


@pytest.mark.parametrize("who", [ADMINISTRATOR, CLINIC_CHIEF, READER])
def test_others_read_and_do_not_decide(sqlite_world: World, who: str) -> None:
    client = sqlite_world.client(who)
    page = client.get(f"{PATH}/paminnelse").text
    assert "Så ser det ut" in page
    assert "Inför beslutet" not in page
    assert client.post(f"{PATH}/paminnelse", FORM).status_code == 403
    assert rows(sqlite_world) == []


def test_the_group_switches_a_step_on_with_paragraph_and_diary_number(world: World) -> None:
    client = world.client(STEERING)
    answer = client.post(f"{PATH}/paminnelse", FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PATH}/paminnelse")
    [row] = rows(world)
    assert (row.rung, row.is_used, row.days) == (Rung.REMINDER, True, 14)
    with world.services.reader() as session:
        decision = session.scalars(select(Decision)).one()
        assert (decision.kind, decision.paragraph) == (DecisionKind.LADDER, "§ 12")
        assert decision.diary_number == "SUVS 2026/14"
    page = client.get(PATH).text
    assert "Styrgruppen använder 1 av trappans 6 steg." in page
    assert "Används enligt beslut § 12, 2 mars 2026." in page
    assert "14 dagar före sista dagen." in page


def test_a_step_is_switched_off_from_a_later_day(sqlite_world: World) -> None:
    client = sqlite_world.client(STEERING)
    client.post(f"{PATH}/atgard", FORM | {"days": "60"})
    later = FORM | {"is_used": "0", "days": "", "valid_from": "2026-04-01", "paragraph": "13"}
    assert client.post(f"{PATH}/atgard", later).status_code == 303
    page = client.get(f"{PATH}/atgard").text
    assert "Används inte från 1 april 2026 enligt beslut § 13." in page
    assert "Används enligt beslut § 12" in page


@pytest.mark.parametrize(
    ("steg", "change", "said"),
    [
        ("paminnelse", {"paragraph": ""}, "Skriv vilken paragraf i protokollet"),
        ("paminnelse", {"decided_on": "2026-03-03", "valid_from": "2026-03-03"}, "inte varit än"),
        ("paminnelse", {"valid_from": "2026-03-01"}, "kan inte gälla från 1 mars 2026"),
        ("paminnelse", {"days": "0"}, "Skriv ett heltal från 1 till 90."),
        ("paminnelse", {"body": "Om {dager} dagar."}, "Platshållaren {dager} finns inte."),
        ("skrivelse", {"body": "Till {part\n"}, "saknar sin andra halva"),
        ("skrivelse", {"body": "Till 19121212-1212"}, "personnummer"),
        ("eget-arende", {"body": "Hej"}, "Det steget har inget brev."),
    ],
)
def test_what_is_wrong_is_refused_with_words_and_changes_nothing(
    sqlite_world: World, steg: str, change: dict[str, str], said: str
) -> None:
    answer = sqlite_world.client(STEERING).post(f"{PATH}/{steg}", FORM | change)
    assert answer.status_code in {400, 409, 422}
    assert said in answer.text
    assert rows(sqlite_world) == []
    with sqlite_world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 0


def test_one_decision_a_day_and_step(sqlite_world: World) -> None:
    client = sqlite_world.client(STEERING)
    client.post(f"{PATH}/styrelsen", FORM)
    again = client.post(f"{PATH}/styrelsen", FORM)
    assert again.status_code == 409
    assert "Det finns redan ett beslut om steget" in again.text
    assert len(rows(sqlite_world)) == 1


def test_the_reply_is_a_parameter_and_the_page_leads_there(sqlite_world: World) -> None:
    client = sqlite_world.client(STEERING)
    page = client.get(f"{PATH}/yttrande").text
    assert "/overenskommelsen/parameter/deviation_reply_days" in page
    assert "Inför beslutet" not in page
    assert client.post(f"{PATH}/yttrande", FORM).status_code == 422
    sqlite_world.decide("deviation_reply_days", "60", date(2026, 2, 1))
    assert "Parten har 60 dagar för sitt yttrande." in client.get(PATH).text


def test_a_letter_is_shown_as_it_will_look_in_the_groups_own_words(sqlite_world: World) -> None:
    client = sqlite_world.client(STEERING)
    usual = client.get(f"{PATH}/skrivelse").text
    assert "Till ledningen för Exempelparten" in usual
    assert "{part}" in usual, "the places are listed"
    own = "Hej {part}!\n\nSvara senast {svar_senast}."
    assert client.post(f"{PATH}/skrivelse", FORM | {"days": "30", "body": own}).status_code == 303
    page = client.get(f"{PATH}/skrivelse").text
    assert "Hej Exempelparten!" in page
    assert "Svara senast onsdag 1 april 2026." in page
    assert "Till ledningen för Exempelparten" not in page


def test_every_page_opens_for_those_who_follow_and_an_unknown_step_is_not_found(
    sqlite_world: World,
) -> None:
    client = sqlite_world.client(CLINIC_CHIEF)
    for slug in ("paminnelse", "yttrande", "atgard", "eget-arende", "skrivelse", "styrelsen"):
        assert client.get(f"{PATH}/{slug}").status_code == 200
    assert client.get(f"{PATH}/trappsteg").status_code == 404
    assert client.get("/avvikelser/1/brev/1").status_code == 404


BODY: dict[str, Any] = {
    "is_used": True,
    "days": 30,
    "valid_from": "2026-03-02",
    "decided_on": "2026-03-02",
    "paragraph": "§ 12",
}


def test_the_api_reads_and_decides(sqlite_world: World) -> None:
    chief, group = sqlite_world.api(CLINIC_CHIEF), sqlite_world.api(STEERING)
    assert chief("POST", "/ladder/notice", json=BODY).status_code == 403
    made = group("POST", "/ladder/notice", json=BODY)
    assert made.status_code == 200, made.text
    assert made.json["is_used"]
    steps = {one["rung"]: one for one in chief("GET", "/ladder").json["items"]}
    assert list(steps) == [rung.value for rung in Rung]
    assert (steps["notice"]["days"], steps["notice"]["paragraph"]) == (30, "§ 12")
    assert not steps["board"]["is_used"]
    assert group("POST", "/ladder/reply", json=BODY).json["code"] == "reply_is_a_parameter"
    assert group("POST", "/ladder/roof", json=BODY).status_code == 404
