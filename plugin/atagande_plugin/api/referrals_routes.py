"""Routes of first meetings with Arbetsförmedlingen, and of SIP afterwards."""

from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import CASE_HOLDERS

_ONE = "/referrals/{number}"
_LINE = "referrals_shapes.ReferralLine"


def _step(path: str, handler: str, summary: str, takes: str) -> Endpoint:
    return Endpoint(
        "POST",
        f"{_ONE}/{path}",
        f"referrals.{handler}",
        summary,
        CASE_HOLDERS,
        _LINE,
        takes=f"referrals.{takes}",
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/referrals",
        "referrals.listed",
        "Referrals of your municipality, or that concern Arbetsförmedlingen",
        CASE_HOLDERS,
        "referrals_shapes.ReferralList",
        asks="referrals.ReferralPage",
    ),
    Endpoint(
        "POST",
        "/referrals",
        "referrals.register",
        "Register a referral by opaque number",
        CASE_HOLDERS,
        _LINE,
        takes="referrals.NewReferral",
        makes=True,
    ),
    Endpoint(
        "GET",
        "/referrals/durations",
        "referrals.durations",
        "Working days from step to step: medians and quartiles",
        CASE_HOLDERS,
        "referrals_shapes.ReferralDurations",
        asks="referrals.DurationSpan",
    ),
    Endpoint(
        "GET", _ONE, "referrals.one", "One referral of your municipality", CASE_HOLDERS, _LINE
    ),
    _step("steps", "steps", "Record contact, assessment and plan", "ReportSteps"),
    _step("consent", "consent", "Confirm consent or take it back", "ReferralConsent"),
    _step("meeting", "meeting", "Book, move or call off the first meeting", "FirstMeeting"),
    _step("about-meeting", "about", "Record material, company and wish", "AboutFirstMeeting"),
    _step("withdrawal", "withdraw", "Call the referral off", "ReferralVersion"),
    Endpoint(
        "GET",
        "/sips/{number}/afterwards",
        "sip_after.one",
        "Where your SIP was held and what you have said of it",
        CASE_HOLDERS,
        "referrals_shapes.SipAfterwards",
    ),
    Endpoint(
        "POST",
        "/sips/{number}/afterwards",
        "sip_after.tell",
        "Say what became of your SIP",
        CASE_HOLDERS,
        "referrals_shapes.SipAfterwards",
        takes="sip.Afterwards",
    ),
)
