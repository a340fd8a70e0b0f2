"""The API: the whole chain, who may do what, replays, and what bad input is answered with."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.sweep import sweep
from atagande_calendar.sip.models import Sip
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CLINIC_CHIEF,
    OTHER_CONVENER,
    READER,
    STEERING,
    World,
)

Call = Callable[..., Any]
ENQUIRY = {
    "unit": "sollentuna-mottagning",
    "reference": "K7M2-Q9XA",
    "sent_on": "2026-03-30",
    "channel": "letter",
    "addressee": "clinic",
}
DECISION = {
    "value": "10",
    "valid_from": "2026-02-01",
    "decided_on": "2026-01-20",
    "paragraph": "12",
}
ANSWER_DAYS = "/agreements/sgi0/parameters/answer_days"


def problem(answer: Any, status: int) -> dict[str, Any]:
    """Check that an answer is a problem with this status; give its body."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    body: dict[str, Any] = answer.get_json()
    assert body["status"] == status
    assert body["title"]
    assert body["next_step"]
    return body


def count(world: World, table: Any) -> int:
    with world.services.reader() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def people(call: Call) -> list[int]:
    return [one["id"] for one in call("GET", "/people").get_json()["items"]]


def first_slot(call: Call, clinic: str = "sollentuna-mottagning") -> str:
    slots: list[str] = call("GET", f"/clinics/{clinic}/slots").get_json()["items"]
    return slots[0]


def booking(call: Call) -> dict[str, Any]:
    return {
        "unit": "sollentuna-mottagning",
        "slot": first_slot(call),
        "people": [],
        "requested_on": "2026-03-01",
        "consent": True,
        "purpose_ready": True,
    }


def test_the_chain_from_a_decision_to_a_closed_deviation(world: World) -> None:
    steering, convener = world.api(STEERING), world.api(CONVENER)
    decided = steering("POST", f"{ANSWER_DAYS}/decisions", json=DECISION)
    assert decided.status_code == 201
    assert decided.headers["Location"] == f"/api/v1{ANSWER_DAYS}"
    assert steering("GET", ANSWER_DAYS).get_json() == decided.get_json()
    assert decided.get_json()["value"] == "10"
    assert decided.get_json()["decisions"][0]["paragraph"] == "§ 12"

    world.now = datetime(2026, 3, 30, 9, tzinfo=UTC)
    made = convener("POST", "/enquiries", json=ENQUIRY)
    assert made.status_code == 201
    enquiry = made.get_json()
    # Good Friday and Easter Monday are no working days.
    assert (enquiry["status"], enquiry["due_on"]) == ("pending", "2026-04-15")
    assert enquiry["registered_at"] == "2026-03-30T09:00:00Z"
    where = made.headers["Location"].removeprefix("/api/v1")
    assert convener("GET", where).get_json() == enquiry

    world.now = datetime(2026, 4, 15, 22, 30, tzinfo=UTC)
    assert sweep(world.writer, world.now).deviations_opened == 1
    late = convener("GET", where).get_json()
    assert late["status"] == "not_met"
    path = f"/deviations/{late['deviation']}"
    found = steering("GET", path).get_json()
    assert (found["state"], found["commitment"]) == ("open", "P3")
    # The party sees the day of its case; the group, which judges it, only the quarter.
    own = world.api(CLINIC_CHIEF)("GET", path).get_json()
    assert (own["event_on"], own["due_on"]) == ("2026-03-30", "2026-04-15")
    assert (found["event_on"], found["due_on"]) == ("2026-01-01", None)
    assert found["judged_by"]["value"] == "10"

    close = {"paragraph": "20", "decided_on": "2026-04-15", "note": "Klart.", "version": 1}
    assert problem(steering("POST", f"{path}/close", json=close), 409)["code"] == "not_heard"
    reply = {"text": "Brevet blev liggande.", "version": found["version"]}
    replied = world.api(CLINIC_CHIEF)("POST", f"{path}/reply", json=reply).get_json()
    assert replied["state"] == "replied"
    assert replied["steps"][0]["by"] == "Enhetschef"
    assert problem(steering("POST", f"{path}/close", json=close), 409)["code"] == "stale"
    closed = steering("POST", f"{path}/close", json=close | {"version": replied["version"]})
    assert closed.status_code == 200
    assert closed.get_json()["state"] == "closed"
    assert closed.get_json()["steps"][-1]["paragraph"] == "§ 20"

    # How many cases there were is the party's to see; how it stands is everyone's.
    for reader, number in ((world.api(CLINIC_CHIEF), (0, 1)), (steering, (None, None))):
        matrix = reader("GET", "/agreements/sgi0/matrix?period=2026").get_json()
        assert sum(matrix["counts"].values()) == matrix["obligations"] == 93
        assert sum(len(row["cells"]) for row in matrix["rows"]) == 93
        cells = [
            (one["status"], (one["met"], one["due"]))
            for row in matrix["rows"]
            if row["commitment"] == "P3"
            for one in row["cells"]
            if one["party"]["unit"] == "sollentuna-mottagning"
        ]
        assert cells == [("not_met", number)]


