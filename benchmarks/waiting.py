"""P4: how long someone else has to wait to write while the sweep works through a backlog.

Real commits on SQLite: the sweep in one thread, and in another a small commit every 5 ms, through
the service's own sessions.
"""

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import text

from atagande_agreements import sweep as sweeping
from atagande_plugin.services import settle
from benchmarks.databases import lot_at
from benchmarks.measuring import Result, Sizes, interleave
from benchmarks.sweeping import Place, place

#: Seconds from one commit of the other writer to its next.
EVERY = 0.005
MILLISECONDS = 50
_SMALL = text("UPDATE association SET name = name")


class Other:
    """A writer that notes how long each of its small commits took."""

    def __init__(self, where: Place) -> None:
        self.where = where
        #: Seconds of each commit, from asking to write until it is on the disk.
        self.took: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def _write(self) -> None:
        over = False
        while not over:
            started = time.perf_counter()
            with self.where.writer() as session, session.begin():
                session.execute(_SMALL)
            self.took.append(time.perf_counter() - started)
            over = self._over.wait(EVERY)

    @contextmanager
    def writing(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()


def _sweep(where: Place, lot: int, due: int) -> list[float]:
    """Sweep a backlog while another writes; return how long each of its commits took."""
    other = Other(where)
    with other.writing():
        done = sweeping.sweep(where.writer, lot_at(lot))
    assert (done.settled, done.deviations_opened) == (due, due), done
    assert other.took
    return other.took


def backlog(sizes: Sizes) -> Iterator[Result]:
    """P4: the longest wait in batches, and in one transaction."""
    with tempfile.TemporaryDirectory(prefix="atagande-bench-") as folder:
        where = place(f"sqlite:///{Path(folder).resolve()}/", 0, sizes, due=sizes.backlog, lots=2)
        lots = count(1)
        waits: list[list[float]] = []
        settle()

        def batches() -> float:
            waits.append(_sweep(where, next(lots), sizes.backlog))
            return max(waits[-1])

        def whole() -> float:
            with patch.dict(sweeping.BATCH, sqlite=sizes.backlog):  # all in the first
                return max(_sweep(where, next(lots), sizes.backlog))

        medians = interleave({"i omgångar": batches, "i en": whole}, sizes.rounds)
        where.engine.dispose()
    each = sorted(wait for some in waits[1:] for wait in some)
    shown = {
        "längsta väntan": medians["i omgångar"],
        "längsta av alla varv": each[-1],
        "99 av 100 under": each[len(each) * 99 // 100],
        "hälften under": statistics.median(each),
        "i en enda transaktion": medians["i en"],
    }
    what = f"Längsta väntan för någon annan under ett svep av {sizes.backlog}, SQLite"
    spent = shown["längsta väntan"] * 1000
    detail = {name: seconds * 1000 for name, seconds in shown.items()}
    yield Result("P4", what, MILLISECONDS, spent, "ms", detail)
