"""Routes of how long records are kept."""

from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import PREPARERS

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/retention",
        "retention.overview",
        "How long each kind of record is kept, what goes next, and what has gone",
        PREPARERS,
        "retention_shapes.Retention",
    ),
)
