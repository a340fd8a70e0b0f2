"""Edits a clinic's hours and closures.

What has been offered stays as it was: hours that have begun are ended and followed by new ones,
never rewritten. Booked meetings are never moved; an edit that leaves some outside the hours says
so once, and is saved when its author knows (`Edit.sure`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import agreement_in_force
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.followup.suppress import LIMIT, limit_on
from atagande_agreements.parties.models import Person, Role, Unit, UnitKind
from atagande_agreements.parties.outside import is_outside
from atagande_calendar.slots.errors import (
    ClosuresOverlap,
    EndsBeforeItBegins,
    HasBegun,
    HoursOverlap,
    InThePast,
    IsOver,
    MeetingsStand,
    NoRoom,
    OffGrid,
    TooFarAhead,
)
from atagande_calendar.slots.holds import lock_clinic
from atagande_calendar.slots.models import (
    GRID_MINUTES,
    SLOT_MINUTES,
    ClinicClosure,
    ClinicHours,
    ClinicSchedule,
)
from atagande_calendar.slots.schedule import (
    Booked,
    booked_after,
    holds_meeting,
    length,
    schedule_of,
)

#: How far ahead hours and closures are planned.
FARTHEST = timedelta(days=5 * 366)
_DAY = timedelta(days=1)
_HOURS = ("weekday", "opens", "closes", "valid_from", "valid_to")
_CLOSURE = ("first_on", "last_on")


@dataclass(frozen=True, slots=True)
class Edit:
    """Who edits which clinic, from which edition they have read."""

    unit: Unit
    person: Person
    #: `Schedule.version` of what they read; an older one is Stale.
    version: int
    now: datetime
    #: They know that booked meetings fall outside, and save all the same.
    sure: bool = False

    @property
    def today(self) -> date:
        """Return the local date of the edit."""
        return local_date(self.now)


@dataclass(frozen=True, slots=True)
class Hours:
    """Recurring hours as somebody writes them; clocks and dates are Stockholm's."""

    #: Monday is 0.
    weekday: int
    opens: time
    closes: time
    valid_from: date
    #: None until further notice.
    valid_to: date | None = None


def may_edit(person: Person, unit: Unit) -> bool:
    """Tell whether a person sets a clinic's hours: its chief, and the administrator (any).

    A clinic outside the agreement has none: times are proposed to it.
    """
    if unit.kind is not UnitKind.CLINIC or is_outside(unit):
        return False
    if unit.association_id != person.association_id:
        return False
    administers = any(grant.role is Role.ADMINISTRATOR for grant in person.grants)
    return person.leads(unit) or (person.active and administers)


def add_hours(session: Session, *, edit: Edit, hours: Hours) -> ClinicHours:
    """Let a clinic offer slots in some more hours."""
    with _edited(session, edit, "hours.added", _HOURS) as changed:
        _check_hours(session, edit, hours)
        row = ClinicHours(unit_id=edit.unit.id, **_facts(hours))
        session.add(row)
        session.flush()
        changed.append((None, row))
    return row


def change_hours(session: Session, *, edit: Edit, number: int, hours: Hours) -> ClinicHours:
    """Correct hours. Those that have begun go on until the day before `hours.valid_from`.

    Only a new last day changes begun hours themselves.
    """
    with _edited(session, edit, "hours.changed", _HOURS) as changed:
        row = _hours(session, edit, number)
        before = _of(row, _HOURS)
        if row.valid_from >= edit.today:
            _check_hours(session, edit, hours, but=row.id)
            for name, fact in _facts(hours).items():
                setattr(row, name, fact)
        elif (row.weekday, row.opens, row.closes) == (hours.weekday, hours.opens, hours.closes):
            if hours.valid_to is not None:
                _check_day("valid_to", hours.valid_to, edit)
            _check_overlap(session, edit, _until(row, hours.valid_to), but=row.id)
            row.valid_to = hours.valid_to
        else:
            _check_hours(session, edit, hours, but=row.id)
            last = hours.valid_from - _DAY
            row.valid_to = last if row.valid_to is None else min(row.valid_to, last)
            row = ClinicHours(unit_id=edit.unit.id, **_facts(hours))
            session.add(row)
        session.flush()
        changed.append((before, row))
    return row


def end_hours(session: Session, *, edit: Edit, number: int, last_on: date) -> ClinicHours:
    """Let hours apply to the end of a local date, and no longer."""
    with _edited(session, edit, "hours.ended", _HOURS) as changed:
        row = _hours(session, edit, number)
        before = _of(row, _HOURS)
        _check_day("last_on", last_on, edit)
        if last_on < row.valid_from:
            raise EndsBeforeItBegins(field="last_on", last=last_on, first=row.valid_from)
        _check_overlap(session, edit, _until(row, last_on), but=row.id)
        row.valid_to = last_on
        session.flush()
        changed.append((before, row))
    return row


