"""Shows the results, and writes them to docs/prestanda.md."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import Result, Sizes

PLACE = Path(__file__).parents[1] / "docs" / "prestanda.md"

_TEXT = """# Prestanda

Den här sidan skrivs av `make bench`. Målen är kvoter inom en körning: kandidaterna turas om och
varje tal är medianen av {rounds} varv. Ett tal visas bara om kandidaterna gjorde samma sak: samma
rader skrivna, samma antal rader visade. Lita på kvoterna mer än på millisekunderna.

Svepet och utskicket mäts i förfluten tid med beständiga skrivningar, resten i processortid. Indico
går inte att köra bredvid: P9:s gränser är det antal hello som en åttondel och en femtiondel av dess
uppmätta tider motsvarar.

## Resultat

{table}

## Maskinen

| | |
|---|---|
| Dag | {day:%Y-%m-%d} |
| Processor | {processor}, {cores} kärnor |
| System | {system} |
| Python | {python} |
"""


def _number(value: float) -> str:
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{digits}f}".replace(".", ",")


def line(one: Result) -> str:
    """Return a result as a row of the table."""
    medians = ", ".join(
        f"{name} {_number(value)} {one.detail_unit}" for name, value in one.medians.items()
    )
    met = "ja" if one.met else "**nej**"
    limit, measured = _number(one.limit), _number(one.measured)
    return (
        f"| {one.goal} | {one.what} | ≤ {limit} {one.unit} | {measured} {one.unit} | {met} "
        f"| {medians} |"
    )


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [row.partition(":")[2].strip() for row in text.splitlines() if "model name" in row]
    return names[0] if names else platform.machine()


def write(results: Sequence[Result], sizes: Sizes, place: Path = PLACE) -> None:
    """Write the page of all results."""
    head = "| Mål | Vad | Gräns | Mätt | Nått | Medianer |\n|---|---|--:|--:|---|---|\n"
    page = _TEXT.format(
        rounds=sizes.rounds,
        table=head + "\n".join(line(one) for one in results),
        day=datetime.now(UTC),
        processor=_processor(),
        cores=os.cpu_count(),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
    )
    place.write_text(page, encoding="utf-8")
