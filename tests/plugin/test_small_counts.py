"""Small numbers of people's cases, and single cases, are shown to the party itself alone."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.commitments.models import Commitment, Obligation
from atagande_agreements.filing import Shown, Told, report
from atagande_agreements.followup.figures import read
from atagande_agreements.followup.period import Period
from atagande_agreements.parties.models import Organisation
from atagande_plugin.figures import publish_job
from support.booking import booked
from support.followup import ask, sweep_now
from support.queries import count_queries
from support.referrals import ALL, decide_all, register, steps
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

ASSOCIATION = (ADMINISTRATOR, STEERING, READER)
OTHERS = (*ASSOCIATION, OTHER_CONVENER, FK)
AUGUST = datetime(2026, 8, 31, 8, 0, tzinfo=UTC)
OCCURRENCES = "/agreements/sgi0/commitments/{}/occurrences"
WITHHELD = "Enskilda ärenden visas bara för parten själv."
#: What the steering group decides for the half-year to be judged.
DECIDED = {"K4": ("letters_share", "90"), "K5": ("first_meeting_share", "90")}
COUNTED = ("K4", "K5", "K8")
HIDDEN = (None, None, None)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def tell(world: World, key: str, counted: int, total: int, organisation: str) -> None:
    """Let a half-year of a municipality end with some counts, and be judged."""
    if key in DECIDED:
        world.decide(*DECIDED[key], date(2026, 1, 2))
    else:
        world.decide("unclear_means", "När det inte står i intyget.", date(2026, 1, 2))
    world.now = AUGUST
    with world.writer() as session:
        obligation = session.scalars(
            select(Obligation)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .join(Organisation, Organisation.id == Obligation.organisation_id)
            .where(Commitment.key == key, Organisation.key == organisation)
        ).one()
        last = date(2026, 6, 30)
        report(
            session,
            obligation=obligation,
            origin="period:2026-H1",
            event_on=last,
            shown=Shown(counted=counted, total=total),
            told=Told("test:1", last, world.person(session, CONVENER)),
            now=world.now,
        )
        session.commit()
    sweep_now(world)


def counts_in(world: World, who: str, key: str) -> list[tuple[Any, ...]]:
    """Return the counts of Upplands Väsby's or the clinic's first half-year in the API."""
    items = world.api(who)("GET", OCCURRENCES.format(key)).json["items"]
    return [
        (one["counted"], one["total"], one["unknown"])
        for one in items
        if one["event_on"] == "2026-06-30"
        and "upplands-vasby" in (one["party"]["organisation"], one["party"]["unit"])
    ]


def deviation_of(world: World, who: str, key: str) -> Any:
    """Return the whole of a commitment's only deviation in the API."""
    call = world.api(who)
    items = call("GET", "/deviations?limit=100").json["items"]
    (number,) = [
        one["id"]
        for one in items
        if one["commitment"] == key and one["party"]["organisation"] != "sollentuna"
    ][:1]
    return call("GET", f"/deviations/{number}").json


@pytest.mark.parametrize("key", COUNTED)
@pytest.mark.parametrize(("counted", "total"), [(1, 3), (6, 9), (3, 12)])
def test_others_see_no_small_count_of_cases(
    sqlite_world: World, key: str, counted: int, total: int
) -> None:
    world = sqlite_world
    tell(world, key, counted, total, "upplands-vasby")
    number = deviation_of(world, ADMINISTRATOR, key)["id"]
    paths = (f"/overenskommelsen/{key}", f"/avvikelser/{number}")
    for who in OTHERS:
        assert counts_in(world, who, key) == [HIDDEN], who
        whole = deviation_of(world, who, key)
        assert (whole["counted"], whole["total"]) == (None, None), who
        for path in paths:
            assert f"{counted} av {total}" not in text_of(world.client(who).get(path)), who
    assert counts_in(world, CONVENER, key) == [(counted, total, 0)]
    whole = deviation_of(world, CONVENER, key)
    assert (whole["counted"], whole["total"]) == (counted, total)
    for path in paths:
        assert f"{counted} av {total}" in text_of(world.client(CONVENER).get(path))


@pytest.mark.parametrize("key", COUNTED)
def test_larger_counts_of_cases_are_not_told_here_either(sqlite_world: World, key: str) -> None:
    """They have one home, where they are published by quarter: two could be subtracted."""
    tell(sqlite_world, key, 6, 12, "upplands-vasby")
    assert counts_in(sqlite_world, CONVENER, key) == [(6, 12, 0)]
    for who in OTHERS:
        assert counts_in(sqlite_world, who, key) == [HIDDEN], who
        page = text_of(sqlite_world.client(who).get(f"/overenskommelsen/{key}"))
        assert "6 av 12" not in page, who
        assert "antalen står under Uppföljning" in page, who


