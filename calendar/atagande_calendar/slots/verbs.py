"""Changes a clinic's hours."""

from collections.abc import Collection
from datetime import date, time

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from atagande_calendar.slots.models import ClinicHours


def take_over_hours(
    session: Session, *, from_units: Collection[int], to_unit: int, from_on: date
) -> int:
    """Let a new clinic take SIP meetings when those it follows did; return how many hours it got.

    Two that had the same hours give one: a merged clinic has one slot at a time. One that has
    hours already keeps them as they are.
    """
    if session.scalar(select(ClinicHours.id).where(ClinicHours.unit_id == to_unit).limit(1)):
        return 0
    found: dict[tuple[int, time, date], ClinicHours] = {}
    for hours in session.scalars(
        select(ClinicHours)
        .where(
            ClinicHours.unit_id.in_(from_units),
            or_(ClinicHours.valid_to.is_(None), ClinicHours.valid_to >= from_on),
        )
        .order_by(ClinicHours.closes, ClinicHours.id)
    ):
        first = max(from_on, hours.valid_from)
        found[hours.weekday, hours.opens, first] = ClinicHours(
            unit_id=to_unit,
            weekday=hours.weekday,
            opens=hours.opens,
            closes=hours.closes,
            valid_from=first,
            valid_to=hours.valid_to,
        )
    session.add_all(found.values())
    session.flush()
    return len(found)
