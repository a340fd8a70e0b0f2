"""A clinic's hours and holds through the API."""

from datetime import timedelta
from typing import Any

import pytest

from support.booking import booked
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    OTHER_CLINIC_CHIEF,
    OTHER_CONVENER,
    STEERING,
    World,
)

CLINIC = "/clinics/sollentuna-mottagning"
HOURS: dict[str, Any] = {
    "version": 0,
    "weekday": 0,
    "opens": "09:00",
    "closes": "12:00",
    "valid_from": "2026-03-09",
}
JULY: dict[str, Any] = {"version": 0, "first_on": "2026-07-01", "last_on": "2026-07-31"}
SLOT = {"slot": "2026-03-03T09:00:00+01:00"}


def test_hours_and_closures_are_kept_through_the_api(world: World) -> None:
    chief = world.api(CLINIC_CHIEF)
    assert chief("GET", f"{CLINIC}/hours").json["version"] == 0
    made = chief("POST", f"{CLINIC}/hours", json=HOURS)
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1{CLINIC}/hours")
    monday = next(one for one in made.json["hours"] if one["weekday"] == 0)
    assert (monday["opens"], monday["valid_to"]) == ("09:00", None)
    path = f"{CLINIC}/hours/{monday['id']}"
    later = HOURS | {"version": 1, "closes": "11:00"}
    assert chief("POST", path, json=later).json["version"] == 2
    end = {"version": 2, "last_on": "2026-06-30"}
    ended = chief("POST", f"{path}/end", json=end).json["hours"]
    assert "2026-06-30" in {one["valid_to"] for one in ended}
    left = chief("POST", f"{path}/remove", json={"version": 3}).json["hours"]
    assert all(one["weekday"] != 0 for one in left)

    closed = chief("POST", f"{CLINIC}/closures", json=JULY | {"version": 4})
    assert closed.status_code == 201
    path = f"{CLINIC}/closures/{closed.json['closures'][0]['id']}"
    shorter = JULY | {"version": 5, "last_on": "2026-07-10"}
    assert chief("POST", path, json=shorter).json["closures"][0]["last_on"] == "2026-07-10"
    assert chief("POST", f"{path}/remove", json={"version": 6}).json["closures"] == []


def test_an_older_version_is_stale(sqlite_world: World) -> None:
    assert sqlite_world.api(ADMINISTRATOR)("POST", f"{CLINIC}/hours", json=HOURS).status_code == 201
    late = sqlite_world.api(CLINIC_CHIEF)("POST", f"{CLINIC}/closures", json=JULY)
    assert (late.status_code, late.json["code"]) == (409, "stale")


def test_booked_meetings_are_told_of_before_anything_is_saved(world: World) -> None:
    booked(world)
    march = {"version": 0, "first_on": "2026-03-03", "last_on": "2026-03-31"}
    told = {}
    for email in (CLINIC_CHIEF, ADMINISTRATOR):
        answer = world.api(email)("POST", f"{CLINIC}/closures", json=march)
        assert (answer.status_code, answer.json["code"]) == (409, "hours_meetings_stand")
        told[email] = answer.json["title"]
    assert told[CLINIC_CHIEF].endswith(": 1.")
    assert told[ADMINISTRATOR].startswith("Färre än 5")
    saved = world.api(ADMINISTRATOR)("POST", f"{CLINIC}/closures", json=march | {"sure": True})
    assert saved.status_code == 201


def test_who_reads_and_who_edits(sqlite_world: World) -> None:
    for email, reads, adds in (
        (ADMINISTRATOR, 200, 201),
        (OTHER_CLINIC_CHIEF, 200, 404),
        (CONVENER, 200, 403),
        (STEERING, 403, 403),
    ):
        call = sqlite_world.api(email)
        assert call("GET", f"{CLINIC}/hours").status_code == reads, email
        assert call("POST", f"{CLINIC}/hours", json=HOURS).status_code == adds, email
    assert sqlite_world.api(CONVENER)("GET", "/clinics/upplands-vasby-ek/hours").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"opens": "09:00:00Z"}, "input"),
        ({"opens": "09:05"}, "hours_off_grid"),
        ({"closes": "09:30"}, "hours_no_room"),
        ({"valid_to": "9999-12-31"}, "hours_too_far"),
        ({"weekday": 1}, "hours_overlap"),
        ({"version": -1}, "input"),
        ({"version": 2**53}, "stale"),
    ],
)
def test_what_is_wrong_is_named(sqlite_world: World, wrong: dict[str, Any], code: str) -> None:
    answer = sqlite_world.api(CLINIC_CHIEF)("POST", f"{CLINIC}/hours", json=HOURS | wrong)
    assert answer.status_code in {409, 422}
    assert answer.json["code"] == code


def test_a_slot_is_held_booked_and_given_back(world: World) -> None:
    mine, other = world.api(CONVENER), world.api(OTHER_CONVENER)
    held = mine("POST", f"{CLINIC}/hold", json=SLOT)
    assert held.status_code == 200
    assert held.json["held_until"] == "2026-03-02T08:15:00Z"
    first = "2026-03-03T08:00:00Z"
    assert mine("GET", f"{CLINIC}/slots").json["items"][0] == first
    assert other("GET", f"{CLINIC}/slots").json["items"][0] != first
    taken = other("POST", f"{CLINIC}/hold", json=SLOT)
    assert (taken.status_code, taken.json["code"], len(taken.json["free"])) == (
        409,
        "slot_taken",
        3,
    )
    assert mine("POST", f"{CLINIC}/hold/release", json={}).json["released"] is True
    assert mine("POST", f"{CLINIC}/hold/release", json={}).json["released"] is False
    assert other("POST", f"{CLINIC}/hold", json=SLOT).status_code == 200
    world.now += timedelta(minutes=15)
    assert mine("GET", f"{CLINIC}/slots").json["items"][0] == first
    assert mine("POST", f"{CLINIC}/hold", json=SLOT).status_code == 200


def test_the_association_holds_nothing(sqlite_world: World) -> None:
    for email in (ADMINISTRATOR, STEERING, CLINIC_CHIEF):
        assert sqlite_world.api(email)("POST", f"{CLINIC}/hold", json=SLOT).status_code == 403
