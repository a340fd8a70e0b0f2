"""What is read out of a published calendar: when, and nothing more."""

import time as clock
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atagande_agreements.civil_time import local_time
from atagande_calendar.common_time.reading import Busy, read
from atagande_calendar.itip.foreign import Unreadable, duration

FIRST, LAST = date(2026, 3, 2), date(2026, 8, 29)


def calendar(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])


def event(*lines: str) -> list[str]:
    return ["BEGIN:VEVENT", "UID:one@example", *lines, "END:VEVENT"]


def busy(*lines: str, last: date = LAST) -> Busy:
    return read(calendar(*lines), first=FIRST, last=last)


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return local_time(date(2026, month, day), time(hour, minute))


SPANS = [
    (["DTSTART:20260303T080000Z", "DTEND:20260303T090000Z"], (at(3, 9), at(3, 10))),
    (
        ["DTSTART;TZID=Europe/Stockholm:20260303T090000", "DURATION:PT1H30M"],
        (at(3, 9), at(3, 10, 30)),
    ),
    (
        ["DTSTART;TZID=W. Europe Standard Time:20260303T090000", "DURATION:PT1H"],
        (at(3, 9), at(3, 10)),
    ),
    (['DTSTART;TZID="Europe/Helsinki":20260303T100000', "DURATION:PT1H"], (at(3, 9), at(3, 10))),
    (["DTSTART:20260303T090000", "DTEND:20260303T100000"], (at(3, 9), at(3, 10))),
    (["DTSTART;VALUE=DATE:20260303"], (at(3, 0), at(4, 0))),
    (["DTSTART;VALUE=DATE:20260303", "DTEND;VALUE=DATE:20260305"], (at(3, 0), at(5, 0))),
    (["DTSTART;VALUE=DATE:20260303", "DTEND;VALUE=DATE:20260303"], (at(3, 0), at(4, 0))),
    (
        ["DTSTART:20260301T080000Z", "DTEND:20260303T090000Z"],
        (local_time(FIRST, time()), at(3, 10)),
    ),
    (
        ["TRANSP:OPAQUE", "STATUS:TENTATIVE", "DTSTART:20260303T080000Z", "DURATION:P1D"],
        (at(3, 9), at(4, 9)),
    ),
]


@pytest.mark.parametrize(("lines", "span"), SPANS)
def test_an_event_is_a_busy_span(lines: list[str], span: tuple[datetime, datetime]) -> None:
    assert busy(*event(*lines)).spans == (span,)


@pytest.mark.parametrize(
    "lines",
    [
        ["STATUS:CANCELLED"],
        ["TRANSP:TRANSPARENT"],
        ["X-MICROSOFT-CDO-BUSYSTATUS:FREE"],
    ],
)
def test_what_is_cancelled_or_transparent_is_free_time(lines: list[str]) -> None:
    times = ("DTSTART:20260303T080000Z", "DTEND:20260303T090000Z")
    assert busy(*event(*times, *lines)).spans == ()


def test_an_event_without_length_takes_no_time() -> None:
    assert busy(*event("DTSTART:20260303T080000Z")).spans == ()


def test_an_alarm_in_an_event_says_nothing_of_its_length() -> None:
    alarm = ["BEGIN:VALARM", "DURATION:PT5M", "DTSTART:20200101T000000Z", "END:VALARM"]
    times = ("DTSTART:20260303T080000Z", "DTEND:20260303T090000Z")
    assert busy(*event(*times, *alarm)).spans == ((at(3, 9), at(3, 10)),)


@pytest.mark.parametrize("month", [3, 10])
def test_nine_stays_nine_over_a_clock_change(month: int) -> None:
    first = date(2026, month, 1)
    lines = [
        "DTSTART;TZID=Europe/Stockholm:20250106T090000",
        "DTEND;TZID=Europe/Stockholm:20250106T100000",
        "RRULE:FREQ=WEEKLY;BYDAY=MO",
    ]
    spans = read(calendar(*event(*lines)), first=first, last=first + timedelta(days=60)).spans
    mondays = [first + timedelta(days=n) for n in range(61)]
    expected = [day for day in mondays if day.weekday() == 0]
    assert [begins for begins, _ends in spans] == [local_time(day, time(9)) for day in expected]
    assert {ends - begins for begins, ends in spans} == {timedelta(hours=1)}


