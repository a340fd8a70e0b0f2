"""Holds and bookings of the same slot at the same moment, and one that is killed half-way."""

import os
import signal
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.sip.models import Sip
from atagande_calendar.slots.holds import HOLD
from atagande_calendar.slots.models import ClinicHours, ClinicSchedule, SlotClaim
from support import slot_rivals
from support.rivals import PATIENCE, SLOT
from support.together import PROCESSES, at_once
from support.world import ADMINISTRATOR, CLINIC_CHIEF, CONVENER, OTHER_CONVENER, World

THIRD = "enhetschef@sigtuna.example"
FOURTH = "enhetschef@upplandsvasby.example"


def together(world: World, what: list[Any]) -> list[Any]:
    return at_once(
        slot_rivals.act_together, world.settings.database_url, world.now.isoformat(), what
    )


def rows(world: World, *where: Any) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(SlotClaim).where(*where)) or 0


def clear(losers: list[list[str]]) -> bool:
    """Tell whether each loser was offered three later slots."""
    return all(
        len(free) == 3 and SLOT.isoformat() < free[0] and free == sorted(free) for free in losers
    )


def people(world: World, count: int) -> list[str]:
    """Return the addresses of so many conveners, most of them new."""
    with world.writer() as session:
        like = world.person(session, CONVENER)
        made = [f"rival{number}@upplandsvasby.example" for number in range(count)]
        for email in made:
            session.add(
                type(like)(
                    association_id=like.association_id,
                    organisation_id=like.organisation_id,
                    unit_id=like.unit_id,
                    name="Prov Person",
                    email=email,
                    created_at=world.now,
                )
            )
        session.commit()
    return made


def test_of_twenty_who_hold_the_same_slot_one_gets_it(world: World) -> None:
    outcomes = together(world, [("hold", email, 0) for email in people(world, 20)])
    losers = [free for kind, free in outcomes if kind == "slot_taken"]
    assert len(losers) == 19
    assert clear(losers)
    assert rows(world) == rows(world, SlotClaim.held_by_id.is_not(None)) == 4


def test_of_ten_who_hold_and_ten_who_book_the_same_slot_one_gets_it(world: World) -> None:
    found = people(world, 20)
    what = [("hold" if number % 2 else "book", email, 0) for number, email in enumerate(found)]
    outcomes = together(world, what)
    losers = [free for kind, free in outcomes if kind == "slot_taken"]
    assert len(losers) == 19
    assert clear(losers)
    assert rows(world) == 4
    with world.services.reader() as session:
        booked = session.scalar(select(func.count()).select_from(Sip))
        assert booked == session.scalar(select(func.count()).select_from(Meeting))
    won = next(
        deed
        for (deed, _who, _hour), (kind, _free) in zip(what, outcomes, strict=True)
        if kind == "done"
    )
    assert booked == (won == "book")


def test_one_person_who_holds_many_slots_at_once_ends_with_one(world: World) -> None:
    what = [("hold", CONVENER, number % 3) for number in range(6)]
    outcomes = together(world, what)
    assert [kind for kind, _free in outcomes] == ["done"] * 6
    assert rows(world) == 4


def test_of_many_who_book_a_slot_whose_hold_ran_out_one_gets_it(world: World) -> None:
    with world.writer() as session:
        slot_rivals.act(session, ("hold", CONVENER, 0), world.now.isoformat())
        session.commit()
    world.now += HOLD
    outcomes = together(world, [("book", email, 0) for email in people(world, 6)])
    losers = [free for kind, free in outcomes if kind == "slot_taken"]
    assert len(losers) == 5
    assert clear(losers)
    assert rows(world) == 4
    assert rows(world, SlotClaim.meeting_id.is_not(None)) == 4


def test_of_many_who_set_a_clinics_hours_at_once_one_edition_stands(world: World) -> None:
    """The hours of each overlap the others', which no constraint could tell on both databases."""
    what = [("hours", (CLINIC_CHIEF, ADMINISTRATOR)[number % 2], number % 3) for number in range(6)]
    outcomes = together(world, what)
    assert sorted(kind for kind, _free in outcomes) == ["done", *["stale"] * 5]
    with world.services.reader() as session:
        made = (
            select(func.count())
            .select_from(ClinicHours)
            .where(ClinicHours.valid_from == date(2026, 3, 9))
        )
        assert session.scalar(made) == 1
        assert session.scalars(select(ClinicSchedule.version)).one() == 1


@pytest.mark.parametrize("_time", range(3))
def test_who_closes_a_day_is_told_of_what_is_booked_at_that_moment(
    world: World, _time: int
) -> None:
    what = [("close", CLINIC_CHIEF, 0), ("book", CONVENER, 0)]
    closed, booked = (kind for kind, _free in together(world, what))
    assert (closed, booked) in {
        ("hours_meetings_stand", "done"),
        ("done", "slot_not_offered"),
    }


def test_those_who_swap_slots_at_once_never_wait_for_each_other_in_a_ring(world: World) -> None:
    """Each holds what another wants: locks taken in different orders would be a deadlock."""
    with world.writer() as session:
        for number, email in enumerate((CONVENER, OTHER_CONVENER, THIRD)):
            slot_rivals.act(session, ("hold", email, number), world.now.isoformat())
        session.commit()
    what = [
        ("hold", CONVENER, 1),
        ("hold", OTHER_CONVENER, 2),
        ("hold", THIRD, 0),
        ("book", FOURTH, 0),
    ]
    outcomes = together(world, what)
    assert {kind for kind, _free in outcomes} <= {"done", "slot_taken"}
    assert rows(world) in {12, 16}


@pytest.mark.parametrize(
    ("deed", "writes"), [("hold", 1), ("hold", 2), ("book", 1), ("book", 3), ("book", 6)]
)
def test_one_who_is_killed_half_way_leaves_the_slot_as_it_was(
    world: World, deed: str, writes: int
) -> None:
    with world.writer() as session:
        slot_rivals.act(session, ("hold", CONVENER, 1), world.now.isoformat())
        session.commit()
    stopped = PROCESSES.Event()
    child = PROCESSES.Process(
        target=slot_rivals.act_and_stop_after,
        args=(
            world.settings.database_url,
            world.now.isoformat(),
            (deed, CONVENER, 0),
            writes,
            stopped,
        ),
    )
    child.start()
    assert stopped.wait(PATIENCE), "it did not come that far"
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join(PATIENCE)
    with world.services.reader() as session:
        left = set(session.scalars(select(SlotClaim.quarter_at)))
        assert min(left) > SLOT, "its old hold is whole, and nothing of the new one is there"
        assert len(left) == 4
        for table in (Meeting, Sip, OutboxMessage):
            assert session.scalar(select(func.count()).select_from(table)) == 0
    # The clinic is not locked either: the next one gets the slot.
    with world.writer() as session:
        slot_rivals.act(session, ("book", OTHER_CONVENER, 0), world.now.isoformat())
        session.commit()
    assert rows(world) == 8
