"""What several processes do at the same moment to a clinic's slots and hours.

Loads no more than it needs, since each process starts from here.
"""

import os
import signal
from datetime import date, time
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier, Event
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import parse_moment
from atagande_agreements.errors import Refused
from atagande_agreements.parties.models import Person, Unit
from atagande_agreements.register.models import Agreement
from atagande_calendar.sip.verbs import book_sip
from atagande_calendar.slots.errors import SlotTaken
from atagande_calendar.slots.holds import hold_slot
from atagande_calendar.slots.hours import Edit, Hours, add_closure, add_hours
from atagande_calendar.slots.queries import free_slots
from atagande_plugin.database import make_engine, make_session_factory
from support.rivals import PATIENCE, SLOT

CLINIC = "sollentuna-mottagning"


def act(session: Session, what: tuple[str, str, int], at: str) -> None:
    """Hold, book, close or set hours: `what` is the deed, whose, and hours after the first slot."""
    deed, email, later = what
    unit = session.scalars(select(Unit).where(Unit.key == CLINIC)).one()
    person = session.scalars(select(Person).where(Person.email == email)).one()
    now, slot = parse_moment(at), SLOT.replace(hour=SLOT.hour + later)
    if deed == "hold":
        hold_slot(session, unit=unit, starts_at=slot, person=person, now=now)
        return
    if deed == "close":
        edit = Edit(unit, person, 0, now)
        add_closure(session, edit=edit, first_on=date(2026, 3, 3), last_on=date(2026, 3, 3))
        return
    if deed == "hours":
        add_hours(
            session,
            edit=Edit(unit, person, 0, now),
            hours=Hours(0, time(8 + later), time(12), date(2026, 3, 9)),
        )
        return
    book_sip(
        session,
        agreement=session.scalars(select(Agreement)).one(),
        unit=unit,
        starts_at=slot,
        minutes=60,
        people=[],
        consent=True,
        purpose_ready=True,
        requested_on=date(2026, 2, 20),
        convener=person,
        domain="atagande.example",
        now=now,
    )


def act_together(url: str, at: str, what: Any, start: Barrier, outcome: Connection) -> None:
    """Do something at once with the others; send ("done", []), or the code and free slots."""
    engine = make_engine(url)
    with make_session_factory(engine, read_only=True)() as session:
        # Loads what is loaded on use, so that nobody waits for another's start.
        unit = session.scalars(select(Unit).where(Unit.key == CLINIC)).one()
        free_slots(session, unit.id, after=SLOT)
    start.wait(PATIENCE)
    with make_session_factory(engine)() as session:
        try:
            act(session, what, at)
            session.commit()
        except Refused as refusal:
            session.rollback()
            free = refusal.free if isinstance(refusal, SlotTaken) else ()
            outcome.send((refusal.code, [slot.isoformat() for slot in free]))
        else:
            outcome.send(("done", []))
    engine.dispose()


def act_and_stop_after(url: str, at: str, what: Any, writes: int, stopped: Event) -> None:
    """Do something, but stand still after its n-th writing statement until killed."""
    engine = make_engine(url)
    seen = 0

    def after(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal seen
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            seen += 1
        if seen == writes:
            stopped.set()
            signal.pause()

    event.listen(engine, "after_cursor_execute", after)
    with make_session_factory(engine)() as session:
        act(session, what, at)
        session.commit()
    os._exit(3)
