"""Plans and publishes series of meetings, and reads them in people's calendars."""

from collections.abc import Sequence
from datetime import date, datetime, time
from email import message_from_bytes, policy
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_time
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.models import Organisation
from atagande_calendar.invitations.models import AnswerWay, Partstat
from atagande_calendar.invitations.told import Sending
from atagande_calendar.invitations.verbs import answer
from atagande_calendar.itip.recurrence import Frequency, Rule
from atagande_calendar.meetings.changes import Facts, asked_to, change_meeting
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingSeries
from atagande_calendar.meetings.series import (
    SeriesFacts,
    meetings_of,
    plan_series,
    publish_series,
)
from atagande_calendar.meetings.series_changes import SeriesChange, change_series
from atagande_calendar.meetings.series_people import call_off_series
from atagande_calendar.meetings.series_scope import Scope
from atagande_plugin.mail.render import Obsolete, render, require_current
from support.booking import invitation
from support.series_reader import Reader
from support.world import ADMINISTRATOR, AF, CLINIC_CHIEF, CONVENER, FK, World

PEOPLE = (CLINIC_CHIEF, CONVENER, AF, FK)
#: The second Tuesday of six months, over the change of the clocks on 29 March 2026.
RULE = Rule(frequency=Frequency.MONTHLY, weekday=1, nth=2, count=6)
FIRST = local_time(date(2026, 3, 10), time(9))
#: Four dates of 2026 without a rule, one of them after 25 October.
DATES = tuple(
    local_time(day, time(9))
    for day in (date(2026, 3, 17), date(2026, 5, 19), date(2026, 8, 25), date(2026, 11, 17))
)


def plan(
    world: World,
    session: Session,
    *,
    starts: Sequence[datetime] = DATES,
    rule: Rule | None = None,
    first: datetime = FIRST,
    people: Sequence[str] = PEOPLE,
    **facts: Any,
) -> MeetingSeries:
    """Plan a series as drafts: four dates, or the rule from its first."""
    usual: dict[str, Any] = {
        "kind": MeetingKind.NETWORK,
        "title": "Nätverksmöte SGI=0",
        "minutes": 120,
        "place": "Turebergshuset",
        "agenda": "Läget i kommunerna",
    }
    return plan_series(
        session,
        agreement=world.agreement(session),
        facts=SeriesFacts(**usual | facts),
        starts=[first] if rule else starts,
        rule=rule,
        convener=session.scalars(select(Organisation).where(Organisation.key == "forbundet")).one(),
        people=[world.person(session, email) for email in people],
        person=world.person(session, ADMINISTRATOR),
        domain="atagande.example",
        now=world.now,
    )


def publish(world: World, session: Session, series: MeetingSeries) -> Sending:
    """Publish a series."""
    return publish_series(
        session,
        series=series,
        person=world.person(session, ADMINISTRATOR),
        version=series.version,
        now=world.now,
    )


def published(world: World, **facts: Any) -> int:
    """Plan, publish and commit a series; return its number."""
    with world.writer() as session:
        series = plan(world, session, **facts)
        publish(world, session, series)
        session.commit()
        return series.id


def act(world: World, session: Session, series: MeetingSeries, **more: Any) -> dict[str, Any]:
    """Return who makes a change of a series, when, and of which version."""
    return {
        "series": series,
        "person": world.person(session, ADMINISTRATOR),
        "version": series.version,
        "now": world.now,
        **more,
    }


def found(session: Session, number: int) -> tuple[MeetingSeries, Sequence[Meeting]]:
    """Return a series and its meetings."""
    series = session.get_one(MeetingSeries, number)
    return series, meetings_of(session, series)


def mails(world: World, email: str) -> list[Any]:
    """Return a person's mails, as they leave, but for those that no longer should."""
    made = []
    with world.services.reader() as session:
        rows = session.scalars(
            select(OutboxMessage).where(OutboxMessage.recipient == email).order_by(OutboxMessage.id)
        ).all()
        for row in rows:
            try:
                require_current(session, row)
            except Obsolete:
                continue
            raw = render(session, world.settings, row)
            made.append(message_from_bytes(raw, policy=policy.default))
    return made


def calendar_part(mail: Any) -> bytes:
    """Return a mail's calendar text."""
    (part,) = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    content: bytes = part.get_payload(decode=True)
    return content


def calendars(world: World, email: str) -> dict[str, Reader]:
    """Return what a person's calendar shows after all mails, by UID."""
    shown: dict[str, Reader] = {}
    for mail in mails(world, email):
        text = calendar_part(mail)
        unfolded = text.replace(b"\r\n ", b"")
        uid = next(
            line.removeprefix(b"UID:").decode()
            for line in unfolded.split(b"\r\n")
            if line.startswith(b"UID:")
        )
        shown.setdefault(uid, Reader()).receive(text)
    return shown


def starts_in(world: World, email: str) -> list[datetime]:
    """Return the starts of everything in a person's calendar, earliest first."""
    return sorted(
        shown[0]
        for reader in calendars(world, email).values()
        for shown in reader.meetings.values()
        if shown is not None
    )


def change(world: World, number: int, scope: Scope, index: int = 0, **changes: Any) -> Sending:
    """Change a series as seen from one of its meetings."""
    with world.writer() as session:
        series, meetings = found(session, number)
        sending = change_series(
            session,
            **act(world, session, series),
            at=meetings[index],
            scope=scope,
            change=SeriesChange(**changes),
            domain="atagande.example",
        )
        session.commit()
    return sending


def off(world: World, number: int, scope: Scope, index: int = 0) -> Sending:
    """Call a series off as seen from one of its meetings."""
    with world.writer() as session:
        series, meetings = found(session, number)
        sending = call_off_series(
            session, **act(world, session, series), at=meetings[index], scope=scope
        )
        session.commit()
    return sending


def move(world: World, number: int, index: int, **changes: Any) -> Sending:
    """Move one meeting of a series, as its own page does."""
    with world.writer() as session:
        series, meetings = found(session, number)
        meeting = meetings[index]
        facts = Facts.of(meeting)
        by = act(world, session, series)
        sending = change_meeting(
            session,
            meeting=meeting,
            facts=Facts(
                title=facts.title,
                starts_at=changes.get("starts_at", facts.starts_at),
                minutes=facts.minutes,
                place=changes.get("place", facts.place),
                agenda=changes.get("agenda", facts.agenda),
            ),
            people=asked_to(session, meeting),
            person=by["person"],
            version=meeting.version,
            now=world.now,
        )
        session.commit()
    return sending


def accept(world: World, number: int, email: str) -> None:
    """Say yes to every meeting of a series."""
    with world.writer() as session:
        for meeting in found(session, number)[1]:
            answer(
                session,
                invitation=invitation(session, meeting.id, email),
                partstat=Partstat.ACCEPTED,
                way=AnswerWay.LINK,
                now=world.now,
            )
        session.commit()


def answers(world: World, number: int, email: str) -> list[Partstat]:
    """Return what someone answers to each meeting of a series."""
    with world.services.reader() as session:
        return [invitation(session, one.id, email).partstat for one in found(session, number)[1]]
