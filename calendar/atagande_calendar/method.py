"""The iTIP methods we send, and the answers people give."""

from enum import StrEnum


class Method(StrEnum):
    """What a calendar message asks of its reader (RFC 5546 §1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Partstat(StrEnum):
    """RFC 5545 §3.2.12, the values we understand."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"
    #: Someone else was asked to go instead (DELEGATED-TO).
    DELEGATED = "DELEGATED"
