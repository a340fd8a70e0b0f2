"""Documents in the API: the chain, who may, and what is refused."""

from datetime import UTC, date, datetime
from typing import Any

from atagande_agreements.sweep import sweep
from support.world import ADMINISTRATOR, READER, STEERING, World

AGREEMENT = "/agreements/sgi0"
MODEL = f"{AGREEMENT}/documents/samre-modellen"
FIRST = {"text": "Ett möte inom tio dagar.", "published_on": "2026-03-02", "after": 0}
DECISION = {"decided_on": "2026-05-04", "paragraph": "31", "note": "Längre tid."}
GOVERNING = {
    "title": "Riktlinjer",
    "issuer": "Sollentuna kommun",
    "link": "https://www.example.org/riktlinjer",
    "commitments": ["K5", "K1"],
}


def body(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def test_scenario_21_by_the_api(world: World) -> None:
    world.decide("publish_days", "14", date(2026, 2, 1))
    administrator = world.api(ADMINISTRATOR)
    first = administrator("POST", f"{MODEL}/versions", json=FIRST)
    assert body(first, 201)["number"] == 1
    assert first.headers["Location"] == f"/api/v1{MODEL}/versions/1"
    world.now = datetime(2026, 5, 4, 15, 0, tzinfo=UTC)
    decided = body(world.api(STEERING)("POST", f"{MODEL}/decisions", json=DECISION), 201)
    assert (decided["status"], decided["due_on"]) == ("pending", "2026-05-18")
    assert decided["version"] is None
    waiting = body(world.api(READER)("GET", MODEL), 200)["waiting"]
    assert [one["id"] for one in waiting] == [decided["id"]]
    world.now = datetime(2026, 5, 19, 6, 0, tzinfo=UTC)
    sweep(world.writer, world.now)
    second = {
        "text": "Ett möte inom femton dagar.",
        "published_on": "2026-05-19",
        "after": 1,
        "updates": [decided["id"]],
    }
    made = body(administrator("POST", f"{MODEL}/versions", json=second), 201)
    assert [(one["status"], one["days_late"]) for one in made["updates"]] == [("not_met", 1)]
    reader = world.api(READER)
    deviations = body(reader("GET", "/deviations"), 200)["items"]
    assert [one["commitment"] for one in deviations] == ["F3"]
    assert body(reader("GET", f"{MODEL}/versions/1"), 200)["text"] == FIRST["text"]
    versions = body(reader("GET", f"{MODEL}/versions"), 200)["items"]
    assert [one["number"] for one in versions] == [1, 2]
    shown = body(reader("GET", f"{MODEL}/difference?first=1&second=2"), 200)["lines"]
    assert [line["sign"] for line in shown] == ["changed"]
    assert {"sign": "added", "text": "femton"} in shown[0]["words"]


def test_the_documents_are_listed_in_parts(sqlite_world: World) -> None:
    reader = sqlite_world.api(READER)
    first = body(reader("GET", f"{AGREEMENT}/documents?limit=3"), 200)
    rest = body(reader("GET", f"{AGREEMENT}/documents?limit=3&after={first['next']}"), 200)
    keys = [one["key"] for one in (*first["items"], *rest["items"])]
    assert keys == ["overenskommelsen", "bilaga", "samre-modellen", "samre-bilaga"]
    assert rest["next"] is None


def test_roles_are_kept_apart_and_what_is_not_there_is_not_found(sqlite_world: World) -> None:
    administrator, steering = sqlite_world.api(ADMINISTRATOR), sqlite_world.api(STEERING)
    body(steering("POST", f"{MODEL}/versions", json=FIRST), 403)
    body(administrator("POST", f"{MODEL}/decisions", json=DECISION), 403)
    body(administrator("GET", f"{MODEL}/versions/1"), 404)
    body(administrator("GET", f"{AGREEMENT}/documents/annat"), 404)
    body(administrator("GET", f"{MODEL}/difference?first=1&second=2"), 404)
    assert (
        body(administrator("POST", f"{MODEL}/versions", json=FIRST | {"after": 3}), 409)["code"]
        == "stale"
    )
    late = FIRST | {"published_on": "2026-03-03"}
    assert body(administrator("POST", f"{MODEL}/versions", json=late), 422)["field"] == (
        "published_on"
    )


def test_governing_documents_are_kept_by_the_administrator(sqlite_world: World) -> None:
    administrator, path = sqlite_world.api(ADMINISTRATOR), f"{AGREEMENT}/governing-documents"
    made = body(administrator("POST", path, json=GOVERNING), 201)
    assert made["commitments"] == ["K1", "K5"]
    one = f"{path}/{made['id']}"
    assert body(sqlite_world.api(READER)("GET", one), 200) == made
    changed = GOVERNING | {"commitments": ["K3"], "version": made["version"]}
    assert body(administrator("POST", one, json=changed), 200)["commitments"] == ["K3"]
    body(administrator("POST", one, json=changed), 409)
    body(sqlite_world.api(READER)("POST", path, json=GOVERNING), 403)
    body(administrator("POST", f"{one}/remove", json={"version": 2}), 200)
    assert body(administrator("GET", path), 200)["items"] == []


def test_the_health_of_an_agreement_is_told(sqlite_world: World) -> None:
    health = body(sqlite_world.api(READER)("GET", f"{AGREEMENT}/health"), 200)
    assert health["errors"] == 0
    assert health["warnings"] == sum(one["level"] == "warning" for one in health["items"])
    codes = {one["code"] for one in health["items"]}
    assert {"undecided", "no_convener", "no_reply_time", "section_missing"} <= codes
    assert {"key": "forsakringskassan", "about": "section"}.items() <= health["items"][-1].items()
