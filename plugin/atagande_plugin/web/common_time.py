"""Gemensam tid: the times that suit people, units and a clinic best.

Free, busy and unknown are three things. Why someone is busy is never said: not which meeting, nor
whether it is one of ours or stands in a calendar that they have published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response, g, make_response, render_template, request
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from atagande_agreements.civil_time import add_working_days, local_date, moment_key
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import (
    Organisation,
    OrganisationKind,
    Person,
    Unit,
    UnitKind,
)
from atagande_agreements.parties.queries import is_party, people
from atagande_calendar.common_time.search import MOST_DAYS, USUAL_MINUTES, Availability, Found
from atagande_calendar.common_time.sources import Wanted, best_times
from atagande_plugin import forms
from atagande_plugin.auth.access import PLANNERS
from atagande_plugin.web import kernel
from atagande_plugin.web.paging import page_number

if TYPE_CHECKING:
    from atagande_plugin.forms.common_time import Search

section = kernel.Section("common_time", __name__)

#: Times on one page, and the last page there is.
PAGE, LAST_PAGE = 12, 20
USUAL_DAYS = 30
LENGTHS = (30, 45, 60, 90, 120, 180, 240, 480)
#: What is known of someone -> (word, class and shape of a status).
ANSWERS = {
    Availability.FREE: (N_("Ledig"), "met"),
    Availability.BUSY: (N_("Upptagen"), "not_met"),
    Availability.UNKNOWN: (N_("Okänt"), "unreported"),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """Who can be chosen."""

    people: Sequence[Person]
    units: Sequence[Unit]

    @property
    def clinics(self) -> list[Unit]:
        """Return those of the units that have slots, for those who may see what is free there.

        Held against its hours, a clinic's free slots say when a SIP is, so the association's own
        people choose none.
        """
        if g.me.organisation_kind is OrganisationKind.ASSOCIATION:
            return []
        return [unit for unit in self.units if unit.kind is UnitKind.CLINIC]

    def parties(self) -> list[tuple[Organisation, list[Person]]]:
        """Return the people by party."""
        return [(party, list(group)) for party, group in groupby(self.people, _party)]


def _party(person: Person) -> Organisation:
    return person.organisation


def choices() -> Choices:
    """Return everyone and every unit that can be chosen today."""
    today = local_date(g.now)
    units = g.session.scalars(
        select(Unit)
        .join(Unit.organisation)
        .where(
            Unit.association_id == g.me.association_id,
            is_party(),
            or_(Unit.valid_from.is_(None), Unit.valid_from <= today),
            or_(Unit.valid_to.is_(None), Unit.valid_to >= today),
        )
        .options(joinedload(Unit.organisation))
        .order_by(Organisation.position, Unit.position, Unit.id)
    ).all()
    return Choices(people(g.session, g.me.association_id), units)


def _known(keys: Sequence[str], units: Sequence[Unit]) -> list[Unit]:
    """Return the units with these keys, each once; raise NotFound for one that is not ours."""
    found = {unit.key: unit for unit in units}
    wanted = list(dict.fromkeys(keys))
    if not found.keys() >= set(wanted):
        raise NotFound(field="units")
    return [found[key] for key in wanted]


def chosen_people(numbers: Sequence[int], everyone: Sequence[Person]) -> list[Person]:
    """Return the people with these numbers, each once; raise NotFound for one that is not ours."""
    found = {person.id: person for person in everyone}
    wanted = list(dict.fromkeys(numbers))
    if not found.keys() >= set(wanted):
        raise NotFound(field="people")
    return [found[number] for number in wanted]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search is about, with the rows of those it compares."""

    people: list[Person]
    units: list[Unit]
    clinic: Unit | None
    wanted: Wanted

    def names(self) -> list[tuple[str, str]]:
        """Return (who, of what) of each participant, in the order of the answers."""
        found = [
            (one.name, (one.unit.name if one.unit else one.organisation.name))
            for one in self.people
        ]
        found += [(unit.name, unit.organisation.name) for unit in self.units]
        if self.clinic is not None:
            found.append((self.clinic.name, g.words.text(N_("Mottagningens lediga tider"))))
        return found


def asked_of(form: "Search", there: Choices) -> Asked:
    """Return what a form asks about; raise NotFound for what is not ours to ask about."""
    persons = chosen_people(form.people, there.people)
    units = _known(form.units, there.units)
    clinic = _known([form.clinic], there.clinics)[0] if form.clinic else None
    first = form.first or local_date(g.now)
    wanted = Wanted(
        people=[one.id for one in persons],
        units=[one.id for one in units],
        clinic=clinic.id if clinic else None,
        minutes=form.minutes,
        first=first,
        last=form.last or first + min(timedelta(days=USUAL_DAYS), date.max - first),
    )
    return Asked(persons, units, clinic, wanted)


def _query(page: int) -> str:
    """Return the address of another page of the same search."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "sida"]
    return f"/gemensam-tid?{urlencode([*kept, ('sida', str(page))])}"


def _asks() -> bool:
    return any(request.args.get(name) for name in ("people", "units", "clinic", "minutes"))


def _read() -> "Search":
    """Read the address as a form; fields that a browser sends empty are left out."""
    values: dict[str, Any] = {
        name: request.args.get(name, "")
        for name in ("clinic", "minutes", "first", "last")
        if request.args.get(name)
    }
    for name in ("people", "units"):
        values[name] = request.args.getlist(name)
    form: Search = forms.read("common_time.Search", values)  # type: ignore[assignment] # by its name
    return form


@section.route_for("/gemensam-tid", allow=PLANNERS)
def common_time() -> Response:
    """Show the best times for those the address names, and the form to choose others."""
    there = choices()
    page = min(page_number(), LAST_PAGE)
    found: Found | None = None
    asked: Asked | None = None
    errors: dict[str, str] = {}
    status = 200
    if _asks():
        try:
            asked = asked_of(_read(), there)
            found = best_times(
                g.session, asked.wanted, limit=PAGE + 1, offset=(page - 1) * PAGE, now=g.now
            )
        except NotFound:
            raise
        except Refused as refusal:
            errors, status = kernel.error_texts(refusal), refusal.status
    more = found is not None and len(found.times) > PAGE and page < LAST_PAGE
    today = local_date(g.now)
    return make_response(
        render_template(
            "common_time/search.html",
            there=there,
            asked=asked,
            found=found,
            times=[(moment_key(one.starts_at), one) for one in found.times[:PAGE]] if found else [],
            names=asked.names() if asked else [],
            minutes=timedelta(minutes=asked.wanted.minutes) if asked else timedelta(),
            answers=ANSWERS,
            order=(Availability.FREE, Availability.BUSY, Availability.UNKNOWN),
            lengths=[(number, _length(number)) for number in LENGTHS],
            values=_values(today),
            latest=today + timedelta(days=MOST_DAYS),
            errors=errors,
            previous=_query(page - 1) if page > 1 else "",
            following=_query(page + 1) if more else "",
        ),
        status,
    )


def _length(minutes: int) -> str:
    text: str = g.words.text(N_("%(number)s minuter"), {"number": minutes})
    return text


def _values(today: date) -> dict[str, Any]:
    """Return what stands in the form: what was asked, or the usual."""
    return {
        "people": request.args.getlist("people"),
        "units": request.args.getlist("units"),
        "clinic": request.args.get("clinic", ""),
        "minutes": request.args.get("minutes", str(USUAL_MINUTES)),
        "first": request.args.get("first", add_working_days(today, 1).isoformat()),
        "last": request.args.get("last", (today + timedelta(days=USUAL_DAYS)).isoformat()),
    }
