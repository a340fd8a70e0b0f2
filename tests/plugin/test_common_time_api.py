"""Common times and polls through the API."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from atagande_agreements.civil_time import local_time
from atagande_calendar.common_time import calendars
from atagande_calendar.common_time.reading import Busy
from support.booking import booked
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CONVENER,
    READER,
    STEERING,
    World,
)

DAY = date(2026, 3, 24)


def number_of(world: World, email: str) -> int:
    with world.services.reader() as session:
        return world.person(session, email).id


def at(hour: int) -> datetime:
    return local_time(DAY, time(hour))


def publish_calendar(world: World, email: str, *spans: tuple[datetime, datetime]) -> None:
    with world.writer() as session:
        person = world.person(session, email)
        kept = calendars.add_calendar(
            session, address="https://k.example/", owner=person, person=person, now=world.now
        )
        busy = Busy(spans, world.now, world.now + timedelta(days=200))
        calendars.keep_read(session, number=kept.id, busy=busy, etag="", now=world.now)
        session.commit()


def poll(world: World, **changed: Any) -> dict[str, Any]:
    usual = {
        "kind": "steering",
        "minutes": 90,
        "times": ["2026-03-24T09:00:00+01:00", "2026-03-25T13:00:00+01:00"],
        "people": [number_of(world, email) for email in (FK, AF)],
        "closes_on": "2026-03-10",
    }
    return usual | changed


def test_times_come_with_an_answer_for_each(world: World) -> None:
    publish_calendar(world, FK, (at(8), at(16)))
    people = [number_of(world, FK), number_of(world, AF)]
    answer = world.api(CONVENER)(
        "GET",
        f"/common-times?people={people[0]},{people[1]}&units=psykosmottagningen"
        f"&first={DAY}&last={DAY}&limit=3",
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body = answer.json
    assert (body["people"], body["units"]) == (people, ["psykosmottagningen"])
    assert body["considered"] == 17
    assert body["without_busy"] == 1
    assert body["times"][0] == {
        "starts_at": "2026-03-24T15:00:00Z",
        "answers": ["free", "unknown", "unknown"],
    }
    assert body["times"][1]["answers"][0] == "busy"


def test_a_clinic_comes_last(world: World) -> None:
    query = "/common-times?clinic=sollentuna-mottagning&first=2026-03-10&last=2026-03-10"
    answer = world.api(CONVENER)("GET", query)
    assert answer.json["clinic"] == "sollentuna-mottagning"
    assert {tuple(one["answers"]) for one in answer.json["times"]} == {("free",)}


def test_the_association_does_not_see_which_slots_of_a_clinic_are_booked(world: World) -> None:
    query = "clinic=sollentuna-mottagning&first=2026-03-10&last=2026-03-10"
    assert world.api(ADMINISTRATOR)("GET", f"/common-times?{query}").status_code == 404
    administrator = world.client(ADMINISTRATOR)
    assert administrator.get(f"/gemensam-tid?{query}").status_code == 404
    assert 'name="clinic"' not in administrator.get("/gemensam-tid").get_data(as_text=True)
    assert 'name="clinic"' in world.client(CONVENER).get("/gemensam-tid").get_data(as_text=True)


def test_nothing_of_a_sip_is_said(world: World) -> None:
    slots = world.api(CONVENER)(
        "GET", "/common-times?clinic=sollentuna-mottagning&first=2026-03-10&last=2026-03-10"
    ).json["times"]
    booked(world, slot=datetime.fromisoformat(slots[0]["starts_at"]))
    answer = world.api(ADMINISTRATOR)(
        "GET",
        f"/common-times?people={number_of(world, CLINIC_CHIEF)}&first=2026-03-10"
        "&last=2026-03-10&limit=200",
    )
    assert "busy" in answer.get_data(as_text=True)
    for word in ("sip", "SIP", "Samverkansmöte", "title", "meeting"):
        assert word not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("people=x", 422),
        ("people=99999999", 404),
        ("units=finns-inte", 404),
        ("clinic=finns-inte", 404),
        ("people=1&minutes=5", 422),
        ("people=1&first=2025-01-01", 422),
        ("people=1&limit=0", 422),
        ("people=1&unknown=1", 422),
    ],
)
def test_bad_questions(sqlite_world: World, query: str, status: int) -> None:
    answer = sqlite_world.api(ADMINISTRATOR)("GET", f"/common-times?{query}")
    assert answer.status_code == status
    assert answer.json["status"] == status


def test_a_poll_from_question_to_choice(world: World) -> None:
    call = world.api(ADMINISTRATOR)
    made = call("POST", "/polls", json=poll(world))
    assert made.status_code == 201, made.get_data(as_text=True)
    where = made.headers["Location"].removeprefix("/api/v1")
    assert [one["starts_at"] for one in made.json["times"]] == [
        "2026-03-24T08:00:00Z",
        "2026-03-25T12:00:00Z",
    ]
    assert call("GET", "/polls").json["items"][0]["asked"] == 2
    whole = call("GET", where).json
    choice = {"time": whole["times"][1]["id"], "version": whole["version"]}
    closed = call("POST", f"{where}/choice", json=choice)
    assert closed.status_code == 200, closed.get_data(as_text=True)
    assert closed.json["state"] == "closed"
    assert [one["chosen"] for one in closed.json["times"]] == [False, True]
    assert call("POST", f"{where}/choice", json=choice).status_code == 409
    assert call("POST", f"{where}/close", json={"version": 1}).status_code == 409


def test_a_poll_closed_without_a_time(world: World) -> None:
    call = world.api(CONVENER)
    made = call("POST", "/polls", json=poll(world, kind="planning")).json
    closed = call("POST", f"/polls/{made['id']}/close", json={"version": made["version"]})
    assert closed.json["state"] == "closed"
    assert not closed.json["takes_answers"]


def test_the_same_key_asks_once(world: World) -> None:
    call = world.api(ADMINISTRATOR)
    first = call("POST", "/polls", json=poll(world), key="one")
    second = call("POST", "/polls", json=poll(world), key="one")
    assert first.json == second.json
    assert len(call("GET", "/polls").json["items"]) == 1


def test_who_may(sqlite_world: World) -> None:
    world = sqlite_world
    made = world.api(CONVENER)("POST", "/polls", json=poll(world, kind="planning")).json
    for who in (STEERING, READER, CLINIC_CHIEF, FK):
        assert world.api(who)("GET", "/polls").status_code == 403
        assert world.api(who)("GET", "/common-times?people=1").status_code == 403
        assert world.api(who)("POST", "/polls", json=poll(world)).status_code == 403
    for who in (ADMINISTRATOR, OTHER_CONVENER):
        assert world.api(who)("GET", f"/polls/{made['id']}").status_code == 404
        body = {"version": 1}
        assert world.api(who)("POST", f"/polls/{made['id']}/close", json=body).status_code == 404
    assert world.api(CONVENER)("POST", "/polls", json=poll(world)).status_code == 403
