"""What the API gives about series of meetings."""

from datetime import date, datetime

from atagande_calendar.meetings.models import MeetingKind, MeetingState
from atagande_plugin.api.shapes import Shape


class ProposedDate(Shape):
    """A date for a meeting."""

    day: date


class ProposedDates(Shape):
    """Dates spread over a year, clear of holidays and, unless they don't matter, school breaks."""

    items: list[ProposedDate]


class SeriesMeeting(Shape):
    """One meeting of a series."""

    id: int
    state: MeetingState
    starts_at: datetime
    minutes: int
    title: str
    place: str
    #: The start that the rule gave it, also after it was moved; null without a rule.
    recurrence_at: datetime | None


class SeriesLine(Shape):
    """A series of meetings."""

    id: int
    kind: MeetingKind
    title: str
    place: str
    #: RECUR value; "" for dates without a rule.
    rrule: str
    starts_at: datetime
    minutes: int
    version: int


class SeriesList(Shape):
    """Series of the association."""

    items: list[SeriesLine]
    next: int | None


class SeriesWhole(SeriesLine):
    """A series with its meetings."""

    uid: str
    sequence: int
    meetings: list[SeriesMeeting]


class SeriesSent(SeriesWhole):
    """A series after a change, with what the change sends; nothing is changed when not `sure`."""

    invited: int
    changed: int
    reworded: int
    cancelled: int