def remove_hours(session: Session, *, edit: Edit, number: int) -> None:
    """Take away hours that have not begun."""
    with _edited(session, edit, "hours.removed", _HOURS) as changed:
        row = _hours(session, edit, number)
        if row.valid_from < edit.today:
            raise HasBegun
        changed.append((_of(row, _HOURS), None))
        session.delete(row)
        session.flush()


def add_closure(session: Session, *, edit: Edit, first_on: date, last_on: date) -> ClinicClosure:
    """Close a clinic from the first to the last of two local dates."""
    with _edited(session, edit, "closure.added", _CLOSURE) as changed:
        _check_closure(session, edit, first_on, last_on)
        row = ClinicClosure(unit_id=edit.unit.id, first_on=first_on, last_on=last_on)
        session.add(row)
        session.flush()
        changed.append((None, row))
    return row


def change_closure(
    session: Session, *, edit: Edit, number: int, first_on: date, last_on: date
) -> ClinicClosure:
    """Correct a closure. One that has begun keeps its first day, and can end yesterday."""
    with _edited(session, edit, "closure.changed", _CLOSURE) as changed:
        row = _closure(session, edit, number)
        before = _of(row, _CLOSURE)
        begun = row.first_on < edit.today
        if begun and first_on != row.first_on:
            raise HasBegun(field="first_on")
        _check_closure(session, edit, first_on, last_on, but=row.id, begun=begun)
        row.first_on, row.last_on = first_on, last_on
        session.flush()
        changed.append((before, row))
    return row


def remove_closure(session: Session, *, edit: Edit, number: int) -> None:
    """Take away a closure that has not begun."""
    with _edited(session, edit, "closure.removed", _CLOSURE) as changed:
        row = _closure(session, edit, number)
        if row.first_on < edit.today:
            raise HasBegun
        changed.append((_of(row, _CLOSURE), None))
        session.delete(row)
        session.flush()


_Before = Mapping[str, object] | None
_Changed = list[tuple[_Before, ClinicHours | ClinicClosure | None]]


@contextmanager
def _edited(
    session: Session, edit: Edit, action: str, names: tuple[str, ...]
) -> Iterator[_Changed]:
    """Make room for one edit: its turn, the meetings it leaves outside, and its line of history.

    1. The person may (others: NotFound), and has read what stands (else Stale); from here nobody
       else edits this clinic or books there. 2. Which booked meetings the hours hold. 3. The edit.
    4. Those that they no longer hold stop it until its author is sure. 5. The history.
    """
    if not may_edit(edit.person, edit.unit):
        raise NotFound
    lock_clinic(session, edit.unit.id)
    _take_turn(session, edit)
    booked = booked_after(session, edit.unit.id, edit.now)
    held = _held(session, edit, booked)
    changed: _Changed = []
    yield changed
    lost = len(held - _held(session, edit, booked))
    if lost and not edit.sure:
        raise _standing(session, edit, lost)
    for before, row in changed:
        after = _of(row, names) if row is not None else {}
        audit.record(
            session,
            audit.Change(
                association_id=edit.unit.association_id,
                at=edit.now,
                actor=audit.Actor.of(edit.person),
                action=action,
                object_type="clinic_hours",
                object_id=edit.unit.id,
                changes={name: ((before or {}).get(name), after.get(name)) for name in names},
            ),
        )


def _take_turn(session: Session, edit: Edit) -> None:
    """Raise the edition by compare-and-set; of two who edit at once the second is Stale."""
    if edit.version == 0:
        first = insert(ClinicSchedule).values(
            unit_id=edit.unit.id, association_id=edit.unit.association_id, version=1
        )
        try:
            with session.begin_nested():
                session.execute(first)
        except IntegrityError as error:
            raise Stale from error
        return
    turn = session.connection().execute(
        update(ClinicSchedule)
        .where(ClinicSchedule.unit_id == edit.unit.id, ClinicSchedule.version == edit.version)
        .values(version=ClinicSchedule.version + 1)
    )
    if turn.rowcount != 1:
        raise Stale


def _held(session: Session, edit: Edit, booked: Sequence[Booked]) -> set[Booked]:
    """Return those of the booked meetings that lie within the hours as they stand now."""
    schedule = schedule_of(session, edit.unit.id, edit.today)
    return {one for one in booked if holds_meeting(edit.unit, schedule, *one)}


