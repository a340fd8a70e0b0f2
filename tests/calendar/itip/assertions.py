"""What no calendar validator notices in a message, and real clients fall over.

`faults` lists what is wrong; `assert_sendable` fails with that list. Written against the bytes,
with no calendar library between, so that a library's leniency hides nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LINE_OCTETS = 75
METHODS = ("REQUEST", "CANCEL")
_CONTENT_LINE = re.compile(
    r'(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^":;]*))*):(?P<value>.*)',
    re.DOTALL,
)
_PARAM = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^":;]*)')
_UTC = re.compile(r"\d{8}T\d{6}Z")


@dataclass(frozen=True)
class Line:
    """One unfolded content line (RFC 5545, 3.1) and the components it stands in."""

    name: str
    params: dict[str, str]
    value: str
    path: tuple[str, ...]


def lines(text: bytes) -> list[Line]:
    """Return the content lines, unfolded; ValueError if one can't be read."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text.decode())
    path: tuple[str, ...] = ()
    found = []
    for raw in re.split(r"\r?\n", unfolded):
        if not raw:
            continue
        match = _CONTENT_LINE.fullmatch(raw)
        if match is None:
            raise ValueError(raw)
        params = {key.upper(): value.strip('"') for key, value in _PARAM.findall(match["params"])}
        if match["name"] == "END":
            path = path[:-1]
        found.append(Line(match["name"], params, match["value"], path))
        if match["name"] == "BEGIN":
            path = (*path, match["value"])
    return found


def _event(found: list[Line], name: str) -> list[Line]:
    return [line for line in found if line.name == name and line.path[-1:] == ("VEVENT",)]


def event_lines(text: bytes, name: str) -> list[Line]:
    """Return the lines of the event with this property name."""
    return _event(lines(text), name)


def _moment(line: Line) -> datetime:
    if _UTC.fullmatch(line.value):
        return datetime.strptime(line.value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    zone = ZoneInfo(line.params["TZID"])
    return datetime.strptime(line.value, "%Y%m%dT%H%M%S").replace(tzinfo=zone).astimezone(UTC)


def _physical(text: bytes) -> Iterator[str]:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", text) or not text.endswith(b"\r\n"):
        yield "a line does not end with CRLF"
    for line in text.split(b"\r\n"):
        if len(line) > LINE_OCTETS:
            yield f"a line of {len(line)} octets is not folded"
        try:
            line.decode()
        except UnicodeDecodeError:
            yield "a fold splits a character"


def _zones(found: list[Line]) -> Iterator[str]:
    described = {
        line.value for line in found if line.name == "TZID" and line.path[-1:] == ("VTIMEZONE",)
    }
    rules = [line for line in found if line.name == "RRULE" and "VTIMEZONE" in line.path]
    if "Europe/Stockholm" not in described:
        yield "VTIMEZONE is missing"
    elif len(rules) != 2:
        yield "VTIMEZONE has no RRULE for each change of the clocks"
    for line in found:
        if "TZID" in line.params and line.params["TZID"] not in described:
            yield f"{line.name} names a time zone that is not described"


def _times(found: list[Line]) -> Iterator[str]:
    ends = _event(found, "DTSTART") + _event(found, "DTEND")
    if len(ends) != 2:
        yield "DTSTART and DTEND do not stand once each"
        return
    naive = [line for line in ends if not _UTC.fullmatch(line.value) and "TZID" not in line.params]
    for line in naive:
        yield f"{line.name} has no time zone"
    if not naive and _moment(ends[1]) <= _moment(ends[0]):
        yield "DTEND is not after DTSTART"
    if any(not _UTC.fullmatch(line.value) for line in _event(found, "DTSTAMP")):
        yield "DTSTAMP is not UTC"


def _method(found: list[Line]) -> Iterator[str]:
    methods = [line.value for line in found if line.name.upper() == "METHOD"]
    if len(methods) != 1:
        yield "METHOD does not stand exactly once"
    for method in methods:
        if method not in METHODS:
            yield f"METHOD is {method}, not one of {', '.join(METHODS)}"
    statuses = [line.value for line in _event(found, "STATUS")]
    if methods == ["CANCEL"] and statuses != ["CANCELLED"]:
        yield "a CANCEL does not say STATUS:CANCELLED"


def _once(found: list[Line]) -> Iterator[str]:
    if len([line for line in found if (line.name, line.value) == ("BEGIN", "VEVENT")]) != 1:
        yield "there is not exactly one event"
    for name in ("UID", "DTSTAMP", "SEQUENCE", "ORGANIZER", "ATTENDEE", "SUMMARY"):
        if len(_event(found, name)) != 1:
            yield f"{name} does not stand exactly once"
    if any(line.name == "UID" and line.path == ("VCALENDAR",) for line in found):
        yield "the calendar itself has a UID"


def _people(found: list[Line]) -> Iterator[str]:
    for line in _event(found, "ORGANIZER") + _event(found, "ATTENDEE"):
        if not re.fullmatch(r"mailto:[!-~]+@[!-~]+", line.value):
            yield f"{line.name} has no ASCII mailto: address"
        if re.search(r'[,;"^]', line.params.get("CN", "")):
            yield f"the CN of {line.name} has a character that clients read differently"


def faults(text: bytes) -> list[str]:
    """Return what is wrong with a calendar message, as sentences; an empty list if nothing is."""
    found = [*_physical(text)]
    if "a fold splits a character" in found:
        return found
    parsed = lines(text)
    for check in (_zones, _times, _method, _once, _people):
        found += check(parsed)
    return found


def assert_sendable(text: bytes) -> None:
    """Fail, naming every fault, unless any common client can read the message."""
    found = faults(text)
    if found:
        raise AssertionError("; ".join(found))
