from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from atagande_agreements.errors import NaiveDatetime
from atagande_calendar.itip import (
    Letter,
    Mailbox,
    MeetingSnapshot,
    Method,
    Organizer,
    Recipient,
    cancel,
    invitation,
    invitation_id,
    message_id,
    plain_mail,
    request,
)
from atagande_calendar.itip.errors import (
    NotForRecipient,
    UnsafeAddress,
    UnsafeHeader,
    UnsafeIdentifier,
)

Create = Callable[..., MeetingSnapshot]
DOMAIN = "samverkan.example"


@pytest.fixture
def letter(summoned: Recipient, dtstamp: datetime) -> Letter:
    return Letter(
        sender=Mailbox(name="Samverkan, Väst", address="kalender@samverkan.example"),
        to=Mailbox(name=summoned.name, address=summoned.email),
        subject="Kallelse: nätverksmöte 1 december",
        text="Hej!\nDu är kallad till ett möte.\n",
        html="<p>Hej!</p>\n<p>Du är kallad till ett möte.</p>\n",
        date=dtstamp,
        message_id=message_id(DOMAIN, "prov"),
    )


@pytest.fixture
def calendar(
    create_meeting: Create, organizer: Organizer, summoned: Recipient, dtstamp: datetime
) -> bytes:
    return request(create_meeting(), organizer, summoned, dtstamp)


def read(mail: bytes) -> EmailMessage:
    message = message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_the_calendar_is_the_last_of_three_alternatives(letter: Letter, calendar: bytes) -> None:
    mail = read(invitation(letter, calendar))
    assert mail.get_content_type() == "multipart/alternative"
    parts = list(mail.iter_parts())
    assert [part.get_content_type() for part in parts] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"base64"}
    assert {part.get_content_charset() for part in parts} == {"utf-8"}
    assert {part.get_content_disposition() for part in parts} == {None}
    assert [part["MIME-Version"] for part in parts] == [None] * 3


def test_the_calendar_arrives_byte_for_byte(letter: Letter, calendar: bytes) -> None:
    *_, part = read(invitation(letter, calendar)).iter_parts()
    assert part.get_payload(decode=True) == calendar


def test_the_bodies_are_the_texts_given(letter: Letter, calendar: bytes) -> None:
    text, html, _ = read(invitation(letter, calendar)).iter_parts()
    assert text.get_content() == letter.text.replace("\n", "\r\n")
    assert html.get_content() == letter.html.replace("\n", "\r\n")


def test_the_method_is_the_same_in_the_part_and_in_the_calendar(
    *,
    letter: Letter,
    calendar: bytes,
    create_meeting: Create,
    organizer: Organizer,
    summoned: Recipient,
    dtstamp: datetime,
) -> None:
    cancelled = cancel(create_meeting(sequence=1), organizer, summoned, dtstamp)
    for text, method in ((calendar, "REQUEST"), (cancelled, "CANCEL")):
        *_, part = read(invitation(letter, text)).iter_parts()
        assert part["Content-Type"].params["method"] == method
        assert f"\r\nMETHOD:{method}\r\n".encode() in text


def test_the_headers_say_who_what_and_when(letter: Letter, calendar: bytes) -> None:
    mail = read(invitation(letter, calendar))
    assert str(mail["From"]) == "Samverkan Väst <kalender@samverkan.example>"
    assert str(mail["To"]) == "Åsa Öberg <asa.oberg@kommun.example>"
    assert mail["Subject"] == letter.subject
    assert mail["Date"].datetime == letter.date
    assert mail["Message-ID"] == letter.message_id
    assert mail["References"] is None


def test_the_mail_is_ascii_in_crlf_lines_of_at_most_78(letter: Letter, calendar: bytes) -> None:
    mail = invitation(letter, calendar)
    assert mail.isascii()
    assert mail.count(b"\n") == mail.count(b"\r\n") == mail.count(b"\r")
    assert max(len(line) for line in mail.split(b"\r\n")) <= 78


def test_the_same_letter_gives_the_same_bytes(letter: Letter, calendar: bytes) -> None:
    assert invitation(letter, calendar) == invitation(letter, calendar)
    assert plain_mail(letter) == plain_mail(letter)


def test_an_invitation_is_marked_as_automatic_only_when_asked(
    letter: Letter, calendar: bytes
) -> None:
    assert read(invitation(letter, calendar))["Auto-Submitted"] is None
    marked = read(invitation(letter, calendar, automatic=True))
    assert marked["Auto-Submitted"] == "auto-generated"


