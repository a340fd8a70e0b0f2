"""Input of series of meetings."""

from typing import Annotated, Literal

from pydantic import Field

from atagande_agreements.civil_time import FIRST_YEAR, LAST_YEAR
from atagande_calendar.meetings.models import MeetingKind
from atagande_calendar.meetings.series import MOST
from atagande_calendar.meetings.series_scope import Scope
from atagande_plugin.forms.base import Form, RowNumber
from atagande_plugin.forms.clock import Day
from atagande_plugin.forms.meetings import Agenda, Clock, Kind, Title

#: How often a regular series is: each so many weeks, or that weekday of each so many months.
Every = Literal["week", "two_weeks", "four_weeks", "month", "two_months", "three_months"]
Times = Annotated[int, Field(ge=1, le=MOST)]


class PlanSeries(Form):
    """A series as drafts: dates, or a first date and how often; day and clock are Stockholm's."""

    kind: Kind = MeetingKind.NETWORK
    title: Title
    days: Annotated[tuple[Day, ...], Field(min_length=1, max_length=MOST)]
    #: With a rule there is one day, the first.
    every: Every | None = None
    times: Times | None = None
    clock: Clock
    minutes: int
    place: Title
    agenda: Agenda = ""
    target_group: bool = False
    people: tuple[RowNumber, ...] = ()


class PublishSeries(Form):
    """Publish every draft of a series as it was when the page was opened."""

    version: int


class OfSeries(Form):
    """A change of a series, seen from one of its meetings."""

    version: int
    meeting: RowNumber
    scope: Scope
    #: Carry it out; without, only say what it would send.
    sure: bool = False


class ChangeSeries(OfSeries):
    """What is to be different in the chosen meetings; what is left out stays as it is."""

    title: Title | None = None
    clock: Clock | None = None
    minutes: int | None = None
    place: Title | None = None
    agenda: Agenda | None = None


class CallOffSeries(OfSeries):
    """Call off the chosen meetings."""


class PersonOfSeries(Form):
    """Add someone to the meetings that are to come, or remove them."""

    version: int
    person: RowNumber
    action: Literal["add", "remove"]
    sure: bool = False


class ProposeDates(Form):
    """Which dates are asked for."""

    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    count: Annotated[int, Field(ge=1, le=12)] = 4
    #: 0 is Monday.
    weekday: Annotated[int, Field(ge=0, le=4)] | None = None
    #: Keep clear of school breaks.
    breaks: bool = True
