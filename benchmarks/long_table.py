"""Writes a long table in a process of its own, and says how much memory that took at most.

python -m benchmarks.long_table xlsx ROWS
python -m benchmarks.long_table csv ROWS
"""

import io
import json
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from atagande_plugin.reports.comma import as_csv
from atagande_plugin.reports.document import Column, Kind
from atagande_plugin.reports.spreadsheet import sheet

COLUMNS = (
    Column("Avvikelse"),
    Column("Åtagande", Kind.TEXT, 3),
    Column("Part", Kind.TEXT, 3),
    Column("Öppnad", Kind.DATE),
    Column("Läge", Kind.TEXT, 2),
    Column("Hållna", Kind.NUMBER),
    Column("Skulle hållas", Kind.NUMBER),
)
STATES = ("Väntar på yttrande", "Väntar på beslut", "Stängd utan åtgärd, § 12, 3 mars 2026")


def table(number: int) -> Iterator[tuple[str, str, str, date, str, int, int]]:
    """Yield so many rows, no two alike."""
    for one in range(number):
        yield (
            f"A-{one}",
            f"P{one % 28} Svar på förfrågan",
            f"Psykosmottagningen Sollentuna/Upplands Väsby/Sigtuna {one % 40}",
            date(2020, 1, 1) + timedelta(days=one % 2000),
            STATES[one % len(STATES)],
            one % 7,
            7 + one % 5,
        )


def peak() -> float:
    """Return the most memory that this process has held, in MB."""
    text = Path("/proc/self/status").read_text("utf-8")
    line = next(one for one in text.splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1000


def main() -> None:
    """Write the table, and print its size in bytes and the peak in MB."""
    kind, rows = sys.argv[1], int(sys.argv[2])
    if kind == "xlsx":
        from openpyxl import Workbook  # noqa: PLC0415 - only where it is measured

        book, kept = Workbook(write_only=True), io.BytesIO()
        sheet(book, "Avvikelser", COLUMNS, table(rows))
        book.save(kept)
        size = len(kept.getvalue())
    else:
        size = len(as_csv(table(rows)))
    print(json.dumps({"bytes": size, "megabytes": peak()}))


if __name__ == "__main__":
    main()
