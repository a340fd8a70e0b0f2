"""P8: publishing a meeting to many people, against building each invitation from scratch.

Ours is what happens: the meeting is published in a database with one row in the outbox for each,
and every row becomes the bytes of its mail. The peer is given the words, and builds each mail as
the libraries' handbooks show: a calendar with its time zone by icalendar, and the mail around it
by EmailMessage. Processor time, since nothing is waited for but one commit.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from time import process_time
from typing import Any

from icalendar import Calendar, Event, Timezone, vCalAddress, vText
from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.models import Association, Organisation, Person
from atagande_agreements.register.models import Agreement
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.meetings.verbs import plan_meeting, publish_meeting
from atagande_plugin.mail.render import prefetch, render
from atagande_plugin.outbox.delivery import BATCH
from atagande_plugin.services import Services
from benchmarks.databases import NOW, fill
from benchmarks.measuring import Result, Sizes, interleave, ratio, seconds
from benchmarks.pages import visit
from support.libical import SYSTEM_PYTHON

TITLE = "Nätverksmöte om unga vuxna"
PLACE = "Mottagningarnas stora sammanträdesrum, Ängsvägen 8, Upplands Väsby"
AGENDA = "Läget i kommunerna.\nFrågor att lyfta till styrgruppen.\nNästa möte."
NAMES = ("Åsa", "Björn", "Cecilia", "Örjan", "Maria", "Jean-Luc")
#: What libical reads of a calendar's event: each property as it writes it itself.
LIBICAL = """
import json, sys
import gi
gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib

found = []
for text in json.load(sys.stdin):
    event = ICalGLib.Component.new_from_string(text).get_first_component(
        ICalGLib.ComponentKind.VEVENT_COMPONENT)
    one, rows = event.get_first_property(ICalGLib.PropertyKind.ANY_PROPERTY), []
    while one is not None:
        rows.append(one.as_ical_string())
        one = event.get_next_property(ICalGLib.PropertyKind.ANY_PROPERTY)
    found.append(sorted(rows))
json.dump(found, sys.stdout)
"""


@dataclass(frozen=True, slots=True)
class Words:
    """What the peer is given of one mail."""

    sender: Any
    to: Any
    subject: str
    sent: datetime
    identity: str
    text: str
    html: str
    organizer: tuple[str, str]
    attendee: tuple[str, str]
    uid: str
    stamp: datetime
    starts_at: date
    ends_at: date
    counter: str


def add_people(services: Services, number: int) -> None:
    """Add people of one of the parties."""
    with services.writer() as session, session.begin():
        association = session.scalars(select(Association)).one()
        party = session.scalars(select(Organisation).where(Organisation.key == "af")).one()
        session.add_all(
            Person(
                association_id=association.id,
                organisation_id=party.id,
                name=f"{NAMES[place % len(NAMES)]} Öberg {place}",
                title="Handläggare",
                email=f"person.{place}@af.example",
                created_at=NOW,
            )
            for place in range(number)
        )


def plan(session: Session, place: int) -> Meeting:
    """Plan a meeting with everybody whom `add_people` added."""
    invited = select(Person).where(Person.email.like("person.%@af.example"))
    return plan_meeting(
        session,
        agreement=session.scalars(select(Agreement)).one(),
        kind=MeetingKind.NETWORK,
        title=f"{TITLE} {place}",
        starts_at=NOW + timedelta(days=30, minutes=place),
        minutes=120,
        place=PLACE,
        agenda=AGENDA,
        convener=session.scalars(select(Organisation).where(Organisation.key == "forbundet")).one(),
        people=session.scalars(invited.order_by(Person.id)).all(),
        person=session.scalars(select(Person).order_by(Person.id).limit(1)).one(),
        domain="atagande.example",
        now=NOW,
    )


def publish(services: Services, meeting: int) -> None:
    """Publish a meeting."""
    with services.writer() as session, session.begin():
        publish_meeting(
            session,
            meeting=session.get_one(Meeting, meeting),
            person=session.scalars(select(Person).order_by(Person.id).limit(1)).one(),
            version=1,
            now=NOW,
        )


def written(services: Services, after: int = 0) -> list[bytes]:
    """Return the bytes of every message numbered above `after`, as a delivery writes them."""
    with services.reader() as session:
        rows = session.scalars(
            select(OutboxMessage).where(OutboxMessage.id > after).order_by(OutboxMessage.id)
        ).all()
        found = []
        for batch in (rows[place : place + BATCH] for place in range(0, len(rows), BATCH)):
            held = prefetch(session, batch)
            found += [render(session, services.settings, one) for one in batch]
            del held
        return found


def words_of(raw: bytes) -> Words:
    """Return the words of a mail, for the peer."""
    mail: Any = message_from_bytes(raw, policy=default)
    text, html, calendar = (part.get_content() for part in mail.iter_parts())
    [event] = Calendar.from_ical(calendar).events
    return Words(
        sender=mail["From"].addresses[0],
        to=mail["To"].addresses[0],
        subject=str(mail["Subject"]),
        sent=mail["Date"].datetime,
        identity=str(mail["Message-ID"]),
        text=text,
        html=html,
        organizer=(str(event["ORGANIZER"]), event["ORGANIZER"].params["CN"]),
        attendee=(str(event["ATTENDEE"]), event["ATTENDEE"].params["CN"]),
        uid=str(event["UID"]),
        stamp=event.DTSTAMP,
        starts_at=event.start,
        ends_at=event.end,
        counter=str(event["X-MICROSOFT-DISALLOW-COUNTER"]),
    )


def from_scratch(words: Words, title: str) -> bytes:
    """Build one mail with the libraries, nothing kept from the last."""
    calendar = Calendar()
    for name, value in (
        ("prodid", "-//Atagande//Kallelser 1.0//SV"),
        ("version", "2.0"),
        ("calscale", "GREGORIAN"),
        ("method", "REQUEST"),
    ):
        calendar.add(name, value)
    calendar.add_component(Timezone.from_tzid("Europe/Stockholm"))
    event = Event()
    facts: tuple[tuple[str, object], ...] = (
        ("uid", words.uid),
        ("dtstamp", words.stamp),
        ("sequence", 0),
        ("dtstart", words.starts_at),
        ("dtend", words.ends_at),
        ("summary", title),
        ("location", PLACE),
        ("description", AGENDA),
        ("status", "CONFIRMED"),
        ("transp", "OPAQUE"),
        ("x-microsoft-cdo-busystatus", "TENTATIVE"),
        ("x-microsoft-cdo-intendedstatus", "BUSY"),
        ("x-microsoft-cdo-importance", "1"),
        ("x-microsoft-disallow-counter", words.counter),
    )
    for name, fact in facts:
        event.add(name, fact)
    organizer = vCalAddress(words.organizer[0])
    organizer.params["CN"] = vText(words.organizer[1])
    event.add("organizer", organizer)
    attendee = vCalAddress(words.attendee[0])
    attendee.params["CN"] = vText(words.attendee[1])
    for name, value in (
        ("CUTYPE", "INDIVIDUAL"),
        ("ROLE", "REQ-PARTICIPANT"),
        ("PARTSTAT", "NEEDS-ACTION"),
        ("RSVP", "TRUE"),
    ):
        attendee.params[name] = vText(value)
    event.add("attendee", attendee)
    calendar.add_component(event)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = words.sender, words.to, words.subject
    mail["Date"], mail["Message-ID"] = words.sent, words.identity
    mail.set_content(words.text, cte="base64")
    mail.add_alternative(words.html, subtype="html", cte="base64")
    mail.add_alternative(
        calendar.to_ical().decode(), subtype="calendar", cte="base64", params={"method": "REQUEST"}
    )
    return mail.as_bytes()


def _said(raw: bytes) -> tuple[dict[str, object], list[str]]:
    """Return what a reader finds in a mail, and its calendar's text."""
    mail: Any = message_from_bytes(raw, policy=default)
    parts = [part.get_content() for part in mail.iter_parts()]
    [event] = Calendar.from_ical(parts[2]).events
    names = ("From", "To", "Subject", "Date", "Message-ID")
    found: dict[str, object] = {name: str(mail[name]) for name in names}
    found |= {"text": parts[0], "html": parts[1]}
    for name, value in event.property_items(recursive=False):
        params = getattr(value, "params", {})
        said = value.to_ical() if hasattr(value, "to_ical") else value
        found[name] = (said, {key: str(one) for key, one in params.items()})
    return found, parts[2]


