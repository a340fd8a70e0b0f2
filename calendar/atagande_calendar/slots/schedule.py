"""A clinic's hours and closures as they stand, and what they give and hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import is_working_day, local_date, local_time
from atagande_agreements.parties.heirs import is_party_on
from atagande_agreements.parties.models import Organisation, OrganisationKind, Unit, UnitKind
from atagande_calendar.meetings.models import Meeting, MeetingState
from atagande_calendar.slots.models import (
    ClinicClosure,
    ClinicHours,
    ClinicSchedule,
    SlotClaim,
)
from atagande_calendar.slots.queries import day_slots, quarters

#: (start in UTC, minutes) of a booked meeting.
Booked = tuple[datetime, int]
#: Days that the coming slots are shown for.
SHOWN_DAYS = 14


class DayState(StrEnum):
    """Why a working weekday has slots, or none."""

    OPEN = "open"
    HOLIDAY = "holiday"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Day:
    """One weekday with the starts (UTC) of the slots that the hours give, free or taken."""

    day: date
    state: DayState
    slots: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A clinic's hours and closures that apply now or later, and which edition they are."""

    version: int
    hours: Sequence[ClinicHours]
    closures: Sequence[ClinicClosure]

    def days(self, unit: Unit, first: date, days: int = SHOWN_DAYS) -> list[Day]:
        """Return the weekdays of a span with what the hours give."""
        span = (first + timedelta(days=number) for number in range(days))
        return [self._day(unit, day) for day in span if day.weekday() < 5]  # noqa: PLR2004 - Monday to Friday

    def _day(self, unit: Unit, day: date) -> Day:
        if not is_working_day(day):
            return Day(day, DayState.HOLIDAY, ())
        if not is_open(unit, self.closures, day):
            return Day(day, DayState.CLOSED, ())
        return Day(day, DayState.OPEN, tuple(day_slots(self.hours, day)))


def edited_clinics(session: Session, association_id: int, today: date) -> Sequence[Unit]:
    """Return the clinics whose hours can be set: those that are a party's, now or later."""
    return session.scalars(
        select(Unit)
        .join(Unit.organisation)
        .where(
            Unit.association_id == association_id,
            Unit.kind == UnitKind.CLINIC,
            Organisation.kind != OrganisationKind.OUTSIDE,
            or_(Unit.valid_to.is_(None), Unit.valid_to >= today),
        )
        .order_by(Unit.position, Unit.id)
    ).all()


def schedule_of(session: Session, unit_id: int, today: date) -> Schedule:
    """Return what applies at a clinic on a local date or later."""
    version = session.scalar(
        select(ClinicSchedule.version).where(ClinicSchedule.unit_id == unit_id)
    )
    return Schedule(
        version or 0,
        session.scalars(
            select(ClinicHours)
            .where(
                ClinicHours.unit_id == unit_id,
                or_(ClinicHours.valid_to.is_(None), ClinicHours.valid_to >= today),
            )
            .order_by(
                ClinicHours.weekday, ClinicHours.valid_from, ClinicHours.opens, ClinicHours.id
            )
        ).all(),
        session.scalars(
            select(ClinicClosure)
            .where(ClinicClosure.unit_id == unit_id, ClinicClosure.last_on >= today)
            .order_by(ClinicClosure.first_on)
        ).all(),
    )


def is_open(unit: Unit, closures: Iterable[ClinicClosure], day: date) -> bool:
    """Tell whether a clinic is one, and not closed, on a local date."""
    closed = any(one.first_on <= day <= one.last_on for one in closures)
    return not closed and is_party_on(unit, day)


def holds_meeting(unit: Unit, schedule: Schedule, starts_at: datetime, minutes: int) -> bool:
    """Tell whether a meeting lies within a clinic's hours, on the slots' grid or not."""
    day = local_date(starts_at)
    if not is_working_day(day) or not is_open(unit, schedule.closures, day):
        return False
    offered = {
        quarter
        for span in schedule.hours
        if span.weekday == day.weekday()
        and span.valid_from <= day
        and (span.valid_to is None or day <= span.valid_to)
        for quarter in quarters(local_time(day, span.opens), minutes_between(span))
    }
    return offered.issuperset(quarters(starts_at, minutes))


def minutes_between(span: ClinicHours) -> int:
    """Return how long a clinic is open by one span of hours, in minutes."""
    return length(span.opens, span.closes)


def length(opens: time, closes: time) -> int:
    """Return the minutes from one clock time to another on the same day; negative if earlier."""
    return (closes.hour - opens.hour) * 60 + closes.minute - opens.minute


def booked_after(session: Session, unit_id: int, now: datetime) -> Sequence[Booked]:
    """Return (start, minutes) of the meetings that have a clinic's time from now on."""
    rows = session.execute(
        select(Meeting.starts_at, Meeting.minutes)
        .where(
            Meeting.starts_at > now,
            Meeting.state != MeetingState.CANCELLED,
            Meeting.id.in_(
                select(SlotClaim.meeting_id).where(
                    SlotClaim.unit_id == unit_id,
                    SlotClaim.quarter_at >= now - timedelta(minutes=60),
                    SlotClaim.meeting_id.is_not(None),
                )
            ),
        )
        .order_by(Meeting.starts_at)
    )
    return [(starts_at, minutes) for starts_at, minutes in rows]
