"""Published calendars: added on a page, fetched by the job, and nothing but moments kept."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.civil_time import local_time
from atagande_calendar.common_time.calendars import MOST_CALENDARS, PAUSE
from atagande_calendar.common_time.models import BusySpan, CalendarState, PublishedCalendar
from atagande_calendar.common_time.reading import read
from atagande_plugin.fetching import Door
from atagande_plugin.jobs import calendars as calendars_job
from atagande_plugin.jobs.calendars import door_of, refresh
from atagande_plugin.jobs.scheduler import JOBS
from atagande_plugin.tables import metadata
from support.raw_server import Server, serving
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CONVENER,
    World,
)

PAGE = "/mina-kalendrar"
ADDRESS = "https://kalender.example/hemlig-nyckel/a.ics"
MARK = "MARKERADHEMLIGHET"
DOOR = Door(loopback=True)

CALENDAR = f"""BEGIN:VCALENDAR\r
PRODID:{MARK}\r
X-WR-CALNAME:{MARK}\r
BEGIN:VEVENT\r
UID:{MARK}\r
SUMMARY:{MARK} möte med\r
 {MARK}\r
LOCATION:{MARK}\r
DESCRIPTION:{MARK}\r
ATTENDEE;CN={MARK}:mailto:{MARK}@example.org\r
DTSTART;TZID=Europe/Stockholm:20260324T090000\r
DTEND;TZID=Europe/Stockholm:20260324T100000\r
END:VEVENT\r
END:VCALENDAR\r
""".encode()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def kept(world: World) -> list[PublishedCalendar]:
    with world.services.reader() as session:
        return list(session.scalars(select(PublishedCalendar).order_by(PublishedCalendar.id)))


def spans(world: World) -> list[tuple[datetime, datetime]]:
    with world.services.reader() as session:
        rows = session.execute(
            select(BusySpan.starts_at, BusySpan.ends_at).order_by(BusySpan.starts_at)
        )
        return [(row.starts_at, row.ends_at) for row in rows]


def add(world: World, address: str, by: str = FK, **more: str) -> int:
    """Add an address as the page does; the world's door keeps loopback out, so it is put in."""
    answer = world.client(by).post(PAGE, {"address": ADDRESS, **more})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with world.writer() as session:
        calendar = session.scalars(
            select(PublishedCalendar).order_by(PublishedCalendar.id.desc())
        ).first()
        assert calendar is not None
        calendar.address = address
        session.commit()
        return calendar.id


def whole_database(world: World) -> str:
    with world.services.reader() as session:
        return "\n".join(
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in session.execute(select(table))
        )


def test_what_was_published_is_fetched_within_minutes_and_shown(
    world: World, server: Server
) -> None:
    add(world, server.says("/a.ics", CALENDAR, ETag='"v1"'))
    assert "Hämtas snart" in text_of(world.client(FK).get(PAGE))
    assert refresh(world.services, DOOR) == {"read": 1, "failed": 0}
    day = date(2026, 3, 24)
    assert spans(world) == [(local_time(day, time(9)), local_time(day, time(10)))]
    page = text_of(world.client(FK).get(PAGE))
    assert "Läst" in page
    assert "127.0.0.1" in page
    assert kept(world)[0].etag == '"v1"'


