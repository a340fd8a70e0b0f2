"""Steering meetings in a world: planned, held, decided at, and their minutes."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_time
from atagande_agreements.steering.models import Decision
from atagande_calendar.meetings import held
from atagande_calendar.meetings.attendance import Presence
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.steering import minutes, queries, verbs
from atagande_calendar.steering.agenda import Agenda, gather
from atagande_calendar.steering.models import Minutes
from atagande_calendar.steering.queries import Around
from support.meetings import steering
from support.world import ADMINISTRATOR, CLINIC_CHIEF, STEERING, World

#: Three days that the group meets, at nine.
FIRST, SECOND, THIRD = date(2026, 3, 24), date(2026, 6, 16), date(2026, 9, 22)


def evening(day: date) -> datetime:
    """Return the evening of a day."""
    return local_time(day, time(18))


def meet(world: World, *days: date) -> list[int]:
    """Publish meetings of the group on some days; return their numbers."""
    return [steering(world, day, (STEERING, CLINIC_CHIEF)) for day in days]


def hold(world: World, number: int, presence: Presence = Presence.PRESENT) -> None:
    """Report that everyone who was asked came, on the evening of the meeting's day."""
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        world.now = max(world.now, evening(meeting.starts_at.date()))
        held.report_held(
            session,
            meeting=meeting,
            came=[
                held.Came(*party.key, presence, 0 if presence is Presence.ABSENT else 1)
                for party in held.parties_of(session, meeting)
            ],
            target_group=True,
            person=world.person(session, ADMINISTRATOR),
            version=0,
            now=world.now,
        )
        session.commit()


def around(session: Session, number: int) -> Around:
    """Return a meeting with its neighbours."""
    meeting = session.get_one(Meeting, number)
    found = queries.around(session, meeting.association_id, number)
    assert found is not None
    return found


def agenda_of(world: World, number: int) -> Agenda:
    """Return the agenda of a meeting as it stands by the world's clock."""
    with world.writer() as session:
        found = around(session, number)
        today = world.now.date()
        return gather(
            session,
            association_id=found.meeting.association_id,
            agreement_id=found.meeting.agreement_id,
            meeting_id=number,
            since=found.before.starts_at if found.before else None,
            today=today,
            until=max(today, found.met_on),
        )


def keys(world: World, number: int, *topics: str) -> list[str]:
    """Return the keys of the items of some topics on a meeting's agenda."""
    return [one.key for one in agenda_of(world, number).items if one.topic in topics]


def decide(
    world: World, session: Session, decided_on: date, paragraph: str = "20", **more: Any
) -> Decision:
    """Enter a decision that acts on nothing else."""
    return verbs.decide_other(
        session,
        agreement=world.agreement(session),
        paragraph=paragraph,
        decided_on=decided_on,
        note="Gruppen ställer sig bakom förslaget.",
        person=world.person(session, STEERING),
        now=world.now,
        **more,
    )


def begin(world: World, session: Session, number: int) -> Minutes:
    """Begin a meeting's minutes."""
    return minutes.begin(
        session,
        around=around(session, number),
        person=world.person(session, ADMINISTRATOR),
        now=world.now,
    )


def fix(
    world: World, session: Session, number: int, which: int = 1, version: int = 1, **more: Any
) -> Minutes:
    """Fix a version of a meeting's minutes on the day of the world's clock."""
    usual: dict[str, Any] = {
        "function": "Ordföranden",
        "fixed_on": world.now.date(),
        "diary_number": "SUVS 2026/14",
    }
    return minutes.fix(
        session,
        around=around(session, number),
        number=which,
        person=world.person(session, STEERING),
        version=version,
        now=world.now,
        **(usual | more),
    )
