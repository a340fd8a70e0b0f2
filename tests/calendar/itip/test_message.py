import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from icalendar import Calendar

from atagande_agreements.errors import NaiveDatetime
from atagande_calendar.itip import (
    MeetingSnapshot,
    MeetingStatus,
    Organizer,
    Recipient,
    cancel,
    request,
)
from atagande_calendar.itip.errors import (
    AlreadyCancelled,
    BadSequence,
    EndsBeforeStart,
    NoSummary,
    UnsafeAddress,
    UnsafeIdentifier,
)

Create = Callable[..., MeetingSnapshot]
Golden = Callable[[str], bytes]

#: Its line has a two-byte character in octets 74 and 75, where the line must be folded.
LONG_PLACE = (
    "Mottagningarnas stora sammanträdesrum på andra våningen mot gården, Ängsvägen 8, Väsby"
)


def test_a_request_in_winter_is_the_golden_text(
    create_meeting: Create,
    organizer: Organizer,
    summoned: Recipient,
    dtstamp: datetime,
    golden: Golden,
) -> None:
    assert request(create_meeting(), organizer, summoned, dtstamp) == golden("request_winter")


def test_a_private_request_in_summer_to_someone_invited_is_the_golden_text(
    create_meeting: Create,
    organizer: Organizer,
    invited: Recipient,
    dtstamp: datetime,
    golden: Golden,
) -> None:
    meeting = create_meeting(
        sequence=2,
        starts_at=datetime(2026, 6, 9, 11, tzinfo=UTC),
        ends_at=datetime(2026, 6, 9, 12, tzinfo=UTC),
        summary="Samverkansmöte 60 min – ref 7K2M-94XQ",
        description=(),
        private=True,
    )
    text = request(meeting, organizer, invited, dtstamp, proposals=True)
    assert text == golden("request_summer_private")


def test_a_long_place_is_folded_between_characters_as_in_the_golden_text(
    create_meeting: Create,
    organizer: Organizer,
    summoned: Recipient,
    dtstamp: datetime,
    golden: Golden,
) -> None:
    text = request(create_meeting(location=LONG_PLACE), organizer, summoned, dtstamp)
    assert text == golden("request_long_place")
    first = next(line for line in text.split(b"\r\n") if line.startswith(b"LOCATION"))
    assert f"LOCATION:{LONG_PLACE}".encode()[73:75] == "å".encode()
    assert len(first) == 73


def test_a_cancel_is_the_golden_text(
    create_meeting: Create,
    organizer: Organizer,
    summoned: Recipient,
    dtstamp: datetime,
    golden: Golden,
) -> None:
    meeting = create_meeting(sequence=3, status=MeetingStatus.CANCELLED)
    assert cancel(meeting, organizer, summoned, dtstamp) == golden("cancel")


def test_a_cancel_to_one_person_says_cancelled_though_the_meeting_goes_on(
    create_meeting: Create,
    organizer: Organizer,
    summoned: Recipient,
    dtstamp: datetime,
    itip_assertions: ModuleType,
) -> None:
    text = cancel(create_meeting(sequence=1), organizer, summoned, dtstamp)
    itip_assertions.assert_sendable(text)
    assert b"\r\nSTATUS:CANCELLED\r\n" in text


@pytest.mark.parametrize(
    "name", ["request_winter", "request_summer_private", "request_long_place", "cancel"]
)
def test_every_golden_text_is_sendable(
    name: str, golden: Golden, itip_assertions: ModuleType
) -> None:
    itip_assertions.assert_sendable(golden(name))


