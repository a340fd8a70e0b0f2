"""Öppettider för SIP: a clinic's recurring hours and closures, set by its chief.

The association's administrator sets them too, for any clinic, and sees nothing of who has booked.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.audit.queries import history
from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role, Unit
from atagande_calendar.slots import hours
from atagande_calendar.slots.errors import MeetingsStand
from atagande_calendar.slots.models import SLOT_MINUTES, ClinicClosure, ClinicHours
from atagande_calendar.slots.schedule import Schedule, edited_clinics, schedule_of
from atagande_plugin.auth.access import SPEAKERS
from atagande_plugin.web import clinics, guard, kernel, replay
from atagande_plugin.web.acting import myself
from atagande_plugin.web.answer import shown_or
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.clinic_hours import (
        Closure,
        LastDay,
        RecurringHours,
        ScheduleEdit,
    )

section = kernel.Section("clinic_hours", __name__)

LIST = "/mottagningar/oppettider"
PATH = "/mottagningar/<key>/oppettider"
#: Lines of the history on one page.
PAGE_SIZE = 10
ACTIONS = {
    "hours.added": N_("Tider lades till"),
    "hours.changed": N_("Tider ändrades"),
    "hours.ended": N_("Tider fick en sista dag"),
    "hours.removed": N_("Tider togs bort"),
    "closure.added": N_("En stängning lades till"),
    "closure.changed": N_("En stängning ändrades"),
    "closure.removed": N_("En stängning togs bort"),
}


def address(unit: Unit, more: str = "") -> str:
    """Return the address of a clinic's hours, or of something below it."""
    return f"/mottagningar/{unit.key}/oppettider{more}"


def _clinics() -> list[Unit]:
    found = edited_clinics(g.session, g.me.association_id, local_date(g.now))
    return [unit for unit in found if clinics.edits(unit)]


def clinic(key: str) -> Unit:
    """Return a clinic whose hours the person of this request sets; others are not found."""
    return clinics.clinic_of(key, _clinics())


def edit(unit: Unit, form: "ScheduleEdit") -> hours.Edit:
    """Return what a form says of whose edit it is."""
    return hours.Edit(unit, myself(), form.version, g.now, form.sure)


def hours_of(form: "RecurringHours") -> hours.Hours:
    """Return the hours that a form says."""
    return hours.Hours(form.weekday, form.opens, form.closes, form.valid_from, form.valid_to)


@section.route_for(LIST, allow=SPEAKERS)
def hours_list() -> Any:
    """Show the clinics whose hours one sets; a chief has one, and goes there."""
    units = _clinics()
    if len(units) == 1:
        return redirect(address(units[0]), 303)
    return render_template("hours/list.html", units=units, address=address)


