"""The iTIP methods we send."""

from enum import StrEnum


class Method(StrEnum):
    """What a calendar message asks of its reader (RFC 5546 §1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
