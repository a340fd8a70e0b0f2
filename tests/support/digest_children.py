"""Delivers digests, or queues them, in a process that is stopped half-way and killed."""

import os
import signal
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from sqlalchemy import event

from atagande_agreements.civil_time import parse_moment
from atagande_agreements.ladder import digests
from atagande_plugin import config, tables
from atagande_plugin.outbox.delivery import deliver
from atagande_plugin.services import Services

#: Every model must be known before the first is used.
METADATA = tables.metadata


def _services(url: str, folder: str, at: str, writes: int, stopped: Event) -> Services:
    """Return services that stand still after their n-th writing statement, until killed."""
    settings = config.load(
        {
            "ATAGANDE_DATA_DIR": str(Path(folder)),
            "ATAGANDE_DATABASE_URL": url,
            "ATAGANDE_SECRET_KEY": "a-key-that-only-the-tests-know-0123456789",
            "ATAGANDE_MAIL_FROM": "samordning@suvs.example",
        }
    )
    services = Services(settings, lambda: parse_moment(at))
    seen = 0

    def after(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal seen
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "WITH")):
            seen += 1
        if seen == writes:
            stopped.set()
            signal.pause()

    event.listen(services.engine, "after_cursor_execute", after)
    return services


def deliver_and_stop_after(url: str, folder: str, at: str, writes: int, stopped: Event) -> None:
    """Deliver what is due, and stand still after the n-th writing statement."""
    deliver(_services(url, folder, at, writes, stopped))
    os._exit(3)


def queue_and_stop_after(url: str, folder: str, at: str, writes: int, stopped: Event) -> None:
    """Queue the digests, and stand still after the n-th writing statement."""
    services = _services(url, folder, at, writes, stopped)
    with services.writer() as session, session.begin():
        digests.queue(session, services.now())
    os._exit(3)
