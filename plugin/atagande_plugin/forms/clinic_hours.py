"""Input of a clinic's hours and closures."""

from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, Field

from atagande_plugin.forms.api_lists import Moment
from atagande_plugin.forms.base import Form, RowNumber
from atagande_plugin.forms.meetings import Clock
from atagande_plugin.forms.optional import OptionalDate


def _on_our_clocks(clock: time) -> time:
    if clock.tzinfo is not None:
        raise ValueError("a clock in Stockholm has no offset")
    return clock


LocalClock = Annotated[Clock, AfterValidator(_on_our_clocks)]


class ScheduleEdit(Form):
    """An edit of a clinic's hours, by someone who has read edition `version`."""

    version: RowNumber
    #: Save although booked meetings fall outside; they stay as they are.
    sure: bool = False


class RecurringHours(ScheduleEdit):
    """Hours of every week; Monday is 0, clocks and dates are Stockholm's."""

    weekday: Annotated[int, Field(ge=0, le=4)]
    opens: LocalClock
    closes: LocalClock
    valid_from: date
    #: Last day; none until further notice.
    valid_to: OptionalDate = None


class LastDay(ScheduleEdit):
    """The last day that hours apply on."""

    last_on: date


class Closure(ScheduleEdit):
    """Days without slots, from the first to the last."""

    first_on: date
    last_on: date


class HoldClinicSlot(Form):
    """A slot of the clinic that the address names."""

    slot: Moment