FAULTS = {
    "DTEND is not after DTSTART": (
        b"DTEND;TZID=Europe/Stockholm:20261201",
        b"DTEND;TZID=Europe/Stockholm:20261130",
    ),
    "VTIMEZONE is missing": (b"TZID:Europe/Stockholm", b"TZID:Europe/Oslo"),
    "VTIMEZONE has no RRULE for each change of the clocks": (b"RRULE:FREQ", b"X-RULE:FREQ"),
    "DTSTART has no time zone": (b"DTSTART;TZID=Europe/Stockholm:", b"DTSTART:"),
    "DTSTAMP is not UTC": (b"20261102T083000Z", b"20261102T083000"),
    "a line does not end with CRLF": (b"\r\n", b"\n"),
    "a line of 85 octets is not folded": (b"VERSION:2.0", b"VERSION:2." + b"0" * 75),
    "a fold splits a character": ("Öberg".encode(), b"\xc3\r\n \x96berg"),
    "ATTENDEE has no ASCII mailto: address": (b"mailto:asa.oberg@", b"asa.oberg@"),
    "METHOD is request, not one of REQUEST, CANCEL": (b"METHOD:REQUEST", b"METHOD:request"),
    "METHOD does not stand exactly once": (b"METHOD:REQUEST\r\n", b""),
    "a CANCEL does not say STATUS:CANCELLED": (b"METHOD:REQUEST", b"METHOD:CANCEL"),
    "SEQUENCE does not stand exactly once": (b"SEQUENCE:0\r\n", b""),
    "ORGANIZER does not stand exactly once": (b"\r\nORGANIZER", b"\r\nX-ORGANIZER"),
    "the calendar itself has a UID": (b"VERSION:2.0", b"VERSION:2.0\r\nUID:x"),
    "the CN of ATTENDEE has a character that clients read differently": (
        "Åsa Öberg".encode(),
        "Öberg, Åsa".encode(),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_checks_notice(fault: str, golden: Golden, itip_assertions: ModuleType) -> None:
    was, becomes = FAULTS[fault]
    text = golden("request_winter")
    assert was in text
    assert fault in itip_assertions.faults(text.replace(was, becomes))


def test_the_same_arguments_give_the_same_bytes(
    create_meeting: Create, organizer: Organizer, summoned: Recipient, dtstamp: datetime
) -> None:
    first, second = (request(create_meeting(), organizer, summoned, dtstamp) for _ in range(2))
    assert first == second


def test_the_second_of_two_equal_hours_in_autumn_is_said_in_utc(
    create_meeting: Create,
    organizer: Organizer,
    summoned: Recipient,
    dtstamp: datetime,
    itip_assertions: ModuleType,
) -> None:
    start = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    meeting = create_meeting(starts_at=start, ends_at=start + timedelta(hours=2))
    text = request(meeting, organizer, summoned, dtstamp)
    itip_assertions.assert_sendable(text)
    assert b"\r\nDTSTART:20261025T011500Z\r\n" in text
    assert b"\r\nDTEND:20261025T031500Z\r\n" in text


def test_a_meeting_over_the_change_of_clocks_keeps_its_length(
    create_meeting: Create, organizer: Organizer, summoned: Recipient, dtstamp: datetime
) -> None:
    start = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    meeting = create_meeting(starts_at=start, ends_at=start + timedelta(hours=1))
    text = request(meeting, organizer, summoned, dtstamp)
    assert b"\r\nDTSTART;TZID=Europe/Stockholm:20260329T013000\r\n" in text
    assert b"\r\nDTEND;TZID=Europe/Stockholm:20260329T033000\r\n" in text


def test_names_lose_what_could_make_two_addresses_of_one(
    create_meeting: Create, dtstamp: datetime, itip_assertions: ModuleType
) -> None:
    text = request(
        create_meeting(),
        Organizer(name='Samverkan; "Väst"', address="kalender+x@samverkan.example"),
        Recipient(name="Öberg, Åsa\r\nATTENDEE:x", email="asa@kommun.example", summoned=True),
        dtstamp,
    )
    itip_assertions.assert_sendable(text)
    event = Calendar.from_ical(text).events[0]
    assert event.organizer.params["CN"] == "Samverkan 'Väst'"
    assert event.attendees[0].params["CN"] == "Öberg Åsa ATTENDEE x"


def test_someone_without_a_name_gets_no_cn(
    create_meeting: Create, organizer: Organizer, dtstamp: datetime
) -> None:
    nameless = Recipient(name=" ", email="enhet@kommun.example", summoned=True)
    text = request(create_meeting(), organizer, nameless, dtstamp)
    assert b"\r\nATTENDEE;CUTYPE=INDIVIDUAL;" in text


@pytest.mark.parametrize("field", ["starts_at", "ends_at"])
def test_a_time_without_a_zone_is_refused(create_meeting: Create, field: str) -> None:
    with pytest.raises(NaiveDatetime):
        create_meeting(**{field: datetime(2026, 12, 1, 13)})  # noqa: DTZ001 - what is refused


def test_a_stamp_without_a_zone_is_refused(
    create_meeting: Create, organizer: Organizer, summoned: Recipient
) -> None:
    naive = datetime(2026, 11, 2)  # noqa: DTZ001 - what is refused
    with pytest.raises(NaiveDatetime):
        request(create_meeting(), organizer, summoned, naive)


@pytest.mark.parametrize("length", [timedelta(0), timedelta(microseconds=900), -timedelta(hours=1)])
def test_a_meeting_must_end_after_it_starts(create_meeting: Create, length: timedelta) -> None:
    start = datetime(2026, 12, 1, 12, tzinfo=UTC)
    with pytest.raises(EndsBeforeStart):
        create_meeting(starts_at=start, ends_at=start + length)


@pytest.mark.parametrize("summary", ["", " \n", "\x00\ufeff"])
def test_a_meeting_without_a_heading_is_refused(create_meeting: Create, summary: str) -> None:
    with pytest.raises(NoSummary):
        create_meeting(summary=summary)


@pytest.mark.parametrize("uid", ["", "a" * 71, "a b@c", "å@c", "a\r\nX:1", "a,b", "a;b"])
def test_an_unsafe_uid_is_refused(create_meeting: Create, uid: str) -> None:
    with pytest.raises(UnsafeIdentifier):
        create_meeting(uid=uid)


@pytest.mark.parametrize("sequence", [-1, 2**31, True])
def test_a_sequence_that_no_calendar_can_hold_is_refused(
    create_meeting: Create, sequence: int
) -> None:
    with pytest.raises(BadSequence):
        create_meeting(sequence=sequence)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "utan-snabel-a",
        "åsa@kommun.example",
        "asa@sjukhuset-väst.example",
        "asa@kommun.example\r\nBcc: x@y.example",
        "a b@kommun.example",
        "<asa@kommun.example>",
        "asa@kommun.example,bo@kommun.example",
        '"asa"@kommun.example',
        "asa?bcc=x@kommun.example",
        ".asa@kommun.example",
        "asa..berg@kommun.example",
        "asa@-kommun.example",
        "asa@[127.0.0.1]",
        "a" * 65 + "@kommun.example",
        "a@" + ".".join(["b" * 60] * 5),
    ],
)
def test_an_unsafe_address_is_refused(address: str) -> None:
    with pytest.raises(UnsafeAddress):
        Recipient(name="Åsa", email=address, summoned=True)
    with pytest.raises(UnsafeAddress):
        Organizer(name="Samverkan", address=address)


def test_nobody_is_invited_to_a_cancelled_meeting(
    create_meeting: Create, organizer: Organizer, summoned: Recipient, dtstamp: datetime
) -> None:
    with pytest.raises(AlreadyCancelled):
        request(create_meeting(status=MeetingStatus.CANCELLED), organizer, summoned, dtstamp)


def test_the_calendar_library_is_loaded_when_a_message_is_written_and_not_before() -> None:
    code = "import atagande_calendar.itip, sys; sys.exit('icalendar' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