def test_the_decided_limit_is_what_counts(sqlite_world: World) -> None:
    world = sqlite_world
    for _ in range(6):
        ask(world, "sollentuna-mottagning", date(2026, 3, 2))
    world.now = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
    publish_job(world.services)

    def asked() -> tuple[int | None, bool]:
        period = Period.parse("2026-Q1")
        with world.services.reader() as session:
            agreement = world.agreement(session)
            total = read(session, agreement, period, today=world.now.date()).total("enquiries")
            assert total is not None
            return total.value, total.is_small

    path = "/uppfoljning?period=2026-Q1"
    assert asked() == (6, False)
    assert "Förfrågningar till mottagningen 6" in text_of(world.client(READER).get(path))
    world.decide("small_number_limit", "10", date(2026, 5, 4))
    publish_job(world.services)
    assert asked() == (None, True)
    assert "Förfrågningar till mottagningen 6" not in text_of(world.client(READER).get(path))


def test_certificates_are_summed_for_the_clinic_alone(sqlite_world: World) -> None:
    world = sqlite_world
    world.decide("certificate_share", "90", date(2026, 1, 2))
    world.now = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
    form = {"lacking": "20", "completed": "7", "version": "0"}
    path = "/lakarintyg/sollentuna-mottagning/2026-H1"
    for who, received in ((CONVENER, "31"), (OTHER_CONVENER, "26")):
        sent = world.client(who).post(f"{path}/rapport", form | {"received": received})
        assert sent.status_code == 303
    world.now = AUGUST
    sweep_now(world)

    def seen(who: str) -> list[tuple[Any, ...]]:
        items = world.api(who)("GET", OCCURRENCES.format("P2")).json["items"]
        return [
            (one["counted"], one["total"])
            for one in items
            if one["party"]["unit"] == "sollentuna-mottagning" and one["event_on"] == "2026-06-30"
        ]

    for who in (*OTHERS, CONVENER):
        assert seen(who) == [(None, None)], who
        assert "17 av 57" not in text_of(world.client(who).get("/overenskommelsen/P2")), who
    assert seen(CLINIC_CHIEF) == [(17, 57)]
    assert "17 av 57" in text_of(world.client(CLINIC_CHIEF).get("/overenskommelsen/P2"))


def test_a_clinics_sum_is_published_whole_or_not_at_all(sqlite_world: World) -> None:
    world = sqlite_world
    world.now = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
    path = "/lakarintyg/{}/2026-H1"
    for clinic, few in (("sollentuna-mottagning", "2"), ("psykosmottagningen", "6")):
        for who, received, lacking in ((CONVENER, "31", "8"), (OTHER_CONVENER, "16", few)):
            form = {"received": received, "lacking": lacking, "completed": "0", "version": "0"}
            sent = world.client(who).post(f"{path.format(clinic)}/rapport", form)
            assert sent.status_code == 303
    known, open_ = path.format("sollentuna-mottagning"), path.format("psykosmottagningen")
    assert re.search(r"Tillsammans – – – ", text_of(world.client(READER).get(open_)))
    world.now = datetime(2026, 8, 3, 8, 0, tzinfo=UTC)
    publish_job(world.services)
    for who in (*ASSOCIATION, CONVENER, OTHER_CONVENER):
        # Ten lacked it; who had eight of them would know of two.
        assert re.search(r"Tillsammans – – – ", text_of(world.client(who).get(known))), who
        assert re.search(r"Tillsammans 47 14 0 ", text_of(world.client(who).get(open_))), who
    assert re.search(r"Tillsammans 47 10 0 ", text_of(world.client(CLINIC_CHIEF).get(known)))
    listed = text_of(world.client(READER).get("/lakarintyg?period=2026-H1"))
    assert re.search(r"47 14 0 70 %", listed)


def numbers_in_matrix(world: World, who: str, key: str, party: str) -> tuple[Any, Any]:
    rows = world.api(who)("GET", "/agreements/sgi0/matrix?period=2026").json["rows"]
    ((met, due),) = [
        (cell["met"], cell["due"])
        for row in rows
        if row["commitment"] == key
        for cell in row["cells"]
        if cell["party"]["organisation"] == party and cell["party"]["unit"] is None
    ]
    return met, due


