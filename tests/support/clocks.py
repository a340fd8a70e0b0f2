"""What the service says of meetings around every change of the clocks, 2026 to 2035.

`everything()` gives it all as bytes. Run as a program it writes them on standard output, so that a
server in another time zone can be asked for the same.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from atagande_agreements.civil_time import local_time
from atagande_calendar.feeds.document import Feed, FeedEvent, Shown, tag, write
from atagande_calendar.itip import MeetingSnapshot, Organizer, Recipient, request
from atagande_calendar.slots.models import ClinicHours
from atagande_calendar.slots.queries import day_slots
from atagande_plugin.translation import words
from atagande_plugin.web.month import Entry, weeks_of

YEARS = range(2026, 2036)
NINE = time(9)
STAMP = datetime(2026, 1, 7, 12, tzinfo=UTC)
ORGANIZER = Organizer(name="Förbundet", address="kalender+x@atagande.example")
RECIPIENT = Recipient(name="Åsa", email="asa@kommun.example", summoned=True)


def last_sunday(year: int, month: int) -> date:
    """Return the last Sunday of a month of 31 days, when the clocks change."""
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


#: (the Sunday, hours that the day has)
CHANGES = [
    change for year in YEARS for change in ((last_sunday(year, 3), 23), (last_sunday(year, 10), 25))
]


def around() -> Iterator[date]:
    """Yield the Friday before and the Monday after every change."""
    for sunday, _hours in CHANGES:
        yield sunday - timedelta(days=2)
        yield sunday + timedelta(days=1)


def snapshot(starts_at: datetime, minutes: int = 60) -> MeetingSnapshot:
    """Return a meeting as an invitation says it."""
    return MeetingSnapshot(
        uid=f"{starts_at:%Y%m%dT%H%M}@atagande.example",
        sequence=0,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        summary="Nätverksmöte",
    )


def invitation_text(starts_at: datetime, minutes: int = 60) -> bytes:
    """Return the calendar text of an invitation."""
    return request(snapshot(starts_at, minutes), ORGANIZER, RECIPIENT, STAMP)


def feed_text(starts: list[datetime], minutes: int = 60) -> bytes:
    """Return a feed with a meeting at each of the moments."""
    return write(feed(starts, minutes))


def feed(starts: list[datetime], minutes: int = 60) -> Feed:
    """Return the facts of such a feed."""
    return Feed(
        name="Mina möten",
        called_off="Inställt:",
        events=[
            FeedEvent(
                uid=f"{starts_at:%Y%m%dT%H%M}-{number}@atagande.example",
                recurrence_at=None,
                sequence=0,
                changed_at=STAMP,
                starts_at=starts_at,
                minutes=minutes,
                title="Nätverksmöte",
                place="Turebergshuset",
                called_off=False,
                private=False,
                shown=Shown.BUSY,
                url="",
            )
            for number, starts_at in enumerate(starts)
        ],
    )


def hours() -> list[ClinicHours]:
    """Return a clinic's hours: nine to twelve every working day."""
    return [
        ClinicHours(
            unit_id=1,
            weekday=weekday,
            opens=NINE,
            closes=time(12),
            valid_from=date(2026, 1, 1),
            valid_to=None,
        )
        for weekday in range(5)
    ]


def squares(starts: list[datetime], first: date) -> dict[str, list[str]]:
    """Return the clocks of the meetings of a month by day, as its page shows them."""
    entries = [
        Entry(
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            title="Möte",
            href=f"/moten/{number}",
            state="Publicerat",
            shape="meetings",
            called_off=False,
        )
        for number, starts_at in enumerate(starts)
    ]
    return {
        one.day.isoformat(): [words("sv").clock(entry.starts_at) for entry in one.entries]
        for week in weeks_of(first, entries, today=first, language="sv")
        for one in week.days
        if one.entries
    }


def everything() -> bytes:
    """Return all that is said of meetings at nine around every change."""
    starts = [local_time(day, NINE) for day in around()]
    said = {
        "invitations": [invitation_text(one).decode() for one in starts],
        "feed": feed_text(starts).decode(),
        "tag": tag(feed(starts)),
        "slots": [[one.isoformat() for one in day_slots(hours(), day)] for day in around()],
        "months": [squares(starts, sunday.replace(day=1)) for sunday, _hours in CHANGES],
        "mails": [words("sv").span(one, one + timedelta(hours=1)) for one in starts],
    }
    return json.dumps(said, sort_keys=True, indent=1).encode()


if __name__ == "__main__":
    sys.stdout.buffer.write(everything())
