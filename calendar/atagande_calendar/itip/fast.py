"""Writes the calendar text of one meeting to many people (RFC 5545, RFC 5546).

Pure: the same arguments give the same bytes. The present is passed in as `dtstamp`. Each message
holds one event and one attendee, the recipient, since the organiser's address carries a secret
of that recipient's own.

What all of them are told is written once: escaped, folded and kept. Each text then takes three
lines of its own, DTSTAMP, ATTENDEE and ORGANIZER. The bytes are those that `document` builds with
the icalendar library, property for property and fold for fold, at a fraction of its time; the
tests hold the two together. Series and single occurrences of one are `document`'s alone.
"""

from datetime import datetime
from functools import lru_cache

from atagande_agreements.civil_time import STOCKHOLM
from atagande_calendar.itip.errors import AlreadyCancelled
from atagande_calendar.itip.message import MeetingSnapshot, MeetingStatus, Organizer, Recipient
from atagande_calendar.itip.text import clean_text, display_name
from atagande_calendar.itip.timezone import calendar_times, utc_text
from atagande_calendar.method import Method

PRODID = "-//Atagande//Kallelser 1.0//SV"
#: Octets of a line before it is folded (RFC 5545, 3.1), with the space of a continued line.
_OCTETS = 74
#: `timezone.VTIMEZONE` with its properties in the order of their names.
_ZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Stockholm
X-LIC-LOCATION:Europe/Stockholm
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})

#: What stands before DTSTAMP, between it and ATTENDEE, between that and ORGANIZER, and after.
_Shared = tuple[bytes, bytes, bytes, bytes]


def request(
    snapshot: MeetingSnapshot,
    organizer: Organizer,
    recipient: Recipient,
    dtstamp: datetime,
    *,
    proposals: bool = False,
) -> bytes:
    """Return the text of an invitation, or of an update to one, in UTF-8 with CRLF lines.

    `dtstamp` (aware) rises with each message about the same UID. `proposals` says whether clients
    may offer the reader to propose another time (COUNTER). Raises AlreadyCancelled,
    NaiveDatetime. Source: RFC 5546, 3.2.2.
    """
    if snapshot.status is MeetingStatus.CANCELLED:
        raise AlreadyCancelled
    shared = _shared(snapshot, Method.REQUEST, proposals=proposals)
    return _whole(shared, organizer, recipient, dtstamp, asked=True)


def cancel(
    snapshot: MeetingSnapshot, organizer: Organizer, recipient: Recipient, dtstamp: datetime
) -> bytes:
    """Return the text that takes the meeting out of this recipient's calendar.

    For a cancelled meeting, and for one that goes on without this recipient: what is cancelled is
    the recipient's copy. `snapshot.sequence` is above that of the last REQUEST. Raises
    NaiveDatetime. Source: RFC 5546, 3.2.5.
    """
    shared = _shared(snapshot, Method.CANCEL, proposals=False)
    return _whole(shared, organizer, recipient, dtstamp, asked=False)


def fold(line: str) -> bytes:
    r"""Return a content line in UTF-8, folded, with its CRLF (RFC 5545, 3.1).

    Neither a character nor an escape (`\,` or `^n`) is split: some readers unfold by characters,
    or after they have read the escapes.
    """
    octets = line.encode()
    if len(octets) <= _OCTETS:
        return octets + b"\r\n"
    parts = []
    start = 0
    while len(octets) - start > _OCTETS:
        end = start + _OCTETS
        while octets[end] & 0xC0 == 0x80:  # noqa: PLR2004 - in the middle of a character
            end -= 1
        if octets[end - 1] in b"\\^":
            end -= 1
        parts.append(octets[start:end])
        start = end
    parts.append(octets[start:])
    return b"\r\n ".join(parts) + b"\r\n"


def _whole(
    shared: _Shared,
    organizer: Organizer,
    recipient: Recipient,
    dtstamp: datetime,
    *,
    asked: bool,
) -> bytes:
    role = "REQ-PARTICIPANT" if recipient.summoned else "OPT-PARTICIPANT"
    attendee = (
        f"ATTENDEE{_name(recipient.name)};CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE={role}"
        f"{';RSVP=TRUE' if asked else ''}:mailto:{recipient.email}"
    )
    own = (
        f"DTSTAMP:{utc_text(dtstamp)}\r\n".encode(),
        fold(attendee),
        fold(f"ORGANIZER{_name(organizer.name)}:mailto:{organizer.address}"),
    )
    return b"".join((shared[0], own[0], shared[1], own[1], shared[2], own[2], shared[3]))


def _name(name: str) -> str:
    """Return the parameter CN, quoted if there is a space or an apostrophe in it."""
    shown = display_name(name)
    if not shown:
        return ""
    return f';CN="{shown}"' if " " in shown or "'" in shown else f";CN={shown}"


@lru_cache(maxsize=64)
def _shared(snapshot: MeetingSnapshot, method: Method, *, proposals: bool) -> _Shared:
    """Return what everybody's text of this meeting has in common."""
    asked = method is Method.REQUEST
    head = (
        f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:{PRODID}\nCALSCALE:GREGORIAN\n"
        f"METHOD:{method.value}\n{_ZONE}BEGIN:VEVENT\n"
    )
    start, end = calendar_times(snapshot.starts_at, snapshot.ends_at)
    before = [_text("SUMMARY", snapshot.summary), _time("DTSTART", start), _time("DTEND", end)]
    named = [f"UID:{snapshot.uid}", f"SEQUENCE:{snapshot.sequence}"]
    said = [
        "CLASS:PRIVATE" if snapshot.private else "",
        _text("DESCRIPTION", "\n".join(snapshot.description)) if asked else "",
        _text("LOCATION", snapshot.location),
    ]
    status = snapshot.status if asked else MeetingStatus.CANCELLED
    last = [f"STATUS:{status.value}", *(_asking(proposals=proposals) if asked else _CALLED_OFF)]
    return (
        head.replace("\n", "\r\n").encode() + _folded(before),
        _folded(named),
        _folded(said),
        _folded([*last, "END:VEVENT", "END:VCALENDAR"]),
    )


_CALLED_OFF = (
    "TRANSP:TRANSPARENT",
    "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
    "X-MICROSOFT-CDO-IMPORTANCE:1",
)


def _asking(*, proposals: bool) -> tuple[str, ...]:
    return (
        "TRANSP:OPAQUE",
        "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE",
        "X-MICROSOFT-CDO-IMPORTANCE:1",
        "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY",
        f"X-MICROSOFT-DISALLOW-COUNTER:{'FALSE' if proposals else 'TRUE'}",
    )


def _folded(lines: list[str]) -> bytes:
    return b"".join(fold(line) for line in lines if line)


def _text(name: str, text: str) -> str:
    """Return a TEXT property (RFC 5545, 3.3.11), or "" if there is nothing to read in it."""
    cleaned = clean_text(text)
    return f"{name}:{cleaned.translate(_ESCAPES)}" if cleaned.strip() else ""


def _time(name: str, moment: datetime) -> str:
    if moment.tzinfo is STOCKHOLM:
        return f"{name};TZID=Europe/Stockholm:{moment:%Y%m%dT%H%M%S}"
    return f"{name}:{utc_text(moment)}"
