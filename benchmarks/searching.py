"""P11: every common hour of many calendars, by masks of busy quarters.

Nine calendars are read from a database and searched, against the bare select of the same rows;
fifty-one are searched as they lie in memory. What is found is what a search hour by hour finds.
Processor time: what is read again lies in the system's memory.
"""

import random
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from time import process_time

from atagande_calendar.common_time.masks import Frame, common_slots
from benchmarks.measuring import Result, Sizes, interleave, ratio, seconds

DAYS = 120
HOUR = 4
FRAME = Frame(date(2026, 3, 2), date(2026, 3, 2) + timedelta(days=DAYS - 1))
MICROSECONDS = 50

Spans = Sequence[tuple[datetime, datetime]]


def calendars(number: int, meetings: int) -> list[Spans]:
    """Return calendars with so many meetings each, of a quarter to two hours by day."""
    chance = random.Random(number)  # noqa: S311 - an invented calendar
    found: list[Spans] = []
    for _ in range(number):
        spans = []
        for _ in range(meetings):
            start = FRAME.start + timedelta(
                days=chance.randrange(DAYS), minutes=chance.randrange(8 * 60, 17 * 60, 5)
            )
            spans.append((start, start + timedelta(minutes=chance.randrange(15, 125, 5))))
        found.append(sorted(spans))
    return found


def one_by_one(spans: Spans, starts: int) -> list[int]:
    """Return the same by trying every start against every meeting."""
    found = []
    for position in range(starts.bit_length()):
        if not starts >> position & 1:
            continue
        start = FRAME.moment(position)
        end = FRAME.moment(position + HOUR)
        # A mask rounds outwards to whole quarters.
        if all(
            FRAME.moment(-(-(other - FRAME.start) // timedelta(minutes=15))) <= start
            or FRAME.moment((since - FRAME.start) // timedelta(minutes=15)) >= end
            for since, other in spans
        ):
            found.append(position)
    return found


def searches(sizes: Sizes) -> Iterator[Result]:
    """P11: 9 calendars × 300 meetings out of a database, and 51 × 2 000 with their masks kept."""
    starts = FRAME.working_starts(HOUR)
    masks = [FRAME.mask(spans) for spans in calendars(9, sizes.busy)]
    size = FRAME.quarters // 8 + 1
    with (
        tempfile.TemporaryDirectory(prefix="atagande-bench-") as folder,
        closing(sqlite3.connect(Path(folder, "masks"), isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE mask (calendar INTEGER PRIMARY KEY, busy BLOB NOT NULL)")
        rows = [(number, mask.to_bytes(size, "little")) for number, mask in enumerate(masks)]
        connection.executemany("INSERT INTO mask VALUES (?, ?)", rows)

        def read() -> list[tuple[bytes]]:
            return connection.execute("SELECT busy FROM mask WHERE calendar < 9").fetchall()

        def search() -> list[int]:
            read_now = (int.from_bytes(busy, "little") for (busy,) in read())
            return common_slots(read_now, quarters=HOUR, starts=starts)

        spans = [span for one in calendars(9, sizes.busy) for span in one]
        assert search() == one_by_one(spans, starts)
        calls = sizes.calls * 20
        medians = interleave(
            {
                "sökningen": lambda: seconds(search, calls, process_time),
                "select": lambda: seconds(read, calls, process_time),
            },
            sizes.rounds,
        )
    what = f"Alla gemensamma timmar, 9 kalendrar × {sizes.busy} möten, {DAYS} dagar, mot select"
    yield ratio("P11", what, 5, medians)
    many = [FRAME.mask(spans) for spans in calendars(51, sizes.busy * 7)]
    medians = interleave(
        {
            "sökningen": lambda: seconds(
                lambda: common_slots(many, quarters=HOUR, starts=starts), calls, process_time
            )
        },
        sizes.rounds,
    )
    spent = medians["sökningen"] * 1_000_000
    what = f"Samma, 51 kalendrar × {sizes.busy * 7} möten, maskerna behållna"
    yield Result("P11", what, MICROSECONDS, spent, "µs", {"sökningen": spent}, "µs")
