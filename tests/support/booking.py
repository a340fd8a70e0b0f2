"""Plans meetings and books SIPs for tests."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_time
from atagande_agreements.parties.models import Organisation, Unit
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.invitations.tokens import Purpose, make_token
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.meetings.verbs import plan_meeting, publish_meeting
from atagande_calendar.sip.models import Sip
from atagande_calendar.sip.verbs import book_sip
from support.rivals import SLOT
from support.world import ADMINISTRATOR, AF, CLINIC_CHIEF, CONVENER, FK, OTHER_CONVENER, World

PEOPLE = (CLINIC_CHIEF, CONVENER, OTHER_CONVENER, AF, FK)


def plan(
    world: World, session: Session, *, people: Sequence[str] = PEOPLE, **facts: Any
) -> Meeting:
    """Plan a network meeting as a draft, on a Tuesday in three weeks unless told otherwise."""
    usual: dict[str, Any] = {
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
    return plan_meeting(session, **(usual | facts))


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
    """Book a SIP at the Sollentuna clinic, or at another by its key or row."""
    unit = facts.pop("unit", "sollentuna-mottagning")
    usual: dict[str, Any] = {
        "agreement": world.agreement(session),
        "unit": unit if isinstance(unit, Unit) else world.unit(session, unit),
        "starts_at": facts.pop("slot", SLOT),
        "minutes": 60,
        "people": [world.person(session, email) for email in people],
        "consent": True,
        "purpose_ready": True,
        "requested_on": date(2026, 2, 20),
        "convener": world.person(session, by),
        "domain": "atagande.example",
        "now": world.now,
    }
    return book_sip(session, **(usual | facts))


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
