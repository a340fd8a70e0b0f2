"""What changes or delivers a meeting in a process of its own, until it is killed half-way."""

import os
import signal
import threading
from dataclasses import replace
from datetime import date, time
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from atagande_agreements.civil_time import local_time, parse_moment
from atagande_agreements.errors import Refused
from atagande_agreements.parties.models import Person
from atagande_calendar.meetings.changes import Facts, asked_to, change_meeting
from atagande_calendar.meetings.models import Meeting
from atagande_plugin import tables
from atagande_plugin.database import make_engine, make_session_factory
from atagande_plugin.mail.transport import Files
from atagande_plugin.outbox.delivery import deliver
from support.rivals import PATIENCE
from support.world import ADMINISTRATOR, start_world

MOVED = local_time(date(2026, 3, 25), time(13))
#: Every model must be known before the first is used.
METADATA = tables.metadata


def move_meeting(session: Session, number: int, at: str, **facts: Any) -> None:
    """Change a meeting that has only been published."""
    meeting = session.get_one(Meeting, number)
    change_meeting(
        session,
        meeting=meeting,
        facts=replace(Facts.of(meeting), **facts),
        people=asked_to(session, meeting),
        person=session.scalars(select(Person).where(Person.email == ADMINISTRATOR)).one(),
        version=2,
        now=parse_moment(at),
    )


def _stand_still(stopped: Event) -> None:
    stopped.set()
    signal.pause() if hasattr(signal, "pause") else threading.Event().wait()


def move_and_stop_after(url: str, at: str, number: int, writes: int, stopped: Event) -> None:
    """Move a meeting, but stand still after the n-th writing statement until killed."""
    engine = make_engine(url)
    seen = 0

    def after(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal seen
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE")):
            seen += 1
        if seen == writes:
            _stand_still(stopped)

    event.listen(engine, "after_cursor_execute", after)
    with make_session_factory(engine)() as session:
        move_meeting(session, number, at, starts_at=MOVED)
        session.commit()
    os._exit(3)


def deliver_and_stop_after(url: str, folder: Path, at: str, mails: int, stopped: Event) -> None:
    """Deliver what waits, but stand still once the n-th mail has left until killed."""
    world = start_world(url, folder)
    world.now = parse_moment(at)
    left = 0
    send = Files.send

    def count(self: Files, *what: Any) -> None:
        nonlocal left
        send(self, *what)
        left += 1
        if left == mails:
            _stand_still(stopped)

    Files.send = count  # type: ignore[method-assign, assignment]  # this process lives for this alone
    deliver(world.services, world.now)
    os._exit(3)


def change_together(url: str, at: str, what: Any, start: Barrier, outcome: Connection) -> None:
    """Change a meeting as others change it; send "changed" or the refusal's code.

    `what` is the meeting and the place it is to have.
    """
    number, place = what
    engine = make_engine(url)
    factory = make_session_factory(engine)
    with factory() as session:
        session.connection()
    start.wait(PATIENCE)
    with factory() as session:
        try:
            move_meeting(session, number, at, place=place)
            session.commit()
        except StaleDataError:
            session.rollback()
            outcome.send("stale")
        except Refused as refusal:
            session.rollback()
            outcome.send(refusal.code)
        else:
            outcome.send("changed")
    engine.dispose()
