"""Runs the same work in many processes at the same moment."""

import multiprocessing
from collections.abc import Callable
from typing import Any

from support.rivals import PATIENCE

#: Processes that start from one which has loaded everything and holds nothing.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["support.rivals", "holidays.countries.sweden"])


def at_once(work: Callable[..., None], url: str, at: str, what: list[Any]) -> list[Any]:
    """Run `work` in one process for each of `what`, let them all go at once, gather the outcomes.

    The work gets (database address, present, its own of `what`, barrier, connection).
    """
    start = PROCESSES.Barrier(len(what))
    running = []
    for one in what:
        ours, theirs = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=work, args=(url, at, one, start, theirs))
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
