"""Reads a mail that came in, as far as an answer needs it (RFC 5322, RFC 6047). Pure.

A mail from the outside may be anything, so all of it is bounded before it is looked at: bytes,
parts, nesting, headers. Attachments are never unpacked, and a forwarded message never opened.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import TypeAlias

from atagande_agreements.privacy import find_personal_number
from atagande_calendar.itip.authenticity import is_vouched
from atagande_calendar.itip.foreign import Unreadable
from atagande_calendar.itip.reading import (
    LARGEST_CALENDAR,
    Reply,
    Sender,
    mail_address,
    read_calendar,
)

#: Bytes of a mail; parts of it, nesting, and bytes of its headers.
LARGEST_MAIL = 20_000_000
MOST_PARTS = 200
#: Lines that could begin a part, and groups of a delivery report: the parser makes an object of
#: each, so that a mail of 20 MB could take all memory there is.
MOST_DELIMITERS = 5_000
MOST_GROUPS = 20_000
DEEPEST = 10
LARGEST_HEADERS = 256_000
#: Headers of one name that are read, and characters of each.
_MOST_HEADERS = 30
_LONGEST_HEADER = 4_000
#: Where the address that the mail was delivered to stands, the surest first.
_ENVELOPE = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
_TOKEN = re.compile(r"\+([A-Za-z2-7]{32})@")
_CALENDARS = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
_OUTLOOK_BOX = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_REPORT = re.compile(rb"delivery-status", re.IGNORECASE)
_GROUP = re.compile(rb"\r\n\r\n|\n\n|\r\r")
#: How a part asks the parser to go deeper.
_NESTING = re.compile(rb"boundary|content-type:\s{0,20}message/", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\([^()]*\)")
_ADDRESS = re.compile(r"[^\s<>,;:()\"@]{1,64}@[^\s<>,;:()\"@]{1,190}")
_ANSWERS = ("REPLY", "COUNTER", "REFRESH")

Part: TypeAlias = "Message[str, str]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What is read of one mail."""

    #: Tokens of our plus-addresses that it was sent to, the surest first.
    tokens: tuple[str, ...]
    sender: Sender
    #: One of Auto-Submitted's, or a vendor's own: a machine sent it.
    automatic: bool
    #: What its calendar text says, by event; empty without one that can be read.
    replies: tuple[Reply, ...]
    #: Why there is no answer in it: a stable code; "" if there is one.
    fault: str
    size: int
    #: SHA-256 of Message-ID and what was said, in hexadecimal; the same for the same mail twice.
    digest: str
    #: The mail itself, for a bounce's report; its headers only, when it is too large to be read.
    message: Part


def read_mail(raw: bytes, *, server: str = "", size: int | None = None) -> Mail:
    """Read a mail. Never raises: what is wrong with it stands in `fault`.

    `server` is the name of our own mail server (see `is_vouched`). `size` is the mail's own when
    only its headers were fetched, since it is too large.
    """
    whole = len(raw) if size is None else size
    fault, read = _limits(raw, whole)
    try:
        message = message_from_bytes(read, policy=policy.compat32)
    except (RecursionError, ValueError, LookupError, IndexError):
        fault = "too_complex"
        message = message_from_bytes(_headers(read), policy=policy.compat32)
    sender = _sender(message, server)
    replies: tuple[Reply, ...] = ()
    content = b""
    if not fault:
        replies, content, fault = _answer(message, sender)
    return Mail(
        tokens=_tokens(message),
        sender=sender,
        automatic=_is_automatic(message),
        replies=replies,
        fault=fault,
        size=whole,
        digest=_digest(message, content or _body(read) or str(whole).encode()),
        message=message,
    )


def _limits(raw: bytes, size: int) -> tuple[str, bytes]:
    """Return why a mail is not read whole ("" if it is), and what of it is read."""
    headers = _headers(raw)
    if size > LARGEST_MAIL or len(raw) > LARGEST_MAIL or size > len(raw):
        return "too_large", headers[:LARGEST_HEADERS]
    if len(headers) > LARGEST_HEADERS:
        return "too_complex", headers[:LARGEST_HEADERS]
    # Each costs the parser a frame of its stack and a look at every line that follows.
    if sum(1 for _ in _NESTING.finditer(raw)) > MOST_PARTS:
        return "too_complex", headers
    if raw.count(b"\n--") + raw.count(b"\r--") > MOST_DELIMITERS:
        return "too_complex", headers
    if _REPORT.search(raw) and sum(1 for _ in _GROUP.finditer(raw)) > MOST_GROUPS:
        return "too_complex", headers
    return "", raw


def _headers(raw: bytes) -> bytes:
    match = re.search(rb"\r?\n\r?\n", raw)
    return raw[: match.start()] if match else raw


def _body(raw: bytes) -> bytes:
    return raw[len(_headers(raw)) :]


