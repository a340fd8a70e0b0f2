"""A real Thunderbird subscribes to a private calendar address and follows what changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update
from werkzeug.serving import make_server

from atagande_agreements.civil_time import local_time
from atagande_calendar.feeds.models import CalendarFeed
from atagande_calendar.meetings.models import Meeting, MeetingSeries
from support.booking import book, published
from support.feeds import feed_path
from support.itip_chain import cancel
from support.live import whole
from support.mail_server import MailServer
from support.programs import wait_for
from support.thunderbird import PATIENCE, OpenThunderbird, Thunderbird
from support.world import CONVENER, World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

pytestmark = pytest.mark.usefixtures("smtp_allowed")

CALENDARS = """
const {cal} = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const feed = cal.manager.getCalendars().find(one => one.type == "ics");
"""
SUBSCRIBE = """
const made = cal.manager.createCalendar("ics", Services.io.newURI(v0));
made.name = "Åtagande";
cal.manager.registerCalendar(made);
"""
REFRESH = "feed.refresh();"
SHOWN = """
const stockholm = cal.timezoneService.getTimezone("Europe/Stockholm");
const items = await feed.getItemsAsArray(
  Ci.calICalendar.ITEM_FILTER_ALL_ITEMS | Ci.calICalendar.ITEM_FILTER_CLASS_OCCURRENCES, 0,
  cal.createDateTime("20260101T000000Z"), cal.createDateTime("20270101T000000Z"));
return items.map(item => ({
  title: item.title,
  start: item.startDate.getInTimezone(stockholm).icalString,
  end: item.endDate.getInTimezone(stockholm).icalString,
  status: item.status,
  free: item.getProperty("TRANSP") == "TRANSPARENT",
  private: item.privacy == "PRIVATE",
  invitation: cal.itip.isInvitation(item),
  people: item.getAttendees().length,
})).sort((one, other) => one.start < other.start ? -1 : 1);
"""


@dataclass
class Subscriber:
    """A Thunderbird that looks at a feed, and the answers that it got."""

    thunderbird: Thunderbird
    statuses: list[int]

    def runs(self, body: str, *values: Any) -> Any:
        return self.thunderbird.marionette.run(CALENDARS + body, *values)

    def sees(self, *wanted: tuple[str, str]) -> list[dict[str, Any]]:
        """Wait until these (title, local start) stand in the calendar, in that order."""

        def look() -> list[dict[str, Any]] | None:
            found: list[dict[str, Any]] = self.runs(SHOWN)
            shown = [(one["title"], one["start"]) for one in found]
            return found if shown == list(wanted) else None

        return wait_for(f"{wanted} in the calendar", look, PATIENCE)

    def fetches_again(self) -> int:
        """Fetch as Thunderbird does by itself every hour; return the status it got."""
        before = len(self.statuses)
        self.runs(REFRESH)
        return wait_for(
            "Thunderbird to fetch",
            lambda: self.statuses[before] if self.statuses[before:] else None,
            PATIENCE,
        )


@pytest.fixture
def address(sqlite_world: World) -> Iterator[tuple[str, list[int]]]:
    """The service on loopback: its address, and the statuses of what it has answered."""
    statuses: list[int] = []
    app = whole(sqlite_world.app)

    def noting(environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        def start(status: str, headers: Any, *rest: Any) -> Any:
            statuses.append(int(status.partition(" ")[0]))
            return start_response(status, headers, *rest)

        return app(environ, start)

    server = make_server("127.0.0.1", 0, noting, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", statuses
    server.shutdown()
    thread.join()
    server.server_close()


def test_thunderbird_shows_and_follows_a_feed(
    sqlite_world: World,
    address: tuple[str, list[int]],
    mail_server: MailServer,
    open_thunderbird: OpenThunderbird,
) -> None:
    world, (base, statuses) = sqlite_world, address
    winter, summer = date(2026, 3, 24), date(2026, 3, 31)
    first = published(world, title="Vinter; åäö, “citat”", starts_at=local_time(winter, time(9)))
    published(world, title="Sommar", starts_at=local_time(summer, time(9)))
    occurrence = published(world, title="I en serie", starts_at=local_time(summer, time(13)))
    _into_a_series(world, occurrence)
    with world.writer() as session:
        reference = book(world, session).reference
        session.commit()
    path = feed_path(world, CONVENER)
    reader = Subscriber(open_thunderbird(mail_server, "Alva Renström", CONVENER), statuses)
    reader.runs(SUBSCRIBE, base + path)
    sip = (f"Samverkansmöte 60 min – ref {reference}", "20260303T090000")
    meetings = [("Sommar", "20260331T090000"), ("I en serie", "20260331T130000")]
    found = reader.sees(sip, ("Vinter; åäö, “citat”", "20260324T090000"), *meetings)
    assert [one["end"] for one in found] == [
        "20260303T100000",
        "20260324T110000",
        "20260331T110000",
        "20260331T150000",
    ]
    assert [one["private"] for one in found] == [True, False, False, False]
    assert not [one for one in found if one["invitation"] or one["people"] or one["free"]]

    world.now += timedelta(minutes=10)
    assert reader.fetches_again() == 304
    cancel(world, first)
    assert reader.fetches_again() == 200
    found = reader.sees(sip, ("Inställt: Vinter; åäö, “citat”", "20260324T090000"), *meetings)
    assert found[1]["status"] == "CANCELLED"
    assert found[1]["free"]

    with world.writer() as session:
        session.execute(update(CalendarFeed).values(revoked_at=world.now))
        session.commit()
    assert reader.fetches_again() == 404


def _into_a_series(world: World, meeting: int) -> None:
    """Make a meeting an occurrence that was moved from its place in a recurring event."""
    with world.writer() as session:
        kept = session.get_one(Meeting, meeting)
        series = MeetingSeries(
            association_id=kept.association_id,
            agreement_id=kept.agreement_id,
            kind=kept.kind,
            title=kept.title,
            rrule="FREQ=MONTHLY;BYDAY=-1TU;COUNT=4",
            starts_at=datetime.combine(kept.starts_at, time(7), kept.starts_at.tzinfo),
            minutes=kept.minutes,
            uid="serie@atagande.example",
            created_by_id=kept.created_by_id,
            created_at=world.now,
        )
        session.add(series)
        session.flush()
        kept.series_id, kept.recurrence_at = series.id, series.starts_at
        session.commit()
