"""What processes of their own do with reports: make one and stand still, or make one together."""

import os
import signal
import threading
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

from atagande_agreements.civil_time import parse_moment
from atagande_agreements.reports import verbs
from atagande_plugin.reports import making
from support.children import PATIENCE
from support.world import start_world

#: Stands still inside the transaction that issues.
ISSUING = 100


def make_and_stop_at(url: str, folder: str, at: str, percent: int, stopped: Event) -> None:
    """Make reports, but stand still before `percent` is written, until killed."""
    world = start_world(url, Path(folder))
    world.now = parse_moment(at)

    def stand_still() -> None:
        stopped.set()
        signal.pause() if hasattr(signal, "pause") else threading.Event().wait()

    note, issue = verbs.note_progress, verbs.issue

    def noting(*args: Any, **options: Any) -> bool:
        if options["percent"] == percent:
            stand_still()
        return note(*args, **options)

    def issuing(*args: Any, **options: Any) -> Any:
        made = issue(*args, **options)
        if percent == ISSUING:
            stand_still()
        return made

    verbs.note_progress = noting
    verbs.issue = issuing
    making.make_reports(world.services)
    os._exit(3)


def make_together(url: str, at: str, folder: str, start: Barrier, outcome: Connection) -> None:
    """Make what waits when all the others are ready too; send what was done."""
    world = start_world(url, Path(folder))
    world.now = parse_moment(at)
    with world.services.reader() as session:
        session.connection()
    start.wait(PATIENCE)
    outcome.send(dict(making.make_reports(world.services)))
    world.close()
