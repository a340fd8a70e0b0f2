"""Holds: a slot that someone is booking is free to nobody else, for fifteen minutes."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import STOCKHOLM, local_time
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.slots.errors import NotOffered, SlotTaken
from atagande_calendar.slots.holds import (
    HOLD,
    forget_expired,
    held_until,
    hold_slot,
    make_room,
    release_hold,
)
from atagande_calendar.slots.models import ClinicHours, SlotClaim
from atagande_calendar.slots.queries import free_slots
from atagande_plugin import database
from atagande_plugin.jobs.scheduler import JOBS
from support.booking import book, plan
from support.world import CONVENER, OTHER_CONVENER, World

CLINIC = "sollentuna-mottagning"
PSYCHOSIS = "psykosmottagningen"
NINE, TEN = (local_time(date(2026, 3, 3), time(hour)) for hour in (9, 10))
MINUTE = timedelta(minutes=1)


def hold(
    world: World,
    session: Session,
    *,
    by: str = CONVENER,
    slot: datetime = NINE,
    unit: str = CLINIC,
    now: datetime | None = None,
) -> datetime:
    return hold_slot(
        session,
        unit=world.unit(session, unit),
        starts_at=slot,
        minutes=60,
        person=world.person(session, by),
        now=now or world.now,
    )


def claims(session: Session) -> list[SlotClaim]:
    return list(session.scalars(select(SlotClaim).order_by(SlotClaim.quarter_at)))


def first_free(
    world: World, session: Session, *, now: datetime | None = None, by: str | None = None
) -> datetime:
    now = now or world.now
    person_id = world.person(session, by).id if by else None
    clinic = world.unit(session, CLINIC).id
    return free_slots(session, clinic, after=now, limit=1, person_id=person_id)[0]


def test_a_held_slot_is_free_to_its_holder_only(world: World) -> None:
    with world.writer() as session:
        assert hold(world, session) == world.now + timedelta(minutes=15)
        assert first_free(world, session) == TEN
        assert first_free(world, session, by=OTHER_CONVENER) == TEN
        assert first_free(world, session, by=CONVENER) == NINE
        assert len(claims(session)) == 4


def test_a_hold_counts_until_its_last_moment_and_not_a_moment_longer(world: World) -> None:
    with world.writer() as session:
        ends = hold(world, session)
        assert first_free(world, session, now=ends - timedelta(microseconds=1)) == TEN
        assert first_free(world, session, now=ends) == NINE
        clinic, holder = world.unit(session, CLINIC).id, world.person(session, CONVENER).id
        facts: dict[str, Any] = {"unit_id": clinic, "starts_at": NINE, "person_id": holder}
        assert held_until(session, **facts, now=ends - MINUTE) == ends
        assert held_until(session, **facts, now=ends) is None


def test_a_new_hold_at_the_clinic_takes_the_place_of_the_old(world: World) -> None:
    with world.writer() as session:
        hold(world, session)
        hold(world, session, slot=TEN)
        assert first_free(world, session) == NINE
        hold(world, session, slot=local_time(date(2026, 3, 6), time(9)), unit=PSYCHOSIS)
        assert len(claims(session)) == 8, "another clinic's slot is a hold of its own"


def test_the_same_hold_again_begins_anew(world: World) -> None:
    with world.writer() as session:
        hold(world, session)
        later = world.now + timedelta(minutes=10)
        assert hold(world, session, now=later) == later + HOLD
        assert len(claims(session)) == 4


def test_another_who_wants_a_held_slot_is_offered_the_next_three(world: World) -> None:
    with world.writer() as session:
        hold(world, session)
        session.commit()
        with pytest.raises(SlotTaken) as held:
            hold(world, session, by=OTHER_CONVENER)
        session.rollback()
        with pytest.raises(SlotTaken) as booking:
            book(world, session, by=OTHER_CONVENER, slot=NINE)
        session.rollback()
        assert len(claims(session)) == 4
    for taken in (held, booking):
        assert [
            one.astimezone(STOCKHOLM).isoformat(" ", "minutes") for one in taken.value.free
        ] == [
            "2026-03-03 10:00+01:00",
            "2026-03-03 11:00+01:00",
            "2026-03-05 13:00+01:00",
        ]
        assert taken.value.held
        assert "håller på att boka" in taken.value.message


def test_what_is_booked_is_said_to_be_booked(world: World) -> None:
    with world.writer() as session:
        book(world, session, slot=NINE)
        session.commit()
        with pytest.raises(SlotTaken) as taken:
            hold(world, session, by=OTHER_CONVENER)
        session.rollback()
    assert not taken.value.held


def test_ones_own_hold_becomes_the_booking(world: World) -> None:
    with world.writer() as session:
        hold(world, session)
        sip = book(world, session, slot=NINE)
        assert {claim.meeting_id for claim in claims(session)} == {sip.meeting_id}
        assert sip.first_offered_at == NINE, "one's own hold was free to oneself"


def test_booking_another_slot_lets_ones_hold_there_go(world: World) -> None:
    with world.writer() as session:
        hold(world, session)
        book(world, session, slot=TEN)
        assert len(claims(session)) == 4
        assert first_free(world, session) == NINE


def test_an_expired_hold_stands_in_nobodys_way(world: World) -> None:
    later = world.now + HOLD
    with world.writer() as session:
        hold(world, session)
        hold(world, session, by=OTHER_CONVENER, now=later)
        assert len(claims(session)) == 4
        session.rollback()
        hold(world, session)
        book(world, session, by=OTHER_CONVENER, slot=NINE, now=later)
        assert all(claim.held_by_id is None for claim in claims(session))


def test_an_expired_hold_that_overlaps_goes_whole_enough(world: World) -> None:
    """The clinic moved its hours by half an hour while the hold ran."""
    with world.writer() as session:
        hold(world, session)
        hours = session.scalars(
            select(ClinicHours).where(
                ClinicHours.unit_id == world.unit(session, CLINIC).id, ClinicHours.weekday == 1
            )
        ).one()
        hours.opens = time(9, 30)
        session.flush()
        half = NINE + timedelta(minutes=30)
        with pytest.raises(SlotTaken):
            hold(world, session, by=OTHER_CONVENER, slot=half)
        later = world.now + HOLD
        hold(world, session, by=OTHER_CONVENER, slot=half, now=later)
        assert forget_expired(session, later) == 2
        assert len(claims(session)) == 4
        with pytest.raises(NotOffered):
            hold(world, session, now=later)


def test_a_hold_is_given_back(world: World) -> None:
    with world.writer() as session:
        hold(world, session)
        facts = {
            "unit_id": world.unit(session, CLINIC).id,
            "person_id": world.person(session, CONVENER).id,
        }
        other = facts | {"person_id": world.person(session, OTHER_CONVENER).id}
        assert not release_hold(session, **other)
        assert release_hold(session, **facts)
        assert not release_hold(session, **facts)
        assert first_free(world, session) == NINE


@pytest.mark.parametrize(
    "slot",
    [
        local_time(date(2026, 3, 2), time(9)),
        NINE + timedelta(minutes=15),
        local_time(date(2026, 3, 7), time(9)),
        local_time(date(2027, 3, 2), time(9)),
        datetime(2199, 12, 31, 23, 59, tzinfo=UTC),
    ],
)
def test_only_what_is_offered_is_held(sqlite_world: World, slot: datetime) -> None:
    with sqlite_world.writer() as session, pytest.raises(NotOffered):
        hold(sqlite_world, session, slot=slot)


def test_the_tidying_removes_what_has_run_out_and_nothing_else(world: World) -> None:
    with world.writer() as session:
        hold(world, session)
        hold(world, session, by=OTHER_CONVENER, slot=TEN, now=world.now + MINUTE)
        book(
            world,
            session,
            slot=local_time(date(2026, 3, 5), time(13)),
            by="enhetschef@sigtuna.example",
        )
        session.commit()
    world.now += HOLD
    assert JOBS["tidy"][1](world.services)["removed"] >= 4
    with world.services.reader() as session:
        left = claims(session)
        assert len(left) == 8
        assert sum(claim.meeting_id is not None for claim in left) == 4


def test_the_database_lets_a_person_hold_one_slot_at_a_clinic(world: World) -> None:
    with world.writer() as session:
        hold(world, session)
        held = claims(session)[0]
        session.add(
            SlotClaim(
                unit_id=held.unit_id,
                quarter_at=TEN,
                held_by_id=held.held_by_id,
                held_part=0,
                held_until=held.held_until,
            )
        )
        with pytest.raises(IntegrityError):
            session.flush()


@pytest.mark.parametrize("what", ["both", "neither"])
def test_the_database_lets_a_claim_be_a_booking_or_a_hold(world: World, what: str) -> None:
    with world.writer() as session:
        meeting = plan(world, session).id
        claim = SlotClaim(
            unit_id=world.unit(session, CLINIC).id,
            quarter_at=NINE,
            meeting_id=meeting if what == "both" else None,
        )
        if what == "both":
            claim.held_by_id = world.person(session, CONVENER).id
            claim.held_part, claim.held_until = 0, NINE
        session.add(claim)
        with pytest.raises(IntegrityError):
            session.flush()


def test_making_room_touches_no_booking_and_no_ones_running_hold(world: World) -> None:
    with world.writer() as session:
        book(world, session, slot=NINE)
        hold(world, session, by=OTHER_CONVENER, slot=TEN)
        make_room(
            session,
            unit_id=world.unit(session, CLINIC).id,
            starts_at=NINE,
            minutes=120,
            person_id=world.person(session, CONVENER).id,
            now=world.now,
        )
        assert session.scalar(select(func.count()).select_from(SlotClaim)) == 8
        assert session.scalar(select(func.count()).select_from(Meeting)) == 1
        session.execute(delete(SlotClaim))


def test_an_older_edition_of_the_database_keeps_the_bookings(world: World) -> None:
    with world.writer() as session:
        book(world, session, slot=NINE)
        hold(world, session, by=OTHER_CONVENER, slot=TEN)
        session.commit()
    world.services.engine.dispose()
    database.downgrade(world.settings.database_url, "0020")
    database.upgrade(world.settings.database_url)
    with world.services.reader() as session:
        left = claims(session)
    assert len(left) == 4
    assert all(claim.meeting_id is not None for claim in left)
