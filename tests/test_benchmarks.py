"""Every measurement runs, and its candidates come to the same results. Nothing is timed here."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import benchmarks.__main__ as bench
import pytest
from benchmarks import (
    dashboard,
    databases,
    delivering,
    inviting,
    meetings,
    pages,
    report,
    searching,
    starting,
    sweeping,
    waiting,
)
from benchmarks.measuring import TINY, Result, Sizes


def by_sweeps(sizes: Sizes) -> Iterator[Result]:
    with databases.server(sizes.memory) as prefixes:
        yield from sweeping.overhead(prefixes, sizes)
        yield from sweeping.scale(prefixes, sizes, frozenset({"P1", "P3"}))


@pytest.mark.parametrize(
    ("measured", "goals"),
    [
        (by_sweeps, ["P2", "P2", "P3", "P1", "P3", "P1"]),
        (waiting.backlog, ["P4"]),
        (dashboard.dashboards, ["P5", "P5", "P5", "P5"]),
        (pages.matrices, ["P6", "P6", "P6"]),
        (pages.lists, ["P7", "P7", "P7"]),
        (inviting.publishing, ["P8"]),
        (meetings.listing, ["P9", "P9", "P9"]),
        pytest.param(delivering.delivery, ["P10"], marks=pytest.mark.smtp_allowed),
        (searching.searches, ["P11", "P11"]),
        (starting.imports, ["P12", "P12"]),
        (starting.serving, ["P12"]),
    ],
    ids=[
        "sweeps",
        "waiting",
        "dashboards",
        "matrices",
        "lists",
        "inviting",
        "meetings",
        "delivering",
        "searching",
        "imports",
        "serving",
    ],
)
def test_a_measurement_runs_and_its_candidates_agree(
    measured: Callable[[Sizes], Iterator[Result]], goals: list[str]
) -> None:
    found = list(measured(TINY))
    assert [one.goal for one in found] == goals
    assert set(goals) <= set(bench.GOALS)
    assert all(one.measured > 0 for one in found)


def test_the_page_says_which_goals_are_met_and_which_are_not(tmp_path: Path) -> None:
    met = Result("P1", "Svepet", 1.25, 1.0, medians={"stort": 12.5, "litet": 12.5})
    missed = dataclasses.replace(met, goal="P2", measured=2.0)
    place = tmp_path / "prestanda.md"
    report.write([met, missed], TINY, place)
    lines = place.read_text("utf-8").splitlines()
    row = "| P1 | Svepet | ≤ 1,25 × | 1,00 × | ja | stort 12,5 ms, litet 12,5 ms |"
    assert row in lines
    assert "| P2 | Svepet | ≤ 1,25 × | 2,00 × | **nej** |" in "\n".join(lines)
