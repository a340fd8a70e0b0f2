"""Which meetings of a series a change is about, and who may make it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import Stale
from atagande_agreements.parties.models import Person
from atagande_calendar.invitations.told import Sending
from atagande_calendar.meetings.errors import NothingToCome
from atagande_calendar.meetings.held import require_reporter
from atagande_calendar.meetings.history import record
from atagande_calendar.meetings.models import Meeting, MeetingSeries, MeetingState
from atagande_calendar.meetings.series import meetings_of

_CHANGEABLE = frozenset({MeetingState.DRAFT, MeetingState.PUBLISHED})


class Scope(StrEnum):
    """How much of a series a change is about, seen from one of its meetings."""

    ONE = "one"
    LATER = "later"
    ALL = "all"


def to_come(session: Session, series: MeetingSeries, now: datetime) -> list[Meeting]:
    """Return the meetings of a series that can still be changed, earliest first."""
    return [
        one
        for one in meetings_of(session, series)
        if one.state in _CHANGEABLE and one.starts_at > now
    ]


def chosen(
    session: Session, series: MeetingSeries, at: Meeting, scope: Scope, now: datetime
) -> list[Meeting]:
    """Return the meetings that a change is about. Raises NothingToCome."""
    coming = to_come(session, series, now)
    if scope is Scope.ONE:
        coming = [one for one in coming if one.id == at.id]
    elif scope is Scope.LATER:
        coming = [one for one in coming if one.starts_at >= at.starts_at]
    if not coming:
        raise NothingToCome
    return coming


def preview(session: Session, act: Callable[[], Sending]) -> Sending:
    """Return what a change would send, and refuse what it would; nothing is kept."""
    tried = session.begin_nested()
    try:
        return act()
    finally:
        tried.rollback()


def require(
    session: Session,
    series: MeetingSeries,
    person: Person,
    version: int,
    meetings: list[Meeting],
) -> list[Meeting]:
    """Return the meetings, when the person may change them and has read the present version."""
    if not meetings:
        raise NothingToCome
    require_reporter(meetings[0], person)
    session.refresh(series, ["version"], with_for_update=True)
    if series.version != version:
        raise Stale
    return meetings


def told_of_series(
    session: Session,
    series: MeetingSeries,
    action: str,
    meetings: Sequence[Meeting],
    *,
    person: Person,
    scope: Scope,
    now: datetime,
) -> None:
    """Put a change of several meetings in the series' audit trail."""
    days = ", ".join(local_date(one.starts_at).isoformat() for one in meetings)
    record(session, series, action, person, now, scope=(None, scope), days=(None, days))
