"""Lead times of the clinics: from need to first offered slot, and to the meeting.

Figures only. The clinic's own chief sees them as they are; everyone else reads what is published
by quarter, see `figures`.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date, local_time
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
    """A clinic's own half-year, as it is now. It is for those who lead the clinic alone."""

    #: How many were booked.
    booked: int
    #: Median days from need to the first slot that was offered; None of none.
    offered: float | None = None
    #: Median and longest days from need to the meeting.
    met: float | None = None
    longest: int | None = None


def own_times(session: Session, unit_id: int, half: Half) -> LeadTimes:
    """Return a clinic's lead times for the bookings made in a half-year, as it grows."""
    rows = session.execute(
        select(Sip.requested_on, Sip.first_offered_at, Meeting.starts_at)
        .join(Meeting, Meeting.id == Sip.meeting_id)
        .where(
            Sip.unit_id == unit_id,
            Meeting.created_at >= local_time(half.first, time()),
            Meeting.created_at < local_time(half.last + timedelta(days=1), time()),
        )
    ).all()
    if not rows:
        return LeadTimes(0)
    offered = [(local_date(row.first_offered_at) - row.requested_on).days for row in rows]
    met = [(local_date(row.starts_at) - row.requested_on).days for row in rows]
    return LeadTimes(len(rows), median(offered), median(met), max(met))
