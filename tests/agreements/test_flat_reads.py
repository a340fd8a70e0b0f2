"""What the steering group's pages read does not grow with what is over."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from atagande_agreements.deviations.queries import page_of
from atagande_agreements.followup import queries, rollup
from atagande_agreements.followup.period import Period
from atagande_calendar.steering.queries import Wanted, register
from support.world import World

TODAY = date(2026, 3, 2)
YEAR = Period.of_year(2026)
#: What is read -> the indexes one of which it has to be read by.
READS: dict[str, tuple[Callable[[Session], object], tuple[str, ...]]] = {
    "the matrix's deviations": (
        lambda session: queries.open_deviations(session, 1, TODAY),
        ("ix_deviation_active",),
    ),
    "what waits for the group": (
        lambda session: queries.count_awaiting_decision(session, 1, TODAY),
        ("ix_deviation_waiting",),
    ),
    "the list of deviations": (
        lambda session: page_of(session, 1, is_closed=False, size=50),
        ("ix_deviation_waiting", "ix_deviation_active"),
    ),
    "a year's counts": (
        lambda session: rollup.counts(session, 1, YEAR),
        # SQLite's table is its primary key.
        ("pk_occurrence_count", "SEARCH occurrence_count USING PRIMARY KEY"),
    ),
    "a year's counts by month": (
        lambda session: rollup.by_month(session, 1, YEAR.first, YEAR.last),
        ("pk_occurrence_count", "SEARCH occurrence_count USING PRIMARY KEY"),
    ),
    "the register of decisions": (
        lambda session: register(session, 1, Wanted(), size=25),
        ("ix_decision_register",),
    ),
}


def plans(session: Session, read: Callable[[Session], object]) -> list[str]:
    """Return how the database goes about each statement of a read."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        sent.append((statement, values))

    connection = session.connection()
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        # A small table is read whole, whatever it has for indexes.
        session.execute(text("SET LOCAL enable_seqscan = off"))
    event.listen(connection, "before_cursor_execute", note)
    read(session)
    event.remove(connection, "before_cursor_execute", note)
    words = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
    return [
        "\n".join(
            str(row[-1]) for row in connection.exec_driver_sql(f"{words} {statement}", values)
        )
        for statement, values in sent
    ]


@pytest.mark.parametrize("what", READS)
def test_it_is_read_by_an_index_of_what_is_not_over(world: World, what: str) -> None:
    read, indexes = READS[what]
    with world.services.reader() as session:
        found = plans(session, read)
    assert any(index in plan for plan in found for index in indexes), found
