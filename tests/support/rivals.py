"""What several processes do at the same moment to meetings and slots.

Loads no more than it needs, since each process starts from here.
"""

from datetime import date, time
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from atagande_agreements.civil_time import local_time, parse_moment
from atagande_agreements.errors import Refused
from atagande_agreements.parties.models import Person, Unit
from atagande_agreements.register.models import Agreement
from atagande_calendar.invitations.models import AnswerWay, Invitation, Partstat
from atagande_calendar.invitations.verbs import answer
from atagande_calendar.meetings.attendance import Presence
from atagande_calendar.meetings.held import Came, parties_of, report_held
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.meetings.verbs import publish_meeting
from atagande_calendar.sip.verbs import book_sip
from atagande_calendar.slots.errors import SlotTaken
from atagande_calendar.slots.queries import free_slots
from atagande_plugin import tables
from atagande_plugin.database import make_engine, make_session_factory

#: Seconds that anyone waits for the others.
PATIENCE = 120
#: Tuesday 3 March 2026, 09.00 in Stockholm: the Sollentuna clinic's first slot.
SLOT = local_time(date(2026, 3, 3), time(9))
#: Every model must be known before the first is used.
METADATA = tables.metadata


def _together(url: str, start: Barrier) -> Any:
    """Return a session factory once all the others are ready too."""
    engine = make_engine(url)
    with make_session_factory(engine, read_only=True)() as session:
        # Loads what is loaded on use, so that nobody waits for another's start.
        unit = session.scalars(select(Unit).where(Unit.key == "sollentuna-mottagning")).one()
        free_slots(session, unit.id, after=SLOT)
    start.wait(PATIENCE)
    return engine, make_session_factory(engine)


def book_together(url: str, at: str, by: str, start: Barrier, outcome: Connection) -> None:
    """Book the same slot as the others; send ("booked", []) or ("taken", free slots)."""
    engine, factory = _together(url, start)
    with factory() as session:
        try:
            book_sip(
                session,
                agreement=session.scalars(select(Agreement)).one(),
                unit=session.scalars(select(Unit).where(Unit.key == "sollentuna-mottagning")).one(),
                starts_at=SLOT,
                minutes=60,
                people=[],
                consent=True,
                purpose_ready=True,
                requested_on=date(2026, 2, 20),
                convener=session.scalars(select(Person).where(Person.email == by)).one(),
                domain="atagande.example",
                now=parse_moment(at),
            )
            session.commit()
        except SlotTaken as taken:
            session.rollback()
            outcome.send(("taken", [slot.isoformat() for slot in taken.free]))
        else:
            outcome.send(("booked", []))
    engine.dispose()


def publish_together(url: str, at: str, meeting: int, start: Barrier, outcome: Connection) -> None:
    """Publish the draft that another publishes too; send how many were sent, or the refusal."""
    engine, factory = _together(url, start)
    with factory() as session:
        found = session.get_one(Meeting, meeting)
        try:
            sent = publish_meeting(
                session,
                meeting=found,
                person=session.scalars(
                    select(Person).where(Person.email == "administrator@suvs.example")
                ).one(),
                version=1,
                now=parse_moment(at),
            )
            session.commit()
        except StaleDataError:
            session.rollback()
            outcome.send("stale")
        except Refused as refusal:
            session.rollback()
            outcome.send(refusal.code)
        else:
            outcome.send(sent)
    engine.dispose()


def report_together(url: str, at: str, what: Any, start: Barrier, outcome: Connection) -> None:
    """Report a held meeting as others report it or another; send the version, or the refusal.

    `what` is the meeting and the organisations that are said to have been away.
    """
    meeting, away = what
    engine, factory = _together(url, start)
    with factory() as session:
        found = session.get_one(Meeting, meeting)
        came = [
            Came(
                *party.key,
                Presence.ABSENT if party.organisation.key in away else Presence.PRESENT,
                int(party.organisation.key not in away),
            )
            for party in parties_of(session, found)
        ]
        try:
            report = report_held(
                session,
                meeting=found,
                came=came,
                target_group=False,
                person=session.scalars(
                    select(Person).where(Person.email == "administrator@suvs.example")
                ).one(),
                version=0,
                now=parse_moment(at),
            )
            session.commit()
        except StaleDataError:
            session.rollback()
            outcome.send("stale")
        except Refused as refusal:
            session.rollback()
            outcome.send(refusal.code)
        else:
            outcome.send(report.version)
    engine.dispose()


def answer_together(url: str, at: str, number: int, start: Barrier, outcome: Connection) -> None:
    """Answer yes to the invitation that others answer too; send whether it changed anything."""
    engine, factory = _together(url, start)
    with factory() as session:
        changed = answer(
            session,
            invitation=session.get_one(Invitation, number),
            partstat=Partstat.ACCEPTED,
            way=AnswerWay.LINK,
            now=parse_moment(at),
        )
        session.commit()
        outcome.send(changed)
    engine.dispose()
