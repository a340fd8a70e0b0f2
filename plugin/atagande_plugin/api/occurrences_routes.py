"""Routes of occurrences."""

from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import FOLLOWERS

ENDPOINTS = (
    Endpoint(
        "GET",
        "/agreements/{key}/commitments/{commitment}/occurrences",
        "occurrences.listed",
        "Every party's occurrences of a commitment",
        FOLLOWERS,
        "occurrences_shapes.OccurrenceList",
        asks="api_lists.OccurrencePage",
    ),
)
