"""Mails with and without a calendar message, as bytes ready for SMTP (RFC 5322, RFC 6047).

Pure: the same letter gives the same bytes, so a message can be written again after a crash and
be recognised as the same. Nothing here sends anything.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import (
    Address,
    HeaderRegistry,
    MessageIDHeader,
    UniqueSingleAddressHeader,
    UniqueUnstructuredHeader,
)
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import lru_cache

from atagande_calendar.itip.errors import NotForRecipient, UnsafeIdentifier
from atagande_calendar.itip.text import (
    display_name,
    require_address,
    require_domain,
    require_header,
)
from atagande_calendar.itip.timezone import whole_second
from atagande_calendar.method import Method

_LINE_LENGTH = 78
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+=-]+@[A-Za-z0-9.-]+>")
#: Twenty bytes are 32 characters of base32.
_ID_BYTES = 20
_FOLD = re.compile(rb"\r\n[ \t]")
_METHOD = re.compile(rb"^METHOD:(REQUEST|CANCEL)\r$", re.MULTILINE)
_ATTENDEE = re.compile(rb"^ATTENDEE[;:].*?mailto:(\S+)\r$", re.MULTILINE)


def _encoded(text: str, header: str, policy: EmailPolicy) -> str:
    """Return `text` folded for the header of that name, in encoded words (RFC 2047) if needed."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, header_name=header).encode(linesep=policy.linesep)


class _OneAddress(UniqueSingleAddressHeader):
    """A From or To. The library's own folding loses spaces in long names with å, ä or ö."""

    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        address = self.address
        if address.display_name.isascii():
            return f"{self.name}: {address}{policy.linesep}"
        line = f"{self.name}: {_encoded(address.display_name, self.name, policy)}"
        last = len(line) - (line.rfind("\n") + 1)
        gap = " " if last + len(address.addr_spec) + 3 <= _LINE_LENGTH else f"{policy.linesep} "
        return f"{line}{gap}<{address.addr_spec}>{policy.linesep}"


class _Subject(UniqueUnstructuredHeader):
    """A Subject, folded so that no space is lost, for the same reason."""

    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {_encoded(str(self), self.name, policy)}{policy.linesep}"


def _policy() -> "EmailPolicy[EmailMessage]":
    """Return the rules by which headers become lines."""
    registry = HeaderRegistry()
    for name, kind in (
        ("from", _OneAddress),
        ("to", _OneAddress),
        ("subject", _Subject),
        # As an unstructured header a long id would be broken up into encoded words.
        ("references", MessageIDHeader),
    ):
        # The registry makes a full header class of each of these mixins.
        registry.map_to_type(name, kind)  # type: ignore[arg-type] # see the line above
    return SMTP.clone(header_factory=registry)


_POLICY = _policy()


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A name and an address. Raises UnsafeAddress."""

    name: str
    address: str

    def __post_init__(self) -> None:
        require_address(self.address)

    def header(self) -> Address:
        """Return it for a From or To header, with the name made safe (see `display_name`)."""
        return Address(display_name(self.name), addr_spec=self.address)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail to one recipient. Raises UnsafeHeader, UnsafeIdentifier, NaiveDatetime."""

    #: The same address in every mail: Gmail asks about each new sender.
    sender: Mailbox
    to: Mailbox
    subject: str
    #: The plain body, for those who see no HTML and for `text/plain` in every mail.
    text: str
    html: str
    #: When the mail is written, aware.
    date: datetime
    #: From `message_id` or `invitation_id`, with its angle brackets.
    message_id: str
    #: The id of the first mail in the matter, when this is a later one.
    first_message_id: str | None = None

    def __post_init__(self) -> None:
        require_header(self.subject)
        whole_second(self.date)
        for value in (self.message_id, self.first_message_id):
            if value is not None and not _MESSAGE_ID.fullmatch(value):
                raise UnsafeIdentifier(field="message_id")


def message_id(domain: str, *parts: str | int) -> str:
    """Return the Message-ID that belongs to `parts`, the same each time and telling none of them.

    `domain` is our own mail domain. Raises UnsafeAddress.
    """
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()[:_ID_BYTES]
    return f"<{base64.b32encode(digest).decode().lower()}@{require_domain(domain)}>"


