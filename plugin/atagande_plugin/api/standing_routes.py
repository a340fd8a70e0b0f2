"""The API's routes of self-reports and of preparatory services."""

from atagande_agreements.parties.models import Role
from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import FOLLOWERS, roles

_REPORTERS = roles(Role.ADMINISTRATOR, Role.UNIT_CHIEF, Role.CONVENER)
_KEEPERS = roles(Role.UNIT_CHIEF, Role.CONVENER)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/self-reports",
        "standing.listed",
        "What every party has reported of its standing commitments; small numbers are hidden",
        FOLLOWERS,
        "standing_shapes.SelfReportList",
        asks="standing.ReportPage",
    ),
    Endpoint(
        "GET",
        "/self-reports/awaiting",
        "standing.awaiting",
        "The terms your party has to report now, with their last day",
        FOLLOWERS,
        "standing_shapes.AwaitingList",
    ),
    Endpoint(
        "GET",
        "/self-reports/{number}",
        "standing.one",
        "One report as it stands, or an earlier revision of your own",
        FOLLOWERS,
        "standing_shapes.SelfReportLine",
    ),
    Endpoint(
        "POST",
        "/self-reports",
        "standing.report",
        "Report a term of a standing commitment of your party, or correct it",
        _REPORTERS,
        "standing_shapes.SelfReportLine",
        takes="standing.NewSelfReport",
        makes=True,
    ),
    Endpoint(
        "GET",
        "/services",
        "standing.services",
        "The municipalities' preparatory services",
        FOLLOWERS,
        "standing_shapes.ServiceList",
        asks="standing.ServicePage",
    ),
    Endpoint(
        "GET",
        "/services/{number}",
        "standing.service",
        "One preparatory service",
        FOLLOWERS,
        "standing_shapes.ServiceLine",
    ),
    Endpoint(
        "POST",
        "/services",
        "standing.add_service",
        "Put a preparatory service on your municipality's list",
        _KEEPERS,
        "standing_shapes.ServiceLine",
        takes="standing.Service",
        makes=True,
    ),
    Endpoint(
        "POST",
        "/services/{number}",
        "standing.change_service",
        "Change a preparatory service of your municipality, or its last day",
        _KEEPERS,
        "standing_shapes.ServiceLine",
        takes="standing.Service",
    ),
)
