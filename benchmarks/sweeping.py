"""P1, P2 and P3: what the sweep costs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from atagande_agreements import audit
from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.commitments.models import Occurrence
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.models import Association
from atagande_agreements.sweep import SweepSummary, sweep
from atagande_plugin import database
from benchmarks.bare_sweep import writer as bare_writer
from benchmarks.databases import KINDS, LABELS, NOW, add_occurrences, fill, lot_at, new_database
from benchmarks.measuring import Result, Round, Sizes, interleave, ratio, seconds


@dataclass
class Place:
    """A database full of occurrences, and which lot is swept next."""

    engine: Engine
    writer: sessionmaker[Session]
    lots: Iterator[int] = field(default_factory=lambda: count(1))
    #: What each sweep did.
    summaries: list[SweepSummary] = field(default_factory=list)

    def sweep(self) -> float:
        """Sweep the next lot; return how long it took."""
        at = lot_at(next(self.lots))
        return seconds(lambda: self.summaries.append(sweep(self.writer, at)))


def place(prefix: str, total: int, sizes: Sizes, *, due: int = 0, lots: int = 1) -> Place:
    """Make a database of `total` occurrences with `lots` lots of `due` for every round.

    Both have usual numbers: one lot, and what `sizes` says is newly due.
    """
    engine = database.make_engine(new_database(prefix))
    writer = database.make_session_factory(engine)
    fill(writer)
    lots *= sizes.rounds + 1
    add_occurrences(engine, total=total, due=due or sizes.due, lots=lots)
    return Place(engine, writer)


def _did(summary: SweepSummary) -> tuple[int, int, int]:
    return summary.settled, summary.deviations_opened, summary.messages_queued


def scale(prefixes: dict[str, str], sizes: Sizes, wanted: frozenset[str]) -> Iterator[Result]:
    """P1: the same sweep in a small and in a large database. P3: an empty one in the large."""
    for kind in KINDS:
        large = place(prefixes[kind], sizes.many, sizes)
        if "P3" in wanted:
            yield _empty(large, kind, sizes)
        if "P1" in wanted:
            small = place(prefixes[kind], sizes.few, sizes)
            sweeps = {sizes.many: large.sweep, sizes.few: small.sweep}
            named = {f"{total} tillfällen": one for total, one in sweeps.items()}
            medians = interleave(named, sizes.rounds)
            found = {_did(one) for one in (*large.summaries, *small.summaries)}
            assert len(found) == 1, found
            settled, opened, queued = next(iter(found))
            assert settled == opened == sizes.due, found
            assert queued > 0, found
            what = f"Svep med {sizes.due} nya, {sizes.many} mot {sizes.few} tillfällen"
            yield ratio("P1", f"{what}, {LABELS[kind]}", 1.25, medians)
            small.engine.dispose()
        large.engine.dispose()


def _empty(large: Place, kind: str, sizes: Sizes) -> Result:
    def one() -> int:
        with large.engine.connect() as connection:
            return int(connection.execute(text("SELECT 1")).scalar_one())

    assert _did(sweep(large.writer, NOW)) == (0, 0, 0)
    assert one() == 1
    medians = interleave(
        {
            "tomt svep": lambda: seconds(lambda: sweep(large.writer, NOW), sizes.calls),
            "select 1": lambda: seconds(one, sizes.calls),
        },
        sizes.rounds,
    )
    what = f"Tomt svep, {sizes.many} tillfällen, mot select 1 ur samma pool"
    return ratio("P3", f"{what}, {LABELS[kind]}", 4, medians)


def overhead(prefixes: dict[str, str], sizes: Sizes) -> Iterator[Result]:
    """P2: the whole sweep against the same rows written by the bare driver."""
    for kind in KINDS:
        ours, bare = (place(prefixes[kind], sizes.few, sizes) for _ in range(2))
        written: list[int] = []
        with bare_writer(bare.engine) as write:
            peer = _bare(bare, write, written)
            medians = interleave({"svepet": ours.sweep, "drivrutinen": peer}, sizes.rounds)
        assert {one.deviations_opened for one in ours.summaries} == set(written) == {sizes.due}
        assert _rows(ours) == _rows(bare)
        what = f"Hela svepet, {sizes.due} nya, mot samma rader skrivna av drivrutinen"
        yield ratio("P2", f"{what}, {LABELS[kind]}", 1.3, medians)
        ours.engine.dispose()
        bare.engine.dispose()


def _bare(where: Place, write: Callable[[datetime], int], written: list[int]) -> Round:
    def run() -> float:
        at = lot_at(next(where.lots))
        return seconds(lambda: written.append(write(at)))

    return run


def _rows(where: Place) -> list[list[tuple[Any, ...]]]:
    """Return all that a sweep writes, told by occurrence since ids may come in any order."""
    with where.writer() as session:
        for association in session.scalars(select(Association.id)):
            assert audit.first_broken(session, association) is None
        opened = _without(Deviation, "id")
        mail = _without(OutboxMessage, "id")
        entries = _without(AuditEntry, "id", "number", "object_id", "hash")
        queries = (
            select(*opened).order_by(Deviation.occurrence_id),
            select(*mail).order_by(OutboxMessage.unique_key),
            select(Deviation.occurrence_id, *entries)
            .join(Deviation, Deviation.id == AuditEntry.object_id)
            .where(AuditEntry.object_type == "deviation")
            .order_by(Deviation.occurrence_id),
            select(*_without(Occurrence)).order_by(Occurrence.id),
        )
        return [[tuple(row) for row in session.execute(query)] for query in queries]


def _without(model: Any, *names: str) -> list[Any]:
    return [column for column in model.__table__.columns if column.name not in names]
