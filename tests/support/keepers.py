"""Removing what has been kept for long enough, in processes of their own; see `children`."""

import os
import signal
import threading
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier, Event
from typing import Any

from sqlalchemy import event

from atagande_agreements.civil_time import parse_moment
from atagande_agreements.retention import removal
from atagande_plugin.database import make_engine, make_session_factory
from atagande_plugin.retention import KINDS

#: Seconds that anyone waits for the others.
PATIENCE = 60


def remove_together(url: str, at: str, batch: int, start: Barrier, answer: Connection) -> None:
    """Remove in small batches when all the others are ready too; send how many went."""
    engine = make_engine(url)
    factory = make_session_factory(engine)
    with factory() as session:
        session.connection()
    removal.BATCH = batch
    start.wait(PATIENCE)
    removed, held_back = removal.remove_due(factory, KINDS, parse_moment(at))
    answer.send((sum(removed.values()), held_back))
    engine.dispose()


def remove_and_stop_after(url: str, at: str, batch: int, removals: int, stopped: Event) -> None:
    """Remove in small batches, but stand still after the n-th removal until killed."""
    engine = make_engine(url)
    removal.BATCH = batch
    seen = 0

    def after(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal seen
        if statement.startswith("DELETE FROM enquiry"):
            seen += 1
        if seen == removals:
            stopped.set()
            signal.pause() if hasattr(signal, "pause") else threading.Event().wait()

    event.listen(engine, "after_cursor_execute", after)
    removal.remove_due(make_session_factory(engine), KINDS, parse_moment(at))
    os._exit(3)
