"""What the API gives of the steering group's meetings, decisions and minutes."""

from datetime import date

from atagande_agreements.steering.models import DecisionKind
from atagande_calendar.meetings.attendance import Presence
from atagande_calendar.steering.items import Topic
from atagande_plugin.api.shapes import Moment, Shape


class AgendaLine(Shape):
    """One item of an agenda."""

    #: What it is and its number or key, as notes and decisions name it: "issue:3".
    key: str
    topic: Topic
    #: "A-12", or the clauses that wait for a parameter.
    name: str
    title: str
    party: str
    text: str
    #: The last day of a reply or a measure, or when it came; null where there is none.
    day: date | None
    #: That day has not been yet.
    ahead: bool
    #: Deviations that are decided together with it.
    others: list[str]


class MeetingAgenda(Shape):
    """What waits for the group, now or when the minutes were begun."""

    meeting: int
    met_on: date
    items: list[AgendaLine]
    #: There are more deviations than an agenda takes.
    more: bool


class ActedOn(Shape):
    """One thing that a decision acted on."""

    what: str
    key: str
    name: str
    title: str
    party: str
    text: str
    value: str
    day: date | None


class DissentLine(Shape):
    """A party's dissenting statement."""

    party: str
    text: str


class DecisionLine(Shape):
    """A decision of the register."""

    id: int
    paragraph: str
    decided_on: date
    kind: DecisionKind
    diary_number: str
    note: str
    #: Number of the meeting that took it; null when it is under none.
    meeting: int | None
    acted_on: list[ActedOn]
    dissents: list[DissentLine]


class DecisionList(Shape):
    """A part of the register, in the order the decisions were entered."""

    items: list[DecisionLine]
    next_after: int | None


class PresentLine(Shape):
    """A party at the meeting, by functions."""

    party: str
    presence: Presence
    people: int
    functions: list[str]


class PointLine(Shape):
    """An item with its outcome: paragraphs of the decisions about it."""

    item: AgendaLine
    note: str
    decisions: list[str]


class MinutesDecision(Shape):
    """A decision as the minutes have it."""

    id: int
    paragraph: str
    decided_on: date
    diary_number: str
    note: str
    acted_on: list[ActedOn]
    dissents: list[DissentLine]


class MinutesWhole(Shape):
    """One version of a meeting's minutes."""

    #: 1, or 2 and on for a correction.
    number: int
    reason: str
    #: Null for a draft.
    fixed_on: date | None
    fixed_function: str
    diary_number: str
    #: SHA-256 of what was fixed; "" for a draft.
    digest: str
    present: list[PresentLine]
    points: list[PointLine]
    decisions: list[MinutesDecision]
    general: str
    next_meeting: Moment | None
    version: int


class MinutesList(Shape):
    """The versions of a meeting's minutes."""

    meeting: int
    items: list[MinutesWhole]
