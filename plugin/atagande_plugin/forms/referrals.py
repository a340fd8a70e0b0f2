"""Input about first meetings with Arbetsförmedlingen."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from atagande_agreements.referrals.models import Assessment, AttendedBy, Wish
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.forms.base import Form
from atagande_plugin.forms.optional import OptionalDate, or_nothing


class NewReferral(Form):
    """Register a referral; it has no field for anything about the person."""

    reference: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    referred_on: date


class ReportSteps(Form):
    """How far a case has come; `version` is that of the page it was read on."""

    referred_on: date
    contacted_on: OptionalDate = None
    assessed_on: OptionalDate = None
    assessment: Annotated[Assessment | None, or_nothing] = None
    planned_on: OptionalDate = None
    version: int


class ReferralVersion(Form):
    """A step that needs no more than the version it was read on."""

    version: int


class ReferralConsent(Form):
    """The client's consent to the joint meeting: ticked, or taken back."""

    consent: bool
    version: int


class FirstMeeting(Form):
    """The joint first meeting; no date calls it off."""

    meeting_on: OptionalDate = None
    version: int


class AboutFirstMeeting(Form):
    """What is said of the first meeting."""

    material_on: OptionalDate = None
    attended_by: Annotated[AttendedBy | None, or_nothing] = None
    wish: Annotated[Wish | None, or_nothing] = None
    version: int


class ReferralPage(Page):
    """A part of the referrals, perhaps only those under way."""

    ongoing: bool = False


class DurationSpan(Form):
    """Local dates, both included."""

    first: date
    last: date
