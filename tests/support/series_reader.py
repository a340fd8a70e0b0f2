"""A reader's calendar program, as far as it shows which meetings a series of messages leaves.

It reads the bytes alone. Of the whole and of each occurrence it keeps what came with the highest
SEQUENCE, of equal ones the latest DTSTAMP, and ignores what is lower (RFC 5546, 2.1.5).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dateutil.rrule import rrulestr  # type: ignore[import-untyped] # ships no types
from icalendar import Calendar, Event

Rank = tuple[int, datetime]
#: Start, end, place and heading of a meeting; None for one that is taken away.
Shown = tuple[datetime, datetime, str, str] | None


def _utc(value: Any) -> datetime:
    moment: datetime = value.dt
    assert moment.tzinfo is not None
    return moment.astimezone(UTC)


def _rank(event: Any) -> Rank:
    return int(event["SEQUENCE"]), _utc(event["DTSTAMP"])


def _shown(event: Any, start: datetime | None = None) -> Shown:
    own = _utc(event["DTSTART"])
    first = start or own
    length = _utc(event["DTEND"]) - own
    return first, first + length, str(event.get("LOCATION", "")), str(event["SUMMARY"])


def _starts(event: Any) -> list[datetime]:
    """Return the starts by the rule, counted in local time, but for those that are excluded."""
    if "RRULE" not in event:
        return [_utc(event["DTSTART"])]
    local = event["DTSTART"].dt
    assert event["DTSTART"].params.get("TZID") == "Europe/Stockholm"
    rule = event["RRULE"].to_ical().decode()
    zone = local.tzinfo
    naive = local.replace(tzinfo=None)
    parts = dict(part.split("=") for part in rule.split(";"))
    if "UNTIL" in parts:
        assert parts["UNTIL"].endswith("Z")
        until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        parts["UNTIL"] = until.astimezone(zone).strftime("%Y%m%dT%H%M%S")
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    found = [one.replace(tzinfo=zone).astimezone(UTC) for one in rrulestr(rule, dtstart=naive)]
    dates = event.get("EXDATE", [])
    out = {
        one.dt.astimezone(UTC)
        for line in (dates if isinstance(dates, list) else [dates])
        for one in line.dts
    }
    assert out <= set(found)
    return [one for one in found if one not in out]


@dataclass
class Reader:
    """One UID in a reader's calendar."""

    whole: tuple[Rank, dict[datetime, Shown]] | None = None
    single: dict[datetime, tuple[Rank, Shown]] = field(default_factory=dict)

    def receive(self, text: bytes) -> None:
        calendar = Calendar.from_ical(text)
        cancel = str(calendar["METHOD"]) == "CANCEL"
        events = calendar.events
        masters = [one for one in events if "RECURRENCE-ID" not in one]
        if masters:
            (master,) = masters
            self._whole(master, [one for one in events if one is not master], cancel=cancel)
            return
        (event,) = events
        at, rank = _utc(event["RECURRENCE-ID"]), _rank(event)
        before = [one[0] for one in (self.whole, self.single.get(at)) if one is not None]
        if not before or rank > max(before):
            self.single[at] = rank, None if cancel else _shown(event)

    def _whole(self, master: Event, others: list[Event], *, cancel: bool) -> None:
        rank = _rank(master)
        if self.whole is not None and rank <= self.whole[0]:
            return
        found: dict[datetime, Shown] = {}
        if not cancel:
            found = {start: _shown(master, start) for start in _starts(master)}
            for event in others:
                at = _utc(event["RECURRENCE-ID"])
                assert at in found
                assert _rank(event) == rank
                found[at] = _shown(event)
        self.whole = rank, found
        # What was said of one occurrence later than this still holds.
        self.single = {at: one for at, one in self.single.items() if one[0] > rank}

    @property
    def meetings(self) -> dict[datetime, Shown]:
        """What stands in the calendar, by start by the rule."""
        found = dict(self.whole[1]) if self.whole else {}
        found |= {at: shown for at, (_rank, shown) in self.single.items()}
        return {at: shown for at, shown in found.items() if shown is not None}
