"""A clinic's free slots: its hours, without weekends, holidays, closures and what is taken."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import STOCKHOLM, is_working_day, local_date, local_time
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.slots.models import ClinicClosure, ClinicHours, SlotClaim
from atagande_calendar.slots.queries import free_slots, free_slots_of, is_offered, quarters
from support.booking import book, plan
from support.queries import count_queries
from support.world import World

CLINIC = "sollentuna-mottagning"
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


def local(slots: list[datetime]) -> list[str]:
    return [f"{slot.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}" for slot in slots]


def unit_id(world: World, session: Session) -> int:
    return world.unit(session, CLINIC).id


def test_slots_are_the_hours_cut_into_sixty_minutes(world: World) -> None:
    with world.services.reader() as session:
        found = free_slots(session, unit_id(world, session), after=MONDAY, limit=7)
    assert local(found) == [
        "2026-03-03 09:00",
        "2026-03-03 10:00",
        "2026-03-03 11:00",
        "2026-03-05 13:00",
        "2026-03-05 14:00",
        "2026-03-05 15:00",
        "2026-03-10 09:00",
    ]


def test_a_slot_that_has_begun_is_not_free(world: World) -> None:
    ten = local_time(date(2026, 3, 3), time(10))
    with world.services.reader() as session:
        found = free_slots(session, unit_id(world, session), after=ten, limit=1)
    assert local(found) == ["2026-03-03 11:00"]


def test_hours_that_hold_no_whole_slot_give_none(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        clinic = unit_id(sqlite_world, session)
        session.add(
            ClinicHours(
                unit_id=clinic,
                weekday=4,
                opens=time(9),
                closes=time(10, 45),
                valid_from=date(2026, 1, 1),
            )
        )
        session.flush()
        friday = free_slots(
            session, clinic, after=local_time(date(2026, 3, 6), time()), until=date(2026, 3, 6)
        )
    assert local(friday) == ["2026-03-06 09:00"]


def test_weekends_and_swedish_holidays_have_no_slots(world: World) -> None:
    with world.writer() as session:
        clinic = unit_id(world, session)
        session.add_all(
            ClinicHours(
                unit_id=clinic,
                weekday=weekday,
                opens=time(8),
                closes=time(9),
                valid_from=date(2025, 1, 1),
            )
            for weekday in range(5)
        )
        session.flush()
        found = free_slots(session, clinic, after=MONDAY, until=date(2026, 12, 31))
    days = {local_date(slot) for slot in found}
    holidays = [
        date(2026, 4, 3),  # Good Friday
        date(2026, 4, 6),  # Easter Monday
        date(2026, 5, 1),
        date(2026, 5, 14),  # Ascension Day
        date(2026, 6, 19),  # Midsummer Eve
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 31),
    ]
    assert days.isdisjoint(holidays)
    assert all(is_working_day(day) for day in days)
    assert {date(2026, 4, 2), date(2026, 4, 7), date(2026, 12, 23)} <= days


def test_a_closed_clinic_has_no_slots_from_the_first_to_the_last_day(world: World) -> None:
    with world.writer() as session:
        clinic = unit_id(world, session)
        session.add(
            ClinicClosure(unit_id=clinic, first_on=date(2026, 3, 5), last_on=date(2026, 3, 10))
        )
        session.flush()
        found = free_slots(session, clinic, after=MONDAY, limit=4)
        assert not is_offered(session, clinic, local_time(date(2026, 3, 10), time(9)))
        assert is_offered(session, clinic, local_time(date(2026, 3, 12), time(13)))
    assert local(found)[2:] == ["2026-03-03 11:00", "2026-03-12 13:00"]


def test_nine_stays_nine_over_both_clock_changes(world: World) -> None:
    with world.services.reader() as session:
        clinic = unit_id(world, session)
        found = free_slots(session, clinic, after=MONDAY, until=date(2026, 11, 10))
        for day in (date(2026, 3, 24), date(2026, 3, 31), date(2026, 10, 20), date(2026, 10, 27)):
            assert is_offered(session, clinic, local_time(day, time(9)))
    tuesdays = {
        local_date(slot): slot.hour for slot in found if slot.astimezone(STOCKHOLM).hour == 9
    }
    # 29 March and 25 October 2026: Stockholm is one hour ahead of UTC in winter, two in summer.
    assert (tuesdays[date(2026, 3, 24)], tuesdays[date(2026, 3, 31)]) == (8, 7)
    assert (tuesdays[date(2026, 10, 20)], tuesdays[date(2026, 10, 27)]) == (7, 8)


def test_new_hours_apply_from_their_day_and_overlaps_give_each_slot_once(world: World) -> None:
    with world.writer() as session:
        clinic = unit_id(world, session)
        session.add(
            ClinicHours(
                unit_id=clinic,
                weekday=1,
                opens=time(8),
                closes=time(11),
                valid_from=date(2026, 3, 10),
            )
        )
        session.flush()
        found = local(free_slots(session, clinic, after=MONDAY, until=date(2026, 3, 10)))
    assert "2026-03-03 08:00" not in found
    assert found[-4:] == [
        "2026-03-10 08:00",
        "2026-03-10 09:00",
        "2026-03-10 10:00",
        "2026-03-10 11:00",
    ]
    assert found == sorted(set(found))


def test_a_booked_slot_is_gone_for_that_clinic_only(world: World) -> None:
    nine = local_time(date(2026, 3, 3), time(9))
    with world.writer() as session:
        book(world, session, slot=nine)
        clinic = unit_id(world, session)
        other = world.unit(session, "psykosmottagningen").id
        found = free_slots_of(session, [clinic, other], after=MONDAY, limit=1)
        assert is_offered(session, clinic, nine), "offered, and taken"
    assert local(found[clinic]) == ["2026-03-03 10:00"]
    assert local(found[other]) == ["2026-03-06 09:00"]


def test_the_database_lets_a_quarter_be_claimed_once(world: World) -> None:
    with world.writer() as session:
        first = plan(world, session)
        second = plan(world, session)
        clinic = unit_id(world, session)
        session.add(SlotClaim(unit_id=clinic, quarter_at=MONDAY, meeting_id=first.id))
        session.flush()
        session.add(SlotClaim(unit_id=clinic, quarter_at=MONDAY, meeting_id=second.id))
        with pytest.raises(IntegrityError):
            session.flush()


def test_a_meeting_covers_every_quarter_it_touches() -> None:
    start = datetime(2026, 3, 3, 8, 10, tzinfo=UTC)
    assert [one.strftime("%H:%M") for one in quarters(start, 60)] == [
        "08:00",
        "08:15",
        "08:30",
        "08:45",
        "09:00",
    ]
    assert len(quarters(datetime(2026, 3, 3, 8, tzinfo=UTC), 60)) == 4


def test_the_number_of_queries_does_not_grow_with_clinics_or_bookings(world: World) -> None:
    with world.writer() as session:
        nine = local_time(date(2026, 3, 3), time(9))
        for week in range(4):
            book(world, session, slot=nine + timedelta(weeks=week))
        session.commit()
    with world.services.reader() as session:
        keys = [world.unit(session, key).id for key in (CLINIC, "psykosmottagningen")]
        with count_queries(world.services.engine) as one:
            free_slots_of(session, keys[:1], after=MONDAY)
        with count_queries(world.services.engine) as two:
            free_slots_of(session, keys, after=MONDAY)
    assert len(one) == len(two) == 3
    assert Meeting.__tablename__ not in "".join(one)