@section.route_for(PATH, allow=SPEAKERS)
def opening(key: str) -> str:
    """Show a clinic's hours and closures, what they give, and who changed them when."""
    unit = clinic(key)
    today = local_date(g.now)
    schedule = schedule_of(g.session, unit.id, today)
    entries = history(g.session, unit.association_id, "clinic_hours", unit.id)[::-1]
    page = page_number()
    shown = entries[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return render_template(
        "hours/page.html",
        unit=unit,
        address=lambda more="": address(unit, more),
        schedule=schedule,
        now=[one for one in schedule.hours if one.valid_from <= today],
        words=clinics.hours_in_words,
        days=schedule.days(unit, today),
        slot_hour=timedelta(minutes=SLOT_MINUTES),
        entries=[_line(one) for one in shown],
        page=page,
        pages=pages_of(len(entries), PAGE_SIZE),
        case_holder=g.me.has(Role.UNIT_CHIEF),
    )


def _line(entry: AuditEntry) -> dict[str, Any]:
    """Return a line of the history: what, when, by whom, from what to what."""
    changes: Mapping[str, Sequence[Any]] = json.loads(entry.changes)
    old, new = (_said({name: pair[side] for name, pair in changes.items()}) for side in (0, 1))
    return {
        "what": g.words.text(ACTIONS.get(entry.action, entry.action)),
        "at": entry.at,
        "who": entry.actor,
        "said": f"{old} → {new}" if old and new and old != new else new or old,
    }


def _said(facts: Mapping[str, Any]) -> str:
    """Return hours or a closure of the history in words; empty when there was none."""
    days = {name: date.fromisoformat(fact) for name, fact in facts.items() if _is_day(name, fact)}
    if facts.get("opens"):
        opens, closes = (time.fromisoformat(facts[name]) for name in ("opens", "closes"))
        row = ClinicHours(weekday=facts["weekday"], opens=opens, closes=closes)
        until = days.get("valid_to")
        return f"{clinics.hours_in_words([row])[0]}, {_span(days['valid_from'], until)}"
    return _span(days["first_on"], days["last_on"]) if days else ""


def _is_day(name: str, fact: Any) -> bool:
    return name.startswith(("valid_", "first_", "last_")) and fact is not None


def _span(first: date, last: date | None) -> str:
    days = {"first": first, "last": last}
    text = N_("från %(first)s") if last is None else N_("%(first)s–%(last)s")
    return str(g.words.text(text, days))


def _weekdays() -> list[tuple[int, str]]:
    return [(number, g.words.text(word)) for number, word in enumerate(clinics.WEEKDAYS)]


def _form_page(
    template: str,
    unit: Unit,
    row: ClinicHours | ClinicClosure | None,
    *,
    fresh: Mapping[str, Any],
    errors: Mapping[str, str] | None,
    refusal: Refused | None,
) -> str:
    """Show a form with what stands or what was sent; or ask, when booked meetings are outside."""
    today = local_date(g.now)
    schedule = schedule_of(g.session, unit.id, today)
    sent = request.form if request.method == "POST" else None
    if sent is not None and isinstance(refusal, MeetingsStand):
        hidden = (guard.TOKEN_FIELD, replay.KEY_FIELD, "sure")
        return render_template(
            "hours/confirm.html",
            unit=unit,
            told=(errors or {}).get("", ""),
            action=request.path,
            fields=[(name, value) for name, value in sent.items() if name not in hidden],
            back=request.path if row is None else _row_address(unit, row),
            address=lambda more="": address(unit, more),
        )
    return render_template(
        template,
        unit=unit,
        row=row,
        begun=row is not None and _first_day(row) < today,
        action=request.path if row is None else _row_address(unit, row),
        address=lambda more="": address(unit, more),
        weekdays=_weekdays(),
        version=schedule.version,
        stands=_in_words(schedule) if isinstance(refusal, Stale) else [],
        values={**fresh, **(sent or {})},
        errors=errors or {},
    )


def _first_day(row: ClinicHours | ClinicClosure) -> date:
    return row.valid_from if isinstance(row, ClinicHours) else row.first_on


def _row_address(unit: Unit, row: ClinicHours | ClinicClosure) -> str:
    kind = "tider" if isinstance(row, ClinicHours) else "stangt"
    return address(unit, f"/{kind}/{row.id}")


def _in_words(schedule: Schedule) -> list[str]:
    """Return all that stands, for someone who edited an older edition."""
    found = [
        f"{clinics.hours_in_words([one])[0]}, {_span(one.valid_from, one.valid_to)}"
        for one in schedule.hours
    ]
    closed = g.words.text(N_("Stängt"))
    return found + [f"{closed} {_span(one.first_on, one.last_on)}" for one in schedule.closures]


def _saved(unit: Unit, text: str) -> Any:
    flash(g.words.text(text), "success")
    return redirect(address(unit), 303)


def _hours_page(
    key: str,
    number: int | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: Refused | None = None,
) -> str:
    unit = clinic(key)
    row = None
    fresh: dict[str, Any] = {"valid_from": local_date(g.now).isoformat()}
    if number is not None:
        row = g.session.get(ClinicHours, number)
        if row is None or row.unit_id != unit.id:
            raise NotFound
        fresh = {
            "weekday": row.weekday,
            "opens": f"{row.opens:%H:%M}",
            "closes": f"{row.closes:%H:%M}",
            "valid_from": max(row.valid_from, local_date(g.now)).isoformat(),
            "valid_to": row.valid_to.isoformat() if row.valid_to else "",
        }
    return _form_page("hours/hours.html", unit, row, fresh=fresh, errors=errors, refusal=refusal)


def _hours_again(
    key: str, errors: Mapping[str, str], refusal: Refused, number: int | None = None
) -> str:
    with shown_or(refusal):
        return _hours_page(key, number, errors, refusal)


@section.route_for(f"{PATH}/nya-tider", allow=SPEAKERS)
def new_hours(key: str) -> str:
    """Show the form for new hours."""
    return _hours_page(key)


@section.route_for(
    f"{PATH}/nya-tider",
    allow=SPEAKERS,
    methods=("POST",),
    takes="clinic_hours.RecurringHours",
    again=_hours_again,
)
def add_hours(key: str, form: "RecurringHours") -> Any:
    """Add hours."""
    unit = clinic(key)
    hours.add_hours(g.session, edit=edit(unit, form), hours=hours_of(form))
    return _saved(unit, N_("Tiderna är tillagda och kan bokas."))


@section.route_for(f"{PATH}/tider/<int:number>", allow=SPEAKERS)
def one_hours(key: str, number: int) -> str:
    """Show the form for changing, ending or removing hours."""
    return _hours_page(key, number)


@section.route_for(
    f"{PATH}/tider/<int:number>",
    allow=SPEAKERS,
    methods=("POST",),
    takes="clinic_hours.RecurringHours",
    again=_hours_again,
)
def change_hours(key: str, number: int, form: "RecurringHours") -> Any:
    """Correct hours."""
    unit = clinic(key)
    hours.change_hours(g.session, edit=edit(unit, form), number=number, hours=hours_of(form))
    return _saved(unit, N_("Tiderna är ändrade."))


@section.route_for(
    f"{PATH}/tider/<int:number>/avsluta",
    allow=SPEAKERS,
    methods=("POST",),
    takes="clinic_hours.LastDay",
    again=_hours_again,
)
def end_hours(key: str, number: int, form: "LastDay") -> Any:
    """Give hours a last day."""
    unit = clinic(key)
    hours.end_hours(g.session, edit=edit(unit, form), number=number, last_on=form.last_on)
    return _saved(unit, N_("Tiderna har fått en sista dag."))


@section.route_for(
    f"{PATH}/tider/<int:number>/ta-bort",
    allow=SPEAKERS,
    methods=("POST",),
    takes="clinic_hours.ScheduleEdit",
    again=_hours_again,
)
def remove_hours(key: str, number: int, form: "ScheduleEdit") -> Any:
    """Take away hours that have not begun."""
    unit = clinic(key)
    hours.remove_hours(g.session, edit=edit(unit, form), number=number)
    return _saved(unit, N_("Tiderna är borttagna."))


def _closure_page(
    key: str,
    number: int | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: Refused | None = None,
) -> str:
    unit = clinic(key)
    row = None
    fresh: dict[str, Any] = {}
    if number is not None:
        row = g.session.get(ClinicClosure, number)
        if row is None or row.unit_id != unit.id:
            raise NotFound
        fresh = {"first_on": row.first_on.isoformat(), "last_on": row.last_on.isoformat()}
    return _form_page("hours/closure.html", unit, row, fresh=fresh, errors=errors, refusal=refusal)


def _closure_again(
    key: str, errors: Mapping[str, str], refusal: Refused, number: int | None = None
) -> str:
    with shown_or(refusal):
        return _closure_page(key, number, errors, refusal)


@section.route_for(f"{PATH}/ny-stangning", allow=SPEAKERS)
def new_closure(key: str) -> str:
    """Show the form for a closure."""
    return _closure_page(key)


@section.route_for(
    f"{PATH}/ny-stangning",
    allow=SPEAKERS,
    methods=("POST",),
    takes="clinic_hours.Closure",
    again=_closure_again,
)
def add_closure(key: str, form: "Closure") -> Any:
    """Add a closure."""
    unit = clinic(key)
    hours.add_closure(
        g.session, edit=edit(unit, form), first_on=form.first_on, last_on=form.last_on
    )
    return _saved(unit, N_("Stängningen är tillagd. De dagarna kan inte bokas."))


@section.route_for(f"{PATH}/stangt/<int:number>", allow=SPEAKERS)
def one_closure(key: str, number: int) -> str:
    """Show the form for changing or removing a closure."""
    return _closure_page(key, number)


@section.route_for(
    f"{PATH}/stangt/<int:number>",
    allow=SPEAKERS,
    methods=("POST",),
    takes="clinic_hours.Closure",
    again=_closure_again,
)
def change_closure(key: str, number: int, form: "Closure") -> Any:
    """Correct a closure."""
    unit = clinic(key)
    hours.change_closure(
        g.session,
        edit=edit(unit, form),
        number=number,
        first_on=form.first_on,
        last_on=form.last_on,
    )
    return _saved(unit, N_("Stängningen är ändrad."))


@section.route_for(
    f"{PATH}/stangt/<int:number>/ta-bort",
    allow=SPEAKERS,
    methods=("POST",),
    takes="clinic_hours.ScheduleEdit",
    again=_closure_again,
)
def remove_closure(key: str, number: int, form: "ScheduleEdit") -> Any:
    """Take away a closure that has not begun."""
    unit = clinic(key)
    hours.remove_closure(g.session, edit=edit(unit, form), number=number)
    return _saved(unit, N_("Stängningen är borttagen."))
