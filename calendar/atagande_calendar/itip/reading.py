"""Reads the calendar text of an answer (RFC 5546): bytes -> what `broker.judge` takes. Pure.

Only the lines that an answer is made of are looked at, so that nothing else in it can do harm or
be kept: no summary, description or comment, no alarms, no rules of a time zone. Line syntax and
parameters are read by icalendar; what a client gets wrong there costs one line, not the answer.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from atagande_calendar.itip.broker import Incoming
from atagande_calendar.itip.foreign import Unreadable, duration
from atagande_calendar.itip.zones import UnknownZone, Zones
from atagande_calendar.method import Partstat

#: Bytes of a calendar text, events in it, ATTENDEEs of an event and open components.
LARGEST_CALENDAR = 256_000
MOST_EVENTS = 50
MOST_ATTENDEES = 500
DEEPEST = 8
_MAX_SEQUENCE = 2**31 - 1
_KEPT = frozenset({"UID", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "ATTENDEE"})
_NAME = re.compile(r"[A-Za-z0-9-]{1,60}")
_COMMON_NAME = re.compile(r';CN=(?:"[^"]*"|[^;:])*', re.IGNORECASE)
_MAILBOX = re.compile(r"[^\s<>,;:()\"@\\\[\]]{1,64}@[A-Za-z0-9.-]{1,189}")
_MOMENT = re.compile(r"\d{8}T\d{6}Z?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one event of a calendar message says."""

    uid: str
    #: RECURRENCE-ID in UTC; None when it is about the whole of it.
    recurrence_at: datetime | None
    incoming: Incoming


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sent the mail that the calendar text came in; addresses in lower case."""

    #: From; "" when it can't be read.
    address: str
    #: Sender, if the mail has one: an assistant who writes for another.
    by: str = ""
    #: See `Incoming.vouched`.
    vouched: bool = False


def mail_address(text: str) -> str:
    """Return the one address in a text, in lower case and without "mailto:"; "" without one."""
    bare = unquote(text) if "%" in text else text
    bare = bare.strip().lower().removeprefix("mailto:").strip()
    return bare if bare.isascii() and _MAILBOX.fullmatch(bare) else ""


@dataclass(slots=True)
class _Line:
    value: str
    parameters: Any


@dataclass(slots=True)
class _Event:
    lines: dict[str, list[_Line]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        found = self.lines.get(name)
        return found[0].value.strip() if found else ""


@dataclass(slots=True)
class _Zone:
    name: str = ""
    offsets: dict[str, list[str]] = field(default_factory=dict)


def read_calendar(content: bytes, *, announced: str, sender: Sender) -> tuple[Reply, ...]:
    """Return what each event of a calendar text says; raise Unreadable.

    `announced` is the `method` of the mail's part; METHOD of the text goes before it.
    """
    if len(content) > LARGEST_CALENDAR:
        raise Unreadable("calendar_too_large")
    reader = _Reader()
    reader.read(_decoded(content))
    if not reader.events:
        raise Unreadable("unreadable_calendar")
    method = (reader.method or announced).strip().upper()[:20]
    return tuple(_reply(event, method, reader.zones, sender) for event in reader.events)


def _decoded(content: bytes) -> str:
    """Return a calendar's text. Its charset is often told wrong; what is read of it is ASCII."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    return text.removeprefix("\ufeff").replace("\x00", "")


def _unfolded(text: str) -> Iterator[str]:
    """Yield content lines, those of them that are folded made whole (RFC 5545 §3.1)."""
    held: list[str] = []
    for line in re.split(r"\r\n|\n|\r", text):
        if line[:1] in {" ", "\t"} and held:
            held.append(line[1:])
            continue
        if held:
            yield "".join(held)
        held = [line] if line else []
    if held:
        yield "".join(held)


