"""A series of meetings as one recurring event, and its calendar texts (RFC 5545, RFC 5546).

Pure. One UID: an event with the rule, and one with RECURRENCE-ID for each occurrence that differs
from it, each in Stockholm's time with the same TZID. Occurrences that the reader is not asked to
are left out by EXDATE. Clients don't understand RANGE=THISANDFUTURE: "this and later" is the old
series shortened by UNTIL, and a new one with a UID of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from atagande_calendar.itip.errors import AlreadyCancelled, BadRule
from atagande_calendar.itip.message import MeetingSnapshot, MeetingStatus, Organizer, Recipient
from atagande_calendar.itip.recurrence import Rule
from atagande_calendar.itip.significance import significance_hash, wording_hash


@dataclass(frozen=True, kw_only=True)
class Series:
    """A series as one reader is asked to it. Raises BadRule.

    `first` is the event that the rule repeats; its UID and SEQUENCE are those of all.
    """

    first: MeetingSnapshot
    rule: Rule
    #: Start by the rule (UTC) -> the meeting as it stands, for each that the reader is asked to.
    asked: Mapping[datetime, MeetingSnapshot]

    def __post_init__(self) -> None:
        if not set(self.rule.starts(self.first.starts_at)) >= set(self.asked):
            raise BadRule(field="rule")

    def usual(self, recurrence_at: datetime) -> MeetingSnapshot:
        """Return the occurrence as the rule alone makes it."""
        return replace(
            self.first,
            starts_at=recurrence_at,
            ends_at=recurrence_at + (self.first.ends_at - self.first.starts_at),
        )

    @property
    def excluded(self) -> list[datetime]:
        """Return the starts by the rule that the reader is not asked to."""
        return [at for at in self.rule.starts(self.first.starts_at) if at not in self.asked]

    @property
    def overrides(self) -> list[tuple[datetime, MeetingSnapshot]]:
        """Return the occurrences that are not as the rule makes them, with the series' identity."""
        return [
            (at, replace(one, uid=self.first.uid, sequence=self.first.sequence))
            for at, one in sorted(self.asked.items())
            if wording_hash(one) != wording_hash(self.usual(at))
        ]


def series_significance(series: Series) -> str:
    """Return a text that differs when the rule, its times or its place do (RFC 5546, 2.1.4).

    Single occurrences are not part of it: each has its own.
    """
    return f"{significance_hash(series.first)}:{series.rule.text}"


def request_series(
    series: Series,
    organizer: Organizer,
    recipient: Recipient,
    dtstamp: datetime,
    *,
    proposals: bool = False,
) -> bytes:
    """Return the text that asks the recipient to the whole series, as it stands.

    Raises AlreadyCancelled, NaiveDatetime. Source: RFC 5546, 3.2.2.
    """
    _require_standing(series.first)
    from atagande_calendar.itip import document  # noqa: PLC0415 - loaded on use: start-up time

    return document.request_series(series, organizer, recipient, dtstamp, proposals=proposals)


def request_occurrence(
    recurrence_at: datetime,
    snapshot: MeetingSnapshot,
    organizer: Organizer,
    recipient: Recipient,
    dtstamp: datetime,
    *,
    proposals: bool = False,
) -> bytes:
    """Return the text that asks the recipient to one occurrence, or tells of its change.

    `recurrence_at` is its start by the rule (UTC), also after it was moved. The recipient need
    not be asked to the series. Raises AlreadyCancelled, NaiveDatetime. Source: RFC 5546, 3.2.2.
    """
    _require_standing(snapshot)
    from atagande_calendar.itip import document  # noqa: PLC0415 - loaded on use: start-up time

    return document.request(
        snapshot, organizer, recipient, dtstamp, proposals=proposals, recurrence_at=recurrence_at
    )


def cancel_occurrence(
    recurrence_at: datetime,
    snapshot: MeetingSnapshot,
    organizer: Organizer,
    recipient: Recipient,
    dtstamp: datetime,
) -> bytes:
    """Return the text that takes one occurrence out of the recipient's calendar (3.2.5)."""
    from atagande_calendar.itip import document  # noqa: PLC0415 - loaded on use: start-up time

    return document.cancel(snapshot, organizer, recipient, dtstamp, recurrence_at=recurrence_at)


def cancel_series(
    series: Series, organizer: Organizer, recipient: Recipient, dtstamp: datetime
) -> bytes:
    """Return the text that takes the whole series out of the recipient's calendar (3.2.5)."""
    from atagande_calendar.itip import document  # noqa: PLC0415 - loaded on use: start-up time

    return document.cancel_series(series, organizer, recipient, dtstamp)


def _require_standing(snapshot: MeetingSnapshot) -> None:
    if snapshot.status is MeetingStatus.CANCELLED:
        raise AlreadyCancelled
