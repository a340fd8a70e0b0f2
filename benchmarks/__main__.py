"""Run the measurements: `python -m benchmarks`, or `make bench`."""

import argparse
import sys
from collections.abc import Iterator

from benchmarks import databases, pages, report, starting, sweeping
from benchmarks.measuring import QUICK, Result, Sizes

GOALS = ("P1", "P2", "P3", "P6", "P7", "P12")


def measure(goals: frozenset[str], sizes: Sizes) -> Iterator[Result]:
    """Yield the results of the goals asked for, as they come."""
    if "P12" in goals:
        yield from starting.imports(sizes)
        yield from starting.serving(sizes)
    if "P6" in goals:
        yield from pages.matrices(sizes)
    if "P7" in goals:
        yield from pages.lists(sizes)
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