def _agree(ours: Sequence[bytes], theirs: Sequence[bytes]) -> None:
    """Hold the mails to each other: by icalendar, and by libical where its bindings are."""
    said = [[_said(raw) for raw in side] for side in (ours, theirs)]
    for one, other in zip(*said, strict=True):
        assert one[0] == other[0], (one[0], other[0])
    if not SYSTEM_PYTHON.exists():
        return
    read = [
        subprocess.run(  # noqa: S603 - our own program
            [SYSTEM_PYTHON, "-c", LIBICAL],
            input=json.dumps([calendar for _, calendar in side]),
            capture_output=True,
            text=True,
            check=False,
        )
        for side in said
    ]
    if read[0].returncode == 0:
        assert json.loads(read[0].stdout) == json.loads(read[1].stdout)


def publishing(sizes: Sizes) -> Iterator[Result]:
    """P8: a meeting with many people, from the press of the button to their mails."""
    with visit(lambda services: fill(services.writer)) as one:
        services = one.services
        add_people(services, sizes.people)
        with services.writer() as session, session.begin():
            meetings = [plan(session, place).id for place in range(sizes.rounds + 2)]
        publish(services, meetings[0])
        mails = written(services)
        assert len(mails) == sizes.people
        given = [words_of(raw) for raw in mails]
        _agree(mails, [from_scratch(words, f"{TITLE} 0") for words in given])
        rest = iter(meetings[1:])
        last = [max(_numbers(services))]

        def ours() -> None:
            publish(services, next(rest))
            assert len(written(services, last[0])) == sizes.people

        def run() -> float:
            spent = seconds(ours, 1, process_time)
            last[0] = max(_numbers(services))
            return spent

        def peer() -> None:
            for words in given:
                from_scratch(words, f"{TITLE} 0")

        medians = interleave(
            {"publiceringen": run, "biblioteken": lambda: seconds(peer, 1, process_time)},
            sizes.rounds,
        )
    what = f"Publicera möte till {sizes.people}, mot icalendar och EmailMessage från början"
    yield ratio("P8", what, 0.2, medians)


def _numbers(services: Services) -> Sequence[int]:
    with services.reader() as session:
        return session.scalars(select(OutboxMessage.id)).all()
