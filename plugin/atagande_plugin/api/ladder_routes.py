"""The API's routes of the ladder."""

from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import FOLLOWERS, STEERING

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/ladder",
        "ladder.listed",
        "The steps of the ladder, from the bottom, and by which decision each is used",
        FOLLOWERS,
        "ladder_shapes.LadderSteps",
    ),
    Endpoint(
        "POST",
        "/ladder/{rung}",
        "ladder.decide",
        "Record what the steering group decided about a step",
        STEERING,
        "ladder_shapes.LadderStep",
        takes="ladder.DecideStep",
    ),
)