def cell_of(page: str, key: str, party: str) -> str:
    found = re.search(rf'<a class="cell" href="[^"]*/{key}\?part={party}[^"]*">(.*?)</a>', page)
    assert found is not None
    return re.sub(r"<[^>]+>", " ", found[1])


def one_by_one(world: World, who: str, key: str) -> int:
    return len(world.api(who)("GET", OCCURRENCES.format(key)).json["items"])


def assert_withheld(world: World, who: str, key: str, party: str) -> None:
    """Check that someone is told how a party stands, and nothing of its cases."""
    visitor = world.client(who)
    page = text_of(visitor.get(f"/overenskommelsen/{key}?part={party}"))
    assert WITHHELD in page, who
    assert " 1/1 " not in page, who
    assert "Bedömt med" not in page, who
    assert "/1" not in cell_of(visitor.get("/matris").text, key, party), who
    listed = visitor.get(f"/parter/{party}").text
    (row,) = re.findall(rf'<tr><th scope="row"><a [^>]*>{key} .*?</tr>', listed, re.DOTALL)
    assert "1/1" not in row, who
    assert numbers_in_matrix(world, who, key, party) == (None, None), who
    assert one_by_one(world, who, key) == 0, who


def assert_shown(world: World, who: str, key: str, party: str) -> None:
    visitor = world.client(who)
    page = text_of(visitor.get(f"/overenskommelsen/{key}?part={party}"))
    assert WITHHELD not in page, who
    assert " 1/1 " in page, who
    assert "Bedömt med" in page, who
    assert "1/1" in cell_of(visitor.get("/matris").text, key, party), who
    assert "1/1" in visitor.get(f"/parter/{party}").text, who
    assert numbers_in_matrix(world, who, key, party) == (1, 1), who
    assert one_by_one(world, who, key) == 1, who


def test_a_referral_is_only_the_partys_own_to_see(sqlite_world: World) -> None:
    decide_all(sqlite_world)
    number = register(sqlite_world)
    steps(sqlite_world, number, **ALL)
    for who in (*OTHERS, CONVENER):
        assert_withheld(sqlite_world, who, "AF1", "af")
    assert_shown(sqlite_world, AF, "AF1", "af")


def test_a_sip_is_only_the_partys_own_to_see(sqlite_world: World) -> None:
    world = sqlite_world
    number = booked(world)
    world.now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    form = {"result": "held", "actual_minutes": "55", "version": "1"}
    assert world.client(CONVENER).post(f"/sip/{number}/efterat", form).status_code == 303
    for who in (*OTHERS, AF):
        assert_withheld(world, who, "A6", "upplands-vasby")
        assert (
            "SIP "
            not in text_of(world.client(who).get("/overenskommelsen/A7"))
            .split("Tillfällen")[-1]
            .split(WITHHELD)[0]
        ), who
    assert_shown(world, CONVENER, "A6", "upplands-vasby")


def test_neither_many_cases_nor_each_of_them_is_told_beside_the_published(
    sqlite_world: World,
) -> None:
    decide_all(sqlite_world)
    for _ in range(5):
        steps(sqlite_world, register(sqlite_world), **ALL)
    for who in OTHERS:
        assert numbers_in_matrix(sqlite_world, who, "AF1", "af") == (None, None), who
        assert "5/5" not in cell_of(sqlite_world.client(who).get("/matris").text, "AF1", "af")
        page = text_of(sqlite_world.client(who).get("/overenskommelsen/AF1"))
        assert " 5/5 " not in page
        assert WITHHELD in page
        assert one_by_one(sqlite_world, who, "AF1") == 0
    assert numbers_in_matrix(sqlite_world, AF, "AF1", "af") == (5, 5)
    assert one_by_one(sqlite_world, AF, "AF1") == 5


@pytest.mark.parametrize(
    "path", ["/overenskommelsen/AF1", "/overenskommelsen/K5", "/matris", "/parter/af"]
)
def test_the_pages_keep_to_their_queries(sqlite_world: World, path: str) -> None:
    decide_all(sqlite_world)
    for _ in range(3):
        steps(sqlite_world, register(sqlite_world), **ALL)
    for who in (ADMINISTRATOR, AF, CONVENER):
        visitor = sqlite_world.client(who)
        with count_queries(sqlite_world.services.engine) as queries:
            assert visitor.get(path).status_code == 200
        assert len(queries) <= 12
