"""Routes of competence."""

from atagande_agreements.parties.models import Role
from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import FOLLOWERS, roles

UNIT_CHIEF = roles(Role.UNIT_CHIEF)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/competence/reports",
        "competence.listed",
        "Competence reports of your own unit",
        UNIT_CHIEF,
        "competence_shapes.ReportList",
        asks="api_lists.Page",
    ),
    Endpoint(
        "POST",
        "/competence/reports",
        "competence.report",
        "Report how many of your unit are trained, and when",
        UNIT_CHIEF,
        "competence_shapes.Report",
        takes="competence.NewReport",
        makes=True,
    ),
    Endpoint(
        "GET",
        "/competence/reports/{number}",
        "competence.one",
        "One competence report of your own unit",
        UNIT_CHIEF,
        "competence_shapes.Report",
    ),
    Endpoint(
        "GET",
        "/competence/shares",
        "competence.shares",
        "Share of each party's staff with valid training",
        FOLLOWERS,
        "competence_shapes.ShareList",
        asks="api_lists.Page",
    ),
)
