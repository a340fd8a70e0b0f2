"""Input of what happens to a SIP after it is booked, and of clinics outside the agreement."""

from atagande_calendar.sip.models import SipCalledOff
from atagande_plugin.forms.api_lists import Moment
from atagande_plugin.forms.base import Form, RowNumber
from atagande_plugin.forms.clock import Clock, Day
from atagande_plugin.forms.meetings import Title
from atagande_plugin.forms.parties import Email


class MoveSip(Form):
    """Another of the clinic's slots."""

    slot: Moment
    version: int


class MoveProposedSip(Form):
    """Another time for a clinic outside the agreement, in Stockholm's time."""

    day: Day
    clock: Clock
    version: int


class SipPeople(Form):
    """The others who are asked, besides the convener and the clinic."""

    people: tuple[RowNumber, ...] = ()
    version: int


class CallOffSip(Form):
    """Why it is called off."""

    because: SipCalledOff
    version: int


class AddOutsideClinic(Form):
    """A prescribing clinic that is no party: its own name, address and functional mailbox."""

    name: Title
    address: Title
    email: Email
