"""What the API answers about first meetings with Arbetsförmedlingen, and about SIP afterwards."""

from datetime import date

from atagande_agreements.commitments.models import Status
from atagande_agreements.referrals.models import Assessment, AttendedBy, Wish
from atagande_calendar.sip.models import SipResult, SipVenue, VenueReason
from atagande_plugin.api.shapes import Shape


class Kept(Shape):
    """How one step of a referral stands."""

    status: Status
    due_on: date | None
    days_late: int


class ReferralLine(Shape):
    """A referral, and nothing of the person it is for.

    Arbetsförmedlingen gets `reference` and all about the meeting as null.
    """

    id: int
    reference: str | None
    organisation: str
    referred_on: date
    contacted_on: date | None
    assessed_on: date | None
    assessment: Assessment | None
    planned_on: date | None
    consent_on: date | None
    consent_withdrawn_on: date | None
    meeting_on: date | None
    material_on: date | None
    attended_by: AttendedBy | None
    wish: Wish | None
    withdrawn_on: date | None
    #: By what it is about: af_contact, af_assessment, af_plan, first_meeting_material, …
    standing: dict[str, Kept]
    version: int


class ReferralList(Shape):
    """Referrals of the caller's municipality, or those that concern Arbetsförmedlingen."""

    items: list[ReferralLine]
    next: int | None


class StepSpread(Shape):
    """Working days a step took: the median, and the half in the middle."""

    number: int
    median: float | None
    lower: float | None
    upper: float | None


class ReferralDurations(Shape):
    """Working days from step to step, where the step before was in the span."""

    first: date
    last: date
    contact: StepSpread
    assessment: StepSpread
    plan: StepSpread


class SipAfterwards(Shape):
    """Where a SIP was held and what its convener has said of it."""

    id: int
    venue: SipVenue
    venue_reason: VenueReason | None
    result: SipResult | None
    actual_minutes: int | None
    minutes_sent_on: date | None
    followup_sent_on: date | None
    version: int
