"""Reports on the web and in the API: asked for, followed, read, downloaded and checked."""

import hashlib
from datetime import UTC, date, datetime
from http import HTTPStatus

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from atagande_agreements.reports.models import Report, ReportFile, ReportState
from atagande_plugin.reports.making import make_reports
from support.queries import count_queries
from support.world import ADMINISTRATOR, CONVENER, READER, STEERING, World

ASKED = {"period": "2026-Q1", "diary_number": "SUVS 2026/14", "language": "sv"}


@pytest.fixture
def issued(world: World) -> int:
    """The number of a report that is issued over the first quarter."""
    world.now = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)
    world.client(STEERING).post("/rapporter", ASKED)
    assert make_reports(world.services) == {"issued": 1, "failed": 0}
    with world.services.reader() as session:
        return session.scalars(select(Report.id)).one()


def test_the_group_asks_for_a_report_and_sees_it_made_and_issued(world: World) -> None:
    world.now = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)
    group = world.client(STEERING)
    page = group.get("/rapporter").text
    assert "Gör en rapport" in page
    assert "Inga mejl skickas" in page
    answer = group.post("/rapporter", ASKED)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    address = answer.headers["Location"]
    waiting = group.get(address).text
    assert "Rapporten väntar på sin tur." in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    assert make_reports(world.services) == {"issued": 1, "failed": 0}
    page = group.get(address).text
    assert "Uppföljning första kvartalet 2026" in page
    assert "SUVS 2026/14" in page
    assert "meta http-equiv" not in page
    assert "Hämta PDF" in page


def test_a_report_tells_how_far_it_has_come(world: World) -> None:
    world.client(STEERING).post("/rapporter", ASKED)
    with world.writer() as session:
        report = session.scalars(select(Report)).one()
        report.state, report.progress = ReportState.MAKING, 35
        report.held_by, report.held_until = "someone", world.now
        session.commit()
        number = report.id
    reader = world.client(READER)
    assert "35 procent" in reader.get(f"/rapporter/{number}").text
    piece = reader.get(f"/rapporter/{number}/lage")
    assert '<progress max="100" value="35"' in piece.text
    assert "HX-Refresh" not in piece.headers


def test_the_page_that_looks_again_is_told_when_it_is_over(world: World, issued: int) -> None:
    answer = world.client(READER).get(f"/rapporter/{issued}/lage")
    assert answer.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "csv"])
def test_a_file_comes_byte_for_byte_as_it_was_issued(world: World, issued: int, kind: str) -> None:
    answer = world.client(READER).get(f"/rapporter/{issued}/fil/{kind}")
    with world.services.reader() as session:
        kept = session.scalars(select(ReportFile).where(ReportFile.format == kind)).one()
        assert hashlib.sha256(answer.data).hexdigest() == kept.sha256
    assert f"uppfoljning-2026-Q1-{issued}.{kind}" in answer.headers["Content-Disposition"]
    assert answer.headers["Repr-Digest"].startswith("sha-256=:")


def test_the_checksums_are_counted_anew_when_somebody_asks(world: World, issued: int) -> None:
    page = world.client(READER).get(f"/rapporter/{issued}/kontroll").text
    assert "Alla filer är exakt som de utfärdades." in page
    assert page.count("Stämmer") == 3


def test_a_file_that_was_tampered_with_is_told(world: World, issued: int) -> None:
    with world.services.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE report_file DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER report_file_no_update"))
        connection.execute(
            text("UPDATE report_file SET content = :other WHERE format = 'csv'"),
            {"other": b"something else"},
        )
    page = world.client(READER).get(f"/rapporter/{issued}/kontroll").text
    assert "Minst en fil är inte som den utfärdades." in page
    assert "Stämmer inte" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"period": "2019-Q2"}, "slutar före överenskommelsens första dag"),
        ({"period": "2026-Q3"}, "har inte börjat än"),
        ({"period": ""}, "vilken period"),
        ({"period": "2026-Q7"}, "vilken period"),
        ({"first": "2026-02-01", "last": ""}, "vilken period"),
        ({"first": "2026-03-01", "last": "2026-02-01"}, "före den första"),
        ({"first": "igår", "last": "2026-02-01"}, "ÅÅÅÅ-MM-DD"),
        ({"first": "2026-01-01", "last": "9999-12-31"}, "10 år"),
        ({"language": "fi"}, "Välj ett av alternativen"),
        ({"diary_number": "x" * 41}, "för lång"),
    ],
)
def test_what_no_report_can_be_over_is_refused_with_words_and_kept_in_the_form(
    world: World, changes: dict[str, str], said: str
) -> None:
    answer = world.client(STEERING).post("/rapporter", ASKED | changes)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.text
    assert "error-summary" in answer.text
    with world.services.reader() as session:
        assert session.scalars(select(Report.id)).all() == []


def test_two_dates_of_ones_own_make_a_period(world: World) -> None:
    world.client(ADMINISTRATOR).post(
        "/rapporter", ASKED | {"first": "2026-01-15", "last": "2026-02-20"}
    )
    with world.services.reader() as session:
        report = session.scalars(select(Report)).one()
    assert (report.first_on, report.last_on) == (date(2026, 1, 15), date(2026, 2, 20))
    assert report.title == "Uppföljning 15 januari–20 februari 2026"


def test_the_same_report_is_made_once_at_a_time(world: World) -> None:
    group = world.client(STEERING)
    group.post("/rapporter", ASKED)
    answer = world.client(ADMINISTRATOR).post("/rapporter", ASKED)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "görs redan" in answer.text
    with world.services.reader() as session:
        assert len(session.scalars(select(Report.id)).all()) == 1


