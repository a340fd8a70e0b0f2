"""Input of common times, polls and published calendars."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from atagande_calendar.common_time.models import LONGEST_ADDRESS, PollKind
from atagande_calendar.common_time.models import Vote as VoteValue
from atagande_plugin.forms.api_lists import Moment, Page
from atagande_plugin.forms.base import Form, RowNumber
from atagande_plugin.forms.contacts import Key
from atagande_plugin.forms.optional import OptionalDate

#: Rows' numbers and units' keys in a query, with commas between.
Numbers = Annotated[
    str, StringConstraints(max_length=2000, pattern=r"^([0-9]{1,16}(,[0-9]{1,16})*)?$")
]
Keys = Annotated[str, StringConstraints(max_length=4000, pattern=r"^([^,\s]+(,[^,\s]+)*)?$")]


class Search(Form):
    """What a common time is looked for; the next thirty days, if none are said."""

    people: Annotated[tuple[RowNumber, ...], Field(max_length=200)] = ()
    units: Annotated[tuple[Key, ...], Field(max_length=200)] = ()
    clinic: Key = ""
    minutes: int = 60
    first: OptionalDate = None
    last: OptionalDate = None


class TimeSearch(Form):
    """The same through the API: `people` by number and `units` by key, with commas between."""

    people: Numbers = ""
    units: Keys = ""
    clinic: Key = ""
    minutes: int = 60
    first: date | None = None
    last: date | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 20


class NewPoll(Form):
    """Ask people about proposed times."""

    kind: PollKind
    minutes: int
    times: Annotated[tuple[Moment, ...], Field(max_length=50)] = ()
    people: Annotated[tuple[RowNumber, ...], Field(max_length=200)] = ()
    closes_on: date


class AskPoll(NewPoll):
    """The same from the page, which keeps those who were unticked among `shown`."""

    shown: Annotated[tuple[RowNumber, ...], Field(max_length=200)] = ()


class ChooseTime(Form):
    """Choose one of a poll's times, by its number, which closes the poll."""

    time: RowNumber
    version: int


class ClosePoll(Form):
    """Close a poll without a time."""

    version: int


class PollPage(Page):
    """A part of the polls."""


_Vote = Literal[VoteValue.YES, VoteValue.BEST, VoteValue.NO, ""]


class Votes(Form):
    """What someone answers to each of a poll's times, in the order they come."""

    t0: _Vote = ""
    t1: _Vote = ""
    t2: _Vote = ""
    t3: _Vote = ""
    t4: _Vote = ""
    t5: _Vote = ""
    t6: _Vote = ""
    t7: _Vote = ""
    t8: _Vote = ""
    t9: _Vote = ""


class AddCalendar(Form):
    """Add a published calendar: your own, or that of a unit by its key."""

    address: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ADDRESS)]
    unit: Key = ""
