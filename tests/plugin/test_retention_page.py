"""/gallring: what goes and when, who may decide, and small numbers of cases that are hidden."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.retention.models import RetentionHold, RetentionRule
from atagande_plugin.auth import links
from atagande_plugin.jobs.retention import retention_job
from support.followup import ask
from support.queries import count_queries
from support.retention import decide, number_of
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    READER,
    STEERING,
    World,
)

CLINIC = "sollentuna-mottagning"
RULE = {"outcome": "remove", "months": "24", "decided_on": "2026-03-02", "paragraph": "14"}


def cases(world: World, number: int) -> None:
    """Answer some enquiries in March 2026, and register one five years later."""
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    for _ in range(number):
        ask(world, CLINIC, date(2026, 3, 10), date(2026, 3, 12))
    world.now = datetime(2031, 3, 31, 8, 0, tzinfo=UTC)
    ask(world, CLINIC, date(2031, 3, 31))


def test_the_first_sentence_says_that_nothing_is_decided(sqlite_world: World) -> None:
    page = sqlite_world.client(STEERING).get("/gallring").text
    assert "Inget gallras, för styrgruppen har inte beslutat någon regel än." in page
    assert "förslag" in page
    assert "SIP-bokningar" in page


def test_the_first_sentence_says_what_goes_and_when(sqlite_world: World) -> None:
    world = sqlite_world
    with world.writer() as session:
        for who in (CONVENER, STEERING):
            links.ask_for_link(session, who, world.now)
        session.commit()
    decide(world, "sign_in", 12)
    page = world.client(ADMINISTRATOR).get("/gallring").text
    assert "1 uppgift gallras den 2 mars 2027." in page


@pytest.mark.parametrize("number", [1, 4, 30])
def test_cases_are_not_counted_out(sqlite_world: World, number: int) -> None:
    cases(sqlite_world, number)
    decide(sqlite_world, "enquiry", 24)
    page = sqlite_world.client(ADMINISTRATOR).get("/gallring").text
    assert "Visas inte" in page
    assert "uppgifter gallras den" not in page
    answer = sqlite_world.api(ADMINISTRATOR)("GET", "/retention").json
    line = next(one for one in answer["items"] if one["kind"] == "enquiry")
    assert (line["next_number"], line["decided"]) == (None, True)
    retention_job(sqlite_world.services)
    page = sqlite_world.client(ADMINISTRATOR).get("/gallring").text
    assert f">{number}<" not in page
    answer = sqlite_world.api(ADMINISTRATOR)("GET", "/retention").json
    line = next(one for one in answer["items"] if one["kind"] == "enquiry")
    assert line["removed"] is None
    with sqlite_world.services.reader() as session:
        changes = session.scalars(
            select(AuditEntry.changes).where(AuditEntry.action == "retention.removed")
        ).one()
    assert f": [null, {number}]" not in changes


def test_the_preview_says_what_would_go_before_anything_does(sqlite_world: World) -> None:
    cases(sqlite_world, 30)
    client = sqlite_world.client(STEERING)
    page = client.get("/gallring/enquiry/beslut").text
    assert "Så många skulle gallras i dag" in page
    assert ">visas inte<" in page
    assert ">30<" not in client.get("/gallring/enquiry").text


def test_the_group_decides_and_the_register_shows_it(world: World) -> None:
    group = world.client(STEERING)
    answer = group.post("/gallring/mail/beslut", RULE | {"diary_number": "2026/12"})
    assert answer.status_code == 303
    page = group.get("/gallring/mail").text
    assert "§ 14" in page
    assert "2026/12" in page
    assert "Gallras 2 år efter att det skickades" in page
    assert "2 mars 2026, § 14" in group.get("/gallring").text
    answer = group.post(
        "/gallring/mail/undantag",
        {"until": "2027-01-31", "decided_on": "2026-03-02", "paragraph": "15"},
    )
    assert answer.status_code == 303
    assert "undantag till och med" in group.get("/gallring").text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"months": "0"}, "0 månader är för kort tid."),
        ({"months": "11"}, "Skriv minst 12 månader."),
        ({"months": ""}, "hur länge handlingarna ska sparas"),
        ({"months": "många"}, ""),
        ({"paragraph": ""}, "Skriv vilken paragraf i protokollet beslutet har."),
        ({"decided_on": "2026-03-03"}, "har inte varit än"),
        ({"decided_on": ""}, ""),
        ({"outcome": "burn"}, ""),
    ],
)
def test_a_bad_decision_is_shown_again_with_what_to_do(
    sqlite_world: World, change: dict[str, str], said: str
) -> None:
    answer = sqlite_world.client(STEERING).post("/gallring/mail/beslut", RULE | change)
    assert answer.status_code in {400, 422}
    assert "Något behöver rättas" in answer.text
    assert said in answer.text
    assert number_of(sqlite_world, RetentionRule) == 0


def test_of_two_who_decide_the_same_day_the_second_is_told(sqlite_world: World) -> None:
    group = sqlite_world.client(STEERING)
    assert group.post("/gallring/mail/beslut", RULE).status_code == 303
    answer = group.post("/gallring/mail/beslut", RULE | {"months": "36"})
    assert answer.status_code == 409
    assert "redan ett beslut" in answer.text


def test_a_hold_in_the_past_is_refused(sqlite_world: World) -> None:
    answer = sqlite_world.client(STEERING).post(
        "/gallring/mail/undantag",
        {"until": "2026-03-01", "decided_on": "2026-03-02", "paragraph": "15"},
    )
    assert answer.status_code == 422
    assert number_of(sqlite_world, RetentionHold) == 0


def test_the_administrator_reads_and_does_not_decide(sqlite_world: World) -> None:
    client = sqlite_world.client(ADMINISTRATOR)
    assert "För in ett beslut" not in client.get("/gallring/mail").text
    assert client.get("/gallring/mail/beslut").status_code == 403
    assert client.post("/gallring/mail/beslut", RULE).status_code == 403


@pytest.mark.parametrize("who", [CONVENER, CLINIC_CHIEF, READER, AF])
def test_others_do_not_see_it(sqlite_world: World, who: str) -> None:
    assert sqlite_world.client(who).get("/gallring").status_code == 403
    assert sqlite_world.client(who).get("/gallring/arkivexport.zip").status_code == 403
    assert sqlite_world.api(who)("GET", "/retention").status_code == 403


def test_only_the_administrator_takes_the_archive(sqlite_world: World) -> None:
    assert "arkivexport.zip" not in sqlite_world.client(STEERING).get("/gallring").text
    assert sqlite_world.client(STEERING).get("/gallring/arkivexport.zip").status_code == 403


def test_a_kind_that_is_none_is_not_found(sqlite_world: World) -> None:
    assert sqlite_world.client(STEERING).get("/gallring/allt").status_code == 404


def test_the_pages_ask_few_questions(sqlite_lived_world: World) -> None:
    world = sqlite_lived_world
    client = world.client(STEERING)
    for path in ("/gallring", "/gallring/enquiry", "/gallring/enquiry/beslut"):
        client.get(path)
        with count_queries(world.services.engine) as asked:
            assert client.get(path).status_code == 200
        assert len(asked) <= 12, path


def test_the_log_names_what_went_and_by_which_decision(sqlite_world: World) -> None:
    cases(sqlite_world, 30)
    decide(sqlite_world, "enquiry", 24)
    retention_job(sqlite_world.services)
    sqlite_world.now += timedelta(days=1)
    page = sqlite_world.client(ADMINISTRATOR).get("/gallring").text
    assert "§ 14, 31 mars 2031" in page
    assert "Inget står i tur att gallras." in page