def test_no_text_of_a_fetched_calendar_is_kept_shown_or_logged(
    world: World, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("atagande").propagate = True
    try:
        add(world, server.says("/a.ics", CALENDAR, ETag='"v1"'))
        broken = CALENDAR.replace(b"END:VEVENT", f"RRULE:{MARK}\r\nEND:VEVENT".encode())
        add(world, server.says("/b.ics", broken), by=CLINIC_CHIEF)
        add(world, server.says("/c.ics", b"", status=f"500 {MARK}"), by=CONVENER)
        assert refresh(world.services, DOOR) == {"read": 1, "failed": 2}
    finally:
        logging.getLogger("atagande").propagate = False
    assert MARK not in whole_database(world)
    logged = "\n".join(json.dumps(record.__dict__, default=str) for record in caplog.records)
    assert MARK not in logged
    assert "/a.ics" not in logged
    people = [world.client(email).get(PAGE) for email in (FK, CLINIC_CHIEF, CONVENER)]
    assert not [page for page in people if MARK in page.get_data(as_text=True)]
    number = kept(world)[0].person_id
    found = world.client(ADMINISTRATOR).get(
        f"/gemensam-tid?people={number}&first=2026-03-24&last=2026-03-24&sida=2"
    )
    assert "Upptagen: 1" in text_of(found)
    assert MARK not in found.get_data(as_text=True)


def test_a_calendar_is_asked_for_at_most_once_an_hour(world: World, server: Server) -> None:
    add(world, server.says("/a.ics", CALENDAR))
    for _ in range(3):
        refresh(world.services, DOOR)
    assert len(server.requests) == 1
    world.now += PAUSE
    refresh(world.services, DOOR)
    assert len(server.requests) == 2
    assert JOBS["calendars"][0] <= 3600


def test_what_is_unchanged_stays_and_is_believed_again(world: World, server: Server) -> None:
    add(world, server.says("/a.ics", CALENDAR, ETag='"v1"'))
    refresh(world.services, DOOR)
    before = spans(world)
    server.says("/a.ics", b"", status="304 Not Modified")
    world.now += PAUSE
    assert refresh(world.services, DOOR) == {"read": 1, "failed": 0}
    assert 'If-None-Match: "v1"' in server.requests[1]
    assert spans(world) == before
    assert kept(world)[0].fetched_at == world.now


def test_all_is_wanted_again_when_what_is_kept_no_longer_reaches(
    world: World, server: Server
) -> None:
    add(world, server.says("/a.ics", CALENDAR, ETag='"v1"'))
    refresh(world.services, DOOR)
    world.now += timedelta(days=20)
    refresh(world.services, DOOR)
    assert "If-None-Match" not in server.requests[1]


def test_a_fault_is_said_in_words_and_what_was_kept_waits(world: World, server: Server) -> None:
    add(world, server.says("/a.ics", CALENDAR))
    refresh(world.services, DOOR)
    server.says("/a.ics", b"", status="404 Not Found")
    world.now += PAUSE
    assert refresh(world.services, DOOR) == {"read": 0, "failed": 1}
    (calendar,) = kept(world)
    assert (calendar.state, calendar.last_error) == (CalendarState.FAILED, "not_found")
    page = text_of(world.client(FK).get(PAGE))
    assert "Gick inte att läsa" in page
    assert "Publicera den igen." in page
    server.says("/a.ics", CALENDAR)
    world.now += PAUSE
    refresh(world.services, DOOR)
    assert kept(world)[0].state is CalendarState.READ


def test_one_that_fails_does_not_stop_the_next(world: World, server: Server) -> None:
    add(world, server.says("/a.ics", b"<html>"))
    add(world, server.says("/b.ics", CALENDAR), by=CLINIC_CHIEF)
    assert refresh(world.services, DOOR) == {"read": 1, "failed": 1}
    assert kept(world)[0].last_error == "no_calendar"


def test_a_calendar_that_was_removed_while_it_was_fetched(world: World, server: Server) -> None:
    number = add(world, server.address + "/a.ics")

    def remove(sock: Any) -> None:
        world.client(FK).post(f"{PAGE}/{number}/ta-bort")
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + CALENDAR)

    server.answers["/a.ics"] = remove
    refresh(world.services, DOOR)
    assert (kept(world), spans(world)) == ([], [])


def test_in_service_the_job_never_reaches_this_machine(world: World, server: Server) -> None:
    add(world, server.says("/a.ics", CALENDAR))
    assert not door_of(world.settings).loopback
    assert refresh(world.services) == {"read": 0, "failed": 1}
    assert server.requests == []
    assert kept(world)[0].last_error == "not_https"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://kalender.example/a.ics", "https"),
        ("https://10.0.0.1/a.ics", "slutet nät"),
        ("https://127.0.0.1/a.ics", "slutet nät"),
        ("https://user:pass@kalender.example/", "inte hel"),
        ("kalender", "inte hel"),
        ("", "Fyll i"),
        (f"https://kalender.example/{'a' * 1000}", "för lång"),
    ],
)
def test_an_address_that_is_never_fetched_is_refused_in_words(
    sqlite_world: World, address: str, said: str
) -> None:
    answer = sqlite_world.client(FK).post(PAGE, {"address": address})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert kept(sqlite_world) == []


