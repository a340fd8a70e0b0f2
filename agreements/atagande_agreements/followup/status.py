"""How one obligation stands in a period. Pure: counts in, standing out."""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from atagande_agreements.commitments.models import Status

#: What an obligation can be said to be; *Väntar* is only for a single occurrence.
STATUSES = (
    Status.MET,
    Status.PARTLY,
    Status.NOT_MET,
    Status.UNREPORTED,
    Status.NOT_ASSESSABLE,
)


class Reason(StrEnum):
    """Why an obligation can't be assessed."""

    #: It is a permission, which owes nothing.
    PERMISSION = "permission"
    #: The steering group has not decided what it is judged by.
    UNDECIDED = "undecided"
    #: Nothing has fallen due in the period.
    NOTHING_DUE = "nothing_due"


class Counts(NamedTuple):
    """An obligation's occurrences in a period, by what they were judged as."""

    met: int = 0
    partly: int = 0
    not_met: int = 0
    unreported: int = 0
    #: Those that are waiting or can't be judged included.
    total: int = 0

    @property
    def due(self) -> int:
        """Return how many have fallen due and been judged."""
        return self.met + self.partly + self.not_met + self.unreported

    def plus(self, other: "Counts") -> "Counts":
        """Return the two counts together."""
        return Counts(*map(int.__add__, self, other))


class Standing(NamedTuple):
    """How an obligation stands: `met` of `due` occurrences were kept."""

    status: Status
    met: int = 0
    due: int = 0
    #: Set exactly when the status is *Ej bedömbart*.
    reason: Reason | None = None


@lru_cache(maxsize=4096)
def standing(counts: Counts, *, followed: bool, decided: bool) -> Standing:
    """Return how an obligation stands.

    1. A permission, an undecided parameter or nothing due: not assessable.
    2. Everything due met: met. Some of it met or partly met: partly.
    3. Nothing met: unreported if reports are all that is missing, else not met.

    `followed`: it can be kept or not; a permission can't. `decided`: every parameter it is judged
    by was decided by the end of the period.
    """
    due = counts.due
    reason = _reason(due, followed=followed, decided=decided)
    if reason is not None:
        return Standing(Status.NOT_ASSESSABLE, reason=reason)
    if counts.met == due:
        status = Status.MET
    elif counts.met or counts.partly:
        status = Status.PARTLY
    elif counts.unreported == due:
        status = Status.UNREPORTED
    else:
        status = Status.NOT_MET
    return Standing(status, counts.met, due)


def _reason(due: int, *, followed: bool, decided: bool) -> Reason | None:
    if not followed:
        return Reason.PERMISSION
    if not decided:
        return Reason.UNDECIDED
    return None if due else Reason.NOTHING_DUE


def tally(standings: Iterable[Standing]) -> dict[Status, int]:
    """Count standings by status. Every status is there, and the counts add up to the number."""
    counts = dict.fromkeys(STATUSES, 0)
    for one in standings:
        counts[one.status] += 1
    return counts
