"""What the API says of common times and polls."""

from datetime import date

from atagande_calendar.common_time.models import PollKind, PollState, Vote
from atagande_calendar.common_time.search import Availability
from atagande_plugin.api.shapes import Moment, Shape


class CommonTime(Shape):
    """A time to meet, with an answer for each participant in their order."""

    starts_at: Moment
    answers: list[Availability]


class CommonTimes(Shape):
    """The best times; nobody busy first, then fewest unknown, then the earliest."""

    minutes: int
    first: date
    last: date
    #: Those who are compared, in the order of the answers: people by number, units by key, and
    #: the clinic last.
    people: list[int]
    units: list[str]
    clinic: str | None
    #: Starts that were looked at, and how many of them have nobody busy.
    considered: int
    without_busy: int
    times: list[CommonTime]


class PollLine(Shape):
    """A poll in a list."""

    id: int
    kind: PollKind
    state: PollState
    #: Still takes answers: open, and its last day not over.
    takes_answers: bool
    minutes: int
    closes_at: Moment
    answered: int
    asked: int


class PollList(Shape):
    """The polls of the caller's organisation."""

    items: list[PollLine]
    next: int | None


class PollTimeShape(Shape):
    """One proposed time."""

    id: int
    starts_at: Moment
    chosen: bool


class PollPersonShape(Shape):
    """What one person says; `votes` by the time's number, empty until they have answered."""

    person: int
    votes: dict[int, Vote]


class PollWhole(Shape):
    """A poll with every answer."""

    id: int
    kind: PollKind
    state: PollState
    takes_answers: bool
    minutes: int
    closes_at: Moment
    times: list[PollTimeShape]
    people: list[PollPersonShape]
    version: int
