"""The API of self-reports and preparatory services."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from atagande_plugin.figures import publish_job
from support.world import ADMINISTRATOR, CLINIC_CHIEF, CONVENER, OTHER_CONVENER, READER, World

REPORT = {
    "subject": "vocational_rehabilitation",
    "term": "2026-H1",
    "works": True,
    "people": 40,
    "women": 3,
    "men": 37,
    "rehabilitated": 12,
    "revision": 0,
}
SERVICE = {
    "name": "Gröna gruppen",
    "purpose": "Rutiner i vardagen.",
    "place": "Demogatan 4",
    "contact": "Samordnaren på enheten",
    "valid_from": "2026-01-01",
    "valid_to": "2026-07-20",
}


@pytest.fixture
def july(world: World) -> World:
    world.decide("activity_measure", "Antal i målgruppen", date(2026, 2, 1))
    world.now = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
    return world


def give(world: World, who: str = CONVENER, **changes: Any) -> Any:
    return world.api(who)("POST", "/self-reports", json=REPORT | changes)


def test_what_waits_is_told_with_its_last_day(july: World) -> None:
    items = july.api(CONVENER)("GET", "/self-reports/awaiting").json["items"]
    assert [(one["commitment"], one["term"], one["due_on"]) for one in items] == [
        ("K1", "2026-H1", "2026-07-30"),
        ("K3", "2026-H1", "2026-07-30"),
        ("K8", "2026-H1", "2026-07-30"),
    ]
    give(july)
    items = july.api(CONVENER)("GET", "/self-reports/awaiting").json["items"]
    assert [one["commitment"] for one in items] == ["K3", "K8"]
    assert july.api(CLINIC_CHIEF)("GET", "/self-reports/awaiting").json["items"] == []


def test_a_report_is_given_read_and_corrected(july: World) -> None:
    made = give(july)
    assert made.status_code == 201
    assert made.json["revision"] == 1
    assert made.json["women"] == 3
    again = give(july, men=36, revision=1)
    assert again.json["revision"] == 2
    listed = july.api(CONVENER)("GET", "/self-reports?term=2026-H1").json["items"]
    assert [one["revision"] for one in listed] == [2]
    first = made.headers["Location"].removeprefix("/api/v1")
    assert july.api(CONVENER)("GET", first).json["men"] == 37
    # What was said before belongs to whoever said it.
    assert july.api(READER)("GET", first).status_code == 404


def test_small_numbers_are_hidden_from_others_and_named(july: World) -> None:
    give(july)
    give(july, subject="enquiry_when_unclear", number=2)
    unpublished = july.api(ADMINISTRATOR)("GET", "/self-reports").json["items"]
    assert unpublished[0]["hidden"] == ["men", "people", "rehabilitated", "women"]
    july.now = datetime(2026, 8, 3, 8, 0, tzinfo=UTC)
    publish_job(july.services)
    for who in (ADMINISTRATOR, OTHER_CONVENER, READER):
        seen = july.api(who)("GET", "/self-reports").json["items"][0]
        assert (seen["people"], seen["women"], seen["men"]) == (40, None, None)
        assert seen["hidden"] == ["men", "women"]
    seen = july.api(ADMINISTRATOR)("GET", "/self-reports").json["items"][1]
    assert (seen["number"], seen["hidden"]) == (None, ["number"])


@pytest.mark.parametrize(
    ("who", "changes", "status", "code"),
    [
        (CLINIC_CHIEF, {}, 403, "forbidden"),
        (READER, {}, 403, "forbidden"),
        (ADMINISTRATOR, {}, 403, "forbidden"),
        (CONVENER, {"term": "2027-H1"}, 422, "not_to_report"),
        (CONVENER, {"works": None}, 422, "answer_missing"),
        (CONVENER, {"subject": "preparatory_services"}, 422, "answer_missing"),
        (CONVENER, {"women": 4}, 422, "parts_exceed"),
        (CONVENER, {"people": None}, 422, "whole_missing"),
        (CONVENER, {"people": 10**12}, 422, "input"),
        (CONVENER, {"reported_on": "2026-07-07"}, 422, "reported_in_future"),
        (CONVENER, {"reported_on": "2019-01-01"}, 422, "before_agreement"),
        (CONVENER, {"revision": 3}, 409, "stale"),
        (CONVENER, {"comment": "19811218-9876"}, 422, "personal_number"),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(
    july: World, who: str, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = give(july, who, **changes)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert july.api(READER)("GET", "/self-reports").json["items"] == []


def test_services_are_kept_by_their_municipality_and_read_by_all(july: World) -> None:
    made = july.api(CONVENER)("POST", "/services", json=SERVICE)
    assert made.status_code == 201
    assert made.json["ends_soon"] is True
    path = made.headers["Location"].removeprefix("/api/v1")
    assert july.api(READER)("GET", path).json["name"] == "Gröna gruppen"
    change = SERVICE | {"valid_to": None, "version": 1}
    assert july.api(OTHER_CONVENER)("POST", path, json=change).status_code == 404
    assert july.api(CLINIC_CHIEF)("POST", "/services", json=SERVICE).status_code == 403
    changed = july.api(CONVENER)("POST", path, json=change)
    assert (changed.json["valid_to"], changed.json["version"]) == (None, 2)
    stale = july.api(CONVENER)("POST", path, json=SERVICE | {"version": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "stale")
    listed = july.api(READER)("GET", "/services?organisation=upplands-vasby").json["items"]
    assert [one["name"] for one in listed] == ["Gröna gruppen"]
    assert july.api(READER)("GET", "/services?organisation=sigtuna").json["items"] == []
    assert july.api(READER)("GET", "/services?ended=true").json["items"] == []
