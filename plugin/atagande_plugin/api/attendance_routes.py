"""Routes of what became of a meeting."""

from atagande_agreements.parties.models import Role
from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import FOLLOWERS, roles

_REPORTERS = roles(Role.ADMINISTRATOR, Role.CONVENER, Role.UNIT_CHIEF)
_MEETING = "/meetings/{number}"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        f"{_MEETING}/attendance",
        "attendance.one",
        "What became of a meeting: who came, and what was lifted",
        FOLLOWERS,
        "attendance_shapes.MeetingAfter",
    ),
    Endpoint(
        "POST",
        f"{_MEETING}/attendance",
        "attendance.report",
        "Report a meeting as held with who came, or correct the report until it is closed",
        _REPORTERS,
        "attendance_shapes.MeetingAfter",
        takes="attendance.ReportHeld",
    ),
    Endpoint(
        "POST",
        f"{_MEETING}/cancel",
        "attendance.call_off",
        "Call a published meeting off; everyone who was asked gets a cancellation",
        _REPORTERS,
        "attendance_shapes.CalledOff",
        takes="attendance.CallOff",
    ),
    Endpoint(
        "POST",
        f"{_MEETING}/close",
        "attendance.close",
        "Close a held meeting; a network meeting with its issues, or with nothing to lift",
        _REPORTERS,
        "attendance_shapes.MeetingAfter",
        takes="attendance.CloseMeeting",
    ),
    Endpoint(
        "POST",
        f"{_MEETING}/own-issues",
        "attendance.speak",
        "Lift issues for your own party after a network meeting, or say there are none",
        roles(Role.UNIT_CHIEF, Role.CONVENER),
        "attendance_shapes.MeetingAfter",
        takes="attendance.SpeakForParty",
    ),
    Endpoint(
        "GET",
        "/lifted-issues",
        "attendance.issues",
        "Issues that the network has lifted to the steering group",
        FOLLOWERS,
        "attendance_shapes.LiftedList",
        asks="api_lists.Page",
    ),
)
