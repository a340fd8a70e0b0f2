"""The API tells how every occurrence was judged, and nothing of the case behind it."""

from datetime import date

import pytest

from atagande_agreements.sweep import sweep
from support.followup import ask
from support.queries import count_queries
from support.world import CLINIC_CHIEF, READER, World

PATH = "/agreements/sgi0/commitments/{}/occurrences"


def test_a_case_shows_its_verdict_decision_and_evidence_to_its_own_party_only(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 2, 1))
    reference = ask(world, "sollentuna-mottagning", date(2026, 2, 2), date(2026, 2, 20))
    sweep(world.writer, world.now)
    assert world.api(READER)("GET", PATH.format("P3")).json["items"] == []
    answer = world.api(CLINIC_CHIEF)("GET", PATH.format("P3"))
    assert answer.status_code == 200
    (one,) = answer.json["items"]
    assert one["status"] == "not_met"
    assert one["days_late"] == 4
    assert one["arose_from"] == "enquiry"
    assert [row["value"] for row in one["judged_by"]] == ["10"]
    assert one["evidence"][0]["reported_by"] == "Upplands Väsby"
    assert one["deviation"] == 1
    assert reference not in answer.text


def test_it_narrows_to_a_party_and_pages(sqlite_world: World) -> None:
    sweep(sqlite_world.writer, sqlite_world.now)
    call = sqlite_world.api(READER)
    first = call("GET", PATH.format("A5") + "?limit=4").json
    rest = call("GET", PATH.format("A5") + f"?limit=4&after={first['next']}").json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (4, 2, None)
    only = call("GET", PATH.format("A5") + "?party=fk").json["items"]
    assert [one["party"]["organisation"] for one in only] == ["fk"]


@pytest.mark.parametrize("path", [PATH.format("X9"), PATH.format("P3") + "?party=ingen"])
def test_what_does_not_exist_is_not_found(sqlite_world: World, path: str) -> None:
    assert sqlite_world.api(READER)("GET", path).status_code == 404


def test_its_queries_do_not_grow(sqlite_world: World) -> None:
    for number in range(1, 9):
        ask(sqlite_world, "sollentuna-mottagning", date(2026, 2, number), date(2026, 2, 20))
    call = sqlite_world.api(READER)
    with count_queries(sqlite_world.services.engine) as queries:
        assert call("GET", PATH.format("P3")).status_code == 200
    assert len(queries) <= 12
