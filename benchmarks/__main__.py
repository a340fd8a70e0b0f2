"""Run the measurements: `python -m benchmarks`, or `make bench`."""

import argparse
import sys
from collections.abc import Iterator

from benchmarks import (
    dashboard,
    databases,
    delivering,
    inviting,
    meetings,
    pages,
    report,
    reporting,
    searching,
    starting,
    sweeping,
    waiting,
)
from benchmarks.measuring import QUICK, Result, Sizes

GOALS = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12", "P14", "P15")


#: What each goal is measured by, in the order they are measured; the sweep's share a server.
MEASURES = (
    ("P12", starting.imports),
    ("P12", starting.serving),
    ("P4", waiting.backlog),
    ("P5", dashboard.dashboards),
    ("P6", pages.matrices),
    ("P7", pages.lists),
    ("P8", inviting.publishing),
    ("P9", meetings.listing),
    ("P10", delivering.delivery),
    ("P11", searching.searches),
    ("P14", reporting.papers),
    ("P15", reporting.tables),
)


def measure(goals: frozenset[str], sizes: Sizes) -> Iterator[Result]:
    """Yield the results of the goals asked for, as they come."""
    for goal, measured in MEASURES:
        if goal in goals:
            yield from measured(sizes)
    if goals & {"P1", "P2", "P3"}:
        with databases.server(sizes.memory) as prefixes:
            if "P2" in goals:
                yield from sweeping.overhead(prefixes, sizes)
            if goals & {"P1", "P3"}:
                yield from sweeping.scale(prefixes, sizes, goals)


def main() -> None:
    """Measure, show each result as it comes, and write the page after a whole full run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=GOALS, help="measure this goal; may be repeated"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="fewer rounds and a smaller large database; the page is left alone",
    )
    asked = parser.parse_args()
    sizes = QUICK if asked.quick else Sizes()
    results = []
    for one in measure(frozenset(asked.only or GOALS), sizes):
        print(report.line(one), flush=True)
        results.append(one)
    results.sort(key=lambda one: GOALS.index(one.goal))
    if not asked.quick and not asked.only:
        report.write(results, sizes)
        print(f"Written to {report.PLACE}", file=sys.stderr)


if __name__ == "__main__":
    main()
