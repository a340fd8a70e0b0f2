"""Editing a clinic's hours: what is refused, what is said of booked meetings, what stays."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atagande_agreements.audit.queries import history
from atagande_agreements.civil_time import STOCKHOLM, local_time
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.parties.models import Role, RoleGrant
from atagande_agreements.parties.outside import add_outside_clinic
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.slots import errors, hours
from atagande_calendar.slots.hours import Edit, Hours
from atagande_calendar.slots.models import ClinicClosure, ClinicHours
from atagande_calendar.slots.queries import free_slots
from atagande_calendar.slots.schedule import DayState, edited_clinics, schedule_of
from support.booking import book
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    OTHER_CLINIC_CHIEF,
    STEERING,
    World,
)

CLINIC = "sollentuna-mottagning"
TODAY = date(2026, 3, 2)
MONDAY, TUESDAY, THURSDAY = 0, 1, 3
FAR = date(2031, 12, 31)


def edit(world: World, session: Session, by: str = CLINIC_CHIEF, **facts: Any) -> Edit:
    unit = world.unit(session, facts.pop("unit", CLINIC))
    version = facts.pop("version", schedule_of(session, unit.id, TODAY).version)
    return Edit(unit, world.person(session, by), version, world.now, **facts)


def some(**facts: Any) -> Hours:
    usual: dict[str, Any] = {
        "weekday": MONDAY,
        "opens": time(9),
        "closes": time(12),
        "valid_from": date(2026, 3, 9),
    }
    return Hours(**(usual | facts))


def row_of(world: World, session: Session, weekday: int = TUESDAY) -> ClinicHours:
    return session.scalars(
        select(ClinicHours).where(
            ClinicHours.unit_id == world.unit(session, CLINIC).id, ClinicHours.weekday == weekday
        )
    ).one()


def free(world: World, session: Session, first: date, last: date) -> list[str]:
    found = free_slots(
        session, world.unit(session, CLINIC).id, after=local_time(first, time()), until=last
    )
    return [f"{slot.astimezone(STOCKHOLM):%m-%d %H:%M}" for slot in found]


def test_new_hours_give_slots_from_their_first_day_to_their_last(world: World) -> None:
    with world.writer() as session:
        new = some(valid_to=date(2026, 3, 16), opens=time(8, 15), closes=time(10, 30))
        hours.add_hours(session, edit=edit(world, session), hours=new)
        found = free(world, session, TODAY, date(2026, 3, 31))
    assert [one for one in found if one[:5] in {"03-02", "03-09", "03-16", "03-23"}] == [
        "03-09 08:15",
        "03-09 09:15",
        "03-16 08:15",
        "03-16 09:15",
    ]


@pytest.mark.parametrize(
    ("wrong", "error", "field"),
    [
        ({"opens": time(9, 10)}, errors.OffGrid, "opens"),
        ({"closes": time(12, 0, 1)}, errors.OffGrid, "closes"),
        ({"closes": time(9, 45)}, errors.NoRoom, "closes"),
        ({"closes": time(8)}, errors.NoRoom, "closes"),
        ({"valid_from": date(2026, 3, 1)}, errors.InThePast, "valid_from"),
        ({"valid_to": date(2026, 3, 1)}, errors.InThePast, "valid_to"),
        ({"valid_to": date(2026, 3, 8)}, errors.EndsBeforeItBegins, "valid_to"),
        ({"valid_from": FAR}, errors.TooFarAhead, "valid_from"),
        ({"valid_to": date.max}, errors.TooFarAhead, "valid_to"),
        ({"weekday": TUESDAY}, errors.HoursOverlap, "opens"),
        ({"weekday": TUESDAY, "opens": time(11), "closes": time(14)}, errors.HoursOverlap, "opens"),
        ({"weekday": TUESDAY, "opens": time(8), "closes": time(17)}, errors.HoursOverlap, "opens"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    sqlite_world: World, wrong: dict[str, Any], error: type[Refused], field: str
) -> None:
    with sqlite_world.writer() as session:
        before = session.scalar(select(func.count()).select_from(ClinicHours))
        with pytest.raises(error) as refused:
            hours.add_hours(session, edit=edit(sqlite_world, session), hours=some(**wrong))
        assert refused.value.field == field
        session.rollback()
        assert session.scalar(select(func.count()).select_from(ClinicHours)) == before


def test_hours_that_only_meet_do_not_overlap(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        after = some(weekday=TUESDAY, opens=time(12), closes=time(13))
        hours.add_hours(session, edit=edit(sqlite_world, session), hours=after)
        old = row_of(sqlite_world, session, THURSDAY)
        hours.end_hours(
            session, edit=edit(sqlite_world, session), number=old.id, last_on=date(2026, 3, 12)
        )
        follows = some(weekday=THURSDAY, opens=time(13), closes=time(16))
        late = some(weekday=THURSDAY, opens=time(13), closes=time(16), valid_from=date(2026, 3, 13))
        with pytest.raises(errors.HoursOverlap):
            hours.add_hours(session, edit=edit(sqlite_world, session), hours=follows)
        session.flush()
        version = schedule_of(session, old.unit_id, TODAY).version
        hours.add_hours(session, edit=edit(sqlite_world, session, version=version), hours=late)


def test_hours_that_have_begun_are_followed_by_new_ones(world: World) -> None:
    """Hours that change in the middle of a period: what was offered stays as it was."""
    with world.writer() as session:
        old = row_of(world, session)
        new = some(weekday=TUESDAY, opens=time(13), closes=time(15), valid_from=date(2026, 3, 17))
        changed = hours.change_hours(
            session, edit=edit(world, session, sure=True), number=old.id, hours=new
        )
        assert changed.id != old.id
        assert old.valid_to == date(2026, 3, 16)
        found = free(world, session, TODAY, date(2026, 3, 24))
    assert [one for one in found if one[:5] in {"03-10", "03-17", "03-24"}] == [
        "03-10 09:00",
        "03-10 10:00",
        "03-10 11:00",
        "03-17 13:00",
        "03-17 14:00",
        "03-24 13:00",
        "03-24 14:00",
    ]


def test_hours_that_have_not_begun_are_changed_and_removed(world: World) -> None:
    with world.writer() as session:
        made = hours.add_hours(session, edit=edit(world, session), hours=some())
        other = some(weekday=4, opens=time(10), closes=time(11))
        changed = hours.change_hours(
            session, edit=edit(world, session), number=made.id, hours=other
        )
        assert (changed.id, changed.weekday, changed.opens) == (made.id, 4, time(10))
        hours.remove_hours(session, edit=edit(world, session), number=made.id)
        assert session.get(ClinicHours, changed.id) is None


def test_what_has_begun_is_not_removed_and_what_is_over_not_changed(sqlite_world: World) -> None:
    world = sqlite_world
    with world.writer() as session:
        old = row_of(world, session)
        with pytest.raises(errors.HasBegun):
            hours.remove_hours(session, edit=edit(world, session), number=old.id)
        session.rollback()
        past = date(2026, 3, 1)
        with pytest.raises(errors.InThePast):
            hours.end_hours(session, edit=edit(world, session), number=old.id, last_on=past)
        session.rollback()
        row_of(world, session).valid_to = past
        session.flush()
        with pytest.raises(errors.IsOver):
            hours.end_hours(session, edit=edit(world, session), number=old.id, last_on=TODAY)


def test_only_a_new_last_day_keeps_the_row(sqlite_world: World) -> None:
    world = sqlite_world
    with world.writer() as session:
        old = row_of(world, session)
        same = some(weekday=TUESDAY, valid_from=TODAY, valid_to=date(2026, 6, 30))
        changed = hours.change_hours(session, edit=edit(world, session), number=old.id, hours=same)
        assert changed.id == old.id
        assert (old.valid_from < TODAY, old.valid_to) == (True, date(2026, 6, 30))
        open_ended = some(weekday=TUESDAY, valid_from=TODAY)
        hours.change_hours(session, edit=edit(world, session), number=old.id, hours=open_ended)
        assert old.valid_to is None


def test_a_closure_takes_its_days_away_and_gives_them_back(world: World) -> None:
    july = {"first_on": date(2026, 7, 1), "last_on": date(2026, 7, 31)}
    with world.writer() as session:
        closure = hours.add_closure(session, edit=edit(world, session), **july)
        assert free(world, session, date(2026, 6, 30), date(2026, 8, 4))[3:4] == ["08-04 09:00"]
        with pytest.raises(errors.ClosuresOverlap):
            hours.add_closure(
                session,
                edit=edit(world, session),
                first_on=date(2026, 7, 31),
                last_on=date(2026, 8, 2),
            )
        shorter = july | {"last_on": date(2026, 7, 15)}
        version = schedule_of(session, closure.unit_id, TODAY).version
        hours.change_closure(
            session, edit=edit(world, session, version=version), number=closure.id, **shorter
        )
        assert "07-16 13:00" in free(world, session, date(2026, 7, 1), date(2026, 7, 31))
        hours.remove_closure(session, edit=edit(world, session), number=closure.id)
        assert "07-02 13:00" in free(world, session, date(2026, 7, 1), date(2026, 7, 31))


def test_a_closure_that_has_begun_can_end_but_not_begin_anew(sqlite_world: World) -> None:
    world = sqlite_world
    with world.writer() as session:
        unit = world.unit(session, CLINIC).id
        first = date(2026, 2, 23)
        closure = ClinicClosure(unit_id=unit, first_on=first, last_on=date(2026, 3, 6))
        session.add(closure)
        session.commit()
        facts: dict[str, Any] = {"number": closure.id, "last_on": date(2026, 3, 1)}
        with pytest.raises(errors.HasBegun):
            hours.remove_closure(session, edit=edit(world, session), number=closure.id)
        session.rollback()
        with pytest.raises(errors.HasBegun):
            hours.change_closure(session, edit=edit(world, session), first_on=TODAY, **facts)
        session.rollback()
        hours.change_closure(session, edit=edit(world, session), first_on=first, **facts)
        assert free(world, session, TODAY, date(2026, 3, 3))[0] == "03-03 09:00"
        with pytest.raises(errors.IsOver):
            hours.change_closure(session, edit=edit(world, session), first_on=first, **facts)


@pytest.mark.parametrize(
    ("span", "error"),
    [
        ((date(2026, 3, 1), date(2026, 3, 5)), errors.InThePast),
        ((date(2026, 3, 5), date(2026, 3, 4)), errors.EndsBeforeItBegins),
        ((date(2026, 3, 5), FAR), errors.TooFarAhead),
        ((date.max, date.max), errors.TooFarAhead),
    ],
)
def test_a_closure_that_cannot_be_is_refused(
    sqlite_world: World, span: tuple[date, date], error: type[Refused]
) -> None:
    with sqlite_world.writer() as session, pytest.raises(error):
        hours.add_closure(
            session, edit=edit(sqlite_world, session), first_on=span[0], last_on=span[1]
        )


def weekly(world: World, session: Session, count: int) -> None:
    """Book so many Tuesdays at nine."""
    for week in range(count):
        nine = local_time(date(2026, 3, 3) + timedelta(weeks=week), time(9))
        book(world, session, slot=nine)


@pytest.mark.parametrize(
    ("count", "by", "known", "said"),
    [
        (1, CLINIC_CHIEF, 1, "%(count)s"),
        (6, CLINIC_CHIEF, 6, "%(count)s"),
        (1, ADMINISTRATOR, None, "Färre än %(limit)s"),
        (4, ADMINISTRATOR, None, "Färre än %(limit)s"),
        (5, ADMINISTRATOR, None, "%(limit)s eller fler"),
    ],
)
def test_meetings_inside_a_closure_are_counted_before_it_is_saved(
    sqlite_world: World, count: int, by: str, known: int | None, said: str
) -> None:
    world = sqlite_world
    spring = {"first_on": date(2026, 3, 3), "last_on": date(2026, 5, 31)}
    with world.writer() as session:
        weekly(world, session, count)
        session.commit()
        with pytest.raises(errors.MeetingsStand) as told:
            hours.add_closure(session, edit=edit(world, session, by), **spring)
        session.rollback()
        assert told.value.known == known
        assert said in told.value.message
        assert known is not None or str(count) not in str(told.value.params["count"])
        hours.add_closure(session, edit=edit(world, session, by, sure=True), **spring)
        assert session.scalar(select(func.count()).select_from(Meeting)) == count, "they stand"


def test_only_meetings_that_an_edit_leaves_outside_are_counted(world: World) -> None:
    with world.writer() as session:
        weekly(world, session, 3)
        old = row_of(world, session)
        facts = {"weekday": TUESDAY, "opens": time(9, 30), "closes": time(12)}
        later = some(**facts, valid_from=date(2026, 3, 10))
        with pytest.raises(errors.MeetingsStand) as told:
            hours.change_hours(session, edit=edit(world, session), number=old.id, hours=later)
        assert told.value.known == 2, "the first is before the new hours"
        session.rollback()
        weekly(world, session, 3)
        old = row_of(world, session)
        hours.change_hours(
            session, edit=edit(world, session, sure=True), number=old.id, hours=later
        )
        # Already outside: not the next edit's doing. On another grid, but inside: not outside.
        hours.add_closure(
            session,
            edit=edit(world, session),
            first_on=date(2026, 3, 10),
            last_on=date(2026, 3, 20),
        )


def test_a_meeting_off_the_new_grid_but_within_the_hours_is_not_outside(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    with world.writer() as session:
        book(world, session, slot=local_time(date(2026, 3, 10), time(10)))
        moved = some(
            weekday=TUESDAY, opens=time(9, 30), closes=time(12, 30), valid_from=date(2026, 3, 10)
        )
        hours.change_hours(
            session, edit=edit(world, session), number=row_of(world, session).id, hours=moved
        )


def test_of_two_who_edit_the_same_edition_the_second_is_told(world: World) -> None:
    with world.writer() as session:
        first = edit(world, session)
        hours.add_hours(session, edit=first, hours=some())
        session.commit()
        with pytest.raises(Stale):
            hours.add_hours(session, edit=first, hours=some(weekday=2))
        session.rollback()
        second = edit(world, session)
        hours.add_hours(session, edit=second, hours=some(weekday=2))
        session.commit()
        with pytest.raises(Stale):
            hours.add_closure(session, edit=second, first_on=TODAY, last_on=TODAY)


@pytest.mark.parametrize("by", [OTHER_CLINIC_CHIEF, STEERING, CONVENER])
def test_others_find_no_hours_to_edit(sqlite_world: World, by: str) -> None:
    with sqlite_world.writer() as session, pytest.raises(NotFound):
        hours.add_hours(session, edit=edit(sqlite_world, session, by), hours=some())


def test_a_clinics_rows_are_not_reached_through_another(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        row = row_of(sqlite_world, session)
        other = edit(sqlite_world, session, OTHER_CLINIC_CHIEF, unit="psykosmottagningen")
        with pytest.raises(NotFound):
            hours.end_hours(session, edit=other, number=row.id, last_on=TODAY)
        session.rollback()
        with pytest.raises(NotFound):
            hours.remove_closure(session, edit=other, number=2**53)


def test_a_chief_who_has_left_edits_nothing(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        chief = sqlite_world.person(session, CLINIC_CHIEF)
        chief.active = False
        unit = sqlite_world.unit(session, CLINIC)
        assert not hours.may_edit(chief, unit)
        office = sqlite_world.unit(session, "sollentuna-ek")
        assert not hours.may_edit(sqlite_world.person(session, ADMINISTRATOR), office)
        convener = sqlite_world.person(session, CONVENER)
        convener.grants.append(RoleGrant(role=Role.UNIT_CHIEF))
        assert not hours.may_edit(convener, unit)


def test_a_clinic_outside_the_agreement_has_no_hours(sqlite_world: World) -> None:
    world = sqlite_world
    with world.writer() as session:
        administrator = world.person(session, ADMINISTRATOR)
        unit = add_outside_clinic(
            session,
            name="Vårdcentralen Eken",
            address="Ekvägen 1",
            email="kallelser@eken.example",
            person=administrator,
            now=world.now,
        )
        assert not hours.may_edit(administrator, unit)
        assert unit not in edited_clinics(session, unit.association_id, TODAY)
        assert len(edited_clinics(session, unit.association_id, TODAY)) == 3


def test_the_history_says_what_was_and_what_became(world: World) -> None:
    with world.writer() as session:
        made = hours.add_hours(session, edit=edit(world, session), hours=some())
        hours.end_hours(
            session, edit=edit(world, session), number=made.id, last_on=date(2026, 6, 1)
        )
        unit = world.unit(session, CLINIC)
        session.commit()
        entries = history(session, unit.association_id, "clinic_hours", unit.id)
    assert [one.action for one in entries] == ["hours.added", "hours.ended"]
    assert '"opens": [null, "09:00"]' in entries[0].changes
    assert '"valid_to": [null, "2026-06-01"]' in entries[1].changes


def test_the_coming_days_tell_holidays_from_closed_days(sqlite_world: World) -> None:
    world = sqlite_world
    with world.writer() as session:
        unit = world.unit(session, CLINIC)
        session.add(
            ClinicClosure(unit_id=unit.id, first_on=date(2026, 4, 9), last_on=date(2026, 4, 9))
        )
        session.flush()
        schedule = schedule_of(session, unit.id, TODAY)
        days = {one.day: one for one in schedule.days(unit, date(2026, 3, 30))}
        unit.valid_to = date(2026, 4, 6)
        gone = {one.day: one for one in schedule.days(unit, date(2026, 3, 30))}
    assert len(days) == 10
    assert days[date(2026, 4, 3)].state is DayState.HOLIDAY, "Good Friday"
    assert days[date(2026, 4, 6)].state is DayState.HOLIDAY, "Easter Monday"
    assert days[date(2026, 4, 9)].state is DayState.CLOSED
    assert len(days[date(2026, 4, 7)].slots) == 3
    assert days[date(2026, 3, 30)].slots == ()
    assert gone[date(2026, 4, 7)].state is DayState.CLOSED
    assert days[date(2026, 3, 31)].slots[0] == datetime(2026, 3, 31, 7, tzinfo=UTC)
