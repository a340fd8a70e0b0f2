"""Input of SIP bookings."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from atagande_calendar.sip.models import SipResult, SipVenue, VenueReason
from atagande_plugin.forms.api_lists import Moment
from atagande_plugin.forms.base import Form, RowNumber
from atagande_plugin.forms.optional import OptionalDate, OptionalNumber, or_nothing

#: A clinic's key.
ClinicKey = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class HoldSlot(Form):
    """A slot that someone begins to book."""

    unit: ClinicKey
    slot: Moment
    #: The meeting that this one follows up, if any.
    follows: OptionalNumber = None


class ReleaseSlot(Form):
    """Give back the slot that is held at a clinic."""

    unit: ClinicKey


class AskToSip(HoldSlot):
    """Who is asked and where it is held, before the booking is confirmed."""

    people: tuple[RowNumber, ...] = ()
    venue: SipVenue = SipVenue.CLINIC
    venue_reason: Annotated[VenueReason | None, or_nothing] = None


class Book(Form):
    """A booking; it has no field for anything about the person it is for."""

    unit: ClinicKey
    slot: Moment
    minutes: int = 60
    people: tuple[RowNumber, ...] = ()
    requested_on: date
    consent: bool = False
    purpose_ready: bool = False
    venue: SipVenue = SipVenue.CLINIC
    #: Needed for every other place than the clinic.
    venue_reason: Annotated[VenueReason | None, or_nothing] = None
    #: The meeting that this one follows up, if any.
    follows: OptionalNumber = None


class Afterwards(Form):
    """What became of a SIP; `version` is that of the page it was read on."""

    result: SipResult
    actual_minutes: OptionalNumber = None
    minutes_sent_on: OptionalDate = None
    followup_sent_on: OptionalDate = None
    version: int
