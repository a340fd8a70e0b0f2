"""Whatever people write, a message keeps its shape and says it back."""

import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from email.utils import getaddresses
from types import ModuleType

from dateutil.tz import tzical  # type: ignore[import-untyped] # ships no types
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from atagande_calendar.itip import (
    Letter,
    Mailbox,
    MeetingSnapshot,
    Organizer,
    Recipient,
    display_name,
    invitation,
    message_id,
    plain_mail,
    request,
)
from atagande_calendar.itip.text import clean_text

Create = Callable[..., MeetingSnapshot]

#: The library loads at the first example.
patient = settings(deadline=None)

TRICKS = (
    "\r\nATTENDEE:mailto:x@y.example",
    "\nEND:VEVENT",
    "\rMETHOD:CANCEL",
    "\u2028STATUS:CANCELLED",
    "\x85X-LINE:1",
    "\\N",
    "\\n",
    "\\",
    "\\\\;",
    ",",
    ";",
    ":",
    '"',
    "^n",
    "%2C",
    "=?utf-8?q?=0D=0ABcc:_x?=",
    "<x@y.example>",
    "\t",
    " ",
    "\x00",
    "\x1b",
    "\ufeff",
    "\ud800",
    "👩‍👩‍👧",
    "å" * 40,
)
texts = st.lists(
    st.one_of(st.sampled_from(TRICKS), st.text(st.characters(), max_size=30)), max_size=6
).map("".join)


def said(text: str) -> str:
    """What a calendar gives back: one kind of line break, spaces for tabs, nothing unseen."""
    one_kind = re.sub("\r\n|\r|\u2028|\u2029", "\n", text).replace("\t", " ")
    dropped = {"\ufeff"} | {c for c in one_kind if unicodedata.category(c) in {"Cc", "Cs"}}
    kept = "".join(c for c in one_kind if c == "\n" or c not in dropped)
    return kept if kept.strip() else ""


@patient
@given(summary=texts.filter(said), location=texts, lines=st.lists(texts, max_size=3))
def test_no_text_adds_a_line_and_every_text_comes_back(
    *,
    create_meeting: Create,
    organizer: Organizer,
    summoned: Recipient,
    dtstamp: datetime,
    itip_assertions: ModuleType,
    summary: str,
    location: str,
    lines: list[str],
) -> None:
    meeting = create_meeting(summary=summary, location=location, description=tuple(lines))
    text = request(meeting, organizer, summoned, dtstamp)
    itip_assertions.assert_sendable(text)

    plain = request(
        create_meeting(
            location="x" * bool(said(location)), description=(said("\n".join(lines)) and "x",)
        ),
        organizer,
        summoned,
        dtstamp,
    )
    shape, wanted = (
        [(line.name, line.path) for line in itip_assertions.lines(each)] for each in (text, plain)
    )
    assert shape == wanted

    event = Calendar.from_ical(text).events[0]
    assert str(event["SUMMARY"]) == said(summary)
    assert str(event.get("LOCATION", "")) == said(location)
    assert str(event.get("DESCRIPTION", "")) == said("\n".join(lines))


@given(text=texts)
def test_clean_text_is_clean_already(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    clean_text(text).encode()


@given(name=texts)
def test_a_display_name_is_one_plain_line(name: str) -> None:
    shown = display_name(name)
    assert shown == display_name(shown)
    assert len(shown) <= 80
    assert not re.search(r'[,;:"<>@\\^\r\n]|=\?|\?=', shown)


@patient
@given(sender=texts, to=texts)
def test_from_and_to_are_read_back_as_one_address_each(
    *,
    create_meeting: Create,
    organizer: Organizer,
    summoned: Recipient,
    dtstamp: datetime,
    itip_assertions: ModuleType,
    sender: str,
    to: str,
) -> None:
    recipient = replace(summoned, name=to)
    letter = Letter(
        sender=Mailbox(name=sender, address="kalender@samverkan.example"),
        to=Mailbox(name=to, address=recipient.email),
        subject="Kallelse",
        text="Hej",
        html="<p>Hej</p>",
        date=dtstamp,
        message_id=message_id("samverkan.example", "prov"),
    )
    calendar = request(create_meeting(), replace(organizer, name=sender), recipient, dtstamp)
    itip_assertions.assert_sendable(calendar)
    headers = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]
    marked = [*headers[:5], "Auto-Submitted", *headers[5:]]
    for mail, wanted in ((invitation(letter, calendar), headers), (plain_mail(letter), marked)):
        modern, classic = message_from_bytes(mail, policy=default), message_from_bytes(mail)
        assert sorted(modern.keys()) == sorted(wanted)
        for header, box in (("From", letter.sender), ("To", letter.to)):
            (address,) = modern[header].addresses
            assert address.addr_spec == box.address
            ((name, spec),) = getaddresses([classic[header]])
            assert spec == box.address
            assert str(make_header(decode_header(name))) == display_name(box.name)


moments = st.datetimes(datetime(1997, 1, 1), datetime(2045, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by hypothesis' rule


@given(subject=texts.map(display_name).map(str.strip).filter(bool))
def test_a_subject_is_read_back_as_it_was_written(dtstamp: datetime, subject: str) -> None:
    box = Mailbox(name="", address="kalender@samverkan.example")
    mail = plain_mail(
        Letter(
            sender=box,
            to=box,
            subject=subject * 3,
            text="Hej",
            html="<p>Hej</p>",
            date=dtstamp,
            message_id=message_id("samverkan.example", "prov"),
        )
    )
    read = message_from_bytes(mail)["Subject"].replace("\r\n", "").lstrip(" ")
    assert str(make_header(decode_header(read))) == subject * 3
    # ASCII without a space can't be folded; RFC 5322 then allows 998.
    limit = 998 if subject.isascii() else 78
    assert max(len(line) for line in mail.split(b"\r\n")) <= limit


@patient
@given(start=moments, minutes=st.integers(1, 600))
def test_a_reader_with_nothing_but_our_vtimezone_finds_the_same_instants(
    *,
    create_meeting: Create,
    organizer: Organizer,
    summoned: Recipient,
    dtstamp: datetime,
    itip_assertions: ModuleType,
    start: datetime,
    minutes: int,
) -> None:
    start = start.replace(microsecond=0)
    end = start + timedelta(minutes=minutes)
    text = request(create_meeting(starts_at=start, ends_at=end), organizer, summoned, dtstamp)
    block = text[text.index(b"BEGIN:VTIMEZONE") : text.index(b"BEGIN:VEVENT")].decode()
    # dateutil knows no extension lines.
    block = block.replace("X-LIC-LOCATION:Europe/Stockholm\r\n", "")
    zone = tzical(io.StringIO(block)).get("Europe/Stockholm")
    for name, wanted in (("DTSTART", start), ("DTEND", end)):
        (line,) = itip_assertions.event_lines(text, name)
        local = datetime.strptime(line.value.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone follows
        read = local.replace(tzinfo=zone if "TZID" in line.params else UTC)
        assert read.astimezone(UTC) == wanted
