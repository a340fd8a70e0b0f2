"""Input of SIP bookings."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from atagande_plugin.forms.api_lists import Moment
from atagande_plugin.forms.base import Form, RowNumber


class Book(Form):
    """A booking; it has no field for anything about the person it is for."""

    #: The clinic's key.
    unit: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    slot: Moment
    minutes: int = 60
    people: tuple[RowNumber, ...] = ()
    requested_on: date
    consent: bool = False
    purpose_ready: bool = False
