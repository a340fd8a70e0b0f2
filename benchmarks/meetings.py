"""P9: the list of meetings and a person's calendar feed, with sign-in and access checks.

Held to Indico 3.2, which can't run beside it here: with 200 events its page took 193 ms and its
feed 1,922 ms where a bare Flask hello took 0.45. Eight and fifty times faster than that is what
54 and 85 hellos take. The feed is also held to icalendar, which writes the same events without
any database or request. Processor time.
"""

from collections.abc import Iterator
from time import process_time
from typing import Any

from icalendar import Calendar, Event
from sqlalchemy import select

from atagande_agreements.parties.models import Person
from atagande_calendar.feeds.verbs import make_feed
from atagande_calendar.invitations.tokens import Purpose, make_token
from atagande_plugin.services import Services
from benchmarks.databases import NOW, fill
from benchmarks.inviting import add_people, plan, publish
from benchmarks.measuring import Result, Sizes, interleave, ratio, seconds
from benchmarks.pages import compare, visit

#: Hellos that an eighth of Indico's page and a fiftieth of its feed take.
PAGE, FEED = 54, 85


def _fill(services: Services, meetings: int) -> str:
    """Publish meetings to one person; return the path of the person's feed."""
    fill(services.writer)
    add_people(services, 1)
    with services.writer() as session, session.begin():
        numbers = [plan(session, place).id for place in range(meetings)]
    for number in numbers:
        publish(services, number)
    with services.writer() as session, session.begin():
        person = session.scalars(select(Person).where(Person.email == "person.0@af.example")).one()
        feed = make_feed(session, person=person, unit=None, replaces=0, now=NOW)
        token = make_token(services.settings.secret_key, Purpose.FEED, feed.id, feed.nonce)
    return f"/kalender/{token}.ics"


def _rewritten(calendar: Any) -> bytes:
    """Write the events of a feed again by icalendar."""
    again = Calendar()
    for name, value in calendar.property_items(recursive=False):
        if name not in {"BEGIN", "END"}:
            again.add(name, value)
    for zone in calendar.timezones:
        again.add_component(zone)
    for one in calendar.events:
        event = Event()
        for name, value in one.property_items(recursive=False):
            if name not in {"BEGIN", "END"}:
                event.add(name, value)
        again.add_component(event)
    text: bytes = again.to_ical()
    return text


def _events(text: bytes | str) -> list[Any]:
    return [dict(one) for one in Calendar.from_ical(text).events]


def listing(sizes: Sizes) -> Iterator[Result]:
    """P9: the page, and the feed against a hello and against icalendar."""
    paths: list[str] = []
    with visit(lambda services: paths.append(_fill(services, sizes.meetings))) as one:
        page = one.get("/moten")
        assert page.status_code == 200
        assert page.text.count('href="/moten/') >= min(sizes.meetings, 20)
        what = f"Möteslistan, {sizes.meetings} möten, inloggad, mot hello"
        yield compare("P9", what, PAGE, lambda: one.get("/moten"), sizes)
        [path] = paths
        feed = one.get(path)
        assert feed.status_code == 200
        calendar = Calendar.from_ical(feed.data)
        assert len(calendar.events) == sizes.meetings
        assert _events(_rewritten(calendar)) == _events(feed.data)
        what = f"Kalenderadressen, {sizes.meetings} möten, mot hello"
        yield compare("P9", what, FEED, lambda: one.get(path), sizes)
        medians = interleave(
            {
                "adressen": lambda: seconds(lambda: one.get(path), 1, process_time),
                "icalendar": lambda: seconds(lambda: _rewritten(calendar), 1, process_time),
            },
            sizes.rounds,
        )
    what = f"Kalenderadressen, {sizes.meetings} möten, mot att bara skriva dem med icalendar"
    yield ratio("P9", what, 1, medians)