def invitation_id(
    domain: str,
    *,
    uid: str,
    sequence: int,
    recipient_id: str | int,
    method: Method,
    revision: int = 0,
) -> str:
    """Return the Message-ID of a calendar message.

    `revision` counts the messages with one and the same SEQUENCE (changed words, sent again on
    request): mail servers drop the second of two mails with the same id.
    """
    return message_id(domain, "itip", uid, sequence, str(recipient_id), method.value, revision)


#: A part's header and text, after its boundary.
_PART = 'Content-Type: text/{}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n'
_CALENDAR_PART = (
    "Content-Transfer-Encoding: base64\r\n"
    'Content-Type: text/calendar; charset="utf-8"; method="{}"\r\n\r\n{}\r\n'
)


def _line(name: str, value: object) -> str:
    """Return a header as lines, folded by its rules above."""
    header: str = _POLICY.header_factory(name, value).fold(policy=_POLICY)
    return header


@lru_cache(maxsize=1024)
def _mailbox_line(name: str, mailbox: Mailbox) -> str:
    return _line(name, mailbox.header())


@lru_cache(maxsize=256)
def _subject_line(subject: str) -> str:
    return _line("Subject", subject)


def _id_line(name: str, identity: str) -> str:
    line = f"{name}: {identity}\r\n"
    return line if len(line) <= _LINE_LENGTH + 2 else _line(name, identity)


def _headers(letter: Letter, *, automatic: bool) -> list[str]:
    lines = [
        _mailbox_line("From", letter.sender),
        _mailbox_line("To", letter.to),
        _subject_line(letter.subject),
        f"Date: {format_datetime(whole_second(letter.date))}\r\n",
        _id_line("Message-ID", letter.message_id),
    ]
    if letter.first_message_id is not None and letter.first_message_id != letter.message_id:
        lines.append(_id_line("References", letter.first_message_id))
    if automatic:
        lines.append("Auto-Submitted: auto-generated\r\n")
    return lines


def _base64(text: bytes) -> str:
    """Return a text with CRLF at the end of each line, in base64 (RFC 2045, 6.8).

    Relays wrap and strip lines of quoted-printable and 8-bit text.
    """
    whole = b"\r\n".join(text.splitlines()) + b"\r\n"
    return base64.encodebytes(whole).decode().replace("\n", "\r\n")


def _written(letter: Letter, *parts: str, automatic: bool) -> bytes:
    """Return the mail with its parts as alternatives, the one to prefer last.

    Written out by hand: `EmailMessage` takes a hundred times as long, and these mails have one
    shape. What it would write is the judge of it in the tests.
    """
    # Every part is base64, which has no underscore. A random one would make new bytes each time.
    boundary = f"=_{hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]}"
    bodies = (
        _PART.format("plain", _base64(letter.text.encode())),
        _PART.format("html", _base64(letter.html.encode())),
        *parts,
    )
    return "".join(
        (
            *_headers(letter, automatic=automatic),
            "MIME-Version: 1.0\r\n",
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n',
            *(f"--{boundary}\r\n{body}" for body in bodies),
            f"--{boundary}--\r\n",
        )
    ).encode("ascii")


def invitation(letter: Letter, calendar: bytes, *, automatic: bool = False) -> bytes:
    """Return a mail that carries `calendar`, the text from `request` or `cancel`.

    multipart/alternative of text, HTML and, last, text/calendar: Outlook takes only such a part
    for an invitation. The part's method is the calendar's own METHOD, so that the two agree, and
    the calendar's ATTENDEE must be the mail's recipient. Raises NotForRecipient.

    `automatic` adds `Auto-Submitted: auto-generated`. It is off: a person called the meeting
    (RFC 3834, 5), and calendar servers may discard marked mail unread, as xandikos does, so that
    the meeting never reaches the calendar.
    """
    unfolded = _FOLD.sub(b"", calendar)
    method = _METHOD.findall(unfolded)
    attendees = _ATTENDEE.findall(unfolded)
    # Each event of a series names its attendee.
    if len(method) != 1 or set(attendees) != {letter.to.address.encode()}:
        raise NotForRecipient
    part = _CALENDAR_PART.format(method[0].decode(), _base64(calendar))
    return _written(letter, part, automatic=automatic)


def plain_mail(letter: Letter) -> bytes:
    """Return an ordinary mail from the service: multipart/alternative of text and HTML.

    It is marked as automatic, so that out-of-office replies are not sent to it.
    """
    return _written(letter, automatic=True)