def _digest(message: Part, content: bytes) -> str:
    identity = header(message, "Message-ID").strip().encode("utf-8", "replace")
    return hashlib.sha256(identity + b"\x00" + content).hexdigest()


def headers_of(message: Part, name: str) -> list[str]:
    """Return the values of a header from the top down, cut to what is read of them."""
    found: Sequence[object] = message.get_all(name, [])
    return [str(value)[:_LONGEST_HEADER] for value in found[:_MOST_HEADERS]]


def header(message: Part, name: str) -> str:
    """Return the topmost value of a header, or ""."""
    found = headers_of(message, name)
    return found[0] if found else ""


def _tokens(message: Part) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in _ENVELOPE:
        for value in headers_of(message, name):
            for token in _TOKEN.findall(value):
                found[token.lower()] = None
    return tuple(found)[:_MOST_HEADERS]


def one_address(text: str) -> str:
    """Return the only address of a header, in lower case; "" if it has none or several.

    Names, quoted or not, may hold something like an address, so several are never guessed at.
    """
    bare = _COMMENT.sub("", _QUOTED.sub("", text))
    found = _ADDRESS.findall(bare)
    return mail_address(found[0]) if len(found) == 1 else ""


def _sender(message: Part, server: str) -> Sender:
    written = headers_of(message, "From")
    address = one_address(written[0]) if len(written) == 1 else ""
    if find_personal_number(address) is not None:
        # Stored nowhere, so it is as good as none.
        address = ""
    results = headers_of(message, "Authentication-Results")
    return Sender(
        address=address,
        by=one_address(header(message, "Sender")),
        vouched=is_vouched(results, server=server, sender=address),
    )


def _is_automatic(message: Part) -> bool:
    """Tell whether a machine sent it (RFC 3834 §5, and what came before it).

    Calendar servers mark genuine answers so too; it counts only where there is no calendar.
    """
    marked = header(message, "Auto-Submitted").strip().lower()
    return (
        marked not in {"", "no"}
        or header(message, "Precedence").strip().lower() in {"auto_reply", "bulk", "junk"}
        or bool(header(message, "X-Autoreply") or header(message, "X-Autorespond"))
    )


def leaves(message: Part) -> Iterator[Part]:
    """Yield the parts that hold something, as they stand; never those of a forwarded message."""
    waiting: list[tuple[Part, int]] = [(message, 0)]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part, depth = waiting.pop(0)
        if part.get_content_maintype() == "message":
            continue
        payload = part.get_payload()
        if part.is_multipart() and isinstance(payload, list):
            if depth < DEEPEST:
                inner = [one for one in payload[:MOST_PARTS] if isinstance(one, Message)]
                waiting[:0] = [(one, depth + 1) for one in inner]
            continue
        yield part


def _safely(read: Callable[[], object]) -> str:
    """Return a parameter of a part as text; broken ones (RFC 2231) are none."""
    try:
        found = read()
    except (ValueError, LookupError, TypeError, IndexError):
        return ""
    return str(found or "")


def _file_name(part: Part) -> str:
    return _safely(part.get_filename).strip().lower()


def _rank(part: Part) -> int | None:
    """Return in which order a part is tried as a calendar; None if it is none."""
    if part.get_content_type() not in _CALENDARS and not _file_name(part).endswith(".ics"):
        return None
    announced = _announced(part)
    if announced in _ANSWERS:
        return 0
    return 2 if announced else 1


def _announced(part: Part) -> str:
    return _safely(lambda: part.get_param("method")).strip().upper()


def _answer(message: Part, sender: Sender) -> tuple[tuple[Reply, ...], bytes, str]:
    """Return what the mail's calendar says, its text, and what is wrong with it or ""."""
    fault = "no_calendar"
    calendars: list[tuple[int, Part]] = []
    for part in leaves(message):
        if part.get_content_type() in _OUTLOOK_BOX or _file_name(part) == "winmail.dat":
            fault = "winmail"
        elif (rank := _rank(part)) is not None:
            calendars.append((rank, part))
    for _rank_of, part in sorted(calendars, key=lambda found: found[0]):
        content = content_of(part, LARGEST_CALENDAR)
        if content is None:
            fault = "calendar_too_large"
            continue
        try:
            return (
                read_calendar(content, announced=_announced(part), sender=sender),
                content,
                "",
            )
        except Unreadable as error:
            fault = error.code
    return (), b"", fault


def content_of(part: Part, most: int) -> bytes | None:
    """Return a part's decoded bytes; None if there are more than `most`."""
    written = part.get_payload()
    # base64 takes four characters for three bytes, quoted-printable up to three for one.
    if not isinstance(written, str) or len(written) > 3 * most:
        return None
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return None
    return content if isinstance(content, bytes) and len(content) <= most else None
