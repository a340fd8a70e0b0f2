"""Reports after meetings that come at the same moment."""

import multiprocessing
from typing import Any

from sqlalchemy import select

from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence
from atagande_agreements.parties.models import Organisation
from atagande_calendar.meetings.attendance import MeetingAttendance, MeetingReport
from support import rivals
from support.meetings import FOUR, decide_network, evening, meet
from support.rivals import PATIENCE
from support.world import World

#: Processes that start from one which has loaded everything and holds nothing.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["support.rivals", "holidays.countries.sweden"])


def at_once(world: World, what: list[Any]) -> list[Any]:
    """Report in one process for each of `what`, let them all go at once, gather the outcomes."""
    start = PROCESSES.Barrier(len(what))
    running = []
    for one in what:
        ours, theirs = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(
            target=rivals.report_together,
            args=(world.settings.database_url, world.now.isoformat(), one, start, theirs),
        )
        process.start()
        theirs.close()
        running.append((process, ours))
    outcomes = []
    for process, ours in running:
        assert ours.poll(PATIENCE * 2), "a process has not answered"
        outcomes.append(ours.recv())
        process.join(PATIENCE)
        assert process.exitcode == 0
    return outcomes


def test_of_two_who_report_a_meeting_at_once_one_wins(world: World) -> None:
    number = meet(world, FOUR[0])
    world.now = evening(FOUR[0])
    outcomes = at_once(world, [(number, ["fk"]), (number, ["af"])])
    assert sorted(outcomes, key=str) == [1, "stale"]
    with world.services.reader() as session:
        assert session.scalars(select(MeetingReport)).one().version == 1
        assert len(session.scalars(select(MeetingAttendance)).all()) == 6


def test_two_meetings_reported_at_once_are_both_counted(world: World) -> None:
    decide_network(world)
    numbers = [meet(world, day) for day in FOUR[:2]]
    world.now = evening(FOUR[1])
    assert at_once(world, [(numbers[0], []), (numbers[1], ["fk"])]) == [1, 1]
    with world.services.reader() as session:
        counted = {
            row.key: (row.counted, row.total, row.unknown)
            for row in session.execute(
                select(Organisation.key, Occurrence.counted, Occurrence.total, Occurrence.unknown)
                .join(Obligation, Obligation.organisation_id == Organisation.id)
                .join(Commitment, Commitment.id == Obligation.commitment_id)
                .join(Occurrence, Occurrence.obligation_id == Obligation.id)
                .where(Commitment.key == "A2")
            )
        }
    assert counted["fk"] == (1, 2, 0)
    assert counted["af"] == counted["forbundet"] == (2, 2, 0)
