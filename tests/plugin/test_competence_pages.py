"""The pages of competence and the same through the API."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence, Status
from atagande_agreements.competence.models import CompetenceName, CompetenceReport
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.sweep import sweep
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    READER,
    STEERING,
    World,
)

SIGTUNA = "enhetschef@sigtuna.example"
PATH = "/kompetens/sigtuna-ek/medical_certificates"


@pytest.fixture
def decided(world: World) -> World:
    """Valid for 24 months, and 80 percent, from January 2026."""
    world.decide("training_validity_months", "24", date(2026, 1, 1))
    world.decide("training_share", "80", date(2026, 1, 1))
    return world


def report(world: World, trained: int, *, who: str = SIGTUNA, **changes: Any) -> Any:
    data = {
        "as_of": "2026-03-02",
        "staff": "20",
        "version": "0",
        "trained_on": ["2025-05-01", ""],
        "people": [str(trained), ""],
    }
    return world.client(who).post(PATH, data | changes)


def half_year(world: World, key: str = "K2a", party: str = "sigtuna") -> Occurrence:
    with world.services.reader() as session:
        return session.scalars(
            select(Occurrence)
            .join(Obligation, Obligation.id == Occurrence.obligation_id)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .where(
                Commitment.key == key,
                Obligation.organisation.has(key=party),
                Occurrence.origin == "period:2026-H1",
            )
        ).one()


def deviations(world: World) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(Deviation)) or 0


def test_scenario_18_sigtuna_reports_12_of_20_and_then_16(decided: World) -> None:
    assert report(decided, 12).status_code == 303
    page = decided.client(SIGTUNA).get("/kompetens").text
    assert "12 av 20 (60 %)" in page
    assert "Ej uppfyllt" in page
    assert deviations(decided) == 0
    decided.now += timedelta(days=1)
    sweep(decided.writer, decided.now)
    assert (half_year(decided).status, deviations(decided)) == (Status.NOT_MET, 1)
    assert report(decided, 16, as_of="2026-03-03", version="1").status_code == 303
    assert "16 av 20 (80 %)" in decided.client(ADMINISTRATOR).get("/kompetens").text
    assert half_year(decided).status is Status.MET
    # Expired training leaves the count.
    decided.now = datetime(2027, 5, 2, 8, tzinfo=UTC)
    assert "0 av 20 (0 %)" in decided.client(ADMINISTRATOR).get("/kompetens").text


def test_still_right_files_the_same_rows_as_of_today(decided: World) -> None:
    report(decided, 16)
    decided.now += timedelta(days=30)
    page = decided.client(SIGTUNA).get(PATH).text
    assert "Stämmer fortfarande" in page
    assert decided.client(SIGTUNA).post(f"{PATH}/stammer", {"version": "1"}).status_code == 303
    with decided.services.reader() as session:
        rows = session.scalars(select(CompetenceReport).order_by(CompetenceReport.number)).all()
        assert [(one.as_of, one.trained, one.staff) for one in rows] == [
            (date(2026, 3, 2), 16, 20),
            (date(2026, 4, 1), 16, 20),
        ]


def test_the_form_is_filled_in_with_the_last_report(decided: World) -> None:
    report(decided, 16)
    page = decided.client(SIGTUNA).get(PATH).text
    assert 'value="2025-05-01"' in page
    assert re.search(r'name="people" value="16"', page)
    assert re.search(r'name="staff" value="20"', page)
    assert re.search(r'name="version" value="1"', page)


def test_what_runs_out_within_90_days_is_told(decided: World) -> None:
    report(decided, 16, trained_on=["2024-05-01", "2024-07-01"], people=["3", "4"])
    page = decided.client(READER).get("/kompetens").text
    assert "3 utbildningar gäller till och med 1 maj 2026." in page
    assert "1 juli 2026" not in page


def test_what_is_undecided_is_said_and_nothing_is_judged(world: World) -> None:
    report(world, 12)
    page = world.client(READER).get("/kompetens").text
    assert "varken beslutat hur länge" in page
    assert "12 utbildade av 20" in page
    assert "Ej bedömbart" in page
    assert half_year(world).status is Status.NOT_ASSESSABLE


@pytest.mark.parametrize(
    ("who", "status"),
    [(ADMINISTRATOR, 403), (STEERING, 403), (READER, 403), (CONVENER, 403), (CLINIC_CHIEF, 404)],
)
def test_only_the_units_chief_reaches_its_report(
    sqlite_world: World, who: str, status: int
) -> None:
    visitor = sqlite_world.client(who)
    assert visitor.get(PATH).status_code == status
    assert report(sqlite_world, 12, who=who).status_code == status
    assert visitor.post(f"{PATH}/stammer", {"version": "0"}).status_code == status
    with sqlite_world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(CompetenceReport)) == 0


def test_of_two_who_report_at_once_one_wins_and_the_other_sees_what_came(world: World) -> None:
    assert report(world, 12).status_code == 303
    loser = report(world, 16)
    assert loser.status_code == 409
    assert "12 utbildade av 20" in loser.text
    assert re.search(r'name="people" value="16"', loser.text)
    assert re.search(r'name="version" value="1"', loser.text)


NAMED: dict[str, Any] = {
    "name": ["Ann-Sofi Berg", "BK", ""],
    "trained_on": ["2025-05-01", "2025-09-01", ""],
    "people": ["", "", ""],
}


def test_names_are_seen_by_the_units_own_chief_and_nobody_else(decided: World) -> None:
    assert report(decided, 0, **NAMED).status_code == 303
    own = decided.client(SIGTUNA)
    assert "Ann-Sofi Berg" in own.get(PATH).text
    assert "Ann-Sofi Berg" in own.get("/kompetens/mina-uppgifter.csv").text
    for who in (ADMINISTRATOR, STEERING, READER, CONVENER, FK, CLINIC_CHIEF):
        visitor = decided.client(who)
        page = visitor.get("/kompetens").text
        assert "Ann-Sofi" not in page
        assert "2 av 20 (10 %)" in page
        assert "Ann-Sofi" not in visitor.get("/kompetens/mina-uppgifter.csv").text
        assert "Ann-Sofi" not in decided.api(who)("GET", "/competence/shares").text
    assert "Ann-Sofi" not in decided.api(SIGTUNA)("GET", "/competence/reports").text
    # Without names the next report forgets them.
    assert report(decided, 2, version="1").status_code == 303
    with decided.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(CompetenceName)) == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"as_of": "2026-03-03"}, "det datumet har inte varit än"),
        ({"as_of": "2019-10-24"}, "före överenskommelsens första dag"),
        ({"staff": "11"}, "12 är utbildade, men personalen är 11."),
        ({"staff": "-1"}, "Värdet är för litet"),
        ({"staff": "många"}, "Skriv ett heltal"),
        ({"trained_on": ["2026-03-03", ""]}, "senare än dagen som uppgifterna gäller"),
        ({"trained_on": ["i våras", ""]}, "Rad 1 går inte att läsa"),
        ({"people": ["", ""]}, "Rad 1 går inte att läsa"),
        ({"people": ["0", ""]}, "Rad 1 går inte att läsa"),
        ({"name": ["19900101-2389", ""]}, "ser ut som ett personnummer"),
    ],
)
def test_a_fault_is_named_and_what_was_written_stays(
    sqlite_world: World, changes: dict[str, Any], said: str
) -> None:
    refused = report(sqlite_world, 12, **changes)
    assert refused.status_code == 422
    assert said in refused.text
    with sqlite_world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(CompetenceReport)) == 0


def test_the_page_takes_few_queries_however_much_is_reported(decided: World) -> None:
    report(decided, 16)
    for who in (SIGTUNA, ADMINISTRATOR):
        visitor = decided.client(who)
        with count_queries(decided.services.engine) as queries:
            assert visitor.get("/kompetens").status_code == 200
        assert len(queries) <= 12
    with count_queries(decided.services.engine) as queries:
        decided.client(SIGTUNA).get(PATH)
    assert len(queries) <= 18


def test_the_page_shows_one_party_at_a_time_if_asked(decided: World) -> None:
    page = decided.client(READER).get("/kompetens?part=fk").text
    rows = re.findall(r'<th scope="row">([^<]*)</th>', page)
    assert rows == ["Försäkringskassan, Stockholms län nord"] or len(rows) == 1


def test_the_api_reports_and_gives_the_shares(decided: World) -> None:
    api = decided.api(SIGTUNA)
    body = {
        "place": "sigtuna-ek",
        "subject": "medical_certificates",
        "as_of": "2026-03-02",
        "staff": 20,
        "trained": [{"trained_on": "2025-05-01", "people": 12}],
        "version": 0,
    }
    made = api("POST", "/competence/reports", json=body)
    assert made.status_code == 201
    assert api("GET", made.headers["Location"].removeprefix("/api/v1")).json == made.json
    assert [one["number"] for one in api("GET", "/competence/reports").json["items"]] == [1]
    stale = api("POST", "/competence/reports", json=body | {"staff": 21})
    assert (stale.status_code, stale.json["code"]) == (409, "stale")
    foreign = decided.api(CLINIC_CHIEF)
    assert foreign("POST", "/competence/reports", json=body).status_code == 404
    assert foreign("GET", made.headers["Location"].removeprefix("/api/v1")).status_code == 404
    assert decided.api(READER)("POST", "/competence/reports", json=body).status_code == 403
    shares = decided.api(READER)("GET", "/competence/shares").json["items"]
    (share,) = [
        one for one in shares if (one["organisation"], one["commitment"]) == ("sigtuna", "K2a")
    ]
    assert (share["counted"], share["total"], share["required_share"]) == (12, 20, 80)
    assert share["status"] == "not_met"
    assert [(one["valid"], one["share"]) for one in share["places"]] == [(12, 60)]
