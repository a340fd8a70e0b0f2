"""Routes of common times and polls."""

from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import PLANNERS

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/common-times",
        "common_time.times",
        "Times that suit people, units and a clinic best",
        PLANNERS,
        "common_time_shapes.CommonTimes",
        asks="common_time.TimeSearch",
    ),
    Endpoint(
        "GET",
        "/polls",
        "common_time.listed",
        "Polls of proposed times that your organisation has opened",
        PLANNERS,
        "common_time_shapes.PollList",
        asks="common_time.PollPage",
    ),
    Endpoint(
        "POST",
        "/polls",
        "common_time.ask",
        "Ask people about proposed times; each gets a mail",
        PLANNERS,
        "common_time_shapes.PollWhole",
        takes="common_time.NewPoll",
        makes=True,
    ),
    Endpoint(
        "GET",
        "/polls/{number}",
        "common_time.one",
        "One poll with every answer",
        PLANNERS,
        "common_time_shapes.PollWhole",
    ),
    Endpoint(
        "POST",
        "/polls/{number}/choice",
        "common_time.choose",
        "Choose a time and close the poll",
        PLANNERS,
        "common_time_shapes.PollWhole",
        takes="common_time.ChooseTime",
    ),
    Endpoint(
        "POST",
        "/polls/{number}/close",
        "common_time.close",
        "Close the poll without a time",
        PLANNERS,
        "common_time_shapes.PollWhole",
        takes="common_time.ClosePoll",
    ),
)
