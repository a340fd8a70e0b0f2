"""What the API gives of what became of a meeting."""

from datetime import date

from atagande_calendar.meetings.attendance import Presence
from atagande_calendar.meetings.models import MeetingState
from atagande_plugin.api.shapes import Moment, Party, Shape


class Attended(Shape):
    """One party at one meeting."""

    party: Party
    presence: Presence
    people: int


class Lifted(Shape):
    """An issue that was passed on to the steering group."""

    id: int
    meeting: int
    text: str
    #: Key of the organisation that raised it; null for the meeting as a whole.
    organisation: str | None
    lifted_on: date


class Spoken(Shape):
    """A party's own word after a network meeting."""

    organisation: str
    nothing: bool
    said_on: date


class MeetingAfter(Shape):
    """What became of a meeting."""

    meeting: int
    state: MeetingState
    #: The target group was on a steering meeting's agenda.
    target_group: bool
    attendance: list[Attended]
    reported_at: Moment | None
    #: When the meeting's list went to the steering group; null until then.
    lifted_on: date | None
    nothing_lifted: bool
    issues: list[Lifted]
    parties: list[Spoken]
    #: Of the report; send it back with a change. 0 when there is none.
    version: int


class CalledOff(MeetingAfter):
    """A meeting just called off, with how many cancellations were queued."""

    queued: int


class LiftedList(Shape):
    """Issues lifted to the steering group."""

    items: list[Lifted]
    next: int | None