def test_a_whole_day_is_as_long_as_it_is_when_the_clocks_change() -> None:
    lines = ["DTSTART;VALUE=DATE:20260328", "RRULE:FREQ=DAILY;COUNT=3"]
    (span,) = busy(*event(*lines)).spans
    assert span == (at(28, 0), at(31, 0))
    assert span[1] - span[0] == timedelta(hours=71)


def test_an_occurrence_that_is_moved_cancelled_or_left_out() -> None:
    lines = [
        *event(
            "DTSTART;TZID=Europe/Stockholm:20260302T090000",
            "DTEND;TZID=Europe/Stockholm:20260302T100000",
            "RRULE:FREQ=DAILY;COUNT=5",
            "EXDATE;TZID=Europe/Stockholm:20260303T090000",
        ),
        *event(
            "RECURRENCE-ID;TZID=Europe/Stockholm:20260304T090000",
            "DTSTART;TZID=Europe/Stockholm:20260304T140000",
            "DTEND;TZID=Europe/Stockholm:20260304T150000",
        ),
        *event(
            "RECURRENCE-ID:20260305T080000Z",
            "DTSTART:20260305T080000Z",
            "DTEND:20260305T090000Z",
            "STATUS:CANCELLED",
        ),
    ]
    assert [begins for begins, _ends in busy(*lines).spans] == [at(2, 9), at(4, 14), at(6, 9)]


@pytest.mark.parametrize(
    "until", ["20260304T080000Z", "20260304T090000", "20260304", "20260305T075959Z"]
)
def test_until_is_the_last_start_however_it_is_written(until: str) -> None:
    lines = [
        "DTSTART;TZID=Europe/Stockholm:20260302T090000",
        "DURATION:PT1H",
        f"RRULE:FREQ=DAILY;UNTIL={until}",
    ]
    assert [begins for begins, _ends in busy(*event(*lines)).spans] == [
        at(2, 9),
        at(3, 9),
        at(4, 9),
    ]


def test_listed_dates_are_busy_too() -> None:
    lines = [
        "DTSTART:20260303T080000Z",
        "DURATION:PT1H",
        "RDATE:20260305T080000Z,20260306T080000Z/PT1H",
    ]
    assert len(busy(*event(*lines)).spans) == 3


FREE_BUSY = [
    "BEGIN:VFREEBUSY",
    "DTSTART:20260301T230000Z",
    "DTEND:20260401T000000Z",
    "FREEBUSY;FBTYPE=BUSY:20260303T080000Z/20260303T090000Z,20260303T120000Z/PT30M",
    "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260304T080000Z/20260304T090000Z",
    "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260305T080000Z/20260305T090000Z",
    "FREEBUSY;FBTYPE=FREE:20260306T080000Z/20260306T090000Z",
    "FREEBUSY:20260309T080000Z/20260309T090000Z",
    "END:VFREEBUSY",
]


def test_published_free_busy_is_read_and_speaks_only_of_its_own_span() -> None:
    found = busy(*FREE_BUSY)
    assert found.spans == (
        (at(3, 9), at(3, 10)),
        (at(3, 13), at(3, 13, 30)),
        (at(4, 9), at(4, 10)),
        (at(5, 9), at(5, 10)),
        (at(9, 9), at(9, 10)),
    )
    assert (found.covers_from, found.covers_until) == (
        local_time(FIRST, time()),
        datetime(2026, 4, 1, tzinfo=UTC),
    )


def test_free_busy_without_a_span_covers_nothing() -> None:
    found = busy(*(line for line in FREE_BUSY if not line.startswith("DT")))
    assert found.covers_from == found.covers_until
    assert len(found.spans) == 5


def test_a_calendar_of_events_speaks_of_the_whole_frame() -> None:
    found = busy()
    assert (found.covers_from, found.covers_until) == (
        local_time(FIRST, time()),
        local_time(LAST + timedelta(days=1), time()),
    )


def zone(name: str, standard: str, daylight: str) -> list[str]:
    return [
        "BEGIN:VTIMEZONE",
        f"TZID:{name}",
        *("BEGIN:STANDARD", f"TZOFFSETTO:{standard}", "END:STANDARD"),
        *(("BEGIN:DAYLIGHT", f"TZOFFSETTO:{daylight}", "END:DAYLIGHT") if daylight else ()),
        "END:VTIMEZONE",
    ]


