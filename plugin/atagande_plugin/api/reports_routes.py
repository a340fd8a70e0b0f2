"""The API's routes of reports."""

from atagande_agreements.parties.models import Role
from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import FOLLOWERS, roles

_MAKERS = roles(Role.ADMINISTRATOR, Role.STEERING)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/reports",
        "reports.listed",
        "Reports of the association, issued or on their way",
        FOLLOWERS,
        "reports_shapes.IssuedReportList",
        asks="reports.ReportPage",
    ),
    Endpoint(
        "POST",
        "/reports",
        "reports.ask_for",
        "Ask for a report over a period; a job makes it",
        _MAKERS,
        "reports_shapes.ReportLine",
        takes="reports.AskForReport",
        makes=True,
    ),
    Endpoint(
        "GET",
        "/reports/{number}",
        "reports.one",
        "One report with all that it says",
        FOLLOWERS,
        "reports_shapes.ReportWhole",
    ),
    Endpoint(
        "GET",
        "/reports/{number}/files/{format}",
        "reports.file",
        "A file of an issued report, byte for byte: pdf, xlsx or csv",
        FOLLOWERS,
        "",
        files=(
            "application/pdf",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "text/csv",
        ),
    ),
)
