"""Input of the API where it differs from the pages': a moment with its offset, not day and clock.

Everything else uses the models of the pages.
"""

from atagande_calendar.meetings.models import MeetingKind
from atagande_plugin.forms import meetings, sip
from atagande_plugin.forms.api_lists import Moment
from atagande_plugin.forms.base import Form, RowNumber


class PlanMeeting(Form):
    """A meeting, kept as a draft; `people` are numbers from /people."""

    kind: meetings.Kind = MeetingKind.NETWORK
    title: meetings.Title
    starts_at: Moment
    minutes: int
    place: meetings.Title
    agenda: meetings.Agenda = ""
    #: The target group is on a steering meeting's agenda.
    target_group: bool = False
    people: tuple[RowNumber, ...] = ()


class BookSip(sip.Book):
    """A booking; it has no field for anything about the person it is for."""

    slot: Moment