def test_an_answer_in_time_keeps_the_commitment(sqlite_world: World) -> None:
    world = sqlite_world
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.now = datetime(2026, 4, 15, 9, tzinfo=UTC)
    convener = world.api(CONVENER)
    made = convener("POST", "/enquiries", json=ENQUIRY).get_json()
    path = f"/enquiries/{made['id']}/answer"
    answer = {"answered_on": "2026-04-15", "version": made["version"]}
    kept = convener("POST", path, json=answer).get_json()
    assert (kept["status"], kept["answered_on"]) == ("met", "2026-04-15")
    assert convener("GET", "/enquiries?waiting=true").get_json()["items"] == []


def test_the_agreement_shows_28_commitments_and_93_obligations(sqlite_world: World) -> None:
    call = sqlite_world.api(READER)
    lines = call("GET", "/agreements").get_json()["items"]
    assert [one["key"] for one in lines] == ["sgi0"]
    whole = call("GET", "/agreements/sgi0").get_json()
    assert (whole["commitments"], whole["obligations"]) == (28, 93)
    assert (whole["valid_from"], whole["valid_to"]) == ("2019-10-25", None)
    assert any(one["missing"] for one in whole["sections"])
    clauses = call("GET", "/agreements/sgi0/commitments?limit=200").get_json()
    assert len(clauses["items"]) == 28
    assert clauses["next"] is None
    open_ones = call("GET", "/agreements/sgi0/parameters?limit=200").get_json()["items"]
    assert all(one["value"] is None for one in open_ones)
    problem(call("GET", "/agreements/nothing"), 404)
    problem(call("GET", "/agreements/sgi0/matrix?period=1999"), 404)


def test_lists_are_read_part_by_part(sqlite_world: World) -> None:
    call = sqlite_world.api(READER)
    seen: list[str] = []
    after: int | None = 0
    while after is not None:
        body = call("GET", f"/agreements/sgi0/commitments?limit=9&after={after}").get_json()
        assert len(body["items"]) <= 9
        seen += [one["key"] for one in body["items"]]
        after = body["next"]
    assert len(seen) == len(set(seen)) == 28
    errors = problem(call("GET", "/agreements?limit=201&sort=key"), 422)["errors"]
    assert set(errors) == {"limit", "sort"}


def test_a_network_meeting_is_planned_and_published(world: World) -> None:
    admin, reader = world.api(ADMINISTRATOR), world.api(READER)
    plan = {
        "title": "Nätverksmöte",
        "starts_at": "2026-03-24T09:00:00+01:00",
        "minutes": 120,
        "place": "Demogatan 4",
        "people": people(admin)[:3],
    }
    made = admin("POST", "/meetings", json=plan)
    assert made.status_code == 201
    draft = made.get_json()
    assert (draft["state"], draft["starts_at"]) == ("draft", "2026-03-24T08:00:00Z")
    assert draft["asked"] == len(draft["invitations"]) == 3
    problem(reader("GET", f"/meetings/{draft['id']}"), 404)
    assert count(world, OutboxMessage) == 0

    publish = {"version": draft["version"]}
    sent = admin("POST", f"/meetings/{draft['id']}/publish", json=publish).get_json()
    assert (sent["state"], sent["queued"]) == ("published", 3)
    assert reader("GET", "/meetings").get_json()["items"][0]["id"] == draft["id"]
    lines = admin("GET", "/outbox?state=queued").get_json()["items"]
    assert [one["kind"] for one in lines] == ["invitation"] * 3
    assert not {"payload", "raw"} & lines[0].keys()


def test_a_sip_is_booked_and_the_loser_is_offered_the_next_slots(world: World) -> None:
    call, other = world.api(CONVENER), world.api(OTHER_CONVENER)
    wanted = booking(call)
    made = call("POST", "/sips", json=wanted)
    assert made.status_code == 201, made.get_json()
    sip = made.get_json()
    assert sip["starts_at"] == wanted["slot"]
    assert sip["minutes"] == 60
    assert len(sip["invitations"]) == 2
    lost = problem(other("POST", "/sips", json=wanted), 409)
    assert lost["code"] == "slot_taken"
    assert len(lost["free"]) == 3
    assert all(moment.endswith("Z") for moment in lost["free"])
    assert count(world, Sip) == 1
    # Only those who hold the case, and the clinic that is called.
    path = f"/sips/{sip['id']}"
    assert call("GET", path).status_code == 200
    assert world.api(CLINIC_CHIEF)("GET", path).status_code == 200
    problem(other("GET", path), 404)
    problem(world.api(OTHER_CLINIC_CHIEF)("GET", path), 404)
    for outsider in (ADMINISTRATOR, STEERING, READER):
        problem(world.api(outsider)("GET", path), 403)
    assert world.api(ADMINISTRATOR)("GET", "/outbox").get_json()["items"] == []


