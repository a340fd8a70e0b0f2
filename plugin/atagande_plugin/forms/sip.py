"""Input of SIP bookings."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from atagande_calendar.sip.models import SipResult, SipVenue, VenueReason
from atagande_plugin.forms.api_lists import Moment
from atagande_plugin.forms.base import Form, RowNumber
from atagande_plugin.forms.optional import OptionalDate, OptionalNumber, or_nothing


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
    venue: SipVenue = SipVenue.CLINIC
    #: Needed for every other place than the clinic.
    venue_reason: Annotated[VenueReason | None, or_nothing] = None


class Afterwards(Form):
    """What became of a SIP; `version` is that of the page it was read on."""

    result: SipResult
    actual_minutes: OptionalNumber = None
    minutes_sent_on: OptionalDate = None
    followup_sent_on: OptionalDate = None
    version: int
