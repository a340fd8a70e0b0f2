"""A party's page: what it promised, what is asked now, what comes, and how it has gone."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from atagande_agreements.commitments.models import Commitment, Obligation
from atagande_agreements.followup.status import STATUSES
from atagande_agreements.parties.models import Organisation
from atagande_agreements.sweep import sweep
from support.followup import ask
from support.queries import count_queries
from support.world import AF, CLINIC_CHIEF, CONVENER, READER, STEERING, World

PARTIES = (
    "forbundet",
    "af",
    "fk",
    "sollentuna",
    "upplands-vasby",
    "sigtuna",
    "psykiatri-nordvast",
    "sollentuna-mottagning",
)


def text_of(answer: object) -> str:
    return re.sub(r"\s+", " ", answer.text)  # type: ignore[attr-defined]  # a response


def followed(world: World) -> None:
    """Let a half-year pass in which nobody reports anything."""
    world.decide("service_count", "1", date(2026, 2, 1))
    world.decide("activity_measure", "Antal", date(2026, 2, 1))
    world.decide("answer_days", "10", date(2026, 2, 1))
    sweep(world.writer, world.now)
    world.now = datetime(2026, 7, 6, 8, tzinfo=UTC)
    ask(world, "sollentuna-mottagning", date(2026, 5, 4))
    sweep(world.writer, world.now)


def test_a_party_sees_what_is_asked_of_it_and_where_to_say_it(sqlite_world: World) -> None:
    followed(sqlite_world)
    page = text_of(sqlite_world.client(CONVENER).get("/parter/upplands-vasby"))
    assert "Första halvåret 2026. Rapportera senast torsdag 30 juli 2026." in page
    assert 'href="/redovisning"' in page
    other = text_of(sqlite_world.client(AF).get("/parter/upplands-vasby"))
    assert "Första halvåret 2026. Rapportera senast torsdag 30 juli 2026." in other
    assert 'class="button" href="/redovisning"' not in other


def test_what_nobody_reported_in_time_says_so(sqlite_world: World) -> None:
    followed(sqlite_world)
    sqlite_world.now = datetime(2026, 8, 10, 8, tzinfo=UTC)
    sweep(sqlite_world.writer, sqlite_world.now)
    page = text_of(sqlite_world.client(CONVENER).get("/parter/upplands-vasby"))
    assert "Första halvåret 2026. Ej rapporterat." in page


def test_a_clinic_sees_its_deviation_and_its_clauses(sqlite_world: World) -> None:
    followed(sqlite_world)
    page = text_of(sqlite_world.client(CLINIC_CHIEF).get("/parter/sollentuna-mottagning"))
    assert "Avvikelse A-1" in page
    assert "väntar på partens yttrande" in page
    assert "Mottagningen svarar så fort den kan" in page
    assert "Psykiatri Nordväst, stycket efter punkt 2, mening 2" in page
    assert "HEMLIG" not in page


@pytest.mark.parametrize("key", PARTIES)
def test_a_partys_status_counts_add_up_to_its_obligations(sqlite_world: World, key: str) -> None:
    followed(sqlite_world)
    page = text_of(sqlite_world.client(READER).get(f"/parter/{key}"))
    table = page[page.index("Vad parten har lovat") :]
    summary = table[: table.index("<table")]
    counts = [int(number) for number in re.findall(r"</span> (\d+)", summary)]
    rows = table.count('<tr><th scope="row">')
    assert sum(counts) == rows
    with sqlite_world.writer() as session:
        owed = session.scalars(
            select(Obligation.id)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .join(Obligation.organisation)
            .where(Organisation.key == key)
        ).all()
    assert rows == len(owed) or key == "sollentuna-mottagning"
    assert len(counts) <= len(STATUSES)


@pytest.mark.parametrize("path", ["/parter/finns-inte", "/parter/sigtuna?avtal=annat"])
def test_what_does_not_exist_is_not_found(sqlite_world: World, path: str) -> None:
    assert sqlite_world.client(READER).get(path).status_code == 404


def test_a_partys_page_keeps_to_its_queries(world: World) -> None:
    followed(world)
    visitor = world.client(STEERING)
    for key in PARTIES:
        with count_queries(world.services.engine) as queries:
            assert visitor.get(f"/parter/{key}").status_code == 200
        assert len(queries) <= 12


def test_the_start_page_asks_for_what_is_missing(sqlite_world: World) -> None:
    followed(sqlite_world)
    page = text_of(sqlite_world.client("enhetschef@upplandsvasby.example").get("/"))
    assert "2 rapporter saknas" in page
    assert "K1 Aktivt arbete med målgruppen, K3 Förrehabiliterande insatser" in page
    assert "Senast torsdag 30 juli 2026." in page