def test_75_minutes_is_refused_and_60_is_not(sqlite_world: World) -> None:
    call = sqlite_world.api(CONVENER)
    wanted = booking(call)
    assert problem(call("POST", "/sips", json=wanted | {"minutes": 75}), 422)["title"].startswith(
        "Högst 60 minuter"
    )
    assert problem(call("POST", "/sips", json=wanted | {"consent": False}), 422)
    assert count(sqlite_world, Sip) == count(sqlite_world, OutboxMessage) == 0
    assert call("POST", "/sips", json=wanted | {"minutes": 60}).status_code == 201


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        (ADMINISTRATOR, "GET", "/enquiries", 403),
        (STEERING, "GET", "/sips", 403),
        (ADMINISTRATOR, "POST", f"{ANSWER_DAYS}/decisions", 403),
        (CLINIC_CHIEF, "POST", f"{ANSWER_DAYS}/decisions", 403),
        (STEERING, "POST", "/meetings", 403),
        (READER, "GET", "/outbox", 403),
        (CLINIC_CHIEF, "POST", "/sips", 403),
        (CONVENER, "POST", "/deviations/1/close", 403),
        (STEERING, "POST", "/deviations/1/reply", 403),
        (FK, "GET", "/deviations", 200),
        (AF, "GET", "/enquiries", 200),
    ],
)
def test_each_role_reaches_its_own(
    sqlite_world: World, who: str, method: str, path: str, status: int
) -> None:
    answer = sqlite_world.api(who)(method, path, json={} if method == "POST" else None)
    assert answer.status_code == status
    if status == 403:
        assert problem(answer, 403)["code"] == "forbidden"


def test_an_enquiry_is_seen_only_by_who_asked_and_who_is_asked(sqlite_world: World) -> None:
    made = sqlite_world.api(CONVENER)(
        "POST", "/enquiries", json=ENQUIRY | {"sent_on": "2026-03-02"}
    )
    path = made.headers["Location"].removeprefix("/api/v1")
    assert sqlite_world.api(CLINIC_CHIEF)("GET", path).status_code == 200
    for stranger in (OTHER_CONVENER, OTHER_CLINIC_CHIEF, AF):
        problem(sqlite_world.api(stranger)("GET", path), 404)
        assert sqlite_world.api(stranger)("GET", "/enquiries").get_json()["items"] == []
    problem(sqlite_world.api(CLINIC_CHIEF)("POST", "/enquiries", json=ENQUIRY), 403)


def test_only_the_party_itself_replies(sqlite_world: World) -> None:
    world = sqlite_world
    world.decide("answer_days", "1", date(2026, 3, 1))
    world.api(CONVENER)("POST", "/enquiries", json=ENQUIRY | {"sent_on": "2026-03-02"})
    world.now = datetime(2026, 3, 10, 9, tzinfo=UTC)
    sweep(world.writer, world.now)
    number = world.api(STEERING)("GET", "/deviations").get_json()["items"][0]["id"]
    reply = {"text": "Vi svarar.", "version": 1}
    problem(world.api(OTHER_CLINIC_CHIEF)("POST", f"/deviations/{number}/reply", json=reply), 404)


def test_without_a_token_nothing_is_said(sqlite_world: World) -> None:
    client = sqlite_world.app.test_client()
    for headers in ({}, {"Authorization": "Bearer atg_wrong"}, {"Authorization": "Basic x"}):
        answer = client.get("/api/v1/agreements", headers=headers)
        assert problem(answer, 401)["code"] == "sign_in_needed"
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_replay_gets_the_same_answer_and_does_nothing_more(world: World) -> None:
    call = world.api(CONVENER)
    sent = ENQUIRY | {"sent_on": "2026-03-02"}
    first = call("POST", "/enquiries", json=sent, key="once")
    before = count(world, AuditEntry)
    again = call("POST", "/enquiries", json=sent, key="once")
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.content_type == first.content_type
    assert count(world, Enquiry) == 1
    assert count(world, AuditEntry) == before
    other = sent | {"reference": "K7M2-Q9XB"}
    assert problem(call("POST", "/enquiries", json=other, key="once"), 409)["code"] == (
        "idempotency_key_reused"
    )
    # The key is each caller's own.
    assert (
        world.api(OTHER_CONVENER)("POST", "/enquiries", json=other, key="once").status_code == 201
    )


