"""Routes of what happens to a SIP after it is booked."""

from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import CASE_HOLDERS, CONVENER

_NOW = "sip_changes_shapes.SipNow"


def _change(path: str, handler: str, summary: str, takes: str) -> Endpoint:
    return Endpoint(
        "POST",
        f"/sips/{{number}}/{path}",
        f"sip_changes.{handler}",
        summary,
        CASE_HOLDERS,
        _NOW,
        takes=f"sip_changes.{takes}",
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/sips/{number}/now",
        "sip_changes.now",
        "How your own SIP stands, with the version that a change of it needs",
        CASE_HOLDERS,
        _NOW,
    ),
    _change("move", "move", "Move your own SIP to another of the clinic's slots", "MoveSip"),
    _change(
        "propose",
        "propose",
        "Propose another time to a clinic outside the agreement",
        "MoveProposedSip",
    ),
    _change("call-off", "call_off", "Call your own SIP off; everyone is told", "CallOffSip"),
    Endpoint(
        "GET",
        "/outside-clinics",
        "sip_changes.clinics",
        "Prescribing clinics that are no party",
        CONVENER,
        "sip_changes_shapes.OutsideClinicList",
    ),
    Endpoint(
        "POST",
        "/outside-clinics",
        "sip_changes.add_clinic",
        "Add a prescribing clinic that is no party",
        CONVENER,
        "sip_changes_shapes.OutsideClinic",
        takes="sip_changes.AddOutsideClinic",
    ),
)
