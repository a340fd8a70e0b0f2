"""Secrets in links and addresses: of invitations, mails, polls and calendar feeds.

A token holds the number of a row and a keyed checksum over it, the row's nonce and what the token
is for. It is lower-case base32, since mail systems fold the case of addresses, and nothing secret
has to be stored.
"""

import base64
import hashlib
import hmac
from enum import StrEnum

_ID_BYTES = 6
_MAC_BYTES = 14


class Purpose(StrEnum):
    """What a token opens."""

    #: The answer page.
    ANSWER = "answer"
    #: The organiser's plus-address that a calendar program replies to.
    REPLY = "reply"
    #: The sender's plus-address of a mail, where bounces come; the number is the outbox message's.
    BOUNCE = "bounce"
    #: A private calendar address; the number is the feed's, not an invitation's.
    FEED = "feed"
    #: The page where someone who is asked says which proposed times suit; the poll person's number.
    POLL = "poll"


def _mac(secret: bytes, purpose: Purpose, number: int, nonce: str) -> bytes:
    text = f"{purpose}:{number}:{nonce}".encode()
    return hmac.new(secret, text, hashlib.sha256).digest()[:_MAC_BYTES]


def make_token(secret: bytes, purpose: Purpose, number: int, nonce: str) -> str:
    """Return the token (32 characters of a–z and 2–7) for one row and purpose."""
    raw = number.to_bytes(_ID_BYTES, "big")
    return base64.b32encode(raw + _mac(secret, purpose, number, nonce)).decode().rstrip("=").lower()


def number_in(token: str) -> int | None:
    """Return the number a token claims to be for, or None if it is no token at all."""
    if len(token) != (_ID_BYTES + _MAC_BYTES) * 8 // 5 or not token.isascii():
        return None
    try:
        raw = base64.b32decode(token.upper())
    except ValueError:
        return None
    return int.from_bytes(raw[:_ID_BYTES], "big")


def is_valid(token: str, secret: bytes, purpose: Purpose, number: int, nonce: str) -> bool:
    """Tell whether a token is the one made for this row, nonce and purpose."""
    expected = make_token(secret, purpose, number, nonce)
    return hmac.compare_digest(token.lower().encode(), expected.encode())
