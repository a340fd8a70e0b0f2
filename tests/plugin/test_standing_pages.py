"""The pages of self-reports and of services, as each party meets them."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.standing.models import PreparatoryService, SelfReport
from atagande_plugin.figures import publish_job
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CONVENER,
    READER,
    STEERING,
    World,
)

WORK = "/redovisning/arbete/2026-H1"
NOT_SHOWN = "Antal som är små, eller inte publicerade än, visas inte."
YES = {
    "works": "yes",
    "people": "40",
    "women": "3",
    "men": "37",
    "rehabilitated": "12",
    "comment": "Två nya grupper startade",
    "reported_on": "2026-07-06",
    "revision": "0",
}
SERVICE = {
    "name": "Gröna gruppen",
    "purpose": "Rutiner i vardagen.",
    "place": "Demogatan 4",
    "contact": "Samordnaren på enheten",
    "valid_from": "2026-01-01",
    "valid_to": "",
    "version": "0",
}


@pytest.fixture
def july(world: World) -> World:
    return _in_july(world)


@pytest.fixture
def sqlite_july(sqlite_world: World) -> World:
    return _in_july(sqlite_world)


def _in_july(world: World) -> World:
    """Monday 6 July 2026: the first half-year is over, and its reports may come until the 30th."""
    day = date(2026, 2, 1)
    world.decide("activity_measure", "Antal i målgruppen", day)
    world.decide("service_count", "1", day)
    world.decide("unclear_means", "Osäkert om personen klarar insatsen", day)
    world.now = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
    return world


def send(world: World, who: str = CONVENER, path: str = WORK, **changes: str) -> Any:
    return world.client(who).post(path, YES | changes)


def publish(world: World) -> None:
    """Let the time to report the half-year run out, and its figures be published."""
    world.now = datetime(2026, 8, 3, 8, 0, tzinfo=UTC)
    publish_job(world.services)


def count(world: World, table: Any = SelfReport) -> int:
    with world.services.reader() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def test_the_page_says_how_much_to_report_and_until_when(july: World) -> None:
    page = july.client(CONVENER).get("/redovisning").text
    assert "Ni har 3 redovisningar att lämna. Sista dag är torsdag 30 juli 2026." in page
    assert "första halvåret 2026" in page
    assert WORK in page


def test_a_report_takes_one_form_and_is_then_told_to_all(july: World) -> None:
    answer = send(july)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/redovisning")
    page = july.client(CONVENER).get("/redovisning").text
    assert "Redovisningen är lämnad." not in page  # said once, to the one who sent it
    assert "Ni har 2 redovisningar att lämna." in page
    assert "Målgruppen: 40 personer. 3 kvinnor. 37 män. 12 har nått rehabilitering." in page


@pytest.mark.parametrize("who", [OTHER_CONVENER, ADMINISTRATOR, STEERING, READER, CLINIC_CHIEF])
def test_others_see_no_small_numbers_nor_what_gives_them_away(july: World, who: str) -> None:
    send(july)
    assert "40 personer" not in july.client(who).get("/redovisning").text
    publish(july)
    page = july.client(who).get("/redovisning").text
    assert f"Målgruppen: 40 personer. 12 har nått rehabilitering. {NOT_SHOWN}" in page
    assert "3 kvinnor" not in page
    assert "37 män" not in page


def test_a_small_target_group_is_only_said_to_be_small(july: World) -> None:
    send(july, people="4", women="4", men="0", rehabilitated="2")
    publish(july)
    page = july.client(STEERING).get("/redovisning").text
    assert f"Målgruppen: färre än 5 personer. {NOT_SHOWN}" in page
    assert "4 kvinnor" not in page


def test_the_form_is_filled_from_last_time(july: World) -> None:
    send(july)
    july.now = datetime(2027, 1, 11, 8, 0, tzinfo=UTC)
    page = july.client(CONVENER).get("/redovisning/arbete/2026-H2").text
    assert "Formuläret är ifyllt från första halvåret 2026." in page
    assert re.search(r'name="people" value="40"', page)
    assert re.search(r'name="reported_on" value="2027-01-11"', page)
    assert re.search(r'value="yes" checked', page)
    assert "Två nya grupper" not in page


def test_a_correction_keeps_what_was_said_before(july: World) -> None:
    send(july)
    july.now = datetime(2026, 7, 7, 8, 0, tzinfo=UTC)
    assert send(july, people="41", men="38", revision="1").status_code == 303
    page = july.client(CONVENER).get(WORK).text
    assert "Målgruppen: 41 personer" in page
    assert "Målgruppen: 40 personer" in page
    assert "Rättat." in july.client(READER).get("/redovisning").text


def test_the_second_of_two_at_once_sees_what_the_first_said(july: World) -> None:
    send(july)
    late = july.client("enhetschef@upplandsvasby.example").post(WORK, YES | {"works": "no"})
    assert late.status_code == 409
    assert "Det här har hänt sedan du öppnade sidan:" in late.text
    assert "Ja, aktivt arbete." in late.text
    # What was written is kept, and can be sent again knowing what it changes.
    assert re.search(r'value="no" checked', late.text)
    assert 'name="revision" value="1"' in late.text
    assert count(july) == 1


def test_the_same_form_twice_is_one_report(july: World) -> None:
    send(july)
    assert send(july).status_code == 303
    assert count(july) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"works": ""}, "Svaret saknas."),
        ({"women": "4"}, "Delarna blir fler än hela målgruppen, 40 personer."),
        ({"rehabilitated": "41"}, "Delarna blir fler"),
        ({"people": ""}, "Ni har skrivit delar men inte hur många målgruppen är."),
        ({"people": "-1"}, "Värdet är för litet."),
        ({"people": "många"}, "Skriv ett heltal."),
        ({"reported_on": "2026-07-07"}, "det datumet har inte varit än"),
        ({"reported_on": "2025-12-31"}, "ligger före periodens första dag"),
        ({"comment": "Gäller 19811218-9876"}, "personnummer"),
    ],
)
def test_what_is_wrong_is_said_by_the_field_and_nothing_is_kept(
    sqlite_july: World, changes: dict[str, str], said: str
) -> None:
    answer = send(sqlite_july, **changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Något behöver rättas" in answer.text
    assert count(sqlite_july) == 0


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        (CLINIC_CHIEF, WORK, 404),
        (FK, WORK, 404),
        (ADMINISTRATOR, WORK, 404),
        (STEERING, WORK, 403),
        (READER, WORK, 403),
        (CONVENER, "/redovisning/styrgruppsmoten/2026", 404),
        (CONVENER, "/redovisning/arbete/2027-H1", 404),
        (CONVENER, "/redovisning/arbete/2019-H2", 404),
        (CONVENER, "/redovisning/annat/2026-H1", 404),
    ],
)
def test_only_the_party_that_owes_a_report_reaches_its_form(
    sqlite_july: World, who: str, path: str, status: int
) -> None:
    visitor = sqlite_july.client(who)
    assert visitor.get(path).status_code == status
    assert visitor.post(path, YES).status_code == status
    assert count(sqlite_july) == 0


def test_the_administrator_reports_the_years_meetings(july: World) -> None:
    path = "/redovisning/styrgruppsmoten/2026"
    visitor = july.client(ADMINISTRATOR)
    assert "Räkna alla möten under året" in visitor.get(path).text
    sent = visitor.post(path, {"number": "3", "reported_on": "2026-07-06", "revision": "0"})
    assert sent.status_code == 303
    page = july.client(READER).get("/redovisning?period=2026").text
    assert "3 möten med målgruppen på dagordningen." in page


def test_a_list_of_services_is_confirmed_and_counted(july: World) -> None:
    path = "/redovisning/insatser/2026-H1"
    visitor = july.client(CONVENER)
    visitor.post("/insatser", SERVICE)
    assert "Gröna gruppen" in visitor.get(path).text
    report = {"reported_on": "2026-07-06", "revision": "0"}
    refused = visitor.post(path, report)
    assert refused.status_code == 422
    assert visitor.post(path, report | {"confirmed": "1"}).status_code == 303
    assert "1 gällande insats." in july.client(READER).get("/redovisning").text


def test_cases_left_unasked_are_hidden_from_others_when_few(july: World) -> None:
    path = "/redovisning/uteblivna-fragor/2026-H1"
    sent = july.client(CONVENER).post(
        path, {"number": "2", "reported_on": "2026-07-06", "revision": "0"}
    )
    assert sent.status_code == 303
    assert "2 frågor uteblev." in july.client(CONVENER).get("/redovisning").text
    assert "Antalet är inte publicerat än." in july.client(ADMINISTRATOR).get("/redovisning").text
    publish(july)
    assert "Färre än 5 frågor uteblev." in july.client(ADMINISTRATOR).get("/redovisning").text


def test_after_the_time_is_over_a_report_may_be_seen_but_not_changed(july: World) -> None:
    send(july)
    july.now = datetime(2026, 8, 3, 8, 0, tzinfo=UTC)
    page = july.client(CONVENER).get(WORK).text
    assert "tiden att rätta den har gått ut" in page
    assert 'name="works"' not in page
    answer = send(july, works="no", revision="1")
    assert answer.status_code == 409
    assert "Tiden att rätta redovisningen gick ut" in answer.text


def test_a_missed_half_year_can_be_reported_afterwards(july: World) -> None:
    july.now = datetime(2026, 8, 3, 8, 0, tzinfo=UTC)
    page = july.client(CONVENER).get("/redovisning").text
    assert "kom inte in i tid. Ni kan redovisa de" in page
    assert "Redovisa i efterhand" in page
    assert "bättre att svara sent än inte alls" in july.client(CONVENER).get(WORK).text
    assert send(july).status_code == 303


def test_a_page_asks_the_database_little_whatever_there_is(sqlite_july: World) -> None:
    for who in (CONVENER, OTHER_CONVENER, "enhetschef@sigtuna.example"):
        send(sqlite_july, who)
        sqlite_july.client(who).post("/insatser", SERVICE)
    visitor = sqlite_july.client(CONVENER)
    for path in ("/redovisning", WORK, "/redovisning/insatser/2026-H1", "/insatser"):
        with count_queries(sqlite_july.services.engine) as asked:
            assert visitor.get(path).status_code == 200
        assert len(asked) <= 12, (path, asked)


def test_an_empty_page_says_what_will_be_there(sqlite_july: World) -> None:
    page = sqlite_july.client(READER).get("/redovisning").text
    assert "Ingen part har redovisat något än." in page
    assert "Ingen redovisning än" in page
    assert "Ingen insats på listan än" in sqlite_july.client(READER).get("/insatser").text


def test_everyone_reads_the_services_and_the_municipality_keeps_its_own(july: World) -> None:
    visitor = july.client(CONVENER)
    assert visitor.post("/insatser", SERVICE).status_code == 303
    page = july.client(READER).get("/insatser?part=upplands-vasby").text
    assert "Gröna gruppen" in page
    assert "Lägg till insats" not in page
    assert july.client(OTHER_CONVENER).get("/insatser/1").status_code == 404
    assert july.client(OTHER_CONVENER).post("/insatser/1", SERVICE).status_code == 404
    changed = visitor.post("/insatser/1", SERVICE | {"valid_to": "2026-07-20", "version": "1"})
    assert changed.status_code == 303
    assert "Går snart ut" in visitor.get("/insatser").text
    july.now = datetime(2026, 7, 21, 8, 0, tzinfo=UTC)
    visitor = july.client(CONVENER)  # the first session has ended
    assert "Gröna gruppen" not in visitor.get("/insatser").text
    assert "Gröna gruppen" in visitor.get("/insatser?visa=avslutade").text


@pytest.mark.parametrize("who", [CLINIC_CHIEF, FK])
def test_only_a_municipality_has_a_list(sqlite_july: World, who: str) -> None:
    visitor = sqlite_july.client(who)
    assert visitor.get("/insatser/ny").status_code == 403
    assert visitor.post("/insatser", SERVICE).status_code == 403
    assert count(sqlite_july, PreparatoryService) == 0


def test_a_visitor_without_an_account_sees_nothing(sqlite_july: World) -> None:
    for path in ("/redovisning", "/insatser"):
        assert sqlite_july.client().get(path).status_code == 302


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"valid_to": "2025-12-31"}, 422, "ligger före första dagen"),
        ({"name": ""}, 422, "Fyll i det här fältet."),
        ({"contact": "19811218-9876"}, 422, "personnummer"),
        ({"contact": "Fråga Nils Brandel"}, 422, "Kontakten är en person."),
        ({"contact": "samordnare@sollentuna.example"}, 422, "Kontakten är en person."),
        ({}, 409, "Ni har redan en insats som heter Gröna gruppen"),
    ],
)
def test_a_service_that_cannot_be_is_refused(
    sqlite_july: World, changes: dict[str, str], status: int, said: str
) -> None:
    visitor = sqlite_july.client(CONVENER)
    visitor.post("/insatser", SERVICE)
    answer = visitor.post("/insatser", SERVICE | changes)
    assert answer.status_code == status
    assert said in answer.text
    assert count(sqlite_july, PreparatoryService) == 1


def test_an_old_page_of_a_service_shows_what_the_list_says_now(july: World) -> None:
    visitor = july.client(CONVENER)
    visitor.post("/insatser", SERVICE)
    visitor.post("/insatser/1", SERVICE | {"place": "Demogatan 9", "version": "1"})
    late = visitor.post("/insatser/1", SERVICE | {"place": "Demogatan 7", "version": "1"})
    assert late.status_code == 409
    assert "Så här står det på listan nu:" in late.text
    assert "Demogatan 9" in late.text
