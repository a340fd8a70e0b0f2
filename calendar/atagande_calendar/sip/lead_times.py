"""Lead times of the clinics: from need to first offered slot, and to the meeting.

Figures only, by clinic and half-year. Others than the clinic's own see them once the half-year is
over, so that no figure can be subtracted from a later one, and never of few bookings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.followup.suppress import is_small, shown
from atagande_agreements.parties.models import Unit
from atagande_agreements.parties.queries import is_party
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.sip.models import Sip

_JULY = 7


@dataclass(frozen=True, slots=True)
class Half:
    """A half of a calendar year."""

    year: int
    #: 1 or 2.
    number: int

    @property
    def first(self) -> date:
        """Return its first day."""
        return date(self.year, 1 if self.number == 1 else _JULY, 1)

    @property
    def last(self) -> date:
        """Return its last day."""
        after = date(self.year, _JULY, 1) if self.number == 1 else date(self.year + 1, 1, 1)
        return after - timedelta(days=1)

    def before(self) -> "Half":
        """Return the half-year before this one."""
        return Half(self.year, 1) if self.number == 2 else Half(self.year - 1, 2)  # noqa: PLR2004 - the second half


def half_of(day: date) -> Half:
    """Return the half-year that a date is in."""
    return Half(day.year, 1 if day.month < _JULY else 2)


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """One clinic in one half-year; what may not be shown is None."""

    unit: Unit
    #: How many were booked, as the reader may see it: "0", "<5" or the number; None: not yet.
    booked: str | None
    #: Median days from need to the first slot that was offered.
    offered: float | None = None
    #: Median and longest days from need to the meeting.
    met: float | None = None
    longest: int | None = None


def lead_times(
    session: Session,
    units: Sequence[Unit],
    *,
    half: Half,
    today: date,
    limit: int,
    own_unit_id: int | None,
) -> list[LeadTimes]:
    """Return the lead times of clinics for the bookings made in a half-year.

    `own_unit_id` is the clinic that the reader leads, shown exactly and as it grows. `limit` is
    the small-number limit for all others.
    """
    waits: dict[int, list[tuple[int, int]]] = {unit.id: [] for unit in units}
    rows = session.execute(
        select(Sip.unit_id, Sip.requested_on, Sip.first_offered_at, Meeting.starts_at)
        .join(Meeting, Meeting.id == Sip.meeting_id)
        .join(Sip.unit)
        .join(Unit.organisation)
        .where(
            Sip.unit_id.in_(waits),
            is_party(),
            Meeting.created_at >= local_time(half.first, time()),
            Meeting.created_at < local_time(half.last + timedelta(days=1), time()),
        )
    )
    for unit_id, requested_on, offered_at, starts_at in rows:
        waits[unit_id].append(
            (
                (local_date(offered_at) - requested_on).days,
                (local_date(starts_at) - requested_on).days,
            )
        )
    return [
        _of(unit, waits[unit.id], limit, own=unit.id == own_unit_id, over=half.last < today)
        for unit in units
    ]


def _of(
    unit: Unit, waits: Sequence[tuple[int, int]], limit: int, *, own: bool, over: bool
) -> LeadTimes:
    if not own and not over:
        return LeadTimes(unit, None)
    if not own and is_small(len(waits), limit):
        return LeadTimes(unit, shown(len(waits), limit))
    if not waits:
        return LeadTimes(unit, "0")
    offered, met = zip(*waits, strict=True)
    # The longest wait is one booking's own.
    longest = max(met) if own else None
    return LeadTimes(unit, str(len(waits)), median(offered), median(met), longest)
