"""The work with digests killed half-way. Real processes: nothing is lost and nothing told twice."""

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from atagande_agreements.ladder.digest_models import DigestItem
from atagande_agreements.outbox.models import OutboxState
from atagande_plugin.outbox.delivery import LEASE, deliver
from support.children import PATIENCE
from support.deviations import CLINIC, miss
from support.digest_children import deliver_and_stop_after, queue_and_stop_after
from support.digests import at, jobs, rows, run, sent
from support.world import World

SPAWN = multiprocessing.get_context("spawn")
#: The day of the deviations.
OPENED = date(2026, 4, 16)
DAY = timedelta(days=1)
#: A clinic's chief, another's, and the steering group's chair.
RECEIVERS = 3


@pytest.fixture
def opened(world: World) -> World:
    """A world with two new deviations that nobody has been told of."""
    miss(world, CLINIC, "psykosmottagningen")
    assert len(rows(world)) == RECEIVERS
    return world


def kill(work: Callable[..., None], world: World, url: str, writes: int) -> None:
    """Let a process work until its n-th writing statement, and kill it there."""
    stopped = SPAWN.Event()
    child = SPAWN.Process(
        target=work,
        args=(url, str(world.settings.data_dir), world.now.isoformat(), writes, stopped),
    )
    child.start()
    assert stopped.wait(PATIENCE), "it did not come that far"
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join(PATIENCE)
    assert child.exitcode == -signal.SIGKILL


def told(world: World) -> list[tuple[int | None, int, str]]:
    """Return (mail, person, thing) of all that has been told."""
    with world.services.reader() as session:
        found = session.execute(
            select(DigestItem.message_id, DigestItem.person_id, DigestItem.thing)
        )
        return [(row.message_id, row.person_id, row.thing) for row in found]


def is_whole(world: World) -> None:
    """Assert that what is noted as told stands in bytes that are kept, and the other way round."""
    telling = {number for number, _, _ in told(world)}
    assert telling == {row.id for row in rows(world) if row.raw is not None}


# A claim; bytes and what they tell, for each of three; and a note that each has left.
@pytest.mark.parametrize("writes", [1, 3, 7, 9])
def test_a_delivery_killed_half_way_sends_the_same_bytes_or_nothing(
    opened: World, database_url: str, writes: int
) -> None:
    kill(deliver_and_stop_after, opened, database_url, writes)
    is_whole(opened)
    kept = {row.id: row.raw for row in rows(opened) if row.raw is not None}
    folder = opened.settings.data_dir / "mail"
    left = {int(file.stem): file.read_bytes() for file in folder.glob("*.eml")}
    assert left.items() <= kept.items(), "nothing has left that is not kept"

    opened.now += LEASE + timedelta(seconds=1)
    jobs(opened)
    deliver(opened.services, opened.now)
    assert {row.state for row in rows(opened)} == {OutboxState.SENT}
    assert {row.id: row.raw for row in rows(opened)}.items() >= kept.items()
    again = {int(file.stem): file.read_bytes() for file in folder.glob("*.eml")}
    assert again.items() >= left.items()
    assert len(again) == RECEIVERS
    assert set(Counter((person, thing) for _, person, thing in told(opened)).values()) == {1}
    for mail in sent(opened):
        assert mail.text.count("A-1, ") + mail.text.count("A-2, ") in {1, 2}

    at(opened, OPENED + DAY)
    assert run(opened).sent == 0, "nothing is told twice"


@pytest.mark.parametrize("writes", [1, 2])
def test_a_round_of_queueing_killed_half_way_leaves_nothing_half_done(
    opened: World, database_url: str, writes: int
) -> None:
    at(opened, OPENED + DAY)
    assert deliver(opened.services, opened.now).cancelled == RECEIVERS, "of yesterday"
    kill(queue_and_stop_after, opened, database_url, writes)
    assert len(rows(opened)) == RECEIVERS
    run(opened)
    assert len(sent(opened)) == RECEIVERS
    assert set(Counter((person, thing) for _, person, thing in told(opened)).values()) == {1}