def test_a_later_mail_refers_to_the_first(letter: Letter, calendar: bytes) -> None:
    first = message_id("samordning-sollentuna-upplands-vasby-sigtuna." * 3 + "example", "första")
    mail = invitation(replace(letter, first_message_id=first), calendar)
    assert f"\r\nReferences: {first}\r\n".encode() in mail, "whole, and not in encoded words"


def test_the_first_mail_does_not_refer_to_itself(letter: Letter, calendar: bytes) -> None:
    mail = invitation(replace(letter, first_message_id=letter.message_id), calendar)
    assert read(mail)["References"] is None


def test_an_ordinary_mail_has_two_alternatives_and_says_it_is_automatic(letter: Letter) -> None:
    mail = read(plain_mail(letter))
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == letter.message_id


KEY: dict[str, Any] = {
    "uid": "7k2m@samverkan.example",
    "sequence": 1,
    "recipient_id": 17,
    "method": Method.REQUEST,
}


def test_a_message_id_is_stable_and_tells_nothing() -> None:
    found = invitation_id(DOMAIN, **KEY)
    assert found == invitation_id(DOMAIN, **KEY)
    assert found.endswith("@samverkan.example>")
    assert "7k2m" not in found


@pytest.mark.parametrize(
    "change",
    [
        {"uid": "7k2n@samverkan.example"},
        {"sequence": 2},
        {"recipient_id": 18},
        {"method": Method.CANCEL},
        {"revision": 1},
    ],
)
def test_another_message_has_another_id(change: dict[str, Any]) -> None:
    assert invitation_id(DOMAIN, **{**KEY, **change}) != invitation_id(DOMAIN, **KEY)


def test_parts_of_an_id_do_not_run_together() -> None:
    assert message_id(DOMAIN, "a", "bc") != message_id(DOMAIN, "ab", "c")


@pytest.mark.parametrize("domain", ["", "a b", "väst.example", "a>\r\nBcc: x", "-a.example"])
def test_an_id_needs_a_proper_domain(domain: str) -> None:
    with pytest.raises(UnsafeAddress):
        message_id(domain, "x")


@pytest.mark.parametrize(
    "subject",
    [
        "Kallelse\r\nBcc: x@y.example",
        "Kallelse\nBcc: x@y.example",
        "Kallelse\rBcc: x@y.example",
        "Kallelse\u2028Bcc: x@y.example",
        "Kallelse\x85Bcc: x@y.example",
        "Kallelse\x00",
        "Kallelse \ud800",
        "=?utf-8?q?Kallelse=0D=0ABcc:_x=40y.example?=",
        "Kallelse \u202eexe.pdf",
    ],
)
def test_a_subject_that_could_become_a_header_is_refused(letter: Letter, subject: str) -> None:
    with pytest.raises(UnsafeHeader):
        replace(letter, subject=subject)


@pytest.mark.parametrize("field", ["message_id", "first_message_id"])
@pytest.mark.parametrize("value", ["", "x@y", "<x>", "<x@y>\r\nBcc: z", "<x@y> <z@y>"])
def test_an_improper_message_id_is_refused(letter: Letter, field: str, value: str) -> None:
    change: dict[str, Any] = {field: value}
    with pytest.raises(UnsafeIdentifier):
        replace(letter, **change)


def test_a_date_without_a_zone_is_refused(letter: Letter) -> None:
    with pytest.raises(NaiveDatetime):
        replace(letter, date=datetime(2026, 11, 2))  # noqa: DTZ001 - what is refused


def test_a_calendar_for_someone_else_is_refused(letter: Letter, calendar: bytes) -> None:
    other = replace(letter, to=Mailbox(name="Bo", address="bo@kommun.example"))
    with pytest.raises(NotForRecipient):
        invitation(other, calendar)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"METHOD:REQUEST", b"METHOD:PUBLISH"),
        (b"METHOD:REQUEST\r\n", b""),
        (b"METHOD:REQUEST\r\n", b"METHOD:REQUEST\r\nMETHOD:CANCEL\r\n"),
        (b"\r\nATTENDEE", b"\r\nATTENDEE:mailto:bo@kommun.example\r\nATTENDEE"),
    ],
)
def test_a_calendar_that_is_no_single_message_is_refused(
    letter: Letter, calendar: bytes, was: bytes, becomes: bytes
) -> None:
    assert was in calendar
    with pytest.raises(NotForRecipient):
        invitation(letter, calendar.replace(was, becomes))


def test_a_date_is_written_in_utc_to_the_second(letter: Letter) -> None:
    mail = read(plain_mail(replace(letter, date=letter.date + timedelta(microseconds=5))))
    assert str(mail["Date"]) == "Mon, 02 Nov 2026 08:30:00 +0000"