class _Reader:
    """Goes through the lines of one text and keeps those of its events."""

    def __init__(self) -> None:
        self.method = ""
        self.events: list[_Event] = []
        self.zones = Zones()
        self._open: list[str] = []
        self._event: _Event | None = None
        self._zone = _Zone()

    def read(self, text: str) -> None:
        for line in _unfolded(text):
            name = _NAME.match(line)
            if name is None:
                continue
            match name[0].upper():
                case "BEGIN":
                    self._begin(_after_colon(line))
                case "END":
                    self._end(_after_colon(line))
                case other:
                    self._take(other, line)

    def _begin(self, component: str) -> None:
        if len(self._open) >= DEEPEST:
            raise Unreadable("unreadable_calendar")
        if component == "VEVENT" and self._open == ["VCALENDAR"]:
            if len(self.events) >= MOST_EVENTS:
                raise Unreadable("too_many_events")
            self._event = _Event()
        if component == "VTIMEZONE":
            self._zone = _Zone()
        self._open.append(component)

    def _end(self, component: str) -> None:
        if not self._open or self._open.pop() != component:
            raise Unreadable("unreadable_calendar")
        if component == "VTIMEZONE" and self._zone.name:
            self.zones.define(
                self._zone.name,
                self._zone.offsets.get("STANDARD", []),
                self._zone.offsets.get("DAYLIGHT", []),
            )
        # One that is cut off before its end is not taken.
        if component == "VEVENT" and self._event is not None and self._open == ["VCALENDAR"]:
            self.events.append(self._event)
            self._event = None

    def _take(self, name: str, line: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "VCALENDAR" and name == "METHOD" and not self.method:
            self.method = _after_colon(line)
        elif inside == "VEVENT" and self._event is not None and name in _KEPT:
            kept = self._event.lines.setdefault(name, [])
            if len(kept) >= (MOST_ATTENDEES if name == "ATTENDEE" else 1):
                return
            read = _content_line(line)
            if read is not None:
                kept.append(read)
        elif inside == "VTIMEZONE" and name == "TZID":
            self._zone.name = line.partition(":")[2].strip()
        elif name == "TZOFFSETTO" and inside in {"STANDARD", "DAYLIGHT"}:
            self._zone.offsets.setdefault(inside, []).append(_after_colon(line))


def _after_colon(line: str) -> str:
    return line.partition(":")[2].strip().upper()


def _content_line(text: str) -> _Line | None:
    """Read one line; one that breaks the syntax in its CN is read without it."""
    from icalendar.parser import Contentline  # noqa: PLC0415 - loaded on use: start-up time

    for candidate in (text, _COMMON_NAME.sub("", text)):
        try:
            _name, parameters, value = Contentline(candidate).parts()  # type: ignore[no-untyped-call]  # typed so upstream
        except ValueError:
            continue
        return _Line(str(value), parameters)
    return None


def _parameter(line: _Line, name: str) -> str:
    """Return a parameter's first value: icalendar gives a list for one with a bare comma."""
    value = line.parameters.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value or "")


@dataclass(frozen=True, slots=True)
class _Attendee:
    address: str
    partstat: Partstat
    sent_by: str
    delegated_to: str


def _attendee(line: _Line) -> _Attendee:
    try:
        partstat = Partstat(_parameter(line, "PARTSTAT").strip().upper())
    except ValueError:
        partstat = Partstat.NEEDS_ACTION
    return _Attendee(
        # Calendar servers may name people by other than mail, with the address beside it.
        mail_address(line.value) or mail_address(_parameter(line, "EMAIL")),
        partstat,
        mail_address(_parameter(line, "SENT-BY")),
        mail_address(_parameter(line, "DELEGATED-TO")),
    )


def _who_answers(event: _Event, sender: Sender) -> _Attendee | None:
    """Return whose answer it is: the only attendee's, or the sender's own among several.

    A COUNTER may list the whole meeting, and a delegation names the delegate too.
    """
    everyone = [_attendee(line) for line in event.lines.get("ATTENDEE", ())]
    if len(everyone) == 1:
        return everyone[0]
    for own in (
        [one for one in everyone if one.address == sender.address],
        [one for one in everyone if one.sent_by and one.sent_by == sender.address],
    ):
        if len(own) == 1:
            return own[0]
    return None


def _sequence(text: str) -> int:
    # isdigit takes more than 0-9, and int takes signs and underscores.
    return min(int(text), _MAX_SEQUENCE) if re.fullmatch(r"[0-9]{1,12}", text) else 0


def _moment(lines: Sequence[_Line] | None, zones: Zones) -> datetime | None:
    """Return a time in UTC, or None for none, a whole day, or one in an unknown zone."""
    if not lines or not _MOMENT.fullmatch(value := lines[0].value.strip()):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zones.zone(_parameter(lines[0], "TZID").strip()))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, UnknownZone):
        return None


def _asked_for(event: _Event, zones: Zones) -> tuple[datetime, datetime] | None:
    """Return the time that a COUNTER asks for; what it was is not read (X-MS-OLK-ORIGINAL…)."""
    start = _moment(event.lines.get("DTSTART"), zones)
    end = _moment(event.lines.get("DTEND"), zones)
    if start is not None and end is None and event.text("DURATION"):
        try:
            end = start + duration(event.text("DURATION"))
        except (Unreadable, OverflowError):
            return None
    return (start, end) if start is not None and end is not None else None


def _reply(event: _Event, method: str, zones: Zones, sender: Sender) -> Reply:
    who = _who_answers(event, sender)
    incoming = Incoming(
        method=method,
        sequence=_sequence(event.text("SEQUENCE")),
        attendee=who.address if who else "",
        sender=sender.address,
        sent_by=sender.by,
        vouched=sender.vouched,
        proposed=_asked_for(event, zones) if method == "COUNTER" else None,
    )
    if who is not None:
        incoming = replace(
            incoming,
            partstat=who.partstat,
            sent_by=who.sent_by or sender.by,
            delegated_to=who.delegated_to,
        )
    recurrence = event.lines.get("RECURRENCE-ID")
    recurrence_at = _moment(recurrence, zones)
    if recurrence and recurrence_at is None:
        # Taken for the whole series it would answer for meetings that nobody meant.
        raise Unreadable("unreadable_calendar")
    return Reply(uid=event.text("UID"), recurrence_at=recurrence_at, incoming=incoming)
