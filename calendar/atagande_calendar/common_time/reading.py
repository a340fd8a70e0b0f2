"""Reads when someone is busy out of a published calendar (RFC 5545), and nothing else.

1. Lines are unfolded, and every property that does not tell a time is dropped before anything
   looks at it. A title, a place or a name is never held, so it can't be stored, shown or logged.
2. Each event becomes spans in UTC. Cancelled and transparent ones are free time.
3. What is not understood makes the whole calendar unread: it is better to say "unknown" than
   "free" of someone who is not.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from atagande_agreements.civil_time import local_time
from atagande_calendar.common_time import recurrence
from atagande_calendar.common_time.recurrence import Steps, TooMuchWork, UnknownRule
from atagande_calendar.itip.foreign import Unreadable, duration
from atagande_calendar.itip.zones import UnknownZone, Zones

#: The properties that say when, and how the parts hang together. Everything else is dropped.
_KEPT = frozenset(
    {
        "BEGIN",
        "END",
        "UID",
        "RECURRENCE-ID",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "STATUS",
        "TRANSP",
        "FREEBUSY",
        "TZID",
        "TZOFFSETTO",
        "X-MICROSOFT-CDO-BUSYSTATUS",
    }
)
_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^;:"]*)')
#: Work for one calendar: lines, days looked at and spans.
MOST_STEPS = 1_000_000
#: What one component costs, in the memory it takes.
_PART_STEPS = 10
#: Merged spans that are kept of one calendar.
MOST_SPANS = 5_000

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Busy:
    """When the owner of a calendar is busy, and between which moments it says so."""

    #: Merged and in order.
    spans: tuple[Span, ...]
    covers_from: datetime
    covers_until: datetime


@dataclass(slots=True)
class _Line:
    """One content line (RFC 5545 §3.1)."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class _Part:
    """One component."""

    name: str
    lines: dict[str, list[_Line]] = field(default_factory=dict)
    parts: list["_Part"] = field(default_factory=list)

    def text(self, name: str) -> str:
        found = self.lines.get(name)
        return found[0].value.strip() if found else ""


def _unfolded(text: str, steps: Steps) -> Iterator[str]:
    """Yield the content lines that are kept, whole (RFC 5545 §3.1)."""
    held: list[str] = []
    for line in io.StringIO(text, newline="\n"):
        steps.take()
        bare = line.rstrip("\r\n")
        if bare[:1] in {" ", "\t"}:
            # A dropped property's continuation is dropped with it.
            if held:
                held.append(bare[1:])
            continue
        if held:
            yield "".join(held)
        match = _NAME.match(bare)
        held = [bare] if match and match[0].upper() in _KEPT else []
    if held:
        yield "".join(held)


def _line(text: str) -> _Line:
    name = _NAME.match(text)
    if name is None:
        raise Unreadable("unreadable")
    at = name.end()
    parameters = {}
    while match := _PARAMETER.match(text, at):
        parameters[match[1].upper()] = match[2].strip('"')
        at = match.end()
    if text[at : at + 1] != ":":
        raise Unreadable("unreadable")
    return _Line(name[0].upper(), parameters, text[at + 1 :])


def _parts(text: str, steps: Steps) -> list[_Part]:
    """Return the calendar's components; raise Unreadable if it does not begin and end as one."""
    root = _Part("")
    open_parts = [root]
    for raw in _unfolded(text.removeprefix("\ufeff").lstrip(), steps):
        line = _line(raw)
        if line.name == "BEGIN":
            steps.take(_PART_STEPS)
            part = _Part(line.value.strip().upper())
            open_parts[-1].parts.append(part)
            open_parts.append(part)
        elif line.name == "END":
            if len(open_parts) == 1 or open_parts.pop().name != line.value.strip().upper():
                raise Unreadable("unreadable")
        else:
            open_parts[-1].lines.setdefault(line.name, []).append(line)
    calendars = root.parts
    if not calendars or any(part.name != "VCALENDAR" for part in calendars):
        raise Unreadable("no_calendar")
    if len(open_parts) > 1:
        raise Unreadable("cut_off")
    return [part for one in calendars for part in one.parts]