@pytest.mark.parametrize("who", [READER, CONVENER])
def test_others_read_reports_but_have_none_made(world: World, issued: int, who: str) -> None:
    reader = world.client(who)
    assert "Gör en rapport" not in reader.get("/rapporter").text
    assert reader.get(f"/rapporter/{issued}").status_code == HTTPStatus.OK
    assert reader.post("/rapporter", ASKED).status_code == HTTPStatus.FORBIDDEN


def test_a_later_report_stands_beside_the_one_that_it_replaces(world: World, issued: int) -> None:
    group = world.client(STEERING)
    answer = group.post("/rapporter", ASKED)
    make_reports(world.services)
    later = group.get(answer.headers["Location"]).text
    assert f"ersätter rapport {issued}" in later
    earlier = group.get(f"/rapporter/{issued}").text
    assert "En senare rapport över samma period" in earlier
    assert f"ersätter nr {issued}" in group.get("/rapporter").text


def test_a_report_that_could_not_be_made_says_so_and_is_made_again(world: World) -> None:
    group = world.client(STEERING)
    address = group.post("/rapporter", ASKED).headers["Location"]
    with world.writer() as session:
        report = session.scalars(select(Report)).one()
        report.state, report.fault = ReportState.FAILED, "stopped"
        session.commit()
    assert "gick inte att göra" in group.get(address).text
    assert group.post(f"{address}/igen", {}).status_code == HTTPStatus.SEE_OTHER
    assert make_reports(world.services) == {"issued": 1, "failed": 0}
    assert group.post(f"{address}/igen", {}).status_code == HTTPStatus.CONFLICT


@pytest.mark.parametrize("path", ["", "/lage", "/fil/pdf", "/kontroll", "/fil/exe", "/fil/PDF"])
def test_what_is_no_report_is_not_found(world: World, path: str) -> None:
    assert world.client(STEERING).get(f"/rapporter/77{path}").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("path", ["", "/{number}", "/{number}/kontroll", "/{number}/fil/pdf"])
def test_a_page_of_reports_asks_the_database_little(world: World, issued: int, path: str) -> None:
    for _ in range(3):
        world.client(STEERING).post("/rapporter", ASKED)
        make_reports(world.services)
    reader = world.client(STEERING)
    with count_queries(world.services.engine) as sent:
        answer = reader.get(f"/rapporter{path.format(number=issued)}")
    assert answer.status_code == HTTPStatus.OK
    assert len(sent) <= 12


def test_a_report_shows_in_the_reader_s_language(world: World, issued: int) -> None:
    reader = world.client(READER)
    reader.client.set_cookie("lang", "en")
    assert '<html lang="en"' in reader.get(f"/rapporter/{issued}").text


def test_an_issued_report_can_t_be_changed_even_by_hand(world: World, issued: int) -> None:
    for statement in (
        "UPDATE report SET diary_number = 'another'",
        "DELETE FROM report",
        "UPDATE report_file SET sha256 = sha256",
        "DELETE FROM report_file",
    ):
        with (
            world.services.engine.connect() as connection,
            pytest.raises(DatabaseError, match=r"append|never|change"),
        ):
            connection.execute(text(statement))
    with world.services.reader() as session:
        assert session.get_one(Report, issued).diary_number == "SUVS 2026/14"


def test_the_api_asks_for_a_report_follows_it_and_fetches_its_files(world: World) -> None:
    world.now = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)
    call = world.api(STEERING)
    made = call("POST", "/reports", json={"period": "2026-Q1", "diary_number": "7/26"})
    assert made.status_code == HTTPStatus.CREATED
    assert made.json["state"] == "queued"
    address = made.headers["Location"].removeprefix("/api/v1")
    assert call("GET", address).json["contents"] is None
    make_reports(world.services)
    reader = world.api(READER)
    whole = reader("GET", address).json
    assert whole["state"] == "issued"
    assert whole["contents"]["overview"]["obligations"] == 93
    assert [one["format"] for one in whole["files"]] == ["pdf", "xlsx", "csv"]
    for one in whole["files"]:
        answer = reader("GET", f"{address}/files/{one['format']}")
        assert hashlib.sha256(answer.data).hexdigest() == one["sha256"]
        assert len(answer.data) == one["size"]
    assert [one["id"] for one in reader("GET", "/reports").json["items"]] == [whole["id"]]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"period": "2019-Q1"}, "report_before_agreement"),
        ({"period": "2027"}, "report_not_begun"),
        ({}, "report_period"),
        ({"first": "2026-03-01", "last": "2026-02-01"}, "report_span"),
        ({"first": "2019-10-25", "last": "2030-01-01"}, "report_too_long"),
    ],
)
def test_the_api_refuses_what_no_report_can_be_over(
    world: World, asked: dict[str, str], code: str
) -> None:
    answer = world.api(STEERING)("POST", "/reports", json=asked)
    assert (answer.status_code, answer.json["code"]) == (HTTPStatus.UNPROCESSABLE_ENTITY, code)


def test_the_api_lets_others_read_but_not_ask(world: World, issued: int) -> None:
    call = world.api(READER)
    assert call("GET", f"/reports/{issued}").status_code == HTTPStatus.OK
    assert call("POST", "/reports", json={"period": "2026-Q1"}).status_code == HTTPStatus.FORBIDDEN
    assert call("GET", "/reports/77").status_code == HTTPStatus.NOT_FOUND
    assert call("GET", f"/reports/{issued}/files/doc").status_code == HTTPStatus.NOT_FOUND
