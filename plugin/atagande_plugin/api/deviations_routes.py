"""Routes about deviations."""

from atagande_agreements.parties.models import Role
from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import FOLLOWERS, SPEAKERS, STEERING, Access, roles

_ONE = "/deviations/{number}"
_MERGERS = roles(Role.STEERING, Role.ADMINISTRATOR)


def _change(path: str, handler: str, summary: str, allow: Access, takes: str) -> Endpoint:
    return Endpoint(
        "POST",
        f"{_ONE}/{path}",
        f"deviations.{handler}",
        summary,
        allow,
        "deviations_shapes.DeviationWhole",
        takes=f"deviations.{takes}",
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/deviations",
        "deviations.listed",
        "Deviations of the association",
        FOLLOWERS,
        "deviations_shapes.DeviationList",
        asks="api_lists.DeviationPage",
    ),
    Endpoint(
        "GET",
        _ONE,
        "deviations.one",
        "One deviation with all it stands on",
        FOLLOWERS,
        "deviations_shapes.DeviationWhole",
    ),
    _change(
        "reply",
        "reply",
        "Record the party's reply, which may contest the deviation",
        SPEAKERS,
        "Reply",
    ),
    _change(
        "measure-done",
        "done",
        "Say that the measure is done, as its owner",
        SPEAKERS,
        "ReportMeasure",
    ),
    _change(
        "measure",
        "measure",
        "Decide what is to be done, by whom and by when",
        STEERING,
        "DecideMeasure",
    ),
    _change(
        "close",
        "close",
        "Close a deviation by the steering group's decision",
        STEERING,
        "Close",
    ),
    _change(
        "escalate",
        "escalate",
        "Take a deviation to the next step of the ladder that is switched on",
        STEERING,
        "EscalateDeviation",
    ),
    _change(
        "reopen",
        "reopen",
        "Open a deviation again that is closed or withdrawn",
        STEERING,
        "ReopenDeviation",
    ),
    _change(
        "merge",
        "merge",
        "Let a deviation be decided together with another",
        _MERGERS,
        "MergeDeviation",
    ),
    _change(
        "part",
        "part",
        "Let a deviation be decided for itself again",
        _MERGERS,
        "PartDeviation",
    ),
)
