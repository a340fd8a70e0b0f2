"""What no calendar validator notices in a message, and real clients fall over.

`faults` judges a calendar text, `mail_faults` a whole mail with one in it, `feed_faults` a feed.
Each lists what is wrong as sentences; an empty list is a pass. Written against the bytes, with no
calendar library between, so that a library's leniency hides nothing. Sources: RFC 5545, RFC 5546,
RFC 6047, and what mail programs were seen to stumble on.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from zoneinfo import ZoneInfo

LINE_OCTETS = 75
MAIL_LINE_OCTETS = 998
METHODS = ("REQUEST", "CANCEL")
ALTERNATIVES = ["text/plain", "text/html", "text/calendar"]
_CONTENT_LINE = re.compile(
    r'(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^":;]*))*):(?P<value>.*)',
    re.DOTALL,
)
_PARAM = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^":;]*)')
_UTC = re.compile(r"\d{8}T\d{6}Z")
_DAY = re.compile(r"\d{8}")


@dataclass(frozen=True)
class Line:
    """One unfolded content line (RFC 5545, 3.1), the components it stands in, and which event."""

    name: str
    params: dict[str, str]
    value: str
    path: tuple[str, ...]
    #: 1 for the first event, and so on; 0 outside every event.
    event: int = 0


def lines(text: bytes) -> list[Line]:
    """Return the content lines, unfolded; ValueError if one can't be read."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text.decode())
    path: tuple[str, ...] = ()
    found: list[Line] = []
    events = 0
    for raw in re.split(r"\r?\n", unfolded):
        if not raw:
            continue
        match = _CONTENT_LINE.fullmatch(raw)
        if match is None:
            raise ValueError(raw)
        params = {key.upper(): value.strip('"') for key, value in _PARAM.findall(match["params"])}
        if match["name"] == "END":
            path = path[:-1]
        events += (match["name"], match["value"]) == ("BEGIN", "VEVENT")
        number = events if "VEVENT" in path else 0
        found.append(Line(match["name"], params, match["value"], path, number))
        if match["name"] == "BEGIN":
            path = (*path, match["value"])
    return found


def _event(found: Sequence[Line], name: str) -> list[Line]:
    return [line for line in found if line.name == name and line.path[-1:] == ("VEVENT",)]


def event_lines(text: bytes, name: str) -> list[Line]:
    """Return the lines of the events with this property name."""
    return _event(lines(text), name)


def _events(found: Sequence[Line]) -> list[list[Line]]:
    """Return each event's lines."""
    last = max((line.event for line in found), default=0)
    return [[line for line in found if line.event == number + 1] for number in range(last)]


