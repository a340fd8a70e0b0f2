"""The sweep among other sweeps, among people, and killed half-way. Real processes throughout."""

import multiprocessing
import os
import signal
import threading
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.audit.queries import first_broken
from atagande_agreements.commitments.models import Evidence, Occurrence, Status
from atagande_agreements.deviations.models import Deviation, DeviationStep, StepKind
from atagande_agreements.enquiries.models import Addressee, Channel, Enquiry
from atagande_agreements.enquiries.verbs import answer_enquiry, new_reference, register_enquiry
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.sweep import sweep
from support.children import PATIENCE, sweep_and_stop_after, sweep_together
from support.followup import of_enquiries
from support.world import CONVENER, World

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

SPAWN = multiprocessing.get_context("spawn")
MISSED = datetime(2026, 4, 15, 22, 0, tzinfo=UTC)
MANY = 30
#: Who gets a digest of them: two clinics' chiefs and the steering group's chair.
RECEIVERS = 3


@pytest.fixture
def overdue(world: World) -> World:
    """A world with thirty enquiries that nobody has answered in time."""
    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    world.decide("answer_days", "10", date(2026, 2, 1))
    with world.writer() as session:
        for number in range(MANY):
            clinic = ("sollentuna-mottagning", "psykosmottagningen")[number % 2]
            register_enquiry(
                session,
                agreement=world.agreement(session),
                unit=world.unit(session, clinic),
                person=world.person(session, CONVENER),
                sent_on=date(2026, 3, 30),
                reference=new_reference(),
                channel=Channel.LETTER,
                addressee=Addressee.CLINIC,
                now=world.now,
            )
        session.commit()
    world.now = MISSED + timedelta(hours=10)
    return world


def state(world: World) -> tuple[int, int, int, int]:
    """Return how many deviations, messages, audit entries of the opening, and open rows."""
    with world.services.reader() as session:
        opened = session.scalar(select(func.count()).select_from(Deviation)) or 0
        queued = session.scalar(select(func.count()).select_from(OutboxMessage)) or 0
        entries = (
            session.scalar(
                select(func.count())
                .select_from(AuditEntry)
                .where(AuditEntry.action == "deviation.opened")
            )
            or 0
        )
        waiting = (
            session.scalar(
                select(func.count()).select_from(Occurrence).where(Occurrence.sweep_at.is_not(None))
            )
            or 0
        )
        assert first_broken(session, 1) is None
    return opened, queued, entries, waiting


def test_sweeps_in_several_processes_open_one_deviation_each_and_one_digest_a_person(
    overdue: World, database_url: str
) -> None:
    number = 3
    start = SPAWN.Barrier(number)
    children: list[tuple[SpawnProcess, Connection]] = []
    for _ in range(number):
        ours, theirs = SPAWN.Pipe(duplex=False)
        child = SPAWN.Process(
            target=sweep_together, args=(database_url, overdue.now.isoformat(), start, theirs)
        )
        child.start()
        children.append((child, ours))
    answers = []
    for child, ours in children:
        assert ours.poll(PATIENCE), "a sweep did not end"
        answers.append(ours.recv())
        child.join(PATIENCE)
        assert child.exitcode == 0
    assert [sum(column) for column in zip(*answers, strict=True)] == [MANY, MANY, RECEIVERS]
    assert state(overdue) == (MANY, RECEIVERS, MANY, 0)


@pytest.mark.parametrize("writes", [1, 2, 3, 4])
def test_a_sweep_killed_between_its_statements_leaves_nothing_half_done(
    overdue: World, database_url: str, writes: int
) -> None:
    stopped = SPAWN.Event()
    child = SPAWN.Process(
        target=sweep_and_stop_after,
        args=(database_url, overdue.now.isoformat(), writes, stopped),
    )
    child.start()
    assert stopped.wait(PATIENCE), "the sweep did not come that far"
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join(PATIENCE)
    assert child.exitcode == -signal.SIGKILL
    assert state(overdue) == (0, 0, 0, MANY)
    # PostgreSQL lets go of the dead sweep's rows when it notices that the connection is gone;
    # until then they are passed over, never waited for.
    settled, until = 0, time.monotonic() + PATIENCE
    while settled < MANY and time.monotonic() < until:
        settled += sweep(overdue.writer, overdue.now).settled
    assert state(overdue) == (MANY, RECEIVERS, MANY, 0)


def test_an_answer_at_the_same_moment_as_the_sweep_is_never_lost(
    overdue: World, database_url: str
) -> None:
    start = SPAWN.Barrier(2)
    ours, theirs = SPAWN.Pipe(duplex=False)
    child = SPAWN.Process(
        target=sweep_together, args=(database_url, overdue.now.isoformat(), start, theirs)
    )
    child.start()
    faults: list[BaseException] = []

    def answer_all() -> None:
        try:
            start.wait(PATIENCE)
            for number in range(1, MANY + 1):
                with overdue.writer() as session:
                    answer_enquiry(
                        session,
                        enquiry=session.get_one(Enquiry, number),
                        answered_on=date(2026, 4, 14),
                        person=overdue.person(session, CONVENER),
                        now=overdue.now,
                    )
                    session.commit()
        except BaseException as fault:  # noqa: BLE001 - reported by the test itself
            faults.append(fault)

    thread = threading.Thread(target=answer_all)
    thread.start()
    thread.join(PATIENCE)
    assert ours.poll(PATIENCE), "the sweep did not end"
    child.join(PATIENCE)
    assert not faults
    sweep(overdue.writer, overdue.now)
    with overdue.services.reader() as session:
        occurrences = session.scalars(of_enquiries()).all()
        assert {one.status for one in occurrences} == {Status.MET}
        assert all(one.sweep_at is None for one in occurrences)
        answers = select(func.count()).where(Evidence.source.like("enquiry-answer:%"))
        assert session.scalar(answers) == MANY
        # Where the sweep came first the deviation is withdrawn: the answer came in time.
        deviations = session.scalars(select(Deviation)).all()
        told = session.scalars(
            select(DeviationStep.deviation_id).where(DeviationStep.kind == StepKind.WITHDRAWN)
        ).all()
        assert sorted(told) == sorted(one.id for one in deviations)
        assert first_broken(session, 1) is None
