"""The dossier's scenarios 2, 3, 6 and 7, as the steering group sees them in the follow-up."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.commitments.models import Occurrence, Status
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.sweep import sweep
from support.followup import CLINICS, ask, of_enquiries, sweep_now
from support.meetings import FOUR, NEXT_YEAR, decide_network, hold
from support.world import STEERING, World


def followed(world: World, period: str) -> Any:
    """Return the follow-up of a period, as the API gives it."""
    return world.api(STEERING)("GET", f"/agreements/sgi0/followup?period={period}").json


def of_clause(found: Any, key: str) -> dict[str, str]:
    """Return the status of each party by one commitment."""
    return {one["party"]: one["status"] for one in found["cells"] if one["commitment"] == key}


def number_of_deviations(world: World) -> int:
    with world.writer() as session:
        return session.scalar(select(func.count()).select_from(Deviation)) or 0


def test_scenario_2_without_an_answer_time_nobody_is_judged(world: World) -> None:
    """P3 has no svarstid: all its cells read Ej bedömbart, whatever the dates."""
    for year, month in ((2025, 1), (2025, 11), (2026, 2)):
        ask(world, CLINICS[0], date(year, month, 7))
    world.now = datetime(2026, 12, 1, 8, tzinfo=UTC)
    sweep_now(world)
    for period in ("2025", "2026", "2026-Q1", "2025-11-03--2026-02-15"):
        found = followed(world, period)
        assert of_clause(found, "P3") == dict.fromkeys(CLINICS, "not_assessable")
        missing = {one["key"]: one for one in found["missing"]}
        assert missing["answer_days"]["obligations"] == len(CLINICS)
        page = world.client(STEERING).get(f"/uppfoljning?period={period}").text
        link = r'href="/overenskommelsen/parameter/answer_days"'
        assert re.search(link, page), "straight to where it is decided"
    assert number_of_deviations(world) == 0


def test_scenario_3_a_decision_never_reaches_back(world: World) -> None:
    """P3 is set to 10 working days from 2026-02-01: what was sent on 01-31 stays unjudged."""
    ask(world, CLINICS[0], date(2026, 1, 31))
    decided = {
        "value": "10",
        "decided_on": "2026-02-01",
        "valid_from": "2026-02-01",
        "paragraph": "12",
    }
    answer = world.client(STEERING).post("/overenskommelsen/parameter/answer_days/beslut", decided)
    assert answer.status_code == 303
    ask(world, CLINICS[1], date(2026, 2, 2))
    world.now = datetime(2026, 6, 1, 8, tzinfo=UTC)
    sweep_now(world)
    with world.writer() as session:
        rows = session.scalars(of_enquiries().order_by(Occurrence.event_on)).all()
        assert [row.status for row in rows] == [Status.NOT_ASSESSABLE, Status.NOT_MET]
    assert number_of_deviations(world) == 1
    assert set(of_clause(followed(world, "2025"), "P3").values()) == {"not_assessable"}
    quarter = of_clause(followed(world, "2026-Q1"), "P3")
    assert quarter[CLINICS[0]] == "not_assessable"
    assert quarter[CLINICS[1]] == "not_met"


@pytest.mark.parametrize(("required", "status"), [("4", "not_met"), ("3", "met")])
def test_scenario_6_the_requirement_decides_what_three_of_four_is(
    world: World, required: str, status: str
) -> None:
    decide_network(world, attendance=required)
    hold(world, FOUR, {FOUR[2]: ["fk"]})
    sweep(world.writer, NEXT_YEAR)
    world.now = NEXT_YEAR
    found = of_clause(followed(world, "2026"), "A2")
    assert found.pop("fk") == status
    assert set(found.values()) == {"met"}
    assert number_of_deviations(world) == (1 if status == "not_met" else 0)


def test_scenario_7_a_meeting_that_was_not_held_is_the_conveners(world: World) -> None:
    decide_network(world)
    hold(world, FOUR[:3])
    sweep(world.writer, NEXT_YEAR)
    world.now = NEXT_YEAR
    found = followed(world, "2026")
    statuses = of_clause(found, "A2")
    assert statuses.pop("forbundet") == "not_met"
    assert set(statuses.values()) == {"met"}
    assert {one["party"] for one in found["cells"] if one["has_deviation"]} == {"forbundet"}
