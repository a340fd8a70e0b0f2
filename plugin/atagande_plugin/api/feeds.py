"""Private calendar addresses: one's own, and that of the unit one leads."""

from typing import TYPE_CHECKING, Any

from flask import g

from atagande_calendar.feeds import queries
from atagande_calendar.feeds.models import CalendarFeed
from atagande_calendar.feeds.verbs import revoke_feed
from atagande_plugin.api import feeds_shapes as shapes
from atagande_plugin.web.acting import myself
from atagande_plugin.web.feeds import address, make_for, own_feed

if TYPE_CHECKING:
    from atagande_plugin.forms.feeds import NewFeed, RevokeFeed


def _facts(feed: CalendarFeed) -> dict[str, Any]:
    return {
        "id": feed.id,
        "of": "person" if feed.unit is None else "unit",
        "unit": feed.unit.key if feed.unit else None,
        "created_at": feed.created_at,
        "revoked_at": feed.revoked_at,
        "last_read_at": feed.last_read_at,
    }


def listed() -> shapes.FeedList:
    """Return the addresses that work."""
    found = queries.working(g.session, g.me.person_id, g.me.led_unit_id)
    return shapes.FeedList(items=[shapes.FeedLine(**_facts(one)) for one in found if one])


def one(number: int) -> shapes.FeedWhole:
    """Return one address."""
    feed = own_feed(number)
    return shapes.FeedWhole(
        **_facts(feed), address=None if feed.revoked_at is not None else address(feed)
    )


def make(form: "NewFeed") -> tuple[shapes.FeedLine, str]:
    """Make an address."""
    feed = make_for(form)
    return shapes.FeedLine(**_facts(feed)), f"/feeds/{feed.id}"


def revoke(number: int, form: "RevokeFeed") -> shapes.FeedLine:  # noqa: ARG001 - no fields
    """Let an address open nothing from now on."""
    feed = own_feed(number)
    revoke_feed(g.session, feed=feed, person=myself(), now=g.now)
    return shapes.FeedLine(**_facts(feed))
