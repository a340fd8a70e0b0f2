"""Makes calendar addresses for tests, and reads what they open."""

from datetime import UTC, datetime
from typing import Any

from icalendar import Calendar

from atagande_calendar.feeds.models import CalendarFeed
from atagande_calendar.feeds.verbs import make_feed
from atagande_calendar.invitations.tokens import Purpose, make_token
from support.itip_judge import feed_faults
from support.world import World


def path_of(world: World, feed: CalendarFeed) -> str:
    """Return the path of an address."""
    token = make_token(world.settings.secret_key, Purpose.FEED, feed.id, feed.nonce)
    return f"/kalender/{token}.ics"


def feed_path(world: World, email: str, *, unit: str | None = None, replaces: int = 0) -> str:
    """Make an address of a person's own, or of the unit that they lead; return its path."""
    with world.writer() as session:
        feed = make_feed(
            session,
            person=world.person(session, email),
            unit=world.unit(session, unit) if unit else None,
            replaces=replaces,
            now=world.now,
        )
        session.commit()
        return path_of(world, feed)


def fetch(world: World, path: str, **headers: str) -> Any:
    """Fetch an address as a calendar program does: without a cookie."""
    return world.client().get(
        path, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


def events(text: bytes) -> list[Any]:
    """Return the events of a calendar, read by a library that did not write it."""
    calendar = Calendar.from_ical(text)
    assert not calendar.errors
    found: list[Any] = list(calendar.walk("VEVENT"))
    assert not [event.errors for event in found if event.errors]
    return found


def fetched(world: World, path: str) -> list[Any]:
    """Return the events that an address opens."""
    answer = fetch(world, path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert feed_faults(answer.data) == []
    return events(answer.data)


def utc(value: Any) -> datetime:
    """Return a property's moment in UTC."""
    moment: datetime = value.dt
    return moment.astimezone(UTC)
