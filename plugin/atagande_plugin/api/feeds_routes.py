"""Routes of private calendar addresses."""

from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import FOLLOWERS

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/feeds",
        "feeds.listed",
        "Your calendar address, and that of the unit you lead",
        FOLLOWERS,
        "feeds_shapes.FeedList",
    ),
    Endpoint(
        "POST",
        "/feeds",
        "feeds.make",
        "Make a calendar address; the one before it stops at once",
        FOLLOWERS,
        "feeds_shapes.FeedLine",
        takes="feeds.NewFeed",
        makes=True,
    ),
    Endpoint(
        "GET",
        "/feeds/{number}",
        "feeds.one",
        "One calendar address, with the address itself while it works",
        FOLLOWERS,
        "feeds_shapes.FeedWhole",
    ),
    Endpoint(
        "POST",
        "/feeds/{number}/revoke",
        "feeds.revoke",
        "Let a calendar address open nothing from now on",
        FOLLOWERS,
        "feeds_shapes.FeedLine",
        takes="feeds.RevokeFeed",
    ),
)