def _standing(session: Session, edit: Edit, lost: int) -> MeetingsStand:
    agreement = agreement_in_force(session, edit.unit.association_id, edit.today)
    limit = limit_on(session, agreement.id, edit.today) if agreement else LIMIT
    return MeetingsStand(lost, limit=limit, seen=edit.person.leads(edit.unit))


def _facts(hours: Hours) -> dict[str, object]:
    return {name: getattr(hours, name) for name in _HOURS}


def _of(row: object, names: tuple[str, ...]) -> dict[str, object]:
    """Return what a row says, as it stands in the history."""
    found = {name: getattr(row, name) for name in names}
    return {
        name: f"{fact:%H:%M}" if isinstance(fact, time) else fact for name, fact in found.items()
    }


def _until(row: ClinicHours, valid_to: date | None) -> Hours:
    return Hours(row.weekday, row.opens, row.closes, row.valid_from, valid_to)


def _hours(session: Session, edit: Edit, number: int) -> ClinicHours:
    row = session.get(ClinicHours, number)
    if row is None or row.unit_id != edit.unit.id:
        raise NotFound
    if row.valid_to is not None and row.valid_to < edit.today:
        raise IsOver
    return row


def _closure(session: Session, edit: Edit, number: int) -> ClinicClosure:
    row = session.get(ClinicClosure, number)
    if row is None or row.unit_id != edit.unit.id:
        raise NotFound
    if row.last_on < edit.today:
        raise IsOver
    return row


def _check_day(field: str, day: date, edit: Edit, *, earliest: date | None = None) -> None:
    earliest = earliest or edit.today
    if day < earliest:
        raise InThePast(field=field, day=day, earliest=earliest)
    if day > edit.today + FARTHEST:
        raise TooFarAhead(field=field, day=day)


def _check_hours(session: Session, edit: Edit, hours: Hours, *, but: int | None = None) -> None:
    for field in ("opens", "closes"):
        clock: time = getattr(hours, field)
        if clock.minute % GRID_MINUTES or clock.second or clock.microsecond:
            raise OffGrid(field=field)
    if length(hours.opens, hours.closes) < SLOT_MINUTES:
        raise NoRoom(field="closes", opens=f"{hours.opens:%H.%M}", closes=f"{hours.closes:%H.%M}")
    _check_day("valid_from", hours.valid_from, edit)
    if hours.valid_to is not None:
        _check_day("valid_to", hours.valid_to, edit)
        if hours.valid_to < hours.valid_from:
            raise EndsBeforeItBegins(field="valid_to", last=hours.valid_to, first=hours.valid_from)
    _check_overlap(session, edit, hours, but=but)


def _check_overlap(session: Session, edit: Edit, hours: Hours, *, but: int | None) -> None:
    """Refuse hours that others of the same weekday share a quarter of an hour with."""
    others = session.scalars(
        select(ClinicHours)
        .where(
            ClinicHours.unit_id == edit.unit.id,
            ClinicHours.weekday == hours.weekday,
            ClinicHours.opens < hours.closes,
            ClinicHours.closes > hours.opens,
        )
        .order_by(ClinicHours.valid_from, ClinicHours.opens)
    )
    for other in others:
        if other.id != but and _share_a_day(other, hours):
            raise HoursOverlap(
                field="opens",
                opens=f"{other.opens:%H.%M}",
                closes=f"{other.closes:%H.%M}",
                since=other.valid_from,
            )


def _share_a_day(one: ClinicHours, other: Hours) -> bool:
    return (one.valid_to is None or other.valid_from <= one.valid_to) and (
        other.valid_to is None or one.valid_from <= other.valid_to
    )


def _check_closure(
    session: Session,
    edit: Edit,
    first_on: date,
    last_on: date,
    *,
    but: int | None = None,
    begun: bool = False,
) -> None:
    if not begun:
        _check_day("first_on", first_on, edit)
    # A closure that has begun can be over: the clinic opens again today.
    _check_day("last_on", last_on, edit, earliest=edit.today - _DAY if begun else None)
    if last_on < first_on:
        raise EndsBeforeItBegins(field="last_on", last=last_on, first=first_on)
    other = session.scalars(
        select(ClinicClosure)
        .where(
            ClinicClosure.unit_id == edit.unit.id,
            ClinicClosure.first_on <= last_on,
            ClinicClosure.last_on >= first_on,
            ClinicClosure.id != (but or 0),
        )
        .order_by(ClinicClosure.first_on)
        .limit(1)
    ).one_or_none()
    if other is not None:
        raise ClosuresOverlap(field="first_on", first=other.first_on, last=other.last_on)