def read(text: str, *, first: date, last: date) -> Busy:
    """Return when a calendar's owner is busy between two local days; raise Unreadable.

    The frame is what is looked at, so a calendar with yearly events since 1970 costs no more
    than one without.
    """
    reader = _Reader(first, last)
    try:
        parts = _parts(text, reader.steps)
        return reader.read(parts)
    except TooMuchWork:
        raise Unreadable("too_much") from None
    except UnknownRule:
        raise Unreadable("rule") from None
    except UnknownZone:
        raise Unreadable("zone") from None
    except (ValueError, OverflowError):
        raise Unreadable("unreadable") from None


class _Reader:
    """Turns the components of one calendar into spans."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.begins = local_time(first, time())
        self.ends = local_time(last + timedelta(days=1), time())
        self.steps = Steps(MOST_STEPS)
        self.zones = Zones()

    def read(self, parts: list[_Part]) -> Busy:
        for part in parts:
            if part.name == "VTIMEZONE":
                self.zones.define(
                    part.text("TZID"),
                    [one.text("TZOFFSETTO") for one in part.parts if one.name == "STANDARD"],
                    [one.text("TZOFFSETTO") for one in part.parts if one.name == "DAYLIGHT"],
                )
        spans = [*self._events([part for part in parts if part.name == "VEVENT"])]
        covers_from, covers_until = self.begins, self.ends
        free_busy = [part for part in parts if part.name == "VFREEBUSY"]
        if free_busy:
            covers_from, covers_until = self._covered(free_busy)
            for part in free_busy:
                spans += self._periods(part)
        return Busy(merged(spans, self.begins, self.ends), covers_from, covers_until)

    # -- moments ---------------------------------------------------------------------------

    def _civil(self, line: _Line, value: str) -> date | datetime:
        """Return a value as written: a date, or a time with its zone."""
        value = value.strip()
        if len(value) == len("20260302"):
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        return moment.replace(tzinfo=self.zones.zone(line.parameters.get("TZID", "")))

    def _utc(self, value: date | datetime) -> datetime:
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return local_time(value, time())

    # -- events ----------------------------------------------------------------------------

    def _events(self, events: list[_Part]) -> Iterator[Span]:
        moved: dict[str, set[date | datetime]] = {}
        for event in events:
            for line in event.lines.get("RECURRENCE-ID", ()):
                value = self._civil(line, line.value)
                at = self._utc(value) if isinstance(value, datetime) else value
                moved.setdefault(event.text("UID"), set()).add(at)
        for event in events:
            if _is_free(event):
                continue
            alone = "RECURRENCE-ID" in event.lines
            left_out = set() if alone else moved.get(event.text("UID"), set())
            for begins, ends in self._spans(event, left_out):
                self.steps.take()
                yield begins, ends

    def _spans(self, event: _Part, left_out: set[date | datetime]) -> Iterator[Span]:
        lines = event.lines.get("DTSTART")
        if not lines:
            raise Unreadable("unreadable")
        start = self._civil(lines[0], lines[0].value)
        length = self._length(event, start)
        if not length:
            return
        skipped = left_out | self._listed(event, "EXDATE")
        whole_day = not isinstance(start, datetime)
        for at in self._starts(event, start, length):
            if _left_out(at, skipped):
                continue
            begins = self._utc(at)
            # A whole day is a local one, also when the clocks change.
            yield begins, self._utc(at + length) if whole_day else begins + length

    def _length(self, event: _Part, start: date | datetime) -> timedelta:
        ends = event.lines.get("DTEND")
        if ends:
            end = self._civil(ends[0], ends[0].value)
            if isinstance(start, datetime) or isinstance(end, datetime):
                return max(self._utc(end) - self._utc(start), timedelta())
            return max(end - start, timedelta(days=1))
        if "DURATION" in event.lines:
            return duration(event.text("DURATION"))
        return timedelta() if isinstance(start, datetime) else timedelta(days=1)

    def _starts(
        self, event: _Part, start: date | datetime, length: timedelta
    ) -> Iterator[date | datetime]:
        """Yield the start, those of the rule, and those listed, as far as the frame goes."""
        yield start
        for line in event.lines.get("RDATE", ()):
            for value in line.value.split(","):
                # Of a period, its start; the length is the event's.
                yield self._civil(line, value.split("/", 1)[0])
        for line in event.lines.get("RRULE", ()):
            rule = recurrence.parse(line.value)
            first_day = start.date() if isinstance(start, datetime) else start
            for day in recurrence.days(
                rule,
                first_day,
                first=self.first - length - timedelta(days=2),
                last=self.last + timedelta(days=1),
                steps=self.steps,
            ):
                at = datetime.combine(day, start.timetz()) if isinstance(start, datetime) else day
                if rule.until is not None and self._after(at, rule.until):
                    break
                yield at

    def _after(self, at: date | datetime, until: date | datetime) -> bool:
        """Tell whether a start lies after UNTIL, which is often of another sort than the start."""
        if not isinstance(at, datetime):
            return at > (until.date() if isinstance(until, datetime) else until)
        if not isinstance(until, datetime):
            return at.date() > until
        if until.tzinfo is None:
            return at.replace(tzinfo=None) > until
        return at.astimezone(UTC) > until

    def _listed(self, event: _Part, name: str) -> set[date | datetime]:
        found: set[date | datetime] = set()
        for line in event.lines.get(name, ()):
            for value in line.value.split(","):
                self.steps.take()
                at = self._civil(line, value)
                found.add(self._utc(at) if isinstance(at, datetime) else at)
        return found

    # -- published free/busy ---------------------------------------------------------------

    def _covered(self, parts: list[_Part]) -> Span:
        """Return the first unbroken stretch that the free/busy parts speak of."""
        stretches = []
        for part in parts:
            starts, ends = part.lines.get("DTSTART"), part.lines.get("DTEND")
            if starts and ends:
                stretches.append(
                    (
                        self._utc(self._civil(starts[0], starts[0].value)),
                        self._utc(self._civil(ends[0], ends[0].value)),
                    )
                )
        whole = merged(stretches, self.begins, self.ends)
        return whole[0] if whole else (self.begins, self.begins)

    def _periods(self, part: _Part) -> Iterator[Span]:
        for line in part.lines.get("FREEBUSY", ()):
            if line.parameters.get("FBTYPE", "BUSY").upper() == "FREE":
                continue
            for period in line.value.split(","):
                self.steps.take()
                start, _, end = period.strip().partition("/")
                begins = self._utc(self._civil(line, start))
                if end[:1] in {"P", "+", "p"}:
                    yield begins, begins + duration(end)
                else:
                    yield begins, self._utc(self._civil(line, end))


def _is_free(event: _Part) -> bool:
    return (
        event.text("STATUS").upper() == "CANCELLED"
        or event.text("TRANSP").upper() == "TRANSPARENT"
        or event.text("X-MICROSOFT-CDO-BUSYSTATUS").upper() in {"FREE", "WORKINGELSEWHERE"}
    )


def _left_out(at: date | datetime, skipped: set[date | datetime]) -> bool:
    """Tell whether a start is left out; some programs leave out a time by its date."""
    if not isinstance(at, datetime):
        return at in skipped
    return at.astimezone(UTC) in skipped or at.date() in skipped


def merged(spans: Iterable[Span], begins: datetime, ends: datetime) -> tuple[Span, ...]:
    """Return spans cut to a frame, in order, each that touches the one before joined to it."""
    found: list[Span] = []
    for low, high in sorted(spans):
        start, end = max(low, begins), min(high, ends)
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif len(found) >= MOST_SPANS:
            raise Unreadable("too_much")
        else:
            found.append((start, end))
    return tuple(found)
