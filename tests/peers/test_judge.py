"""Our own judge of messages notices what it is there for: each fault is put into a good message."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from atagande_calendar.itip import (
    Letter,
    Mailbox,
    MeetingSnapshot,
    Method,
    Organizer,
    Recipient,
    invitation,
    invitation_id,
    request,
)
from atagande_calendar.itip import cancel as cancel_text
from support.itip_judge import calendar_of, faults, feed_faults, mail_faults

Mutation = Callable[[bytes], bytes]
Write = Callable[..., bytes]


def mail(write: Write) -> bytes:
    """A good mail, with a text that `write` gives."""
    start = datetime(2026, 3, 24, 8, tzinfo=UTC)
    recipient = Recipient(name="Signe Hallman", email="signe@psykiatri.example", summoned=True)
    meeting = MeetingSnapshot(
        uid="7k2m9x4q@suvs.example",
        sequence=0,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        summary="Nätverksmöte",
        location="Mötesrum Ån, Väsby",
        description=("å " * 90,),
    )
    stamp = datetime(2026, 3, 2, 8, tzinfo=UTC)
    organizer = Organizer(name="Samverkan", address="samordning+mfzwk3tjmnqxe2lpny5gk@suvs.example")
    letter = Letter(
        sender=Mailbox(name="Samverkan Väsby", address="samordning@suvs.example"),
        to=Mailbox(name=recipient.name, address=recipient.email),
        subject="Nätverksmöte",
        text="Hej!\n",
        html="<p>Hej!</p>\n",
        date=stamp,
        message_id=invitation_id(
            "suvs.example", uid=meeting.uid, sequence=0, recipient_id=1, method=Method.REQUEST
        ),
    )
    return invitation(letter, write(meeting, organizer, recipient, stamp))


@pytest.fixture(scope="module")
def good() -> bytes:
    """A mail without a fault."""
    raw = mail(request)
    assert mail_faults(raw) == []
    return raw


def swap(was: bytes, becomes: bytes) -> Mutation:
    def mutate(text: bytes) -> bytes:
        assert was in text, was
        return text.replace(was, becomes)

    return mutate


def swap_pattern(was: bytes, becomes: bytes) -> Mutation:
    def mutate(text: bytes) -> bytes:
        assert re.search(was, text), was
        return re.sub(was, becomes, text, count=1)

    return mutate


def before_end(lines: bytes) -> Mutation:
    return swap(b"END:VEVENT\r\n", lines + b"END:VEVENT\r\n")


EVENT = re.compile(rb"BEGIN:VEVENT.*END:VEVENT\r\n", re.DOTALL)


def doubled(text: bytes) -> bytes:
    return EVENT.sub(lambda event: event[0] * 2, text)


def without_folds(text: bytes) -> bytes:
    return text.replace(b"\r\n ", b"")


def cut_inside_a_character(text: bytes) -> bytes:
    return without_folds(text).replace("Ån".encode(), b"\xc3\r\n \x85n")


#: (what the judge says, how the calendar text is spoilt)
CALENDAR = [
    ("DTEND is not after DTSTART", swap_pattern(
        rb"DTEND(;TZID=[^:]*:)20260324", rb"DTEND\g<1>20260323")),
    ("DTEND is not after DTSTART", swap(b"T110000", b"T090000")),
    ("DTSTART and DTEND do not stand once each", swap_pattern(rb"DTEND[^\r]*\r\n", b"")),
    ("VTIMEZONE is missing", lambda text: re.sub(
        rb"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", b"", text, flags=re.DOTALL)),
    ("DTSTART names a time zone that is not described", swap(
        b"DTSTART;TZID=Europe/Stockholm", b"DTSTART;TZID=Europe/Oslo")),
    ("VTIMEZONE has no RRULE for each change of the clocks", swap_pattern(
        rb"RRULE:[^\r]*BYMONTH=10[^\r]*\r\n", b"")),
    ("VTIMEZONE lists the changes of the clocks as dates", swap_pattern(
        rb"RRULE:([^\r]*)\r\n", rb"RRULE:\1\r\nRDATE:19710328T020000\r\n")),
    ("DTSTART has no time zone", swap(b"DTSTART;TZID=Europe/Stockholm:", b"DTSTART:")),
    ("DTSTAMP is not UTC", swap_pattern(rb"(DTSTAMP:\d{8}T\d{6})Z", rb"\1")),
    ("a line does not end with CRLF", swap(b"\r\n", b"\n")),
    ("a line does not end with CRLF", lambda text: text.rstrip()),
    ("a line of 282 octets is not folded", without_folds),
    ("a fold splits a character", cut_inside_a_character),
    ("a byte stands there that is no text", lambda text: b"\xef\xbb\xbf" + text),
    ("a byte stands there that is no text", lambda text: text + b"\x00"),
    ("ATTENDEE has no ASCII mailto: address", swap_pattern(
        rb"(ATTENDEE(?:\r\n |[^:])*:(?:\r\n )?)mailto:", rb"\1")),
    ("ORGANIZER has no ASCII mailto: address", swap(
        b"samordning+", "sämordning+".encode())),
    ("METHOD is request, not one of REQUEST, CANCEL", swap(b"METHOD:REQUEST", b"METHOD:request")),
    ("METHOD is PUBLISH, not one of REQUEST, CANCEL", swap(b"METHOD:REQUEST", b"METHOD:PUBLISH")),
    ("METHOD does not stand exactly once", swap(b"METHOD:REQUEST\r\n", b"")),
    ("a CANCEL does not say STATUS:CANCELLED", swap(b"METHOD:REQUEST", b"METHOD:CANCEL")),
    ("a REQUEST says STATUS:CANCELLED", swap(b"STATUS:CONFIRMED", b"STATUS:CANCELLED")),
    ("SEQUENCE does not stand exactly once", swap_pattern(rb"SEQUENCE:0\r\n", b"")),
    ("UID does not stand exactly once", swap_pattern(rb"UID:[^\r]*\r\n", b"")),
    ("SUMMARY does not stand exactly once", swap_pattern(rb"SUMMARY:", b"X-SUMMARY:")),
    ("ORGANIZER does not stand exactly once", swap(b"\r\nORGANIZER", b"\r\nX-ORGANIZER")),
    ("ATTENDEE does not stand exactly once", before_end(b"ATTENDEE:mailto:x@kommun.example\r\n")),
    ("there is not exactly one event", doubled),
    ("there is no event", lambda text: EVENT.sub(b"", text)),
    ("the calendar itself has a UID", swap(b"VERSION:2.0", b"VERSION:2.0\r\nUID:x")),
    ("there is a VALARM", before_end(
        b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n")),
    ("the CN of ATTENDEE has a character that clients read differently", swap_pattern(
        rb"ATTENDEE;CN=[^;]*;", b'ATTENDEE;CN="Hallman, Signe";')),
    ("RDATE stands there, which common clients do not read", before_end(
        b"RDATE;TZID=Europe/Stockholm:20260331T090000\r\n")),
    ("a series is not in local time, so its hour moves with the clocks", swap_pattern(
        rb"DTSTART;TZID=Europe/Stockholm:20260324T090000",
        rb"RRULE:FREQ=WEEKLY;COUNT=4\r\nDTSTART:20260324T080000Z")),
    ("UNTIL is not UTC", before_end(b"RRULE:FREQ=WEEKLY;UNTIL=20260430T090000\r\n")),
    ("EXDATE is not told as DTSTART is", before_end(
        b"RRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE:20260331T090000\r\n")),
]  # fmt: skip


@pytest.mark.parametrize(("says", "spoil"), CALENDAR)
def test_the_judge_notices_a_fault_in_the_calendar(good: bytes, says: str, spoil: Mutation) -> None:
    text = calendar_of(good)
    spoilt = spoil(text)
    assert spoilt != text
    assert says in faults(spoilt)


def calendar(spoil: Mutation) -> Mutation:
    """Spoil the calendar inside the mail, and leave the mail as it is."""

    def mutate(raw: bytes) -> bytes:
        found = re.search(rb"(?s)(Content-Type: text/calendar.*?\r\n\r\n)(.*?)(?=--=)", raw)
        assert found is not None
        head, body = found.groups()
        lines = base64.encodebytes(spoil(base64.b64decode(body))).replace(b"\n", b"\r\n")
        return raw.replace(head + body, head + lines)

    return mutate


#: (what the judge says, how the mail is spoilt)
MAIL = [
    ("the part announces method ['request'], the calendar says ['REQUEST']", swap(
        b'method="REQUEST"', b'method="request"')),
    ("the part announces method ['REQUEST'], the calendar says ['CANCEL']", calendar(
        swap(b"METHOD:REQUEST", b"METHOD:CANCEL"))),
    ("the part announces method ['None'], the calendar says ['REQUEST']", swap_pattern(
        rb';\s*method="REQUEST"', b"")),
    ("ATTENDEE is not exactly whom the mail goes to", swap_pattern(
        rb"(?m)^(To: .*)<[^>]*>", rb"\1<someone@else.example>")),
    ("ATTENDEE is not exactly whom the mail goes to", calendar(before_end(
        b"ATTENDEE:mailto:someone@else.example\r\n"))),
    ("To is not one address", swap_pattern(rb"(?m)^To: .*", b"To: a@b.example, c@d.example\r")),
    ("From does not stand exactly once", swap(b"From: ", b"X-From: ")),
    ("ORGANIZER is not whom the mail comes from", swap_pattern(
        rb"<samordning@suvs\.example>", b"<other@suvs.example>")),
    ("ORGANIZER has no secret of the recipient's own", calendar(lambda text: re.sub(
        rb"samordning\+(?:\r\n )?[a-z2-7\r\n ]*@", b"samordning@", text))),
    ("Auto-Submitted stands there, for which some servers throw an invitation away", swap(
        b"MIME-Version:", b"Auto-Submitted: auto-generated\r\nMIME-Version:")),
    ("Reply-To leads answers away from the organiser's secret address", swap(
        b"MIME-Version:", b"Reply-To: a@b.example\r\nMIME-Version:")),
    ("Message-ID is not one identifier", swap_pattern(rb"(?m)^Message-ID: .*", b"Message-ID: x\r")),
    ("Date has no time zone", swap_pattern(rb"(?m)^(Date: .*) \+0000", rb"\1 -0000")),
    ("the mail is not multipart/alternative", swap(b"multipart/alternative", b"multipart/mixed")),
    ("the parts are not text/plain, text/html, text/calendar in that order", swap(
        b"text/html", b"text/plain")),
    ("text/calendar is not said to be UTF-8", swap_pattern(
        rb'(text/calendar;\s*charset=)"utf-8"', rb'\1"latin-1"')),
    ("text/calendar is an attachment", swap(
        b"Content-Type: text/calendar",
        b"Content-Disposition: attachment\r\nContent-Type: text/calendar")),
    ("the mail has 0 calendar parts", swap(b"text/calendar", b"text/x-calendar")),
    ("a line of the mail does not end with CRLF", swap(b"\r\n", b"\n")),
    ("the mail has bytes outside ASCII", swap(
        b"MIME-Version:", "X-Ort: Väsby\r\nMIME-Version:".encode())),
    ("a line of the mail is too long for SMTP", swap(
        b"MIME-Version:", b"X-Long: " + b"x" * 1000 + b"\r\nMIME-Version:")),
    ("a fold splits a character", calendar(cut_inside_a_character)),
]  # fmt: skip


@pytest.mark.parametrize(("says", "spoil"), MAIL)
def test_the_judge_notices_a_fault_in_the_mail(good: bytes, says: str, spoil: Mutation) -> None:
    spoilt = spoil(good)
    assert spoilt != good
    assert says in mail_faults(spoilt)


def test_the_judge_notices_a_cancel_that_does_not_say_so() -> None:
    raw = mail(cancel_text)
    assert mail_faults(raw) == []
    said = "a CANCEL does not say STATUS:CANCELLED"
    assert said in mail_faults(calendar(swap_pattern(rb"STATUS:CANCELLED\r\n", b""))(raw))


def test_the_judge_notices_what_a_feed_may_not_hold(good: bytes) -> None:
    text = re.sub(rb"ATTENDEE(?:\r\n |[^\r])*\r\n", b"", calendar_of(good))
    assert feed_faults(text) == []
    assert "ATTENDEE stands in a feed" in feed_faults(calendar_of(good))
    assert "two events have one UID" in feed_faults(doubled(text))
    assert "DTSTAMP is not UTC" in feed_faults(
        swap_pattern(rb"(DTSTAMP:\d{8}T\d{6})Z", rb"\1")(text)
    )
