"""Gathers what is known of each participant: own meetings, clinic slots, published calendars."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_calendar.common_time.calendars import is_believed
from atagande_calendar.common_time.errors import BadMinutes, BadSpan, NobodyChosen, TooMany
from atagande_calendar.common_time.masks import QUARTER, Frame, smear
from atagande_calendar.common_time.models import BusySpan, PublishedCalendar
from atagande_calendar.common_time.search import (
    LONGEST,
    MOST_DAYS,
    SHORTEST,
    Found,
    Known,
    search,
)
from atagande_calendar.invitations.models import Invitation, Partstat
from atagande_calendar.meetings.models import Meeting, MeetingState
from atagande_calendar.slots.models import SLOT_MINUTES
from atagande_calendar.slots.queries import free_slots

#: People and units that are compared at once.
MOST_CHOSEN = 60
#: Proposed starts lie on whole and half hours, in quarters.
STEP = 2
_LONGEST_MEETING = timedelta(minutes=LONGEST)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: who, how long, and in which local days."""

    people: Sequence[int]
    units: Sequence[int]
    clinic: int | None
    minutes: int
    first: date
    last: date


def check(wanted: Wanted, now: datetime) -> None:
    """Raise NobodyChosen, TooMany, BadMinutes or BadSpan for what can't be looked for."""
    number = len(wanted.people) + len(wanted.units)
    if not number and wanted.clinic is None:
        raise NobodyChosen(field="people")
    if number > MOST_CHOSEN:
        raise TooMany(field="people", number=number, most=MOST_CHOSEN)
    if not SHORTEST <= wanted.minutes <= LONGEST or wanted.minutes % SHORTEST:
        raise BadMinutes(field="minutes", minutes=wanted.minutes)
    days = (wanted.last - wanted.first).days
    latest = local_date(now) + timedelta(days=MOST_DAYS)
    if days < 0 or wanted.first < local_date(now) or wanted.last > latest:
        raise BadSpan(field="first", first=wanted.first, last=wanted.last, most=MOST_DAYS)


def best_times(
    session: Session, wanted: Wanted, *, limit: int, offset: int = 0, now: datetime
) -> Found:
    """Return the best times, each with an answer for every person, unit and the clinic last.

    A chosen clinic is always free in what is found: a meeting there begins on one of its free
    slots and stays within them.
    """
    check(wanted, now)
    frame = Frame(wanted.first, wanted.last)
    quarters = wanted.minutes // SHORTEST
    starts = frame.working_starts(quarters, step=STEP)
    passed = frame.position(now) + 1
    if passed > 0:
        starts &= ~((1 << passed) - 1)
    known = known_of(session, wanted.people, wanted.units, frame=frame, now=now)
    if wanted.clinic is not None:
        slots = free_slots(
            session, wanted.clinic, after=max(now, frame.start), until=wanted.last, now=now
        )
        free = frame.mask((at, at + timedelta(minutes=SLOT_MINUTES)) for at in slots)
        known.append(Known(busy=frame.everything & ~free, covered=frame.everything))
        # A clinic's slots may begin at any quarter, also outside the usual grid.
        starts = _slot_starts(frame, slots, frame.working_starts(quarters), passed)
        starts &= ~smear(known[-1].busy, quarters)
    return search(frame, known, quarters=quarters, starts=starts, limit=limit, offset=offset)


def _slot_starts(frame: Frame, slots: Iterable[datetime], working: int, passed: int) -> int:
    found = 0
    for at in slots:
        position = frame.position(at)
        if position >= passed:
            found |= 1 << position
    return found & working


def known_of(
    session: Session,
    people: Sequence[int],
    units: Sequence[int],
    *,
    frame: Frame,
    now: datetime,
) -> list[Known]:
    """Return what is known of people and units over a frame, in their order."""
    meetings = _meetings(session, people, frame)
    busy: dict[tuple[str, int], int] = defaultdict(int)
    covered: dict[tuple[str, int], int] = {}
    believed: dict[int, tuple[str, int]] = {}
    for calendar in session.scalars(
        select(PublishedCalendar).where(
            PublishedCalendar.person_id.in_(people) | PublishedCalendar.unit_id.in_(units)
        )
    ):
        owner = _owner(calendar)
        mask = 0
        if is_believed(calendar, now):
            believed[calendar.id] = owner
            begins = calendar.covers_from or frame.start
            # Days that were over when it was fetched are not asked about.
            begins = frame.start if begins <= now else begins
            mask = _inside(frame, begins, calendar.covers_until or frame.end)
        # Someone with two calendars is free when both say so.
        covered[owner] = covered.get(owner, frame.everything) & mask
    for number, spans in _spans(session, believed.keys(), frame).items():
        busy[believed[number]] |= frame.mask(spans)
    found = []
    for owner in [*(("person", one) for one in people), *(("unit", one) for one in units)]:
        own = frame.mask(meetings.get(owner[1], ())) if owner[0] == "person" else 0
        found.append(Known(busy=busy[owner] | own, covered=covered.get(owner, 0)))
    return found


def _owner(calendar: PublishedCalendar) -> tuple[str, int]:
    if calendar.person_id is not None:
        return "person", calendar.person_id
    return "unit", calendar.unit_id or 0


def _inside(frame: Frame, begins: datetime, ends: datetime) -> int:
    """Return the quarters that lie wholly between two moments; in part is not known."""
    low = max(-((frame.start - begins) // QUARTER), 0)
    high = min((ends - frame.start) // QUARTER, frame.quarters)
    return ((1 << (high - low)) - 1) << low if low < high else 0


def _meetings(
    session: Session, people: Sequence[int], frame: Frame
) -> dict[int, list[tuple[datetime, datetime]]]:
    """Return when people have meetings here. What sort of meeting, a SIP too, is not asked."""
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = session.execute(
        select(Invitation.person_id, Meeting.starts_at, Meeting.minutes)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(
            Invitation.person_id.in_(people),
            Invitation.partstat.notin_((Partstat.DECLINED, Partstat.DELEGATED)),
            Invitation.removed_at.is_(None),
            Meeting.state.notin_((MeetingState.DRAFT, MeetingState.CANCELLED)),
            Meeting.starts_at < frame.end,
            Meeting.starts_at > frame.start - _LONGEST_MEETING,
        )
    )
    for person_id, starts_at, minutes in rows:
        found[person_id].append((starts_at, starts_at + timedelta(minutes=minutes)))
    return found


def _spans(
    session: Session, numbers: Collection[int], frame: Frame
) -> dict[int, list[tuple[datetime, datetime]]]:
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = session.execute(
        select(BusySpan.calendar_id, BusySpan.starts_at, BusySpan.ends_at).where(
            BusySpan.calendar_id.in_(numbers),
            BusySpan.starts_at < frame.end,
            BusySpan.ends_at > frame.start,
        )
    )
    for number, starts_at, ends_at in rows:
        found[number].append((starts_at, ends_at))
    return found
