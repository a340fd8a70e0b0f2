"""What the API says of a SIP as it stands, and of clinics outside the agreement."""

from atagande_calendar.meetings.models import MeetingState
from atagande_calendar.sip.models import SipStanding
from atagande_plugin.api.shapes import Moment, Shape


class SipNow(Shape):
    """How one's own booking stands; `version` goes with the next change of it."""

    id: int
    state: MeetingState
    standing: SipStanding
    starts_at: Moment
    minutes: int
    place: str
    follows: int | None
    version: int


class OutsideClinic(Shape):
    """A prescribing clinic that is no party."""

    key: str
    name: str
    address: str | None
    email: str | None


class OutsideClinicList(Shape):
    """Clinics outside the agreement, by name."""

    items: list[OutsideClinic]
