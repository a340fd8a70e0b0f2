"""Counts meetings and participants, as Uppföljning Finsam asks for them: never anyone by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_time
from atagande_agreements.parties.models import Organisation
from atagande_calendar.meetings.attendance import MeetingAttendance, Presence
from atagande_calendar.meetings.evidence import SUBJECTS, WAS_HELD
from atagande_calendar.meetings.models import Meeting, MeetingKind


@dataclass(frozen=True, slots=True)
class Total:
    """How a party took part in one kind of meeting in a period."""

    kind: MeetingKind
    organisation: str
    #: Meetings it was at.
    meetings: int
    #: People who came from it, counted once a meeting.
    people: int


def held(session: Session, association_id: int, year: int) -> dict[MeetingKind, int]:
    """Return how many meetings of each kind were held in a calendar year."""
    rows = session.execute(
        select(Meeting.kind, func.count())
        .where(*_of_year(association_id, year))
        .group_by(Meeting.kind)
    )
    found = {row[0]: row[1] for row in rows}
    return {kind: found.get(kind, 0) for kind in SUBJECTS}


def participants(session: Session, association_id: int, year: int) -> Sequence[Total]:
    """Return who took part in a calendar year, by kind of meeting and organisation."""
    was_there = MeetingAttendance.presence != Presence.ABSENT
    rows = session.execute(
        select(
            Meeting.kind,
            Organisation.name,
            # A steering meeting has a row for each clinic of the same organisation.
            func.count(case((was_there, MeetingAttendance.meeting_id)).distinct()),
            func.sum(MeetingAttendance.people),
        )
        .join(MeetingAttendance, MeetingAttendance.meeting_id == Meeting.id)
        .join(Organisation, Organisation.id == MeetingAttendance.organisation_id)
        .where(*_of_year(association_id, year))
        .group_by(Meeting.kind, Organisation.id, Organisation.name, Organisation.position)
        .order_by(Organisation.position, Organisation.id)
    ).all()
    order = list(SUBJECTS)
    found = [Total(kind, name, meetings, int(people)) for kind, name, meetings, people in rows]
    return sorted(found, key=lambda one: order.index(one.kind))


def years(session: Session, association_id: int, this_year: int) -> list[int]:
    """Return the calendar years from that of the first meeting to this one, latest first."""
    first = session.scalar(
        select(func.min(Meeting.starts_at)).where(
            Meeting.association_id == association_id, Meeting.kind.in_(SUBJECTS)
        )
    )
    start = min(first.year if first is not None else this_year, this_year)
    return list(range(this_year, start - 1, -1))


def _of_year(association_id: int, year: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Meeting.association_id == association_id,
        Meeting.kind.in_(SUBJECTS),
        Meeting.state.in_(WAS_HELD),
        Meeting.starts_at >= local_time(date(year, 1, 1), time()),
        Meeting.starts_at < local_time(date(year + 1, 1, 1), time()),
    )
