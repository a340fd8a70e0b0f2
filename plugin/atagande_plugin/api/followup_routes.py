"""Routes of the follow-up."""

from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import FOLLOWERS

ENDPOINTS = (
    Endpoint(
        "GET",
        "/agreements/{key}/followup",
        "followup.followup",
        "How an agreement was kept in a period: by party, type and quarter, and why not assessable",
        FOLLOWERS,
        "followup_shapes.Followup",
        asks="api_lists.Followed",
    ),
)
