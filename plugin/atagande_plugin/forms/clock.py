"""A time of day as people write it, and the days it can stand on."""

import re
from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from atagande_agreements.civil_time import FIRST_YEAR, LAST_YEAR
from atagande_plugin.forms.optional import or_nothing

_CLOCK = re.compile(r"\s*([0-9]{1,2})[.:]([0-9]{2})\s*")


def _clock(value: object) -> object:
    """Read 9.00 as well as 09:00."""
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    return f"{match[1]:0>2}:{match[2]}" if match else value


def _whole_minute(value: time) -> time:
    if value.second or value.microsecond or value.tzinfo is not None:
        raise ValueError("no whole minute")
    return value


def _or_nothing(value: object) -> object:
    return None if value == "" else _clock(value)


#: What Stockholm's clocks show.
Clock = Annotated[time, AfterValidator(_whole_minute), BeforeValidator(_clock)]
#: The same where it may be left empty.
OptionalClock = Annotated[
    Annotated[time, AfterValidator(_whole_minute)] | None, BeforeValidator(_or_nothing)
]
#: A day in the years that there are meetings in: at the ends of the calendar it has no moment.
Day = Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]
#: The same where it may be left empty.
OptionalDay = Annotated[Day | None, or_nothing]
