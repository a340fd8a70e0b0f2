"""Finds a clinic's free slots."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import is_working_day, local_date, local_time
from atagande_agreements.parties.heirs import is_party_on
from atagande_agreements.parties.models import Unit
from atagande_calendar.slots.models import (
    GRID_MINUTES,
    SLOT_MINUTES,
    ClinicClosure,
    ClinicHours,
    SlotClaim,
)

_SLOT = timedelta(minutes=SLOT_MINUTES)
#: How far ahead slots are looked for.
HORIZON_DAYS = 180


def quarters(starts_at: datetime, minutes: int) -> list[datetime]:
    """Return the starts (UTC) of the quarters of an hour that a meeting covers."""
    ends_at = starts_at + timedelta(minutes=minutes)
    grid = timedelta(minutes=GRID_MINUTES)
    first = starts_at - timedelta(
        minutes=starts_at.minute % GRID_MINUTES,
        seconds=starts_at.second,
        microseconds=starts_at.microsecond,
    )
    found = [first]
    while found[-1] + grid < ends_at:
        found.append(found[-1] + grid)
    return found


def day_slots(hours: Sequence[ClinicHours], day: date) -> Iterator[datetime]:
    """Yield the starts (UTC) of the slots that a clinic's hours give on a local date.

    Earliest first and each once, also where old and new hours overlap.
    """
    yield from sorted(set(_span_slots(hours, day)))


def _span_slots(hours: Sequence[ClinicHours], day: date) -> Iterator[datetime]:
    for span in hours:
        if span.weekday != day.weekday() or day < span.valid_from:
            continue
        if span.valid_to is not None and day > span.valid_to:
            continue
        start = datetime.combine(day, span.opens)
        while start + _SLOT <= datetime.combine(day, span.closes):
            yield local_time(day, start.time())
            start += _SLOT


def stands(now: datetime, person_id: int | None = None) -> ColumnElement[bool]:
    """Return the condition that a claim keeps others out: it is booked, or held by another."""
    held = SlotClaim.held_until > now
    if person_id is not None:
        held = and_(held, SlotClaim.held_by_id != person_id)
    return or_(SlotClaim.held_by_id.is_(None), held)


def free_slots(
    session: Session,
    unit_id: int,
    *,
    after: datetime,
    until: date | None = None,
    limit: int | None = None,
    now: datetime | None = None,
    person_id: int | None = None,
) -> list[datetime]:
    """Return the starts (UTC) of free 60-minute slots that begin after a moment, earliest first.

    Weekends, Swedish holidays, closures and quarters already claimed are left out. Looks
    `HORIZON_DAYS` ahead unless `until` (a local date) says otherwise. A hold that has run out by
    `now` (`after`, unless it is another moment) is no claim, nor is one of `person_id`'s own.
    """
    return free_slots_of(
        session, [unit_id], after=after, until=until, limit=limit, now=now, person_id=person_id
    )[unit_id]


def free_slots_of(
    session: Session,
    unit_ids: Collection[int],
    *,
    after: datetime,
    until: date | None = None,
    limit: int | None = None,
    now: datetime | None = None,
    person_id: int | None = None,
) -> dict[int, list[datetime]]:
    """Return the free slots of several clinics, at most `limit` of each; see `free_slots`."""
    first = local_date(after)
    last = until or first + timedelta(days=HORIZON_DAYS)
    hours, days = _hours_and_days(session, unit_ids, first, last)
    closures: dict[int, list[ClinicClosure]] = defaultdict(list)
    for closure in session.scalars(
        select(ClinicClosure).where(
            ClinicClosure.unit_id.in_(unit_ids),
            ClinicClosure.first_on <= last,
            ClinicClosure.last_on >= first,
        )
    ):
        closures[closure.unit_id].append(closure)
    claimed: dict[int, set[datetime]] = defaultdict(set)
    # From midnight: a booking that began before `after` may cover a quarter past it.
    for unit_id, quarter_at in session.execute(
        select(SlotClaim.unit_id, SlotClaim.quarter_at).where(
            SlotClaim.unit_id.in_(unit_ids),
            SlotClaim.quarter_at >= local_time(first, time()),
            SlotClaim.quarter_at < local_time(last + timedelta(days=1), time()),
            stands(now or after, person_id),
        )
    ):
        claimed[unit_id].add(quarter_at)
    return {
        unit_id: list(
            islice(
                (
                    start
                    for start in _open_slots(hours[unit_id], closures[unit_id], *days[unit_id])
                    if start > after and claimed[unit_id].isdisjoint(quarters(start, SLOT_MINUTES))
                ),
                limit,
            )
        )
        for unit_id in unit_ids
    }


def _open_slots(
    hours: Sequence[ClinicHours], closures: Sequence[ClinicClosure], first: date, last: date
) -> Iterator[datetime]:
    """Yield the slots of the days when a clinic is open, free or taken, earliest first."""
    for number in range(max(0, (last - first).days + 1)):
        day = first + timedelta(days=number)
        if is_working_day(day) and not any(c.first_on <= day <= c.last_on for c in closures):
            yield from day_slots(hours, day)


def hours_of(
    session: Session, unit_ids: Collection[int], *, first: date, last: date
) -> dict[int, list[ClinicHours]]:
    """Return the hours of clinics that apply on some day of a span, by weekday and clock."""
    return _hours_and_days(session, unit_ids, first, last)[0]


def _hours_and_days(
    session: Session, unit_ids: Collection[int], first: date, last: date
) -> tuple[dict[int, list[ClinicHours]], dict[int, tuple[date, date]]]:
    """Return the hours of clinics, and which days of the span each of them exists."""
    found: dict[int, list[ClinicHours]] = {unit_id: [] for unit_id in unit_ids}
    days = dict.fromkeys(unit_ids, (first, last))
    for span, begins, ends in session.execute(
        select(ClinicHours, Unit.valid_from, Unit.valid_to)
        .join(Unit, Unit.id == ClinicHours.unit_id)
        .where(
            ClinicHours.unit_id.in_(unit_ids),
            ClinicHours.valid_from <= last,
            or_(ClinicHours.valid_to.is_(None), ClinicHours.valid_to >= first),
        )
        .order_by(ClinicHours.weekday, ClinicHours.opens, ClinicHours.id)
    ):
        found[span.unit_id].append(span)
        days[span.unit_id] = (max(first, begins or first), min(last, ends or last))
    return found, days


def is_offered(session: Session, unit_id: int, starts_at: datetime) -> bool:
    """Tell whether a clinic's hours hold a slot that begins at `starts_at`, free or taken."""
    day = local_date(starts_at)
    unit = session.get_one(Unit, unit_id)
    if not is_working_day(day) or not is_party_on(unit, day):
        return False
    closed = session.scalar(
        select(ClinicClosure.id).where(
            ClinicClosure.unit_id == unit_id,
            ClinicClosure.first_on <= day,
            ClinicClosure.last_on >= day,
        )
    )
    if closed is not None:
        return False
    hours = session.scalars(select(ClinicHours).where(ClinicHours.unit_id == unit_id)).all()
    return starts_at in set(day_slots(hours, day))
