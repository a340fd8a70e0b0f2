"""Holds a slot for someone while they book it, and makes room for what is booked.

One at a time changes what is taken or offered at a clinic: each verb begins by locking the
clinic's row, so two who want the same quarters wait for each other and never lock in different
orders. The key on the quarters is what keeps the promise; the lock keeps the answers true.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.parties.models import Person, Unit
from atagande_calendar.slots.errors import NotOffered, SlotTaken
from atagande_calendar.slots.models import SLOT_MINUTES, SlotClaim
from atagande_calendar.slots.queries import (
    HORIZON_DAYS,
    free_slots,
    is_offered,
    quarters,
    stands,
)

#: How long a slot is held.
HOLD = timedelta(minutes=15)
#: How many free slots someone who lost a race is offered.
ALTERNATIVES = 3


def require_offered(session: Session, unit_id: int, starts_at: datetime, now: datetime) -> None:
    """Raise NotOffered for a start that is not among those shown, free or taken."""
    horizon = local_date(now) + timedelta(days=HORIZON_DAYS)
    if starts_at <= now or local_date(starts_at) > horizon:
        raise NotOffered(field="slot")
    if not is_offered(session, unit_id, starts_at):
        raise NotOffered(field="slot")


def lock_clinic(session: Session, unit_id: int) -> None:
    """Wait for one's turn to change what a clinic has taken or offers; ends with the transaction.

    SQLite lets one transaction write at a time as it is.
    """
    session.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update(key_share=True))


def make_room(
    session: Session,
    *,
    unit_id: int,
    starts_at: datetime,
    minutes: int,
    person_id: int | None,
    now: datetime,
) -> None:
    """Lock the clinic, and remove holds that stand in the way of a claim and count for nothing.

    Those are the expired ones on the quarters, and the person's own wherever it is there. What is
    offered is asked afterwards, so that nobody changes the hours in between.
    """
    lock_clinic(session, unit_id)
    spent: ColumnElement[bool] = SlotClaim.quarter_at.in_(quarters(starts_at, minutes))
    spent &= SlotClaim.held_until <= now
    if person_id is not None:
        spent = or_(spent, SlotClaim.held_by_id == person_id)
    session.execute(
        delete(SlotClaim)
        .where(SlotClaim.unit_id == unit_id, spent)
        .execution_options(synchronize_session=False)
    )


def slot_taken(
    session: Session, *, unit_id: int, starts_at: datetime, minutes: int, now: datetime
) -> SlotTaken:
    """Return the refusal for someone who came second, with the next free slots."""
    booked = session.scalar(
        select(func.count(SlotClaim.meeting_id)).where(
            SlotClaim.unit_id == unit_id,
            SlotClaim.quarter_at.in_(quarters(starts_at, minutes)),
            stands(now),
        )
    )
    free = free_slots(session, unit_id, after=starts_at, limit=ALTERNATIVES, now=now)
    return SlotTaken(free, held=not booked)


def hold_slot(
    session: Session,
    *,
    unit: Unit,
    starts_at: datetime,
    minutes: int = SLOT_MINUTES,
    person: Person,
    now: datetime,
) -> datetime:
    """Hold a slot for a person who books it, and return when the hold runs out (UTC).

    A person has one hold at a clinic: a new one takes the place of the old, and the same again
    begins anew. Raises NotOffered, or SlotTaken with the next free slots.
    """
    make_room(
        session,
        unit_id=unit.id,
        starts_at=starts_at,
        minutes=minutes,
        person_id=person.id,
        now=now,
    )
    require_offered(session, unit.id, starts_at, now)
    try:
        with session.begin_nested():
            session.add_all(
                SlotClaim(
                    unit_id=unit.id,
                    quarter_at=quarter,
                    held_by_id=person.id,
                    held_part=part,
                    held_until=now + HOLD,
                )
                for part, quarter in enumerate(quarters(starts_at, minutes))
            )
            session.flush()
    except IntegrityError as error:
        raise slot_taken(
            session, unit_id=unit.id, starts_at=starts_at, minutes=minutes, now=now
        ) from error
    return now + HOLD


def held_until(
    session: Session, *, unit_id: int, starts_at: datetime, person_id: int, now: datetime
) -> datetime | None:
    """Return when a person's hold on a slot runs out (UTC), or None if they have none."""
    return session.scalar(
        select(SlotClaim.held_until).where(
            SlotClaim.unit_id == unit_id,
            SlotClaim.quarter_at == starts_at,
            SlotClaim.held_by_id == person_id,
            SlotClaim.held_until > now,
        )
    )


def release_hold(session: Session, *, unit_id: int, person_id: int) -> bool:
    """Give a person's held slot at a clinic back; return whether there was one."""
    gone = session.connection().execute(
        delete(SlotClaim).where(SlotClaim.unit_id == unit_id, SlotClaim.held_by_id == person_id)
    )
    return bool(gone.rowcount)


def forget_expired(session: Session, now: datetime) -> int:
    """Remove the holds that have run out; return how many quarters became free."""
    gone = session.connection().execute(delete(SlotClaim).where(SlotClaim.held_until <= now))
    return gone.rowcount
