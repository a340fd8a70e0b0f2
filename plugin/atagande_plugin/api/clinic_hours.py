"""A clinic's hours and closures, and the slot that someone holds there."""

from typing import TYPE_CHECKING

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.parties.models import Unit
from atagande_calendar.slots import hours
from atagande_calendar.slots.holds import hold_slot, release_hold
from atagande_calendar.slots.models import SLOT_MINUTES
from atagande_calendar.slots.schedule import edited_clinics, schedule_of
from atagande_plugin.api import clinic_hours_shapes as shapes
from atagande_plugin.api import clinics
from atagande_plugin.api.common import found
from atagande_plugin.web import clinic_hours as pages
from atagande_plugin.web.acting import myself
from atagande_plugin.web.sip import require_case_holder

if TYPE_CHECKING:
    from atagande_plugin.forms.clinic_hours import (
        Closure,
        HoldClinicSlot,
        LastDay,
        RecurringHours,
        ScheduleEdit,
    )
    from atagande_plugin.forms.signin import Nothing


def _opening(unit: Unit) -> shapes.ClinicOpening:
    schedule = schedule_of(g.session, unit.id, local_date(g.now))
    return shapes.ClinicOpening(
        unit=unit.key,
        version=schedule.version,
        hours=[
            shapes.HoursLine(
                id=one.id,
                weekday=one.weekday,
                opens=f"{one.opens:%H:%M}",
                closes=f"{one.closes:%H:%M}",
                valid_from=one.valid_from,
                valid_to=one.valid_to,
            )
            for one in schedule.hours
        ],
        closures=[
            shapes.ClosureLine(id=one.id, first_on=one.first_on, last_on=one.last_on)
            for one in schedule.closures
        ],
    )


def _made(unit: Unit) -> tuple[shapes.ClinicOpening, str]:
    return _opening(unit), f"/clinics/{unit.key}/hours"


def opening(key: str) -> shapes.ClinicOpening:
    """Return a clinic's hours and closures; they are no case data."""
    units = edited_clinics(g.session, g.me.association_id, local_date(g.now))
    return _opening(found(next((unit for unit in units if unit.key == key), None)))


def add_hours(key: str, form: "RecurringHours") -> tuple[shapes.ClinicOpening, str]:
    """Add hours."""
    unit = pages.clinic(key)
    hours.add_hours(g.session, edit=pages.edit(unit, form), hours=pages.hours_of(form))
    return _made(unit)


def change_hours(key: str, number: int, form: "RecurringHours") -> shapes.ClinicOpening:
    """Correct hours."""
    unit = pages.clinic(key)
    hours.change_hours(
        g.session, edit=pages.edit(unit, form), number=number, hours=pages.hours_of(form)
    )
    return _opening(unit)


def end_hours(key: str, number: int, form: "LastDay") -> shapes.ClinicOpening:
    """Give hours a last day."""
    unit = pages.clinic(key)
    hours.end_hours(g.session, edit=pages.edit(unit, form), number=number, last_on=form.last_on)
    return _opening(unit)


def remove_hours(key: str, number: int, form: "ScheduleEdit") -> shapes.ClinicOpening:
    """Take away hours that have not begun."""
    unit = pages.clinic(key)
    hours.remove_hours(g.session, edit=pages.edit(unit, form), number=number)
    return _opening(unit)


def add_closure(key: str, form: "Closure") -> tuple[shapes.ClinicOpening, str]:
    """Add a closure."""
    unit = pages.clinic(key)
    hours.add_closure(
        g.session, edit=pages.edit(unit, form), first_on=form.first_on, last_on=form.last_on
    )
    return _made(unit)


def change_closure(key: str, number: int, form: "Closure") -> shapes.ClinicOpening:
    """Correct a closure."""
    unit = pages.clinic(key)
    hours.change_closure(
        g.session,
        edit=pages.edit(unit, form),
        number=number,
        first_on=form.first_on,
        last_on=form.last_on,
    )
    return _opening(unit)


def remove_closure(key: str, number: int, form: "ScheduleEdit") -> shapes.ClinicOpening:
    """Take away a closure that has not begun."""
    unit = pages.clinic(key)
    hours.remove_closure(g.session, edit=pages.edit(unit, form), number=number)
    return _opening(unit)


def hold(key: str, form: "HoldClinicSlot") -> shapes.HeldSlot:
    """Hold a slot while it is booked."""
    require_case_holder()
    unit = clinics.clinic(key)
    until = hold_slot(g.session, unit=unit, starts_at=form.slot, person=myself(), now=g.now)
    return shapes.HeldSlot(
        unit=unit.key, starts_at=form.slot, minutes=SLOT_MINUTES, held_until=until
    )


def release(key: str, form: "Nothing") -> shapes.LetGo:  # noqa: ARG001 - the form has no fields
    """Give the held slot back."""
    require_case_holder()
    unit = clinics.clinic(key)
    gone = release_hold(g.session, unit_id=unit.id, person_id=g.me.person_id)
    return shapes.LetGo(unit=unit.key, released=gone)
