"""The life of a deviation through the API."""

from datetime import UTC, datetime
from typing import Any

import pytest

from atagande_agreements.ladder.models import Rung
from support import deviations as life
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CLINIC_CHIEF,
    READER,
    STEERING,
    World,
)

ONE, TWO = "/deviations/1", "/deviations/2"


@pytest.fixture
def two(sqlite_world: World) -> World:
    """A world with a deviation of each of two clinics; measures and the agenda are used."""
    life.use(sqlite_world, Rung.MEASURE, Rung.AGENDA)
    life.miss(sqlite_world, "sollentuna-mottagning", "psykosmottagningen")
    return sqlite_world


def sent(world: World, who: str, path: str, **form: Any) -> Any:
    return world.api(who)("POST", path, json=form)


def decided(world: World, path: str, version: int, **form: Any) -> Any:
    usual = {"paragraph": "14", "decided_on": world.now.date().isoformat(), "note": "Läst."}
    return sent(world, STEERING, path, **(usual | form), version=version)


def measure(world: World, version: int, **form: Any) -> Any:
    usual = {"text": "Utse någon.", "owner": "fk", "due_on": "2026-05-29"}
    return decided(world, f"{ONE}/measure", version, **(usual | form))


def test_the_whole_life_is_told_and_led(world: World) -> None:
    life.use(world, Rung.MEASURE, Rung.AGENDA)
    life.miss(world, "sollentuna-mottagning", "psykosmottagningen")
    first = world.api(READER)("GET", ONE).get_json()
    assert (first["opened_at"], first["reply_due"], first["group_turn_on"]) == (None, None, None)
    assert first["opened_in"] == "2026-Q2"
    first = world.api(CLINIC_CHIEF)("GET", ONE).get_json()
    assert first["opened_at"].startswith("2026-04-16")
    assert (first["state"], first["group_turn_on"], first["rung"]) == (
        "open",
        "2026-06-16",
        "reply",
    )
    merged = sent(world, ADMINISTRATOR, f"{TWO}/merge", into=1, version=1).get_json()
    assert merged["merged_into"] == 1
    parted = sent(world, ADMINISTRATOR, f"{TWO}/part", version=2).get_json()
    assert parted["merged_into"] is None

    replied = sent(
        world, CLINIC_CHIEF, f"{ONE}/reply", text="Vi svarade.", contest=True, version=1
    ).get_json()
    assert (replied["state"], replied["contested"]) == ("replied", True)
    unanswered = measure(world, 2, note="")
    assert unanswered.get_json()["code"] == "answer_the_contest"
    measured = measure(world, 2, diary_number="SUVS 2026/14").get_json()
    assert measured["state"] == "measure"
    assert measured["steps"][-1]["diary_number"] == "SUVS 2026/14"
    (asked,) = measured["measures"]
    assert (asked["owner"]["organisation"], asked["due_on"], asked["done_on"]) == (
        "fk",
        "2026-05-29",
        None,
    )
    skipped = decided(world, f"{ONE}/escalate", 3, rung="board")
    assert skipped.get_json()["code"] == "rung_not_used"
    raised = decided(world, f"{ONE}/escalate", 3, rung="agenda").get_json()
    assert raised["rung"] == "agenda"

    world.now = datetime(2026, 5, 20, 8, tzinfo=UTC)
    done = sent(
        world, FK, f"{ONE}/measure-done", done_on="2026-05-20", text="Klart.", version=4
    ).get_json()
    assert done["measures"][0]["done_text"] == "Klart."
    assert done["group_turn_on"] == "2026-05-20"
    closed = decided(world, f"{ONE}/close", 5, ending="done").get_json()
    assert (closed["state"], closed["ending"], closed["group_turn_on"]) == ("closed", "done", None)
    again = decided(world, f"{ONE}/close", 6)
    assert (again.status_code, again.get_json()["code"]) == (409, "deviation_closed")
    opened = decided(world, f"{ONE}/reopen", 6).get_json()
    assert (opened["state"], opened["rung"], opened["contested"]) == ("open", "reply", False)
    assert [one["kind"] for one in opened["steps"]] == [
        "contest",
        "measure",
        "escalated",
        "measure_done",
        "closed",
        "reopened",
    ]
    lines = world.api(READER)("GET", "/deviations?state=open").get_json()["items"]
    assert [one["reference"] for one in lines] == ["A-1", "A-2"]


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("measure", {"text": "x", "owner": "fk", "due_on": "2026-05-29"}),
        ("close", {}),
        ("escalate", {"rung": "agenda"}),
        ("reopen", {}),
    ],
)
@pytest.mark.parametrize("who", [ADMINISTRATOR, CLINIC_CHIEF, CONVENER, READER])
def test_only_the_group_decides(two: World, who: str, what: str, form: dict[str, str]) -> None:
    usual = {"paragraph": "14", "decided_on": "2026-04-16", "version": 1}
    assert sent(two, who, f"{ONE}/{what}", **usual, **form).status_code == 403


@pytest.mark.parametrize(
    ("who", "status"), [(FK, 404), (OTHER_CLINIC_CHIEF, 404), (READER, 403), (STEERING, 403)]
)
def test_only_the_party_speaks_for_itself(two: World, who: str, status: int) -> None:
    reply = sent(two, who, f"{ONE}/reply", text="Vi svarade.", version=1)
    assert reply.status_code == status
    sent(two, CLINIC_CHIEF, f"{ONE}/reply", text="Ja.", version=1)
    measure(two, 2, owner="sollentuna-mottagning")
    done = {"done_on": "2026-04-16", "text": "Klart.", "version": 3}
    assert sent(two, who, f"{ONE}/measure-done", **done).status_code == status


def test_a_repeated_call_answers_the_same_and_does_nothing_more(two: World) -> None:
    sent(two, CLINIC_CHIEF, f"{ONE}/reply", text="Ja.", version=1)
    call = two.api(STEERING)
    form = {
        "paragraph": "14",
        "decided_on": "2026-04-16",
        "text": "Utse någon.",
        "owner": "fk",
        "due_on": "2026-05-29",
        "version": 2,
    }
    answers = [call("POST", f"{ONE}/measure", json=form, key="once") for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].get_json() == answers[1].get_json()
    assert len(answers[1].get_json()["measures"]) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"owner": "ingen"}, "owner"),
        ({"due_on": "2026-04-16"}, "due_on"),
        ({"paragraph": "tolv"}, "paragraph"),
        ({"decided_on": "2026-04-17"}, "decided_on"),
        ({"text": "Ring 19121212-1212."}, "text"),
    ],
)
def test_a_refused_measure_names_the_field(two: World, changes: dict[str, str], field: str) -> None:
    sent(two, CLINIC_CHIEF, f"{ONE}/reply", text="Ja.", version=1)
    refused = measure(two, 2, **changes)
    assert refused.status_code == 422
    assert refused.get_json()["field"] == field
    assert two.api(READER)("GET", ONE).get_json()["version"] == 2
