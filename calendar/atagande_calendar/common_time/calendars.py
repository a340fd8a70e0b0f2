"""Adds and removes published calendars, and keeps what was fetched of them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, delete, insert, or_, select, update
from sqlalchemy.orm import Session, joinedload

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.parties.models import Person, Unit
from atagande_calendar.common_time.errors import EnoughCalendars, SameAddress
from atagande_calendar.common_time.models import BusySpan, CalendarState, PublishedCalendar
from atagande_calendar.common_time.search import MOST_DAYS

if TYPE_CHECKING:
    from atagande_calendar.common_time.reading import Busy

#: How long what was fetched is left alone: a calendar is asked for at most once an hour.
PAUSE = timedelta(hours=1)
#: Older than this, nothing that was fetched is believed.
FRESH = timedelta(hours=26)
#: Days read beyond those that can be searched, so that what is unchanged need not be sent again.
MARGIN_DAYS = 14
MOST_CALENDARS = 5
#: Calendars fetched in one round of the job.
BATCH = 20


def of_person(session: Session, person_id: int) -> Sequence[PublishedCalendar]:
    """Return a person's published calendars, oldest first."""
    return session.scalars(
        select(PublishedCalendar)
        .where(PublishedCalendar.person_id == person_id)
        .order_by(PublishedCalendar.id)
    ).all()


def of_units(session: Session, association_id: int) -> Sequence[PublishedCalendar]:
    """Return the calendars of an association's units."""
    return session.scalars(
        select(PublishedCalendar)
        .join(PublishedCalendar.unit)
        .where(PublishedCalendar.association_id == association_id)
        .options(joinedload(PublishedCalendar.unit).joinedload(Unit.organisation))
        .order_by(Unit.position, Unit.id, PublishedCalendar.id)
    ).all()


def one(session: Session, association_id: int, number: int) -> PublishedCalendar | None:
    """Return one of an association's published calendars, or None."""
    return session.scalar(
        select(PublishedCalendar).where(
            PublishedCalendar.id == number, PublishedCalendar.association_id == association_id
        )
    )


def add_calendar(
    session: Session, *, address: str, owner: Person | Unit, person: Person, now: datetime
) -> PublishedCalendar:
    """Add a published calendar's address, already checked; it is fetched by the next round.

    Raises SameAddress and EnoughCalendars.
    """
    mine = (
        PublishedCalendar.person_id == owner.id
        if isinstance(owner, Person)
        else PublishedCalendar.unit_id == owner.id
    )
    # The owner's row is the lock, so that of two who add at once neither goes past the limit.
    session.refresh(owner, ["version"], with_for_update=True)
    known = session.scalars(select(PublishedCalendar.address).where(mine)).all()
    if address in known:
        raise SameAddress(field="address")
    if len(known) >= MOST_CALENDARS:
        raise EnoughCalendars(field="address", most=MOST_CALENDARS)
    calendar = PublishedCalendar(
        association_id=owner.association_id,
        person_id=owner.id if isinstance(owner, Person) else None,
        unit_id=owner.id if isinstance(owner, Unit) else None,
        address=address,
        state=CalendarState.WAITING,
        next_try_at=now,
        added_by_id=person.id,
        added_at=now,
    )
    session.add(calendar)
    session.flush()
    _note(session, calendar, "calendar.added", person, now)
    return calendar


def remove_calendar(
    session: Session, *, calendar: PublishedCalendar, person: Person, now: datetime
) -> None:
    """Take a published calendar away, with all that was fetched of it."""
    # A round of the job may be at work with it.
    session.refresh(calendar, ["version"], with_for_update=True)
    _note(session, calendar, "calendar.removed", person, now)
    session.execute(delete(BusySpan).where(BusySpan.calendar_id == calendar.id))
    session.delete(calendar)
    session.flush()


def _note(
    session: Session, calendar: PublishedCalendar, action: str, person: Person, now: datetime
) -> None:
    """Record who did what. The address itself is often secret, so only its host is said."""
    audit.record(
        session,
        audit.Change(
            association_id=calendar.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action=action,
            object_type="calendar",
            object_id=calendar.id,
            changes={"host": (None, urlsplit(calendar.address).hostname)},
        ),
    )


def take_due(session: Session, now: datetime) -> Sequence[tuple[int, str, str]]:
    """Choose calendars to fetch, and put them off for an hour; return (number, address, etag).

    They are put off before they are fetched, so that a crash or a second worker never makes us
    ask more often. Without an etag, everything is wanted again: what is kept no longer reaches as
    far ahead as is searched.
    """
    rows = session.execute(
        select(
            PublishedCalendar.id,
            PublishedCalendar.address,
            PublishedCalendar.etag,
            PublishedCalendar.covers_until,
        )
        .where(PublishedCalendar.next_try_at <= now, _has_owner())
        .order_by(PublishedCalendar.next_try_at, PublishedCalendar.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    _put_off(session, [row.id for row in rows], now)
    wanted = now + timedelta(days=MOST_DAYS + 1)
    return [
        (row.id, row.address, row.etag if row.covers_until and row.covers_until >= wanted else "")
        for row in rows
    ]


def _has_owner() -> ColumnElement[bool]:
    """Return the condition that whoever published a calendar is still among us."""
    active = select(Person.id).where(Person.active)
    return or_(PublishedCalendar.person_id.is_(None), PublishedCalendar.person_id.in_(active))


def _put_off(session: Session, numbers: Collection[int], now: datetime) -> None:
    session.execute(
        update(PublishedCalendar)
        .where(PublishedCalendar.id.in_(numbers))
        .values(next_try_at=now + PAUSE, version=PublishedCalendar.version + 1)
        .execution_options(synchronize_session=False)
    )


def keep_read(
    session: Session, *, number: int, busy: "Busy | None", etag: str, now: datetime
) -> None:
    """Keep what was fetched in place of what was kept before; None if it is unchanged."""
    calendar = session.get(PublishedCalendar, number, with_for_update=True)
    if calendar is None:
        return
    calendar.state, calendar.last_error = CalendarState.READ, ""
    calendar.fetched_at = now
    if busy is not None:
        calendar.etag = etag
        calendar.covers_from, calendar.covers_until = busy.covers_from, busy.covers_until
        session.execute(delete(BusySpan).where(BusySpan.calendar_id == number))
        if busy.spans:
            session.execute(
                insert(BusySpan),
                [
                    {
                        "association_id": calendar.association_id,
                        "calendar_id": number,
                        "starts_at": starts_at,
                        "ends_at": ends_at,
                    }
                    for starts_at, ends_at in busy.spans
                ],
            )
    session.flush()


def keep_failed(session: Session, *, number: int, code: str) -> None:
    """Note that a calendar could not be fetched. What was kept is not believed meanwhile."""
    calendar = session.get(PublishedCalendar, number, with_for_update=True)
    if calendar is None:
        return
    calendar.state, calendar.last_error = CalendarState.FAILED, code
    session.flush()


def is_believed(calendar: PublishedCalendar, now: datetime) -> bool:
    """Tell whether what is kept of a calendar still says when its owner is free."""
    return (
        calendar.state is CalendarState.READ
        and calendar.fetched_at is not None
        and calendar.fetched_at >= now - FRESH
    )


def reads_from(now: datetime) -> tuple[date, date]:
    """Return the first and last local day that is read of a calendar fetched now."""
    first = local_date(now)
    return first, first + timedelta(days=MOST_DAYS + MARGIN_DAYS)
