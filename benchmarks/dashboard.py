"""P5: the steering group's pages over a long history, against the same pages over a short one.

Both have as much that is open: what differs is how much is over. The history is spread over the
same years, so the year that is shown has twenty times as many occurrences in the large one; one in
fifty of them was not kept, and its deviation is closed.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from sqlalchemy import text

from atagande_agreements.followup import rollup
from atagande_agreements.sweep import sweep
from atagande_plugin.services import Services
from benchmarks.databases import (
    KINDS,
    LABELS,
    NOW,
    add_occurrences,
    fill,
    lot_at,
    server,
    tidy_up,
)
from benchmarks.measuring import Result, Sizes, interleave, ratio, seconds
from benchmarks.pages import Visit, as_first, visit

#: Page -> what it is called. The year is one that the whole history covers.
PAGES = {
    "/styrgruppen": "Styrgruppens sida",
    "/matris?period=2025": "Matrisen för ett helt år",
}
#: One in so many settled occurrences was not kept.
MISSED = 50
#: Deviations closed by one decision.
CLOSED_TOGETHER = 10
OPEN = 100

_HISTORY = (
    """
    UPDATE occurrence SET status = 'not_met', kept_on = NULL, missed_at = settled_at
    WHERE status = 'met' AND id % :missed = 0
    """,
    """
    INSERT INTO deviation (association_id, agreement_id, occurrence_id, obligation_id,
        organisation_id, unit_id, state, ending, opened_at, contested, rung, version)
    SELECT o.association_id, o.agreement_id, o.id, o.obligation_id, b.organisation_id, b.unit_id,
        'closed', 'no_measure', o.settled_at, FALSE, 'reply', 1
    FROM occurrence o JOIN obligation b ON b.id = o.obligation_id
    WHERE o.status = 'not_met' AND o.id % :missed = 0
    """,
    """
    INSERT INTO decision (association_id, agreement_id, kind, paragraph, diary_number, decided_on,
        note, recorded_by_id, recorded_at)
    SELECT association_id, agreement_id, 'close_deviation', CAST(id AS VARCHAR(40)), '', :day, '',
        (SELECT min(id) FROM person), :now
    FROM deviation WHERE state = 'closed' AND id % :together = 0
    """,
    """
    INSERT INTO deviation_step (deviation_id, number, kind, at, text, decision_id)
    SELECT d.id, 1, 'closed', :now, '', c.id
    FROM deviation d JOIN decision c
        ON c.paragraph = CAST(d.id - d.id % :together + :together AS VARCHAR(40))
    WHERE d.state = 'closed'
    """,
)


def _fill(services: Services, total: int) -> None:
    """Fill a database with `total` occurrences, of which `OPEN` have an open deviation."""
    fill(services.writer)
    add_occurrences(services.engine, total=total, due=OPEN, lots=1)
    values = {"missed": MISSED, "together": CLOSED_TOGETHER, "day": NOW.date(), "now": NOW}
    with services.engine.begin() as connection:
        for statement in _HISTORY:
            names = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), names)
    sweep(services.writer, lot_at(1))
    with services.writer() as session:
        while rollup.fold(session):
            session.commit()
        assert rollup.differences(session) == []
    tidy_up(services.engine)


def _asks(one: Visit, path: str) -> Callable[[], object]:
    page = one.get(path)
    assert page.status_code == 200, page.status_code
    return as_first(one, path)


def dashboards(sizes: Sizes) -> Iterator[Result]:
    """P5: each page on each kind of database, long and short history by turns."""
    with server(sizes.memory) as prefixes:
        for kind in KINDS:
            with ExitStack() as stack:
                large, small = (
                    stack.enter_context(visit(partial(_fill, total=total), prefixes[kind]))
                    for total in (sizes.many, sizes.history)
                )
                yield from _compare(kind, large, small, sizes)


def _compare(kind: str, large: Visit, small: Visit, sizes: Sizes) -> Iterator[Result]:
    # On PostgreSQL most of the work is another process's.
    clock = time.process_time if kind == "sqlite" else time.perf_counter
    for path, name in PAGES.items():
        long, short = (
            partial(seconds, _asks(one, path), sizes.calls, clock) for one in (large, small)
        )
        medians = interleave(
            {f"{sizes.many} tillfällen": long, f"{sizes.history} tillfällen": short}, sizes.rounds
        )
        what = f"{name}, {sizes.many} mot {sizes.history} tillfällen, {LABELS[kind]}"
        yield ratio("P5", what, 1.2, medians)
