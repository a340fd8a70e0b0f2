"""Finding a common time: free, busy and unknown, and nothing of why."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.civil_time import local_time
from atagande_calendar.common_time import calendars
from atagande_calendar.common_time.models import BusySpan, CalendarState, PublishedCalendar
from atagande_calendar.common_time.reading import Busy
from atagande_calendar.common_time.search import Availability, Found
from atagande_calendar.common_time.sources import Wanted, best_times
from atagande_calendar.invitations.models import Invitation, Partstat
from support.booking import booked, plan, published
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    READER,
    STEERING,
    World,
)

DAY = date(2026, 3, 24)
SECRET = "HEMLIGRUBRIK"


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return local_time(day, time(hour, minute))


def number_of(world: World, email: str) -> int:
    with world.services.reader() as session:
        return world.person(session, email).id


def unit_of(world: World, key: str) -> int:
    with world.services.reader() as session:
        return world.unit(session, key).id


def found(
    world: World, *emails: str, units: tuple[str, ...] = (), clinic: str = "", **facts: Any
) -> Found:
    wanted = {
        "people": [number_of(world, email) for email in emails],
        "units": [unit_of(world, key) for key in units],
        "clinic": unit_of(world, clinic) if clinic else None,
        "minutes": 60,
        "first": DAY,
        "last": DAY,
    }
    with world.services.reader() as session:
        return best_times(session, Wanted(**(wanted | facts)), limit=200, now=world.now)


def states(shown: Found, hour: int, minute: int = 0) -> tuple[Availability, ...]:
    """Return what is known of each at one start."""
    return next(one.answers for one in shown.times if one.starts_at == at(hour, minute))


def publish_calendar(
    world: World,
    owner: str,
    *spans: tuple[datetime, datetime],
    until: datetime | None = None,
    address: str = "https://kalender.example/a.ics",
) -> int:
    """Give a person (by address) or a unit (by key) a calendar that has been read."""
    with world.writer() as session:
        whose = world.person(session, owner) if "@" in owner else world.unit(session, owner)
        calendar = calendars.add_calendar(
            session,
            address=address,
            owner=whose,
            person=world.person(session, ADMINISTRATOR),
            now=world.now,
        )
        covers = until or world.now + timedelta(days=200)
        busy = Busy(tuple(spans), world.now - timedelta(hours=8), covers)
        calendars.keep_read(session, number=calendar.id, busy=busy, etag="", now=world.now)
        session.commit()
        return calendar.id


FREE, BUSY, UNKNOWN = (Availability.FREE,), (Availability.BUSY,), (Availability.UNKNOWN,)


def test_without_a_calendar_someone_is_unknown_and_not_free(world: World) -> None:
    shown = found(world, FK)
    assert {one.answers for one in shown.times} == {UNKNOWN}
    assert [one.starts_at for one in shown.times] == [
        at(8) + number * timedelta(minutes=30) for number in range(17)
    ]


def test_own_meetings_are_busy_until_they_are_declined_or_called_off(world: World) -> None:
    meeting = published(world)
    assert states(found(world, FK), 9) == BUSY
    assert states(found(world, FK), 8, 30) == BUSY
    assert states(found(world, FK), 11) == UNKNOWN
    with world.writer() as session:
        invitation = session.scalars(
            select(Invitation).where(Invitation.meeting_id == meeting, Invitation.email == FK)
        ).one()
        invitation.partstat = Partstat.DECLINED
        invitation.answered_at = world.now
        session.commit()
    assert states(found(world, FK), 9) == UNKNOWN
    assert states(found(world, AF), 9) == BUSY


def test_a_draft_takes_no_time(world: World) -> None:
    with world.writer() as session:
        plan(world, session)
        session.commit()
    assert states(found(world, FK), 9) == UNKNOWN


def test_a_published_calendar_tells_free_from_busy(world: World) -> None:
    publish_calendar(world, FK, (at(9), at(10, 5)))
    shown = found(world, FK)
    assert [states(shown, *clock) for clock in ((8, 0), (8, 30), (9, 0), (10, 0), (10, 30))] == [
        FREE,
        BUSY,
        BUSY,
        BUSY,
        FREE,
    ]


def test_what_a_calendar_does_not_reach_is_unknown(world: World) -> None:
    publish_calendar(world, FK, (at(15), at(16)), until=at(12))
    shown = found(world, FK)
    assert states(shown, 11) == FREE
    assert states(shown, 11, 30) == UNKNOWN
    assert states(shown, 15) == BUSY


def test_a_failed_or_old_calendar_is_unknown_again(world: World) -> None:
    number = publish_calendar(world, FK, (at(9), at(10)))
    with world.writer() as session:
        calendars.keep_failed(session, number=number, code="not_found")
        session.commit()
    assert states(found(world, FK), 9) == UNKNOWN
    with world.writer() as session:
        calendars.keep_read(session, number=number, busy=None, etag="", now=world.now)
        session.commit()
    assert states(found(world, FK), 9) == BUSY
    world.now += timedelta(days=2)
    assert states(found(world, FK), 9) == UNKNOWN


def test_someone_with_two_calendars_is_free_when_both_say_so(world: World) -> None:
    publish_calendar(world, FK, (at(9), at(10)))
    second = publish_calendar(world, FK, (at(13), at(14)), address="https://kalender.example/b.ics")
    shown = found(world, FK)
    assert [states(shown, hour) for hour in (9, 11, 13)] == [BUSY, FREE, BUSY]
    with world.writer() as session:
        calendars.keep_failed(session, number=second, code="timeout")
        session.commit()
    shown = found(world, FK)
    assert [states(shown, hour) for hour in (9, 11, 13)] == [BUSY, UNKNOWN, UNKNOWN]


def test_a_unit_has_a_calendar_of_its_own(world: World) -> None:
    publish_calendar(world, "psykosmottagningen", (at(9), at(10)))
    shown = found(world, units=("psykosmottagningen", "sollentuna-mottagning"))
    assert states(shown, 9) == (Availability.BUSY, Availability.UNKNOWN)
    assert states(shown, 10) == (Availability.FREE, Availability.UNKNOWN)


def test_a_chosen_clinic_leaves_only_its_free_slots(world: World) -> None:
    day = date(2026, 3, 10)
    open_times = found(world, FK, clinic="sollentuna-mottagning", first=day, last=day)
    assert open_times.times
    assert {one.answers[-1] for one in open_times.times} == {Availability.FREE}
    slot = open_times.times[0].starts_at
    booked(world, slot=slot)
    left = found(world, FK, clinic="sollentuna-mottagning", first=day, last=day)
    assert slot not in {one.starts_at for one in left.times}


def test_nobody_busy_comes_before_fewer_unknown_before_earlier(world: World) -> None:
    publish_calendar(world, FK, (at(8), at(12)))
    publish_calendar(world, AF, (at(16), at(17)), address="https://kalender.example/b.ics")
    times = found(world, FK, AF, CLINIC_CHIEF).times
    assert times[0].starts_at == at(12)
    assert times[0].answers == (Availability.FREE, Availability.FREE, Availability.UNKNOWN)
    busy = [one.number(Availability.BUSY) for one in times]
    assert busy == sorted(busy)


def test_times_that_have_been_are_not_proposed(world: World) -> None:
    world.now = at(10, 10)
    assert found(world, FK).times[0].starts_at == at(10, 30)


@pytest.mark.parametrize("first", [date(2026, 3, 27), date(2026, 10, 23)])
def test_working_hours_are_the_same_on_both_sides_of_a_clock_change(
    world: World, first: date
) -> None:
    world.now = local_time(first, time(6))
    with world.services.reader() as session:
        wanted = Wanted([number_of(world, FK)], [], None, 60, first, first + timedelta(days=4))
        shown = best_times(session, wanted, limit=200, now=world.now)
    expected = {
        local_time(day, time(8))
        for day in (first, first + timedelta(days=3), first + timedelta(days=4))
    }
    starts = {one.starts_at for one in shown.times}
    assert expected <= starts
    assert len(starts) == 3 * 17


def path(world: World, *emails: str, **more: str) -> str:
    people = "&".join(f"people={number_of(world, email)}" for email in emails)
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/gemensam-tid?{people}{rest}&first={DAY}&last={DAY}"


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@pytest.mark.parametrize("who", [ADMINISTRATOR, CONVENER])
def test_the_page_says_free_busy_and_unknown_in_words(world: World, who: str) -> None:
    publish_calendar(world, AF, (at(13), at(14)))
    published(world, title=SECRET)
    shown = world.client(who).get(path(world, FK, AF, clinic="", minutes="60"))
    assert shown.status_code == 200
    words = text_of(shown)
    for word in ("Ledig: 1", "Okänt: 1", "tisdag 24 mars 2026 kl. 08.00–09.00"):
        assert word in words
    assert SECRET not in words
    later = text_of(world.client(who).get(path(world, FK, AF, sida="2")))
    assert "Upptagen: 2" in later
    assert SECRET not in later


def test_a_sip_is_busy_and_nothing_else_to_the_association(world: World) -> None:
    day = date(2026, 3, 10)
    free = found(world, clinic="sollentuna-mottagning", first=day, last=day)
    booked(world, slot=free.times[0].starts_at)
    number = number_of(world, CLINIC_CHIEF)
    shown = world.client(ADMINISTRATOR).get(
        f"/gemensam-tid?people={number}&first=2026-03-10&last=2026-03-10&sida=2"
    )
    results = text_of(shown).partition("De bästa tiderna")[2].partition("Sök igen")[0]
    assert "Upptagen: 1" in results
    for secret in ("SIP", "Samverkansmöte", "ref "):
        assert secret not in results


def test_nothing_chosen_shows_the_form_and_an_error_says_what_to_do(sqlite_world: World) -> None:
    visitor = sqlite_world.client(ADMINISTRATOR)
    assert "Vilka ska mötas?" in text_of(visitor.get("/gemensam-tid"))
    empty = visitor.get("/gemensam-tid?minutes=60")
    assert empty.status_code == 422
    assert "Ingen är vald" in text_of(empty)
    for query in (
        "&minutes=7",
        "&minutes=x",
        "&first=2020-01-01",
        "&first=2026-03-24&last=2026-03-23",
        "&last=2027-03-24",
        "&first=9999-12-31",
    ):
        answer = visitor.get(f"/gemensam-tid?people={number_of(sqlite_world, FK)}{query}")
        assert answer.status_code == 422, query


@pytest.mark.parametrize("query", ["people=999999", "units=finns-inte", "clinic=finns-inte"])
def test_what_is_not_ours_is_not_found(sqlite_world: World, query: str) -> None:
    assert sqlite_world.client(ADMINISTRATOR).get(f"/gemensam-tid?{query}").status_code == 404


@pytest.mark.parametrize("who", [STEERING, READER, CLINIC_CHIEF, FK])
def test_others_may_not_search(sqlite_world: World, who: str) -> None:
    visitor = sqlite_world.client(who)
    for address in ("/gemensam-tid", "/gemensam-tid/omrostningar"):
        assert visitor.get(address).status_code == 403


def test_the_page_asks_the_database_few_questions(sqlite_world: World) -> None:
    world = sqlite_world
    emails = (FK, AF, CLINIC_CHIEF, STEERING, CONVENER)
    for number, email in enumerate(emails):
        publish_calendar(
            world, email, (at(9), at(10)), address=f"https://kalender.example/{number}"
        )
    visitor = world.client(CONVENER)
    address = path(world, *emails, clinic="sollentuna-mottagning", units="psykosmottagningen")
    visitor.get(address)
    with count_queries(world.services.engine) as sent:
        assert visitor.get(address).status_code == 200
    assert len(sent) <= 12, sent


def test_of_a_fetched_calendar_only_moments_are_kept(world: World) -> None:
    publish_calendar(world, FK, (at(9), at(10)))
    assert {column.name for column in BusySpan.__table__.columns} == {
        "id",
        "association_id",
        "calendar_id",
        "starts_at",
        "ends_at",
    }
    with world.services.reader() as session:
        calendar = session.scalars(select(PublishedCalendar)).one()
        assert calendar.state is CalendarState.READ
