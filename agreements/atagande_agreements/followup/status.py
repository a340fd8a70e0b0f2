"""How one obligation stands in a period. Pure: counts in, standing out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from atagande_agreements.commitments.models import Status

#: What an obligation can be said to be; *Väntar* is only for a single occurrence.
STATUSES = (
    Status.MET,
    Status.PARTLY,
    Status.NOT_MET,
    Status.UNREPORTED,
    Status.NOT_ASSESSABLE,
)
#: Statuses of an occurrence that has fallen due and been judged.
_DUE = STATUSES[:-1]


class Reason(StrEnum):
    """Why an obligation can't be assessed."""

    #: The service does not follow its kind of rule up yet.
    RULE = "rule"
    #: The steering group has not decided what it is judged by.
    UNDECIDED = "undecided"
    #: Nothing has fallen due in the period.
    NOTHING_DUE = "nothing_due"


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar year, in local dates."""

    year: int

    @property
    def first(self) -> date:
        """Return its first day."""
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        """Return its last day."""
        return date(self.year, 12, 31)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an obligation stands: `met` of `due` occurrences were kept."""

    status: Status
    met: int = 0
    due: int = 0
    #: Set exactly when the status is *Ej bedömbart*.
    reason: Reason | None = None


def standing(counts: Mapping[Status, int], *, followed: bool, decided: bool) -> Standing:
    """Return how an obligation stands.

    1. A rule the service does not follow, an undecided parameter or nothing due: not assessable.
    2. Everything due met: met. Some of it met or partly met: partly.
    3. Nothing met: unreported if reports are all that is missing, else not met.

    `counts` is occurrences by status. `followed`: the rule has a module. `decided`: every parameter
    it is judged by was decided by the end of the period.
    """
    due = sum(counts.get(status, 0) for status in _DUE)
    reason = _reason(due, followed=followed, decided=decided)
    if reason is not None:
        return Standing(Status.NOT_ASSESSABLE, reason=reason)
    met = counts.get(Status.MET, 0)
    if met == due:
        status = Status.MET
    elif met or counts.get(Status.PARTLY, 0):
        status = Status.PARTLY
    elif counts.get(Status.UNREPORTED, 0) == due:
        status = Status.UNREPORTED
    else:
        status = Status.NOT_MET
    return Standing(status, met, due)


def _reason(due: int, *, followed: bool, decided: bool) -> Reason | None:
    if not followed:
        return Reason.RULE
    if not decided:
        return Reason.UNDECIDED
    return None if due else Reason.NOTHING_DUE


def tally(standings: Iterable[Standing]) -> dict[Status, int]:
    """Count standings by status. Every status is there, and the counts add up to the number."""
    counts = dict.fromkeys(STATUSES, 0)
    for one in standings:
        counts[one.status] += 1
    return counts
