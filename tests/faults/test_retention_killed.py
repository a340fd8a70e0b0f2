"""Removal killed half-way, and two at once. Real processes throughout."""

import multiprocessing
import os
import signal
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.audit.queries import first_broken
from atagande_agreements.commitments.models import Occurrence
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.retention.models import RetentionGate, RetentionRun
from atagande_plugin.archive.checking import check
from atagande_plugin.archive.writing import write_file
from support.followup import ask
from support.keepers import PATIENCE, remove_and_stop_after, remove_together
from support.retention import decide, number_of, remove
from support.world import World

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

SPAWN = multiprocessing.get_context("spawn")
MANY, BATCH = 20, 5


@pytest.fixture
def due(world: World) -> World:
    """A world with twenty enquiries that are to go, and a newer one."""
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    for _ in range(MANY):
        ask(world, "sollentuna-mottagning", date(2026, 3, 10), date(2026, 3, 12))
    world.now = datetime(2031, 3, 31, 8, 0, tzinfo=UTC)
    ask(world, "sollentuna-mottagning", date(2031, 3, 31))
    decide(world, "enquiry", 24)
    return world


def verdicts(world: World) -> list[object]:
    with world.services.reader() as session:
        rows = session.execute(select(Occurrence.__table__).order_by(Occurrence.id)).all()
        return [tuple(row) for row in rows]


def account(world: World) -> tuple[int, int, int]:
    """Return how many are left, how many the log says went, and how many runs are noted."""
    with world.services.reader() as session:
        assert first_broken(session, 1) is None
        assert session.scalars(select(RetentionGate)).all() == []
        logged = session.scalar(select(func.sum(RetentionRun.removed))) or 0
        noted = session.scalar(
            select(func.count())
            .select_from(AuditEntry)
            .where(AuditEntry.action == "retention.removed")
        )
    return number_of(world, Enquiry), logged, noted or 0


@pytest.mark.parametrize("removals", [1, 2, 4])
def test_a_job_killed_in_a_batch_has_lost_nothing_and_the_next_goes_on(
    due: World, database_url: str, removals: int
) -> None:
    before = verdicts(due)
    stopped = SPAWN.Event()
    child = SPAWN.Process(
        target=remove_and_stop_after,
        args=(database_url, due.now.isoformat(), BATCH, removals, stopped),
    )
    child.start()
    assert stopped.wait(PATIENCE), "the job did not come that far"
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join(PATIENCE)
    assert child.exitcode == -signal.SIGKILL
    gone = (removals - 1) * BATCH
    assert account(due) == (MANY + 1 - gone, gone, 0), "whole batches went, and are logged"
    assert remove(due) == {"enquiry": MANY - gone}
    assert account(due) == (1, MANY, 1), "one run, noted once"
    assert verdicts(due) == before
    assert remove(due) == {}


def test_two_jobs_at_once_remove_everything_once(due: World, database_url: str) -> None:
    number = 3
    start = SPAWN.Barrier(number)
    children: list[tuple[SpawnProcess, Connection]] = []
    for _ in range(number):
        ours, theirs = SPAWN.Pipe(duplex=False)
        child = SPAWN.Process(
            target=remove_together, args=(database_url, due.now.isoformat(), BATCH, start, theirs)
        )
        child.start()
        children.append((child, ours))
    answers = []
    for child, ours in children:
        assert ours.poll(PATIENCE), "a job did not end"
        answers.append(ours.recv())
        child.join(PATIENCE)
        assert child.exitcode == 0
    assert sum(removed for removed, _held_back in answers) == MANY
    assert [held_back for _removed, held_back in answers] == [[]] * number
    assert account(due) == (1, MANY, 1)


def test_an_export_while_the_job_stands_in_a_batch_is_of_one_moment(
    due: World, database_url: str, tmp_path: Path
) -> None:
    stopped = SPAWN.Event()
    child = SPAWN.Process(
        target=remove_and_stop_after,
        args=(database_url, due.now.isoformat(), BATCH, 2, stopped),
    )
    child.start()
    assert stopped.wait(PATIENCE), "the job did not come that far"
    target = tmp_path / "under.zip"
    try:
        write_file(due.services, str(target))
    finally:
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join(PATIENCE)
    assert check(str(target)).entries > 0
    with zipfile.ZipFile(target) as file:
        assert file.testzip() is None
