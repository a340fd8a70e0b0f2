"""Mottagningarnas tider: when each clinic takes SIP meetings, and what is free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from flask import g, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role, Unit
from atagande_agreements.parties.queries import clinics
from atagande_calendar.slots.models import SLOT_MINUTES, ClinicHours
from atagande_calendar.slots.queries import free_slots, free_slots_of, hours_of
from atagande_plugin.auth.access import CASE_HOLDERS
from atagande_plugin.web import kernel

section = kernel.Section("clinics", __name__)

#: Weeks shown before more are asked for.
FIRST_WEEKS = 6
WEEKDAYS = (N_("Måndagar"), N_("Tisdagar"), N_("Onsdagar"), N_("Torsdagar"), N_("Fredagar"))


@dataclass(frozen=True, slots=True)
class Week:
    """One week's free slots (starts, UTC) by day."""

    number: int
    days: tuple[tuple[date, tuple[datetime, ...]], ...]


def by_week(slots: Iterable[datetime]) -> list[Week]:
    """Return slots by ISO week and local date, in their order."""
    return [
        Week(number, tuple((day, tuple(found)) for day, found in groupby(group, local_date)))
        for (_year, number), group in groupby(
            slots, lambda slot: local_date(slot).isocalendar()[:2]
        )
    ]


def hours_in_words(hours: Sequence[ClinicHours]) -> list[str]:
    """Return a clinic's hours such as "Tisdagar 09.00–12.00", one for each span."""
    separator = "." if g.words.language == "sv" else ":"
    form = f"%H{separator}%M"
    return [
        f"{g.words.text(WEEKDAYS[span.weekday])} {span.opens:{form}}–{span.closes:{form}}"
        for span in hours
    ]


def wait_in_words(first: datetime | None) -> str:
    """Return the sentence about a clinic's first free slot."""
    if first is None:
        return str(g.words.text(N_("Ingen ledig tid det närmaste halvåret.")))
    days = (local_date(first) - local_date(g.now)).days
    if days == 0:
        return str(g.words.text(N_("Första lediga tid är i dag.")))
    return str(
        g.words.plural(
            "Första lediga tid om %(num)s dag.", "Första lediga tid om %(num)s dagar.", days
        )
    )


def edits(unit: Unit) -> bool:
    """Tell whether the person of this request sets a clinic's hours: its chief does."""
    own = g.me.has(Role.UNIT_CHIEF) and g.me.unit_id == unit.id
    return bool(own or g.me.has(Role.ADMINISTRATOR))


def clinic_of(key: str, units: Sequence[Unit]) -> Unit:
    """Return the clinic with this key; raise NotFound if there is none."""
    found = next((unit for unit in units if unit.key == key), None)
    if found is None:
        raise NotFound
    return found


def first_weeks(slots: Sequence[datetime]) -> list[datetime]:
    """Return the slots of the first weeks that have any."""
    if not slots:
        return []
    until = local_date(slots[0]) + timedelta(weeks=FIRST_WEEKS)
    return [slot for slot in slots if local_date(slot) < until]


@section.route_for("/mottagningar", allow=CASE_HOLDERS)
def clinic_list() -> str:
    """Show the clinics, their hours and the first free slot of each."""
    today = local_date(g.now)
    units = clinics(g.session, g.me.association_id, today)
    keys = [unit.id for unit in units]
    hours = hours_of(g.session, keys, first=today, last=today)
    free = free_slots_of(g.session, keys, after=g.now, limit=1, person_id=g.me.person_id)
    rows = [
        {
            "unit": unit,
            "edits": edits(unit),
            "hours": hours_in_words(hours[unit.id]),
            "first": free[unit.id][0] if free[unit.id] else None,
            "wait": wait_in_words(free[unit.id][0] if free[unit.id] else None),
        }
        for unit in units
    ]
    return render_template("clinics/list.html", rows=rows)


@section.route_for("/mottagningar/<key>/tider", allow=CASE_HOLDERS)
def clinic_times(key: str) -> str:
    """Show one clinic's hours and free slots by week."""
    today = local_date(g.now)
    unit = clinic_of(key, clinics(g.session, g.me.association_id, today))
    free = free_slots(g.session, unit.id, after=g.now, person_id=g.me.person_id)
    shown = free if request.args.get("visa") == "alla" else first_weeks(free)
    hours = hours_of(g.session, [unit.id], first=today, last=today)[unit.id]
    return render_template(
        "clinics/times.html",
        unit=unit,
        hours=hours_in_words(hours),
        wait=wait_in_words(free[0] if free else None),
        weeks=by_week(shown),
        more=len(free) - len(shown),
        slot_hour=timedelta(minutes=SLOT_MINUTES),
        may_book=g.me.has(Role.CONVENER),
        edits=edits(unit),
    )
