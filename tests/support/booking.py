"""Plans meetings and books SIPs for tests, also from many processes at once."""

from collections.abc import Sequence
from datetime import date, time
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from atagande_agreements.civil_time import local_time, parse_moment
from atagande_agreements.errors import Refused
from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_agreements.register.models import Agreement
from atagande_calendar.invitations.models import AnswerWay, Invitation, Partstat
from atagande_calendar.invitations.tokens import Purpose, make_token
from atagande_calendar.invitations.verbs import answer
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.meetings.verbs import plan_meeting, publish_meeting
from atagande_calendar.sip.errors import SlotTaken
from atagande_calendar.sip.models import Sip
from atagande_calendar.sip.verbs import book_sip
from atagande_calendar.slots.queries import free_slots
from atagande_plugin.database import make_engine, make_session_factory
from support.children import PATIENCE
from support.world import ADMINISTRATOR, AF, CLINIC_CHIEF, CONVENER, FK, OTHER_CONVENER, World

#: Tuesday 3 March 2026, 09.00 in Stockholm: the Sollentuna clinic's first slot.
SLOT = local_time(date(2026, 3, 3), time(9))
PEOPLE = (CLINIC_CHIEF, CONVENER, OTHER_CONVENER, AF, FK)


def plan(
    world: World, session: Session, *, people: Sequence[str] = PEOPLE, **facts: Any
) -> Meeting:
    """Plan a network meeting as a draft, on a Tuesday in three weeks unless told otherwise."""
    return plan_meeting(
        session,
        **{
            "agreement": world.agreement(session),
            "kind": MeetingKind.NETWORK,
            "title": "Nätverksmöte SGI=0",
            "starts_at": local_time(date(2026, 3, 24), time(9)),
            "minutes": 120,
            "place": "Turebergshuset",
            "agenda": "Läget i kommunerna",
            "convener": session.scalars(
                select(Organisation).where(Organisation.key == "forbundet")
            ).one(),
            "people": [world.person(session, email) for email in people],
            "person": world.person(session, ADMINISTRATOR),
            "domain": "atagande.example",
            "now": world.now,
        }
        | facts,
    )


def publish(world: World, session: Session, meeting: Meeting) -> int:
    """Publish a draft."""
    return publish_meeting(
        session,
        meeting=meeting,
        person=world.person(session, ADMINISTRATOR),
        version=meeting.version,
        now=world.now,
    )


def published(world: World, **facts: Any) -> int:
    """Plan, publish and commit a network meeting; return its number."""
    with world.writer() as session:
        meeting = plan(world, session, **facts)
        publish(world, session, meeting)
        session.commit()
        return meeting.id


def book(
    world: World, session: Session, *, people: Sequence[str] = (), by: str = CONVENER, **facts: Any
) -> Sip:
    """Book a SIP at the Sollentuna clinic."""
    slot = facts.pop("slot", SLOT)
    return book_sip(
        session,
        **{
            "agreement": world.agreement(session),
            "unit": world.unit(session, facts.pop("unit", "sollentuna-mottagning")),
            "starts_at": slot,
            "minutes": 60,
            "people": [world.person(session, email) for email in people],
            "consent": True,
            "purpose_ready": True,
            "requested_on": date(2026, 2, 20),
            "convener": world.person(session, by),
            "domain": "atagande.example",
            "now": world.now,
        }
        | facts,
    )


def booked(world: World, **facts: Any) -> int:
    """Book a SIP and commit; return its number."""
    with world.writer() as session:
        sip = book(world, session, **facts)
        session.commit()
        return sip.id


def invitation(session: Session, meeting_id: int, email: str) -> Invitation:
    """Return a person's invitation to a meeting."""
    return session.scalars(
        select(Invitation).where(Invitation.meeting_id == meeting_id, Invitation.email == email)
    ).one()


def answer_path(world: World, meeting_id: int, email: str) -> str:
    """Return the path of a person's answer link."""
    with world.services.reader() as session:
        found = invitation(session, meeting_id, email)
        key = world.settings.secret_key
        return f"/svara/{make_token(key, Purpose.ANSWER, found.id, found.nonce)}"


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
                person=session.scalars(select(Person).where(Person.email == ADMINISTRATOR)).one(),
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
