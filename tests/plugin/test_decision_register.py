"""The decision register on screen, as CSV and by API; dissents; the API of the meetings."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from support.steering import FIRST, SECOND, decide, hold, meet
from support.world import ADMINISTRATOR, CLINIC_CHIEF, CONVENER, READER, STEERING, World

PATH = "/styrgruppen/beslut"


@pytest.fixture
def decided(sqlite_world: World) -> World:
    """Two decisions: a parameter's, and another at the group's first meeting."""
    world = sqlite_world
    world.decide("answer_days", "10", date(2025, 11, 3), "12")
    meet(world, FIRST, SECOND)
    hold(world, 1)
    form = {
        "note": "Gruppen tackar nätverket.",
        "paragraph": "20",
        "decided_on": FIRST.isoformat(),
        "diary_number": "SUVS 2026/7",
    }
    assert world.client(STEERING).post(f"{PATH}/nytt", form).status_code == 303
    return world


def test_it_says_paragraph_date_diary_number_meeting_and_what_it_acted_on(decided: World) -> None:
    page = decided.client(READER).get(PATH).text
    assert "Styrgruppen har fattat 2 beslut." in page
    for words in ("§ 20", "24 mars 2026", "SUVS 2026/7", "Gruppen tackar nätverket.", "§ 12"):
        assert words in page
    assert '<a href="/overenskommelsen/parameter/answer_days">' in page
    assert ": 10 arbetsdagar. Gäller från 3 november 2025." in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ar=2026", ["§ 20"]),
        ("ar=2025", ["§ 12"]),
        ("slag=parameter", ["§ 12"]),
        ("slag=other", ["§ 20"]),
        ("sok=2026%2F7", ["§ 20"]),
        ("sok=N%C3%84TVERKET", ["§ 20"]),
        ("sok=100%25", []),
        ("ar=1999&slag=nonsense&sok=", ["§ 20", "§ 12"]),
    ],
)
def test_it_is_narrowed_by_year_kind_and_words(
    decided: World, query: str, found: list[str]
) -> None:
    page = decided.client(READER).get(f"{PATH}?{query}").text
    assert [words for words in ("§ 20", "§ 12") if f">{words}</a>" in page] == found


def test_the_file_says_the_same_as_the_screen(decided: World) -> None:
    answer = decided.client(READER).get(f"{PATH}.csv?slag=parameter")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Paragraf", "Beslutsdatum", "Diarienummer"]
    assert rows[1][:4] == ["§ 12", "2025-11-03", "", "Mätvärde"]
    assert rows[1][4].startswith("Svarstid på förfrågan: 10 arbetsdagar.")
    assert len(rows) == 2


def test_a_long_register_is_paged(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        for number in range(1, 31):
            decide(sqlite_world, session, date(2026, 3, 2), f"{number}")
        session.commit()
    page = sqlite_world.client(READER).get(PATH).text
    assert "Sida 1 av 2" in page
    assert page.count("/styrgruppen/beslut/") >= 25
    assert ">§ 5</a>" in sqlite_world.client(READER).get(f"{PATH}?sida=2").text


def test_a_dissent_is_entered_beside_the_decision_and_shown(decided: World) -> None:
    admin = decided.client(ADMINISTRATOR)
    form = {"party": "sigtuna", "text": "Vi hade velat se en kortare tid."}
    assert admin.post(f"{PATH}/1/uttalande", form).status_code == 303
    page = decided.client(READER).get(f"{PATH}/1").text
    assert "Särskilt uttalande, Sigtuna kommun:" in page
    assert "Vi hade velat se en kortare tid." in page
    assert "Särskilt uttalande" in decided.client(READER).get(PATH).text
    again = admin.post(f"{PATH}/1/uttalande", form)
    assert again.status_code == 409
    assert "Parten har redan ett särskilt uttalande om beslutet." in again.text
    assert admin.post(f"{PATH}/1/uttalande", form | {"text": " "}).status_code == 422
    assert admin.post(f"{PATH}/1/uttalande", form | {"party": "nobody"}).status_code == 404


def test_a_personal_number_is_refused_in_every_form(decided: World) -> None:
    number = "19121212-1212"
    group = decided.client(STEERING)
    forms: list[tuple[str, dict[str, Any]]] = [
        (f"{PATH}/nytt", {"note": number, "paragraph": "1", "decided_on": "2026-03-24"}),
        (f"{PATH}/1/uttalande", {"party": "sigtuna", "text": number}),
        ("/styrgruppen/moten/2/punkter", {"title": number}),
        ("/styrgruppen/moten/1/protokoll/rattelse", {"reason": number}),
    ]
    for path, form in forms:
        answer = group.post(path, form)
        assert answer.status_code == 422, path
        assert "personnummer" in answer.text


def test_a_decision_is_put_under_another_meeting_by_the_group(decided: World) -> None:
    group = decided.client(STEERING)
    refused = group.post(f"{PATH}/1/mote", {"meeting": "1"})
    assert refused.status_code == 422
    assert "Beslutet är daterat 3 november 2025, men mötet hölls 24 mars 2026." in refused.text
    assert group.post(f"{PATH}/2/mote", {"meeting": "1"}).status_code == 303
    assert group.post(f"{PATH}/2/mote", {"meeting": "99"}).status_code == 404


EVERYONE = frozenset({STEERING, ADMINISTRATOR, CLINIC_CHIEF, CONVENER, READER})
PREPARERS = frozenset({STEERING, ADMINISTRATOR})
GROUP = frozenset({STEERING})
MEETING = "/styrgruppen/moten/1"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("get", PATH, EVERYONE),
        ("get", f"{PATH}.csv", EVERYONE),
        ("get", f"{PATH}/1", EVERYONE),
        ("get", f"{PATH}/nytt", GROUP),
        ("post", f"{PATH}/nytt", GROUP),
        ("post", f"{PATH}/1/uttalande", PREPARERS),
        ("post", f"{PATH}/1/mote", GROUP),
        ("get", MEETING, PREPARERS),
        ("post", f"{MEETING}/punkter", PREPARERS),
        ("post", f"{MEETING}/punkter/1", PREPARERS),
        ("post", f"{MEETING}/punkter/1/upp", PREPARERS),
        ("post", f"{MEETING}/punkter/1/ta-bort", PREPARERS),
        ("post", f"{MEETING}/protokoll", PREPARERS),
        ("post", f"{MEETING}/protokoll/anteckningar", PREPARERS),
        ("post", f"{MEETING}/protokoll/justera", GROUP),
        ("post", f"{MEETING}/protokoll/rattelse", PREPARERS),
    ],
)
def test_who_reaches_what(decided: World, method: str, path: str, allowed: frozenset[str]) -> None:
    reached = {
        who
        for who in EVERYONE
        if getattr(decided.client(who), method)(path).status_code != 403  # its role
    }
    assert reached == allowed


def test_the_api_reads_and_enters_decisions(decided: World) -> None:
    group, reader = decided.api(STEERING), decided.api(READER)
    first = reader("GET", "/decisions?limit=1").json
    assert [one["paragraph"] for one in first["items"]] == ["§ 12"]
    assert first["items"][0]["acted_on"][0]["key"] == "parameter:answer_days"
    rest = reader("GET", f"/decisions?after={first['next_after']}").json
    assert [(one["paragraph"], one["meeting"]) for one in rest["items"]] == [("§ 20", 1)]
    assert reader("GET", "/decisions?kind=other&year=2026").json["items"] == rest["items"]
    body = {"paragraph": "21", "decided_on": "2026-03-24", "note": "Ja.", "meeting": 1}
    made = group("POST", "/decisions", json=body)
    assert (made.status_code, made.json["meeting"]) == (201, 1)
    assert made.headers["Location"] == f"/api/v1/decisions/{made.json['id']}"
    early = group("POST", "/decisions", json=body | {"decided_on": "2026-03-23"})
    assert (early.status_code, early.json["code"]) == (422, "decided_before_meeting")
    assert reader("POST", "/decisions", json=body).status_code == 403
    said = {"party": "fk", "text": "Vi avstår."}
    number = made.json["id"]
    answer = decided.api(ADMINISTRATOR)("POST", f"/decisions/{number}/dissents", json=said)
    assert answer.json["dissents"] == [said]
    assert reader("GET", "/decisions/999").status_code == 404


def test_the_api_has_the_agenda_and_the_minutes(decided: World) -> None:
    group, admin, reader = (decided.api(who) for who in (STEERING, ADMINISTRATOR, READER))
    agenda = admin("POST", "/meetings/2/agenda", json={"title": "Budget", "text": "Utfall"}).json
    assert ("own:1", "Budget") in [(one["key"], one["title"]) for one in agenda["items"]]
    assert reader("GET", "/meetings/2/agenda").status_code == 403
    assert reader("GET", "/meetings/1/minutes").status_code == 404
    begun = admin("POST", "/meetings/1/minutes", json={}).json
    assert begun["items"][0]["version"] == 1
    note = {"number": 1, "version": 1, "item": ["general"], "note": ["Inget övrigt."]}
    written = admin("POST", "/meetings/1/minutes/notes", json=note).json
    assert written["items"][0]["general"] == "Inget övrigt."
    fixing = {"number": 1, "version": 2, "function": "Ordföranden", "fixed_on": "2026-03-24"}
    assert admin("POST", "/meetings/1/minutes/fix", json=fixing).status_code == 403
    fixed = group("POST", "/meetings/1/minutes/fix", json=fixing).json["items"][0]
    assert len(fixed["digest"]) == 64
    seen = reader("GET", "/meetings/1/minutes").json["items"][0]
    assert seen == fixed
    assert [one["paragraph"] for one in seen["decisions"]] == ["§ 20"]
    again = group("POST", "/meetings/1/minutes/fix", json=fixing)
    assert (again.status_code, again.json["code"]) == (409, "minutes_fixed")
    corrected = admin("POST", "/meetings/1/minutes/correct", json={"reason": "Fel."}).json
    assert [one["number"] for one in corrected["items"]] == [1, 2]
    assert len(reader("GET", "/meetings/1/minutes").json["items"]) == 1
