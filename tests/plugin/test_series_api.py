"""Series through the API: propose, plan, publish, list, change, call off, people."""

from datetime import time
from typing import Any

from atagande_agreements.civil_time import local_date, local_time
from support.series import DATES, PEOPLE, RULE, found, published, starts_in
from support.world import ADMINISTRATOR, AF, CONVENER, STEERING, World


def numbers(world: World, *emails: str) -> list[int]:
    with world.services.reader() as session:
        return [world.person(session, email).id for email in emails]


def plan(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "network",
        "title": "Nätverksmöte SGI=0",
        "days": [str(local_date(one)) for one in DATES],
        "clock": "09:00",
        "minutes": 120,
        "place": "Turebergshuset",
        "people": numbers(world, *PEOPLE),
        **changes,
    }


def test_a_series_is_proposed_planned_published_and_listed(world: World) -> None:
    api = world.api(ADMINISTRATOR)
    dates = api("GET", "/series/dates?year=2027&count=4").json["items"]
    assert [one["day"] for one in dates] == [
        "2027-02-15",
        "2027-05-17",
        "2027-08-16",
        "2027-11-16",
    ]
    made = api("POST", "/series", json=plan(world))
    assert made.status_code == 201
    number, version = made.json["id"], made.json["version"]
    assert made.headers["Location"] == f"/api/v1/series/{number}"
    assert {one["state"] for one in made.json["meetings"]} == {"draft"}
    assert world.api(STEERING)("GET", f"/series/{number}").status_code == 404
    assert world.api(STEERING)("GET", "/series").json["items"] == []
    sent = api("POST", f"/series/{number}/publish", json={"version": version})
    assert (sent.json["invited"], sent.json["cancelled"]) == (16, 0)
    again = api("POST", f"/series/{number}/publish", json={"version": version})
    assert again.status_code == 409
    listed = world.api(STEERING)("GET", "/series").json["items"]
    assert [one["id"] for one in listed] == [number]
    assert world.api(STEERING)("POST", "/series", json=plan(world)).status_code == 403


def test_a_rule_is_changed_after_saying_what_it_sends(world: World) -> None:
    api = world.api(ADMINISTRATOR)
    number = published(world, rule=RULE)
    whole = api("GET", f"/series/{number}").json
    assert whole["rrule"] == RULE.text
    third = whole["meetings"][2]
    body = {
        "version": whole["version"],
        "meeting": third["id"],
        "scope": "later",
        "clock": "13:00",
    }
    said = api("POST", f"/series/{number}/change", json=body)
    assert (said.json["invited"], said.json["reworded"]) == (4, 4)
    assert len(starts_in(world, AF)) == 6
    assert api("GET", f"/series/{number}").json == whole
    done = api("POST", f"/series/{number}/change", json=body | {"sure": True})
    assert done.status_code == 200
    assert len(done.json["meetings"]) == 2
    later = local_time(local_date(RULE.starts(DATES[0].replace(day=10))[2]), time(13))
    assert starts_in(world, AF)[2] == later
    stale = body | {"sure": True, "meeting": whole["meetings"][1]["id"]}
    assert api("POST", f"/series/{number}/change", json=stale).status_code == 409


def test_meetings_are_called_off_and_people_changed(world: World) -> None:
    api = world.api(ADMINISTRATOR)
    number = published(world)
    (joined,) = numbers(world, CONVENER)
    with world.services.reader() as session:
        meetings = [one.id for one in found(session, number)[1]]
    for action, name in (("remove", "cancelled"), ("add", "invited")):
        version = api("GET", f"/series/{number}").json["version"]
        body = {"version": version, "person": joined, "action": action, "sure": True}
        assert api("POST", f"/series/{number}/people", json=body).json[name] == 4
    version = api("GET", f"/series/{number}").json["version"]
    body = {"version": version, "meeting": meetings[2], "scope": "later", "sure": True}
    assert api("POST", f"/series/{number}/call-off", json=body).json["cancelled"] == 8
    gone = api("POST", f"/series/{number}/call-off", json=body)
    assert gone.status_code == 404


def test_what_can_not_be_a_series_is_refused(sqlite_world: World) -> None:
    api = sqlite_world.api(ADMINISTRATOR)
    wrongs: tuple[dict[str, Any], ...] = (
        {"days": ["9999-12-31"]},
        {"days": []},
        {"days": ["2026-04-11"], "every": "month", "times": 3},
        {"days": ["2026-05-19"], "every": "week", "times": 99},
        {"days": ["2026-05-19"], "every": "month", "times": 3, "clock": "02:30"},
    )
    for wrong in wrongs:
        assert api("POST", "/series", json=plan(sqlite_world, **wrong)).status_code == 422, wrong
