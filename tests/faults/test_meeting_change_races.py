"""A meeting that is changed by two at once, or by someone whose process is killed half-way."""

import multiprocessing
import os
import signal
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_calendar.invitations.models import Invitation, InvitationMessage, Partstat
from atagande_calendar.meetings.models import Meeting
from atagande_plugin.outbox.delivery import LEASE, deliver
from support.booking import PEOPLE, published
from support.changers import (
    MOVED,
    change_together,
    deliver_and_stop_after,
    move_and_stop_after,
    move_meeting,
)
from support.rivals import PATIENCE
from support.together import at_once
from support.world import World

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

SPAWN = multiprocessing.get_context("spawn")


def count(world: World, table: Any) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def killed_at(stopped: "Event", work: Any, *arguments: Any) -> None:
    """Run `work` in a process of its own until it stands still, and kill it there."""
    child = SPAWN.Process(target=work, args=(*arguments, stopped))
    child.start()
    assert stopped.wait(PATIENCE), "it did not come that far"
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join(PATIENCE)
    assert child.exitcode == -signal.SIGKILL


def move(world: World, number: int) -> None:
    """Move the meeting; PostgreSQL lets go of a dead process's rows when it notices."""
    until = time.monotonic() + PATIENCE
    while True:
        with world.writer() as session:
            try:
                move_meeting(session, number, world.now.isoformat(), starts_at=MOVED)
                session.commit()
            except OperationalError:
                if time.monotonic() > until:
                    raise
                session.rollback()
                continue
            return


@pytest.mark.parametrize("writes", [1, 3, 6])
def test_a_change_killed_between_its_statements_changes_nothing(world: World, writes: int) -> None:
    number = published(world)
    deliver(world.services, world.now)
    killed_at(
        SPAWN.Event(),
        move_and_stop_after,
        world.settings.database_url,
        world.now.isoformat(),
        number,
        writes,
    )
    with world.services.reader() as session:
        assert session.get_one(Meeting, number).starts_at != MOVED
    assert count(world, OutboxMessage) == len(PEOPLE)
    move(world, number)
    assert count(world, OutboxMessage) == 2 * len(PEOPLE)
    with world.services.reader() as session:
        meeting = session.get_one(Meeting, number)
        assert (meeting.starts_at, meeting.sequence) == (MOVED, 1)


@pytest.mark.parametrize("mails", [1, 4])
def test_a_delivery_killed_after_a_change_loses_and_doubles_nothing(
    world: World, mails: int
) -> None:
    number = published(world)
    deliver(world.services, world.now)
    move(world, number)
    killed_at(
        SPAWN.Event(),
        deliver_and_stop_after,
        world.settings.database_url,
        world.settings.data_dir,
        world.now.isoformat(),
        mails,
    )
    world.now += LEASE + timedelta(minutes=1)
    for _ in range(3):
        deliver(world.services, world.now)
    with world.services.reader() as session:
        states = session.scalars(select(OutboxMessage.state)).all()
        assert states == [OutboxState.SENT] * 2 * len(PEOPLE)
        told = session.execute(
            select(InvitationMessage.invitation_id, InvitationMessage.sequence)
        ).all()
        asked = session.scalars(select(Invitation.id)).all()
        assert sorted(tuple(one) for one in told) == sorted(
            (invitation, sequence) for invitation in asked for sequence in (0, 1)
        )
        assert set(session.scalars(select(Invitation.partstat))) == {Partstat.NEEDS_ACTION}
        raw = {row.id: row.raw for row in session.scalars(select(OutboxMessage))}
    files = list(world.settings.data_dir.rglob("*.eml"))
    assert len(files) == 2 * len(PEOPLE), "a mail that left twice is the same mail"
    assert {one.read_bytes() for one in files} == set(raw.values())


def test_of_two_who_change_at_once_one_is_told_that_it_is_stale(world: World) -> None:
    number = published(world)
    outcomes = at_once(
        change_together,
        world.settings.database_url,
        world.now.isoformat(),
        [(number, "Rum 1"), (number, "Rum 2")],
    )
    assert sorted(outcomes) == ["changed", "stale"]
    assert count(world, OutboxMessage) == 2 * len(PEOPLE)
    with world.services.reader() as session:
        assert session.get_one(Meeting, number).sequence == 1
