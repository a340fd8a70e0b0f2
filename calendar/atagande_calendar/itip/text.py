"""Makes text, names, addresses and headers safe for calendars and mail.

Running text is cleaned, since people paste what they have. Addresses and headers are refused,
since a guess there goes to the wrong person.
"""

import re
import unicodedata

from atagande_agreements.mail_address import is_host, is_mail_address
from atagande_calendar.itip.errors import UnsafeAddress, UnsafeHeader

_LINE_BREAK = re.compile("\r\n|[\r\u2028\u2029]")
#: Characters that end or quote something in a parameter value (RFC 5545, 3.2; RFC 6868) or in an
#: address (RFC 5322, 3.2.3). Quoting them is legal but not read the same everywhere.
_NAME_SPECIALS = re.compile(r"=\?|\?=|[,;:\\<>()\[\]@^]")
_QUOTES = str.maketrans({"\u201c": "'", "\u201d": "'", "\u2019": "'", '"': "'"})
_NAME_LENGTH = 80
#: Control characters, half surrogates, line and paragraph separators.
_NEVER_IN_HEADER = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNS_TEXT = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean_text(text: str) -> str:
    r"""Return `text` with \n as its only line break, and without control characters.

    A tab becomes a space. Half surrogates, which UTF-8 can't carry, and byte order marks, which
    readers strip at the start of a value, go too.
    """
    lines = _LINE_BREAK.sub("\n", text).replace("\t", " ").replace("\ufeff", "")
    return "".join(
        char for char in lines if char == "\n" or unicodedata.category(char) not in {"Cc", "Cs"}
    )


def display_name(name: str) -> str:
    """Return `name` as it can stand in CN, From and To: one line of at most 80 characters.

    Commas, semicolons and the like become spaces and quotation marks become apostrophes, because
    some servers copy CN into a header unquoted, where a comma makes two recipients.
    """
    line = _TURNS_TEXT.sub("", clean_text(name).replace("\n", " ")).translate(_QUOTES)
    words = _NAME_SPECIALS.sub(" ", line).split()
    return " ".join(words)[:_NAME_LENGTH].strip()


def require_address(address: str) -> str:
    """Return `address` unchanged, or raise UnsafeAddress; see `is_mail_address`."""
    if not is_mail_address(address):
        raise UnsafeAddress
    return address


def require_domain(domain: str) -> str:
    """Return the host name `domain` unchanged, or raise UnsafeAddress."""
    if not is_host(domain):
        raise UnsafeAddress
    return domain


def require_header(value: str) -> str:
    """Return `value` unchanged, or raise UnsafeHeader.

    An encoded word (RFC 2047) is refused as well as a line break: it would be decoded on its way
    into the message, and can hold one.
    """
    if "=?" in value or _TURNS_TEXT.search(value):
        raise UnsafeHeader
    if any(unicodedata.category(char) in _NEVER_IN_HEADER for char in value):
        raise UnsafeHeader
    return value
