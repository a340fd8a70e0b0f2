"""Reads the steering group's meetings, its decision register and its minutes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.civil_time import local_date
from atagande_agreements.parties.models import Person
from atagande_agreements.steering.models import Decision, DecisionKind
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState
from atagande_calendar.steering.acted import Acted, acted_on
from atagande_calendar.steering.models import AgendaItem, Dissent, MeetingDecision, Minutes

#: Meetings that are on: told to those who come, or over.
STANDING = (MeetingState.PUBLISHED, MeetingState.HELD, MeetingState.CLOSED)
#: Meetings that a decision can be put under in a form.
RECENT = 6


@dataclass(frozen=True, slots=True)
class Around:
    """A meeting between the one before it and the one after."""

    meeting: Meeting
    before: Meeting | None
    after: Meeting | None

    @property
    def met_on(self) -> date:
        """Return its local date."""
        return local_date(self.meeting.starts_at)


def meetings(session: Session, association_id: int, *, drafts: bool = False) -> Sequence[Meeting]:
    """Return the group's meetings that are not called off, earliest first."""
    states = (*STANDING, MeetingState.DRAFT) if drafts else STANDING
    return session.scalars(
        select(Meeting)
        .where(
            Meeting.association_id == association_id,
            Meeting.kind == MeetingKind.STEERING,
            Meeting.state.in_(states),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


def around(
    session: Session, association_id: int, meeting_id: int, *, drafts: bool = False
) -> Around | None:
    """Return one of the group's meetings with its neighbours of the same agreement, or None."""
    every = meetings(session, association_id, drafts=drafts)
    meeting = next((one for one in every if one.id == meeting_id), None)
    if meeting is None:
        return None
    kin = [one for one in every if one.agreement_id == meeting.agreement_id]
    place = kin.index(meeting)
    return Around(
        meeting,
        kin[place - 1] if place else None,
        kin[place + 1] if place + 1 < len(kin) else None,
    )


def next_of(every: Sequence[Meeting], agreement_id: int, now: datetime) -> Around | None:
    """Return the meeting that is on or comes next, among all of the group's; None if there is none.

    A meeting is on until its time is over (UTC).
    """
    kin = [one for one in every if one.agreement_id == agreement_id]
    place = next((number for number, one in enumerate(kin) if one.ends_at > now), None)
    if place is None:
        return None
    after = kin[place + 1] if place + 1 < len(kin) else None
    return Around(kin[place], kin[place - 1] if place else None, after)


def begun(session: Session, association_id: int, now: datetime) -> Sequence[Meeting]:
    """Return the latest meetings that have begun and take decisions, newest first.

    Those whose minutes are fixed, with no correction begun, take none.
    """
    closed = (
        select(Minutes.meeting_id)
        .group_by(Minutes.meeting_id)
        .having(func.count(Minutes.id) == func.count(Minutes.fixed_at))
    )
    return session.scalars(
        select(Meeting)
        .where(
            Meeting.association_id == association_id,
            Meeting.kind == MeetingKind.STEERING,
            Meeting.state.in_(STANDING),
            Meeting.starts_at <= now,
            Meeting.id.not_in(closed),
        )
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(RECENT)
    ).all()


@dataclass(frozen=True, slots=True)
class Registered:
    """A decision of the register, with all that belongs to it."""

    decision: Decision
    meeting: Meeting | None
    acted: Sequence[Acted] = ()
    dissents: Sequence[Dissent] = field(default=())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the register is asked for."""

    year: int | None = None
    kind: DecisionKind | None = None
    #: Words in the paragraph, the diary number or the note.
    words: str = ""


def _listed(association_id: int) -> Any:
    return (
        select(Decision, Meeting)
        .outerjoin(MeetingDecision, MeetingDecision.decision_id == Decision.id)
        .outerjoin(Meeting, Meeting.id == MeetingDecision.meeting_id)
        .where(Decision.association_id == association_id)
    )


def _filtered(wanted: Wanted) -> list[Any]:
    where: list[Any] = []
    if wanted.year is not None:
        first, last = date(wanted.year, 1, 1), date(wanted.year, 12, 31)
        where.append(Decision.decided_on.between(first, last))
    if wanted.kind is not None:
        where.append(Decision.kind == wanted.kind)
    if wanted.words:
        columns = (Decision.paragraph, Decision.diary_number, Decision.note)
        where.append(
            or_(
                *(
                    column.icontains(spelt, autoescape=True)
                    for column in columns
                    for spelt in _spellings(wanted.words)
                )
            )
        )
    return where


def _spellings(words: str) -> set[str]:
    """Return words as they may be written: SQLite does not know that Ä and ä are one letter."""
    return {words, words.lower(), words.upper(), words.capitalize()}


def register(
    session: Session, association_id: int, wanted: Wanted, *, size: int, offset: int = 0
) -> tuple[list[Registered], int]:
    """Return one page of the register, newest first, and how many there are: one row a decision."""
    where = _filtered(wanted)
    total = session.scalar(
        select(func.count())
        .select_from(Decision)
        .where(Decision.association_id == association_id, *where)
    )
    rows = session.execute(
        _listed(association_id)
        .where(*where)
        .options(joinedload(Decision.recorded_by).joinedload(Person.organisation))
        .order_by(Decision.decided_on.desc(), Decision.id.desc())
        .limit(size)
        .offset(offset)
    ).all()
    return _whole(session, rows), total or 0


def entered_after(
    session: Session, association_id: int, wanted: Wanted, *, after: int, size: int
) -> list[Registered]:
    """Return decisions numbered above `after`, in the order they were entered."""
    rows = session.execute(
        _listed(association_id)
        .where(*_filtered(wanted), Decision.id > after)
        .order_by(Decision.id)
        .limit(size)
    ).all()
    return _whole(session, rows)


def one(session: Session, association_id: int, decision_id: int) -> Registered | None:
    """Return one decision of the register, or None."""
    rows = session.execute(
        _listed(association_id)
        .where(Decision.id == decision_id)
        .options(joinedload(Decision.recorded_by).joinedload(Person.organisation))
    ).all()
    return next(iter(_whole(session, rows)), None)


def at_meeting(session: Session, meeting: Meeting) -> list[Registered]:
    """Return the decisions of a meeting in the order of their paragraphs."""
    rows = session.execute(
        _listed(meeting.association_id)
        .where(MeetingDecision.meeting_id == meeting.id)
        .order_by(Decision.decided_on, Decision.id)
    ).all()
    return sorted(_whole(session, rows), key=lambda one: _place(one.decision))


def _place(decision: Decision) -> tuple[date, int, str, int]:
    """Return where a decision stands: § 9 before § 10, § 10 before § 10 a."""
    _, _, rest = decision.paragraph.partition(" ")
    number, _, letter = rest.partition(" ")
    return decision.decided_on, int(number) if number.isdigit() else 0, letter, decision.id


def _whole(session: Session, rows: Sequence[Any]) -> list[Registered]:
    ids = [row[0].id for row in rows]
    acted, dissents = acted_on(session, ids), dissents_of(session, ids)
    return [
        Registered(decision, meeting, acted.get(decision.id, ()), dissents.get(decision.id, ()))
        for decision, meeting in rows
    ]


def dissents_of(session: Session, decision_ids: Collection[int]) -> Mapping[int, Sequence[Dissent]]:
    """Return the dissents of some decisions, in the order they were entered."""
    found: dict[int, list[Dissent]] = defaultdict(list)
    if decision_ids:
        for dissent in session.scalars(
            select(Dissent)
            .where(Dissent.decision_id.in_(decision_ids))
            .options(joinedload(Dissent.organisation), joinedload(Dissent.recorded_by))
            .order_by(Dissent.id)
        ):
            found[dissent.decision_id].append(dissent)
    return found


def years(session: Session, association_id: int) -> list[int]:
    """Return the years that have decisions, latest first."""
    ends: Any = session.execute(
        select(func.min(Decision.decided_on), func.max(Decision.decided_on)).where(
            Decision.association_id == association_id
        )
    ).one()
    first, last = ends
    if first is None:
        return []
    return list(range(last.year, first.year - 1, -1))


def minutes_of(session: Session, meeting_id: int) -> Sequence[Minutes]:
    """Return the minutes of a meeting and their corrections, in order."""
    return (
        session.scalars(
            select(Minutes)
            .where(Minutes.meeting_id == meeting_id)
            .options(joinedload(Minutes.notes))
            .order_by(Minutes.number)
        )
        .unique()
        .all()
    )


def latest_minutes(session: Session, meeting_id: int) -> Minutes | None:
    """Return the latest version of a meeting's minutes, without its notes, or None."""
    return session.scalar(
        select(Minutes)
        .where(Minutes.meeting_id == meeting_id)
        .order_by(Minutes.number.desc())
        .limit(1)
    )


def decisions_of(session: Session, meeting_id: int) -> Sequence[Decision]:
    """Return a meeting's decisions in the order of their paragraphs, and nothing more of them."""
    rows = session.scalars(
        select(Decision)
        .join(MeetingDecision, MeetingDecision.decision_id == Decision.id)
        .where(MeetingDecision.meeting_id == meeting_id)
    ).all()
    return sorted(rows, key=_place)


def own_items(session: Session, meeting_id: int) -> Sequence[AgendaItem]:
    """Return a meeting's own items, in order."""
    return session.scalars(
        select(AgendaItem)
        .where(AgendaItem.meeting_id == meeting_id)
        .order_by(AgendaItem.position, AgendaItem.id)
    ).all()
