"""Input of meetings."""

import re
from datetime import date, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, StringConstraints

from atagande_calendar.meetings.models import MeetingKind
from atagande_plugin.forms.answer import ONE_LINE
from atagande_plugin.forms.base import Form, RowNumber

_CLOCK = re.compile(r"\s*([0-9]{1,2})[.:]([0-9]{2})\s*")


def _clock(value: object) -> object:
    """Read 9.00 as well as 09:00."""
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    return f"{match[1]:0>2}:{match[2]}" if match else value


#: What Stockholm's clocks show.
Clock = Annotated[time, BeforeValidator(_clock)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=ONE_LINE)]
Agenda = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]


#: What is planned by hand; a SIP is booked, and a first meeting with AF belongs to a case.
Kind = Literal[MeetingKind.NETWORK, MeetingKind.SEMINAR, MeetingKind.STEERING]


class Plan(Form):
    """A meeting; day and clock are Stockholm's."""

    kind: Kind = MeetingKind.NETWORK
    title: Title
    day: date
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
