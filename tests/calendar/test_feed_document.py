"""The calendar text of a feed: what a library reads is what was meant, and the bytes are stable."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atagande_calendar.feeds.document import Feed, FeedEvent, Shown, tag, write
from atagande_calendar.itip.text import clean_text
from support.feeds import events, utc

EVENT = FeedEvent(
    uid="0123456789abcdef01234567@atagande.example",
    recurrence_at=None,
    sequence=0,
    changed_at=datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC),
    starts_at=datetime(2026, 3, 24, 8, 0, tzinfo=UTC),
    minutes=120,
    title="Nätverksmöte SGI=0",
    place="Turebergshuset, Sollentuna; plan 3",
    called_off=False,
    private=False,
    shown=Shown.BUSY,
    url="https://atagande.example/moten/1",
)
FEED = Feed(name="Mina möten", called_off="Inställt:", events=[EVENT])
ZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Stockholm
X-LIC-LOCATION:Europe/Stockholm
BEGIN:DAYLIGHT
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""
#: Seconds of the years 1997 to 2089, in which the rules of the clocks hold.
MOMENTS = st.integers(852_076_800, 3_786_912_000).map(
    lambda second: datetime.fromtimestamp(second, UTC)
)


def test_the_whole_text() -> None:
    assert write(FEED).decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Atagande//Kalenderadress 1.0//SV",
        "CALSCALE:GREGORIAN",
        "NAME:Mina möten",
        "X-WR-CALNAME:Mina möten",
        "X-WR-TIMEZONE:Europe/Stockholm",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        *ZONE.splitlines(),
        "BEGIN:VEVENT",
        "UID:0123456789abcdef01234567@atagande.example",
        "DTSTAMP:20260302T080000Z",
        "LAST-MODIFIED:20260302T080000Z",
        "SEQUENCE:0",
        "DTSTART;TZID=Europe/Stockholm:20260324T090000",
        "DTEND;TZID=Europe/Stockholm:20260324T110000",
        "SUMMARY:Nätverksmöte SGI=0",
        "LOCATION:Turebergshuset\\, Sollentuna\\; plan 3",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        "URL:https://atagande.example/moten/1",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


@given(title=st.text(min_size=1), place=st.text(), name=st.text())
def test_any_words_are_read_back_as_they_were_and_make_no_line_of_their_own(
    title: str, place: str, name: str
) -> None:
    feed = Feed(name=name, called_off="x", events=[replace(EVENT, title=title, place=place)])
    text = write(feed)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", text)
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    for line in text.split(b"\r\n"):
        line.decode()
    (event,) = events(text)
    assert set(event) <= {*events(write(FEED))[0]}
    assert str(event["SUMMARY"]) == clean_text(title)
    assert str(event.get("LOCATION", "")) == clean_text(place)


@given(starts_at=MOMENTS, minutes=st.integers(1, 10_000), changed_at=MOMENTS)
def test_any_moment_is_read_back_to_the_second(
    starts_at: datetime, minutes: int, changed_at: datetime
) -> None:
    event = replace(EVENT, starts_at=starts_at, minutes=minutes, changed_at=changed_at)
    (read,) = events(write(replace(FEED, events=[event])))
    assert utc(read["DTSTART"]) == starts_at
    assert utc(read["DTEND"]) == starts_at + timedelta(minutes=minutes)
    assert utc(read["DTSTAMP"]) == changed_at


@pytest.mark.parametrize(
    "other",
    [
        replace(FEED, name="Andras möten"),
        replace(FEED, events=[]),
        replace(FEED, events=[EVENT, EVENT]),
        *(
            replace(FEED, events=[replace(EVENT, **change)])
            for change in (
                {"uid": "other@atagande.example"},
                {"recurrence_at": EVENT.starts_at},
                {"sequence": 1},
                {"changed_at": EVENT.changed_at + timedelta(seconds=1)},
                {"starts_at": EVENT.starts_at + timedelta(hours=1)},
                {"minutes": 60},
                {"title": "Annat"},
                {"place": ""},
                {"called_off": True},
                {"private": True},
                {"shown": Shown.FREE},
                {"url": ""},
            )
        ),
    ],
)
def test_another_text_has_another_tag(other: Feed) -> None:
    assert write(other) != write(FEED)
    assert tag(other) != tag(FEED)


def test_the_same_facts_give_the_same_bytes_and_tag() -> None:
    again = Feed(name=FEED.name, called_off=FEED.called_off, events=[replace(EVENT)])
    assert write(again) == write(FEED)
    assert tag(again) == tag(FEED)
