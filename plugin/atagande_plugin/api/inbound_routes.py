"""The API's routes of mail that came in."""

from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import OPERATIONS

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/inbound",
        "inbound.listed",
        "Mails that came in and what became of them, those of SIP meetings left out",
        OPERATIONS,
        "inbound_shapes.InboundList",
        asks="inbound.InboundPage",
    ),
)
