"""Builds calendar texts with the icalendar library. Import it where used: it is slow to load."""

from datetime import datetime
from functools import lru_cache

from icalendar import Calendar, Event, Timezone, vCalAddress, vRecur, vText

from atagande_agreements.civil_time import STOCKHOLM
from atagande_calendar.itip.fast import PRODID
from atagande_calendar.itip.message import (
    MeetingSnapshot,
    MeetingStatus,
    Organizer,
    Recipient,
)
from atagande_calendar.itip.series import Series
from atagande_calendar.itip.text import clean_text, display_name
from atagande_calendar.itip.timezone import VTIMEZONE, calendar_times, whole_second
from atagande_calendar.method import Method


class _Text(vText):
    r"""A TEXT value escaped as RFC 5545, 3.3.11 says.

    The library's own reads a backslash followed by N as a line break, which loses the name of a
    folder or a file share.
    """

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        return escaped.replace("\n", "\\n").encode()


@lru_cache(maxsize=1)
def _stockholm() -> Timezone:
    zone = Timezone.from_ical(VTIMEZONE)
    if not isinstance(zone, Timezone):  # pragma: no cover - the text above is one VTIMEZONE
        raise TypeError
    return zone


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    if name := display_name(name):
        address.params["CN"] = name
    return address


def _attendee(recipient: Recipient, *, asked: bool) -> vCalAddress:
    attendee = _address(recipient.email, recipient.name)
    attendee.params["CUTYPE"] = "INDIVIDUAL"
    attendee.params["ROLE"] = "REQ-PARTICIPANT" if recipient.summoned else "OPT-PARTICIPANT"
    attendee.params["PARTSTAT"] = "NEEDS-ACTION"
    if asked:
        attendee.params["RSVP"] = "TRUE"
    return attendee


def _add_text(event: Event, name: str, text: str) -> None:
    """Add a TEXT property, unless there is nothing to read in it."""
    cleaned = clean_text(text)
    if cleaned.strip():
        event.add(name, _Text(cleaned))


def _event(
    snapshot: MeetingSnapshot,
    organizer: Organizer,
    dtstamp: datetime,
    *,
    status: MeetingStatus,
) -> Event:
    event = Event()
    event.add("uid", snapshot.uid)
    event.add("dtstamp", whole_second(dtstamp))
    event.add("sequence", snapshot.sequence)
    start, end = calendar_times(snapshot.starts_at, snapshot.ends_at)
    event.add("dtstart", start)
    event.add("dtend", end)
    _add_text(event, "summary", snapshot.summary)
    _add_text(event, "location", snapshot.location)
    event.add("organizer", _address(organizer.address, organizer.name))
    event.add("status", status.value)
    if snapshot.private:
        event.add("class", "PRIVATE")
    return event


def _calendar(method: Method, *events: Event) -> bytes:
    # Not Calendar.new(): that adds a random UID to the calendar itself.
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    calendar.add_component(_stockholm())
    for event in events:
        calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text


def _asking(
    snapshot: MeetingSnapshot,
    organizer: Organizer,
    recipient: Recipient,
    dtstamp: datetime,
    *,
    proposals: bool,
    recurrence_at: datetime | None = None,
) -> Event:
    event = _event(snapshot, organizer, dtstamp, status=snapshot.status)
    _add_text(event, "description", "\n".join(snapshot.description))
    event.add("attendee", _attendee(recipient, asked=True))
    event.add("transp", "OPAQUE")
    # Outlook shows the time as tentative until the reader answers, and as busy after a yes.
    event.add("x-microsoft-cdo-busystatus", "TENTATIVE")
    event.add("x-microsoft-cdo-intendedstatus", "BUSY")
    event.add("x-microsoft-cdo-importance", "1")
    event.add("x-microsoft-disallow-counter", "FALSE" if proposals else "TRUE")
    _add_recurrence(event, recurrence_at)
    return event


def _add_recurrence(event: Event, recurrence_at: datetime | None) -> None:
    if recurrence_at is not None:
        event.add("recurrence-id", whole_second(recurrence_at).astimezone(STOCKHOLM))


def request(
    snapshot: MeetingSnapshot,
    organizer: Organizer,
    recipient: Recipient,
    dtstamp: datetime,
    *,
    proposals: bool,
    recurrence_at: datetime | None = None,
) -> bytes:
    """Return the text of a REQUEST; see `fast.request` and `series.request_occurrence`."""
    event = _asking(
        snapshot,
        organizer,
        recipient,
        dtstamp,
        proposals=proposals,
        recurrence_at=recurrence_at,
    )
    return _calendar(Method.REQUEST, event)


def request_series(
    series: Series,
    organizer: Organizer,
    recipient: Recipient,
    dtstamp: datetime,
    *,
    proposals: bool,
) -> bytes:
    """Return the text of a REQUEST of a whole series; see `series.request_series`."""
    master = _asking(series.first, organizer, recipient, dtstamp, proposals=proposals)
    _add_rule(master, series)
    # In the form of DTSTART (RFC 5545, 3.8.5.1); one line each, since some read only the first
    # value of a list.
    for start in series.excluded:
        master.add("exdate", start.astimezone(STOCKHOLM))
    others = [
        _asking(
            snapshot,
            organizer,
            recipient,
            dtstamp,
            proposals=proposals,
            recurrence_at=recurrence_at,
        )
        for recurrence_at, snapshot in series.overrides
    ]
    return _calendar(Method.REQUEST, master, *others)


def _add_rule(event: Event, series: Series) -> None:
    event.add("rrule", vRecur.from_ical(series.rule.text))


def cancel(
    snapshot: MeetingSnapshot,
    organizer: Organizer,
    recipient: Recipient,
    dtstamp: datetime,
    *,
    recurrence_at: datetime | None = None,
) -> bytes:
    """Return the text of a CANCEL; see `fast.cancel` and `series.cancel_occurrence`."""
    event = _event(snapshot, organizer, dtstamp, status=MeetingStatus.CANCELLED)
    _add_recurrence(event, recurrence_at)
    return _calendar(Method.CANCEL, _calling_off(event, recipient))


def cancel_series(
    series: Series, organizer: Organizer, recipient: Recipient, dtstamp: datetime
) -> bytes:
    """Return the text of a CANCEL of a whole series; see `series.cancel_series`."""
    event = _event(series.first, organizer, dtstamp, status=MeetingStatus.CANCELLED)
    _add_rule(event, series)
    return _calendar(Method.CANCEL, _calling_off(event, recipient))


def _calling_off(event: Event, recipient: Recipient) -> Event:
    event.add("attendee", _attendee(recipient, asked=False))
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    event.add("x-microsoft-cdo-importance", "1")
    return event