def test_an_address_is_shown_to_nobody_and_stands_in_no_history(world: World) -> None:
    world.client(FK).post(PAGE, {"address": ADDRESS})
    again = world.client(FK).post(PAGE, {"address": ADDRESS})
    assert again.status_code == 409
    for page in (again, world.client(FK).get(PAGE), world.client(ADMINISTRATOR).get(PAGE)):
        assert "hemlig-nyckel" not in page.get_data(as_text=True)
    assert whole_database(world).count("hemlig-nyckel") == 1, "in its own row and nowhere else"


def test_webcal_is_read_as_https(sqlite_world: World) -> None:
    sqlite_world.client(FK).post(PAGE, {"address": ADDRESS.replace("https", "webcal")})
    assert kept(sqlite_world)[0].address == ADDRESS


def test_there_is_an_end_to_how_many_there_are(sqlite_world: World) -> None:
    for number in range(MOST_CALENDARS):
        answer = sqlite_world.client(FK).post(PAGE, {"address": f"{ADDRESS}?{number}"})
        assert answer.status_code == 303
    assert sqlite_world.client(FK).post(PAGE, {"address": ADDRESS}).status_code == 422


def test_everyone_keeps_their_own_and_the_administrator_the_units(world: World) -> None:
    unit = "psykosmottagningen"
    assert world.client(FK).post(PAGE, {"address": ADDRESS, "unit": unit}).status_code == 404
    done = world.client(ADMINISTRATOR).post(PAGE, {"address": ADDRESS, "unit": unit})
    assert done.status_code == 303
    world.client(FK).post(PAGE, {"address": f"{ADDRESS}?fk"})
    of_unit, of_fk = (one.id for one in kept(world))
    assert "kalender.example" in text_of(world.client(ADMINISTRATOR).get(PAGE))
    assert "kalender.example" not in text_of(world.client(OTHER_CONVENER).get(PAGE))
    for who, number in ((FK, of_unit), (OTHER_CONVENER, of_fk), (ADMINISTRATOR, of_fk)):
        assert world.client(who).post(f"{PAGE}/{number}/ta-bort").status_code == 404
    assert world.client(ADMINISTRATOR).post(f"{PAGE}/{of_unit}/ta-bort").status_code == 303
    assert world.client(FK).post(f"{PAGE}/{of_fk}/ta-bort").status_code == 303
    assert kept(world) == []


def test_removing_a_calendar_removes_all_that_was_fetched(world: World, server: Server) -> None:
    number = add(world, server.says("/a.ics", CALENDAR))
    refresh(world.services, DOOR)
    assert spans(world)
    world.client(FK).post(f"{PAGE}/{number}/ta-bort")
    assert (kept(world), spans(world)) == ([], [])


def test_a_calendar_too_old_to_be_believed_says_so(world: World, server: Server) -> None:
    add(world, server.says("/a.ics", CALENDAR))
    refresh(world.services, DOOR)
    world.now = datetime(2026, 3, 5, tzinfo=UTC)
    assert "för gamla" in text_of(world.client(FK).get(PAGE))


def test_the_calendar_of_someone_who_has_left_is_not_fetched(world: World, server: Server) -> None:
    add(world, server.says("/a.ics", CALENDAR))
    with world.writer() as session:
        world.person(session, FK).active = False
        session.commit()
    assert refresh(world.services, DOOR) == {"read": 0, "failed": 0}
    assert server.requests == []


def test_a_calendar_that_something_breaks_on_does_not_stop_the_others(
    world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(world, server.says("/a.ics", b"BEGIN:VCALENDAR broken"))
    add(world, server.says("/b.ics", CALENDAR), by=CLINIC_CHIEF)

    def breaking(text: str, **frame: Any) -> Any:
        if "broken" in text:
            raise RuntimeError
        return read(text, **frame)

    monkeypatch.setattr(calendars_job, "read", breaking)
    assert refresh(world.services, DOOR) == {"read": 1, "failed": 1}
    assert [one.last_error for one in kept(world)] == ["crash", ""]
