"""The secret in a mail's link, by which a unit's chief confirms without signing in.

A token holds which party, which person and which day the mail was written, with a keyed checksum.
It is lower-case base32, since mail systems fold case, and nothing secret is stored.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date

_ID_BYTES = 6
_DAY_BYTES = 3
_FACTS = 2 * _ID_BYTES + _DAY_BYTES
_MAC_BYTES = 15
_LENGTH = (_FACTS + _MAC_BYTES) * 8 // 5
#: Calendar days that a link opens.
VALID_DAYS = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link says: whom it was sent to, for which party, and when (local date)."""

    organisation_id: int
    person_id: int
    day: date


def _mac(secret: bytes, facts: bytes) -> bytes:
    return hmac.new(secret, b"contacts-confirm:" + facts, hashlib.sha256).digest()[:_MAC_BYTES]


def make_token(secret: bytes, asked: Asked) -> str:
    """Return the token (48 characters of a-z and 2-7) of a link."""
    facts = b"".join(
        (
            asked.organisation_id.to_bytes(_ID_BYTES, "big"),
            asked.person_id.to_bytes(_ID_BYTES, "big"),
            asked.day.toordinal().to_bytes(_DAY_BYTES, "big"),
        )
    )
    return base64.b32encode(facts + _mac(secret, facts)).decode().lower()


def read_token(secret: bytes, token: str) -> Asked | None:
    """Return what a token says, or None if it is not one of ours."""
    if len(token) != _LENGTH or not token.isascii():
        return None
    try:
        raw = base64.b32decode(token.upper())
    except ValueError:
        return None
    facts, mac = raw[:_FACTS], raw[_FACTS:]
    if not hmac.compare_digest(mac, _mac(secret, facts)):
        return None
    return Asked(
        organisation_id=int.from_bytes(facts[:_ID_BYTES], "big"),
        person_id=int.from_bytes(facts[_ID_BYTES : 2 * _ID_BYTES], "big"),
        day=date.fromordinal(int.from_bytes(facts[2 * _ID_BYTES :], "big")),
    )
