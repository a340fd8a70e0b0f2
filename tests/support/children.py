"""What tests run in processes of their own; spawned, so that each starts from nothing."""

import os
import signal
import threading
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier, Event
from typing import Any

from sqlalchemy import event

from atagande_agreements.civil_time import parse_moment
from atagande_agreements.sweep import SweepSummary, sweep, sweep_batch
from atagande_plugin.database import make_engine, make_session_factory

#: Seconds that anyone waits for the others.
PATIENCE = 60


def sweep_together(url: str, at: str, start: Barrier, answer: Connection) -> None:
    """Sweep when all the others are ready too; send (settled, opened, queued)."""
    engine = make_engine(url)
    factory = make_session_factory(engine)
    with factory() as session:
        session.connection()
    start.wait(PATIENCE)
    done = sweep(factory, parse_moment(at))
    answer.send((done.settled, done.deviations_opened, done.messages_queued))
    engine.dispose()


def sweep_and_stop_after(url: str, at: str, writes: int, stopped: Event) -> None:
    """Sweep one batch, but stand still after its n-th writing statement until killed."""
    engine = make_engine(url)
    seen = 0

    def after(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal seen
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "WITH")):
            seen += 1
        if seen == writes:
            stopped.set()
            signal.pause() if hasattr(signal, "pause") else threading.Event().wait()

    event.listen(engine, "after_cursor_execute", after)
    with make_session_factory(engine)() as session, session.begin():
        sweep_batch(session, SweepSummary(at=parse_moment(at)))
    os._exit(3)