def test_a_refused_call_leaves_its_key_free(sqlite_world: World) -> None:
    call = sqlite_world.api(CONVENER)
    problem(call("POST", "/enquiries", json=ENQUIRY | {"sent_on": "2027-01-01"}, key="k"), 422)
    sent = ENQUIRY | {"sent_on": "2026-03-02"}
    assert call("POST", "/enquiries", json=sent, key="k").status_code == 201


def test_a_post_without_a_key_is_refused(sqlite_world: World) -> None:
    client = sqlite_world.app.test_client()
    headers = {"Authorization": f"Bearer {sqlite_world.token(CONVENER)}"}
    answer = client.post("/api/v1/enquiries", json=ENQUIRY, headers=headers)
    assert problem(answer, 400)["code"] == "idempotency_key_missing"
    assert count(sqlite_world, Enquiry) == 0


@pytest.mark.parametrize("body", [b"{", b"[]", b"3", b'"x"', b"\xff", b"null"])
def test_a_body_that_is_no_object_is_refused(sqlite_world: World, body: bytes) -> None:
    client = sqlite_world.app.test_client()
    headers = {
        "Authorization": f"Bearer {sqlite_world.token(CONVENER)}",
        "Idempotency-Key": "k",
        "Content-Type": "application/json",
    }
    answer = client.post("/api/v1/enquiries", data=body, headers=headers)
    assert problem(answer, 400)["code"] == "json"


def test_a_moment_without_its_offset_is_refused(sqlite_world: World) -> None:
    call = sqlite_world.api(CONVENER)
    body = problem(call("POST", "/sips", json=booking(call) | {"slot": "2026-03-03T09:00"}), 422)
    assert "tidszon" in body["errors"]["slot"]
    assert problem(call("GET", "/clinics/psykosmottagningen/slots?after=2026-03-03T09:00:00"), 422)
    far = booking(call) | {"slot": "9999-12-31T23:59:59-12:00"}
    assert "slot" in problem(call("POST", "/sips", json=far), 422)["errors"]


@pytest.mark.parametrize(
    "body",
    [
        ENQUIRY | {"reference": "19811218-9876"},
        ENQUIRY | {"extra": "811218-9876"},
        ENQUIRY | {"extra": {"deep": [198112189876]}},
        ENQUIRY | {"8112189876": "x"},
    ],
)
def test_a_personal_number_is_refused_wherever_it_stands(
    sqlite_world: World, body: dict[str, Any]
) -> None:
    answer = sqlite_world.api(CONVENER)("POST", "/enquiries", json=body)
    assert problem(answer, 422)["code"] == "personal_number"
    assert "9876" not in answer.get_data(as_text=True)
    assert count(sqlite_world, Enquiry) == 0


def test_a_personal_number_in_an_address_is_refused(sqlite_world: World) -> None:
    call = sqlite_world.api(CONVENER)
    assert problem(call("GET", "/agreements/19811218-9876"), 422)["code"] == "personal_number"
    assert problem(call("GET", "/enquiries?waiting=811218-9876"), 422)["code"] == "personal_number"


@pytest.mark.parametrize("path", ["/enquiries/99999999999999999999", "/deviations/0", "/x"])
def test_what_can_not_exist_is_not_found(sqlite_world: World, path: str) -> None:
    problem(sqlite_world.api(CONVENER)("GET", path), 404)


def test_each_unknown_or_missing_field_is_named(sqlite_world: World) -> None:
    answer = sqlite_world.api(CONVENER)("POST", "/enquiries", json={"unit": "", "name": "x"})
    errors = problem(answer, 422)["errors"]
    assert set(errors) == {"unit", "name", "reference", "sent_on", "channel", "addressee"}


def test_problems_are_in_the_language_of_the_caller(sqlite_world: World) -> None:
    call = sqlite_world.api(READER)
    assert problem(call("GET", "/agreements/nothing"), 404)["title"] == (
        "Sidan eller uppgiften finns inte."
    )


def test_a_nul_in_any_text_is_refused(world: World) -> None:
    call = world.api(CONVENER)
    sent = ENQUIRY | {"sent_on": "2026-03-02"}
    for field in ("unit", "reference"):
        answer = call("POST", "/enquiries", json=sent | {field: "A\x00BC"})
        assert problem(answer, 422)["code"] == "nul_character"
    for path in ("/clinics/a%00b/slots", "/agreements/a%00b", "/enquiries?waiting=%00"):
        problem(call("GET", path), 422)
    # A backslash before it makes it plain text.
    decision = DECISION | {"value": "\\u0000", "decided_on": "2026-02-01"}
    path = "/agreements/sgi0/parameters/steering_members/decisions"
    assert world.api(STEERING)("POST", path, json=decision).status_code == 201