@pytest.mark.parametrize(
    ("standard", "daylight", "hour"),
    [("+0100", "+0200", 9), ("+0200", "+0300", 10), ("+0000", "+0100", 8), ("+0100", "", 9)],
)
def test_a_zone_of_ones_own_is_known_by_its_offsets(
    standard: str, daylight: str, hour: int
) -> None:
    lines = zone("Customized Time Zone", standard, daylight)
    when = f"DTSTART;TZID=Customized Time Zone:20260303T{hour:02}0000"
    assert busy(*lines, *event(when, "DURATION:PT1H")).spans == ((at(3, 9), at(3, 10)),)


TIMES = ("DTSTART:20260303T080000Z", "DTEND:20260303T090000Z")
WHOLE = calendar(*event(*TIMES))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_calendar"),
        ("<!doctype html><title>Logga in</title>", "no_calendar"),
        ("BEGIN:VCARD\r\nEND:VCARD\r\n", "no_calendar"),
        (WHOLE.removesuffix("END:VCALENDAR\r\n"), "cut_off"),
        (WHOLE[:60], "cut_off"),
        (WHOLE.replace("END:VEVENT", "END:VJOURNAL"), "unreadable"),
        (WHOLE.replace("T080000Z", "T990000Z"), "unreadable"),
        (calendar(*event("DTEND:20260303T090000Z")), "unreadable"),
        (calendar(*event(*TIMES, "RRULE:FREQ=SECONDLY")), "rule"),
        (calendar(*event("DTSTART;TZID=Mars/Base:20260303T080000", "DURATION:PT1H")), "zone"),
        (calendar(*event("DTSTART;TZID=../../etc/passwd:20260303T080000")), "zone"),
        (calendar(*event("DTSTART:20260303T080000Z", "DURATION:-PT1H")), "unreadable"),
        (calendar(*event("DTSTART:20260303T080000Z", "DURATION:PT")), "unreadable"),
        ("END:VCALENDAR\r\n", "unreadable"),
    ],
)
def test_what_can_not_be_relied_on_is_refused_with_a_code(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text, first=FIRST, last=LAST)
    assert refused.value.code == code


def test_a_calendar_that_would_take_too_long_is_refused() -> None:
    many = event("DTSTART:16010101T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=9999999")
    began = clock.perf_counter()
    with pytest.raises(Unreadable) as refused:
        busy(*(many * 2_000))
    assert refused.value.code == "too_much"
    assert clock.perf_counter() - began < 60


def test_deep_nesting_is_bounded() -> None:
    with pytest.raises(Unreadable):
        read("BEGIN:VCALENDAR\n" * 200_000, first=FIRST, last=LAST)


def test_folded_and_dropped_lines_leave_no_text_behind() -> None:
    text = calendar(
        *event(
            "SUMMARY:HEMLIG rubrik som är",
            " DTSTART:20260310T080000Z vikt",
            "DTSTART;TZID=Europe",
            " /Stockholm:20260303T09",
            "\t0000",
            "DESCRIPTION:HEMLIG",
            "DURATION:PT1H",
        )
    )
    found = read(text, first=FIRST, last=LAST)
    assert found.spans == ((at(3, 9), at(3, 10)),)
    assert "HEMLIG" not in repr(found)


def test_an_error_holds_no_text_of_the_calendar() -> None:
    text = calendar(*event("DTSTART;TZID=HEMLIG:20260303T080000", "SUMMARY:HEMLIG"))
    with pytest.raises(Unreadable) as refused:
        read(text, first=FIRST, last=LAST)
    assert "HEMLIG" not in repr(refused.value)
    assert refused.value.__suppress_context__


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    for whole in (text, calendar(text), calendar(*event(text)), WHOLE.replace("DTSTART", text)):
        with suppress(Unreadable):
            read(whole, first=FIRST, last=LAST)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P1W", timedelta(weeks=1)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("+PT15M", timedelta(minutes=15)),
        ("PT0S", timedelta()),
    ],
)
def test_a_duration(text: str, length: timedelta) -> None:
    assert duration(text) == length
