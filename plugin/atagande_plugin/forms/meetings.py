"""Input of meetings."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from atagande_calendar.meetings.models import MeetingKind
from atagande_plugin.forms import clock
from atagande_plugin.forms.answer import ONE_LINE
from atagande_plugin.forms.base import Form, RowNumber

Clock = clock.Clock
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=ONE_LINE)]
Agenda = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]


#: What is planned by hand; a SIP is booked, and a first meeting with AF belongs to a case.
Kind = Literal[MeetingKind.NETWORK, MeetingKind.SEMINAR, MeetingKind.STEERING]


class Plan(Form):
    """A meeting; day and clock are Stockholm's."""

    kind: Kind = MeetingKind.NETWORK
    title: Title
    day: clock.Day
    clock: Clock
    minutes: int
    place: Title
    agenda: Agenda = ""
    #: The target group is on a steering meeting's agenda.
    target_group: bool = False
    people: tuple[RowNumber, ...] = ()


class Publish(Form):
    """Publish a draft as it was when the page was opened."""

    version: int
