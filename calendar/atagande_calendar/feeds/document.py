"""Writes a calendar that programs subscribe to (RFC 5545, RFC 7986). Pure.

The text depends on nothing but the facts: the same facts give the same bytes, and the same tag.
There is no METHOD, ORGANIZER or ATTENDEE, so that nobody's program takes an event for an
invitation to answer. It is written by hand, since a calendar library takes many times as long;
libraries judge it in the tests.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter

from atagande_calendar.itip.fast import fold
from atagande_calendar.itip.text import clean_text
from atagande_calendar.itip.timezone import VTIMEZONE, calendar_time, calendar_times, whole_second

PRODID = "-//Atagande//Kalenderadress 1.0//SV"
#: How often programs are asked to fetch it (RFC 7986 §5.7); older ones read X-PUBLISHED-TTL.
INTERVAL = "PT1H"
#: Raised when the same facts are to be written in another way.
FORMAT = 1


class Shown(StrEnum):
    """How an event stands in the reader's calendar, as Outlook names it."""

    BUSY = "BUSY"
    TENTATIVE = "TENTATIVE"
    FREE = "FREE"


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One meeting in a feed, with the identity that its invitation has."""

    uid: str
    #: UTC; None for an event of its own.
    recurrence_at: datetime | None
    sequence: int
    #: When it was last changed for this reader (UTC).
    changed_at: datetime
    starts_at: datetime
    minutes: int
    title: str
    place: str
    called_off: bool
    private: bool
    shown: Shown
    #: Address of the meeting's page; "" for none.
    url: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A whole calendar: its name, the word before what is called off, and the events in order."""

    name: str
    called_off: str
    events: Sequence[FeedEvent]


_facts = attrgetter(*(field.name for field in fields(FeedEvent)))


def tag(feed: Feed) -> str:
    """Return what differs when the text does, without writing the text."""
    facts = (FORMAT, feed.name, feed.called_off, [_facts(event) for event in feed.events])
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def write(feed: Feed) -> bytes:
    """Return the calendar in UTF-8 with CRLF lines of at most 75 octets."""
    name = _text(feed.name)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "CALSCALE:GREGORIAN",
        f"NAME:{name}",
        f"X-WR-CALNAME:{name}",
        "X-WR-TIMEZONE:Europe/Stockholm",
        f"REFRESH-INTERVAL;VALUE=DURATION:{INTERVAL}",
        f"X-PUBLISHED-TTL:{INTERVAL}",
        *VTIMEZONE.splitlines(),
    ]
    for event in feed.events:
        lines += _event(event, feed.called_off)
    lines.append("END:VCALENDAR")
    return b"".join(map(fold, lines))


def _event(event: FeedEvent, called_off: str) -> Iterator[str]:
    start, end = calendar_times(event.starts_at, event.starts_at + timedelta(minutes=event.minutes))
    changed = _digits(whole_second(event.changed_at))
    title = f"{called_off} {event.title}" if event.called_off else event.title
    shown = Shown.FREE if event.called_off else event.shown
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{changed}Z"
    yield f"LAST-MODIFIED:{changed}Z"
    yield f"SEQUENCE:{event.sequence}"
    if event.recurrence_at is not None:
        yield _moment("RECURRENCE-ID", calendar_time(event.recurrence_at))
    yield _moment("DTSTART", start)
    yield _moment("DTEND", end)
    yield f"SUMMARY:{_text(title)}"
    if event.place:
        yield f"LOCATION:{_text(event.place)}"
    yield f"STATUS:{'CANCELLED' if event.called_off else 'CONFIRMED'}"
    if event.private:
        yield "CLASS:PRIVATE"
    yield f"TRANSP:{'TRANSPARENT' if shown is Shown.FREE else 'OPAQUE'}"
    yield f"X-MICROSOFT-CDO-BUSYSTATUS:{shown}"
    if event.url:
        yield f"URL:{event.url}"
    yield "END:VEVENT"


def _moment(name: str, moment: datetime) -> str:
    if moment.tzinfo is UTC:
        return f"{name}:{_digits(moment)}Z"
    return f"{name};TZID=Europe/Stockholm:{_digits(moment)}"


def _digits(moment: datetime) -> str:
    """Return a moment as 20260303T090000; strftime takes three times as long."""
    return moment.isoformat()[:19].replace("-", "").replace(":", "")


@lru_cache(maxsize=1024)
def _text(text: str) -> str:
    r"""Return a TEXT value, escaped as RFC 5545 §3.3.11 says. Many meetings share their words."""
    escaped = clean_text(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")
