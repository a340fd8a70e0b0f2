"""What an invitation says: the meeting, whom it is for, and whom the answer goes to."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from atagande_calendar.itip.errors import (
    BadSequence,
    EndsBeforeStart,
    NoSummary,
    UnsafeIdentifier,
)
from atagande_calendar.itip.text import clean_text, require_address
from atagande_calendar.itip.timezone import whole_second

#: Longer ones are cut by some servers.
UID_LENGTH = 70
_UID = re.compile(rf"[A-Za-z0-9._+=@-]{{1,{UID_LENGTH}}}")
#: An iCalendar INTEGER is a signed 32-bit number (RFC 5545, 3.3.8).
_MAX_SEQUENCE = 2**31 - 1


class MeetingStatus(StrEnum):
    """Whether the meeting takes place."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class MeetingSnapshot:
    """A meeting as it stands when the message is written.

    Times are aware and stated to the second. No text here may say anything about a person:
    clients repeat it in clear in their answers, and `private` is a hint that some servers drop.
    Raises NaiveDatetime, EndsBeforeStart, NoSummary, UnsafeIdentifier, BadSequence.
    """

    #: At most 70 characters of a–z, 0–9 and ._+=@-, never used again after a CANCEL.
    uid: str
    #: Rises with each significant change (see `significance_hash`), never falls.
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str = ""
    #: Lines of running text.
    description: tuple[str, ...] = ()
    status: MeetingStatus = MeetingStatus.CONFIRMED
    private: bool = False

    def __post_init__(self) -> None:
        if not _UID.fullmatch(self.uid):
            raise UnsafeIdentifier(field="uid")
        if isinstance(self.sequence, bool) or not 0 <= self.sequence <= _MAX_SEQUENCE:
            raise BadSequence(field="sequence")
        if whole_second(self.ends_at) <= whole_second(self.starts_at):
            raise EndsBeforeStart(field="ends_at")
        if not clean_text(self.summary).strip():
            raise NoSummary(field="summary")


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """The one person or mailbox that the message is for. Raises UnsafeAddress."""

    name: str
    #: Exactly the address that the mail goes to; otherwise clients offer no answer.
    email: str
    #: True for kallad, who owes an answer and a presence; False for inbjuden.
    summoned: bool

    def __post_init__(self) -> None:
        require_address(self.email)


@dataclass(frozen=True, kw_only=True)
class Organizer:
    """Whom the answer goes to. Raises UnsafeAddress."""

    name: str
    #: Already with this recipient's secret after the plus sign; clients answer to this address.
    address: str

    def __post_init__(self) -> None:
        require_address(self.address)