def _moment(line: Line) -> datetime:
    if _UTC.fullmatch(line.value):
        return datetime.strptime(line.value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    zone = ZoneInfo(line.params["TZID"])
    return datetime.strptime(line.value, "%Y%m%dT%H%M%S").replace(tzinfo=zone).astimezone(UTC)


def _physical(text: bytes) -> Iterator[str]:
    if text.startswith(b"\xef\xbb\xbf") or b"\x00" in text:
        yield "a byte stands there that is no text"
    if re.search(rb"(?<!\r)\n|\r(?!\n)", text) or not text.endswith(b"\r\n"):
        yield "a line does not end with CRLF"
    for line in text.split(b"\r\n"):
        if len(line) > LINE_OCTETS:
            yield f"a line of {len(line)} octets is not folded"
        try:
            line.decode()
        except UnicodeDecodeError:
            yield "a fold splits a character"


def _zones(found: Sequence[Line]) -> Iterator[str]:
    described = {
        line.value for line in found if line.name == "TZID" and line.path[-1:] == ("VTIMEZONE",)
    }
    rules = [line for line in found if line.name == "RRULE" and "VTIMEZONE" in line.path]
    if "Europe/Stockholm" not in described:
        yield "VTIMEZONE is missing"
    elif len(rules) != 2:
        yield "VTIMEZONE has no RRULE for each change of the clocks"
    if any(line.name == "RDATE" and "VTIMEZONE" in line.path for line in found):
        yield "VTIMEZONE lists the changes of the clocks as dates"
    for line in found:
        if "TZID" in line.params and line.params["TZID"] not in described:
            yield f"{line.name} names a time zone that is not described"


def _times(found: Sequence[Line]) -> Iterator[str]:
    ends = _event(found, "DTSTART") + _event(found, "DTEND")
    if len(ends) != 2:
        yield "DTSTART and DTEND do not stand once each"
        return
    days = [line for line in ends if line.params.get("VALUE") == "DATE"]
    if days:
        yield from _whole_days(ends)
        return
    naive = [line for line in ends if not _UTC.fullmatch(line.value) and "TZID" not in line.params]
    for line in naive:
        yield f"{line.name} has no time zone"
    if not naive and _moment(ends[1]) <= _moment(ends[0]):
        yield "DTEND is not after DTSTART"
    if any(not _UTC.fullmatch(line.value) for line in _event(found, "DTSTAMP")):
        yield "DTSTAMP is not UTC"


def _whole_days(ends: Sequence[Line]) -> Iterator[str]:
    if not all(line.params.get("VALUE") == "DATE" and _DAY.fullmatch(line.value) for line in ends):
        yield "one of DTSTART and DTEND is a day, the other is not"
    elif ends[1].value <= ends[0].value:
        yield "DTEND is not after DTSTART"


def _repetition(found: Sequence[Line]) -> Iterator[str]:
    """Judge a series: its rule must mean the same clock time in winter and summer."""
    starts, rules = _event(found, "DTSTART"), _event(found, "RRULE")
    if len(starts) != 1:
        return
    (start,) = starts
    if rules and "TZID" not in start.params and start.params.get("VALUE") != "DATE":
        yield "a series is not in local time, so its hour moves with the clocks"
    for rule in rules:
        until = re.search(r"UNTIL=([^;]*)", rule.value)
        if until and "TZID" in start.params and not _UTC.fullmatch(until[1]):
            yield "UNTIL is not UTC"
    if _event(found, "RDATE"):
        yield "RDATE stands there, which common clients do not read"
    for name in ("EXDATE", "RECURRENCE-ID"):
        for line in _event(found, name):
            same = line.params.get("TZID") == start.params.get("TZID")
            if not same and not _UTC.fullmatch(line.value):
                yield f"{name} is not told as DTSTART is"


def _method(found: Sequence[Line]) -> Iterator[str]:
    methods = [line.value for line in found if line.name.upper() == "METHOD"]
    if len(methods) != 1:
        yield "METHOD does not stand exactly once"
    for method in methods:
        if method not in METHODS:
            yield f"METHOD is {method}, not one of {', '.join(METHODS)}"
    if methods != ["CANCEL"]:
        return
    for event in _events(found):
        if [line.value for line in _event(event, "STATUS")] != ["CANCELLED"]:
            yield "a CANCEL does not say STATUS:CANCELLED"


def _status(found: Sequence[Line]) -> Iterator[str]:
    cancels = any(line.name == "METHOD" and line.value == "CANCEL" for line in found)
    for event in _events(found):
        values = [line.value for line in _event(event, "STATUS")]
        if values == ["CANCELLED"] and not cancels and not _event(event, "RECURRENCE-ID"):
            yield "a REQUEST says STATUS:CANCELLED"


def _once(found: Sequence[Line], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if len(_event(found, name)) != 1:
            yield f"{name} does not stand exactly once"


def _family(found: Sequence[Line]) -> Iterator[str]:
    """Judge what the events of one message are to each other: one meeting, or one series."""
    events = _events(found)
    if not events:
        yield "there is no event"
        return
    instances = [tuple(line.value for line in _event(each, "RECURRENCE-ID")) for each in events]
    if len(set(instances)) != len(instances):
        yield "there is not exactly one event"
    if len({line.value for line in _event(found, "UID")}) > 1:
        yield "the events have different UIDs"
    if any(line.name == "UID" and line.path == ("VCALENDAR",) for line in found):
        yield "the calendar itself has a UID"


def _people(found: Sequence[Line]) -> Iterator[str]:
    for line in _event(found, "ORGANIZER") + _event(found, "ATTENDEE"):
        if not re.fullmatch(r"mailto:[!-~]+@[!-~]+", line.value):
            yield f"{line.name} has no ASCII mailto: address"
        if re.search(r'[,;"^]', line.params.get("CN", "")):
            yield f"the CN of {line.name} has a character that clients read differently"


def _alarms(found: Sequence[Line]) -> Iterator[str]:
    if any(line.name == "BEGIN" and line.value == "VALARM" for line in found):
        yield "there is a VALARM"


#: What every event of an invitation has once.
INVITATION = ("UID", "DTSTAMP", "SEQUENCE", "ORGANIZER", "ATTENDEE", "SUMMARY")
#: What every event of a feed has once.
FEED = ("UID", "DTSTAMP", "SUMMARY")


def faults(text: bytes) -> list[str]:
    """Return what is wrong with an invitation, an update or a CANCEL."""
    found = [*_physical(text)]
    try:
        parsed = lines(text)
    except ValueError:
        return [*found, "a line can't be read"]
    found += [*_zones(parsed), *_method(parsed), *_status(parsed), *_family(parsed)]
    for event in _events(parsed):
        found += [*_times(event), *_repetition(event), *_once(event, INVITATION)]
    found += [*_people(parsed), *_alarms(parsed)]
    return found


def feed_faults(text: bytes) -> list[str]:
    """Return what is wrong with a feed: many events, nobody to answer, nobody's address."""
    found = [*_physical(text)]
    try:
        parsed = lines(text)
    except ValueError:
        return [*found, "a line can't be read"]
    if any("TZID" in line.params for line in parsed):
        found += _zones(parsed)
    for event in _events(parsed):
        found += [*_times(event), *_repetition(event), *_once(event, FEED)]
        found += [f"{name} stands in a feed" for name in ("ATTENDEE",) if _event(event, name)]
    keys = [
        (line.value, *(one.value for one in _event(event, "RECURRENCE-ID")))
        for event in _events(parsed)
        for line in _event(event, "UID")
    ]
    if len(set(keys)) != len(keys):
        found.append("two events have one UID")
    found += _alarms(parsed)
    return found


def assert_sendable(text: bytes) -> None:
    """Fail, naming every fault, unless any common client can read the message."""
    found = faults(text)
    if found:
        raise AssertionError("; ".join(found))


def parsed_mail(raw: bytes) -> EmailMessage:
    """Return a mail as the standard library reads it."""
    return message_from_bytes(raw, policy=policy.default)


def calendar_of(raw: bytes) -> bytes:
    """Return the calendar text in a mail; ValueError unless there is exactly one."""
    parts = [part for part in parsed_mail(raw).walk() if part.get_content_type() == "text/calendar"]
    if len(parts) != 1:
        raise ValueError(f"{len(parts)} calendar parts")
    text = parts[0].get_payload(decode=True)
    if not isinstance(text, bytes):  # pragma: no cover - one part is bytes
        raise TypeError
    return text


def mail_faults(raw: bytes) -> list[str]:
    """Return what is wrong with a mail that carries a calendar message, and with the message."""
    found = [*_mail_bytes(raw)]
    mail = parsed_mail(raw)
    found += [*_headers(mail), *_parts(mail)]
    try:
        text = calendar_of(raw)
    except ValueError as error:
        return [*found, f"the mail has {error}"]
    said = faults(text)
    unread = "a line can't be read" in said
    return [*found, *said, *([] if unread else _agreement(mail, text))]


def _mail_bytes(raw: bytes) -> Iterator[str]:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        yield "a line of the mail does not end with CRLF"
    if max(map(len, raw.split(b"\r\n"))) > MAIL_LINE_OCTETS:
        yield "a line of the mail is too long for SMTP"
    if not raw.isascii():
        yield "the mail has bytes outside ASCII"


def _headers(mail: EmailMessage) -> Iterator[str]:
    for name in ("From", "To", "Date", "Message-ID", "Subject", "MIME-Version"):
        if len(mail.get_all(name, [])) != 1:
            yield f"{name} does not stand exactly once"
    for name in ("From", "To"):
        if len(getaddresses([str(value) for value in mail.get_all(name, [])])) != 1:
            yield f"{name} is not one address"
    if mail["Date"] and parsedate_to_datetime(str(mail["Date"])).tzinfo is None:
        yield "Date has no time zone"
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", str(mail["Message-ID"])):
        yield "Message-ID is not one identifier"
    if mail["Auto-Submitted"]:
        yield "Auto-Submitted stands there, for which some servers throw an invitation away"
    if mail["Reply-To"]:
        yield "Reply-To leads answers away from the organiser's secret address"


def _parts(mail: EmailMessage) -> Iterator[str]:
    if mail.get_content_type() != "multipart/alternative":
        yield "the mail is not multipart/alternative"
    parts = [part for part in mail.walk() if not part.is_multipart()]
    if [part.get_content_type() for part in parts] != ALTERNATIVES:
        yield f"the parts are not {', '.join(ALTERNATIVES)} in that order"
    for part in parts:
        kind = part.get_content_type()
        if str(part.get_content_charset()).lower() != "utf-8":
            yield f"{kind} is not said to be UTF-8"
        if part.is_attachment():
            yield f"{kind} is an attachment"
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or not content.strip():
            yield f"{kind} is empty"
    calendar = next((part for part in parts if part.get_content_type() == "text/calendar"), None)
    if calendar is not None and str(calendar["Content-Transfer-Encoding"]).lower() != "base64":
        yield "the calendar is not in base64, so spaces at the ends of lines may get lost"


def _agreement(mail: EmailMessage, text: bytes) -> Iterator[str]:
    """Judge whether the envelope and the calendar say the same."""
    parsed = lines(text)
    said = [line.value for line in parsed if line.name == "METHOD"]
    announced = [
        str(part.get_param("method"))
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]
    if announced != said:
        yield f"the part announces method {announced}, the calendar says {said}"
    to = [address for _name, address in getaddresses([str(mail["To"])])]
    for event in _events(parsed):
        attendees = [line.value.removeprefix("mailto:") for line in _event(event, "ATTENDEE")]
        if attendees != to:
            yield "ATTENDEE is not exactly whom the mail goes to"
    ((_name, sender),) = getaddresses([str(mail["From"])]) or [("", "")]
    for line in _event(parsed, "ORGANIZER"):
        address = line.value.removeprefix("mailto:")
        local, _, domain = address.partition("@")
        base, plus, secret = local.partition("+")
        if f"{base}@{domain}" != sender:
            yield "ORGANIZER is not whom the mail comes from"
        if not plus or not re.fullmatch(r"[a-z2-7]{16,}", secret):
            yield "ORGANIZER has no secret of the recipient's own"
