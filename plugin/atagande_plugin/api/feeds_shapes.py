"""What the API says of private calendar addresses."""

from typing import Literal

from atagande_plugin.api.shapes import Moment, Shape


class FeedLine(Shape):
    """A calendar address without the address: what a POST answers is kept for its replay."""

    id: int
    of: Literal["person", "unit"]
    #: Key of the unit; null for your own.
    unit: str | None
    created_at: Moment
    #: When it stopped working; null while it works.
    revoked_at: Moment | None
    #: When a calendar program fetched it, noted once a day.
    last_read_at: Moment | None


class FeedList(Shape):
    """The addresses that work."""

    items: list[FeedLine]


class FeedWhole(FeedLine):
    """A calendar address; null once it has stopped working."""

    address: str | None
