"""Mina kalendrar: where someone's busy times can be fetched. The addresses are shown to no one."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import flash, g, redirect, render_template, request
from sqlalchemy import select

from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Person, Role, Unit
from atagande_agreements.parties.queries import is_party
from atagande_calendar.common_time import calendars
from atagande_calendar.common_time.errors import BadAddress
from atagande_calendar.common_time.models import CalendarState, PublishedCalendar
from atagande_plugin.auth.access import FOLLOWERS
from atagande_plugin.fetching import FetchFailed, tidy
from atagande_plugin.services import services
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself

if TYPE_CHECKING:
    from atagande_plugin.forms.common_time import AddCalendar

section = kernel.Section("published_calendars", __name__)

#: State -> (word, class and shape of a status).
STATES = {
    CalendarState.WAITING: (N_("Hämtas snart"), "pending"),
    CalendarState.READ: (N_("Läst"), "met"),
    CalendarState.FAILED: (N_("Gick inte att läsa"), "not_met"),
}
#: Stable code of a failure -> what it means and what to do.
FAULTS = {
    "not_https": N_("Adressen leder till en sida utan https. Be om en adress som börjar så."),
    "bad_address": N_("Adressen är inte hel. Kopiera den igen och lägg till den på nytt."),
    "closed_network": N_("Adressen ligger i ett slutet nät. Publicera kalendern på internet."),
    "unknown_host": N_("Servern i adressen finns inte. Kontrollera att adressen är rätt."),
    "no_connection": N_("Servern svarar inte som den ska. Nytt försök görs varje timme."),
    "timeout": N_("Servern svarar för långsamt. Nytt försök görs varje timme."),
    "certificate": N_("Serverns certifikat går inte att lita på. Tala med den som sköter den."),
    "redirects": N_("Adressen skickar vidare för många gånger. Kopiera den igen."),
    "not_allowed": N_("Kalendern kräver inloggning. Publicera den så att länken räcker."),
    "not_found": N_("Kalendern finns inte längre på adressen. Publicera den igen."),
    "server_error": N_("Servern svarar med ett fel. Nytt försök görs varje timme."),
    "too_large": N_("Kalendern är större än 5 MB. Publicera en kortare tid eller bara upptagen."),
    "too_much": N_("Kalendern har för många tider. Publicera en kortare tid eller bara upptagen."),
    "encoding": N_("Svaret går inte att packa upp. Tala med den som sköter servern."),
    "cut_off": N_("Kalendern kom inte hel. Nytt försök görs varje timme."),
    "no_calendar": N_("Adressen leder till något annat än en kalender. Kopiera ICS-länken."),
    "rule": N_("Kalendern har en upprepning som inte går att läsa. Publicera bara upptagen."),
    "zone": N_("Kalendern har en tidszon som inte går att läsa. Publicera bara upptagen."),
}
OTHER_FAULT = N_("Kalendern går inte att läsa. Kontrollera att länken är till en ICS-kalender.")


def fault_text(code: str) -> str:
    """Return a failure's code in words, with what to do; "" for none."""
    if not code:
        return ""
    text: str = g.words.text(FAULTS.get(code, OTHER_FAULT))
    return text


def _host(calendar: PublishedCalendar) -> str:
    return urlsplit(calendar.address).hostname or ""


def _units() -> list[Unit]:
    """Return the units whose calendars the person keeps: every one, for an administrator."""
    if not g.me.has(Role.ADMINISTRATOR):
        return []
    return list(
        g.session.scalars(
            select(Unit)
            .join(Unit.organisation)
            .where(Unit.association_id == g.me.association_id, is_party())
            .order_by(Unit.position, Unit.id)
        )
    )


def _page(errors: dict[str, str] | None = None, **_: Any) -> str:
    keeps_units = g.me.has(Role.ADMINISTRATOR)
    return render_template(
        "common_time/calendars.html",
        mine=calendars.of_person(g.session, g.me.person_id),
        of_units=calendars.of_units(g.session, g.me.association_id) if keeps_units else [],
        units=[(unit.key, unit.name) for unit in _units()],
        states=STATES,
        host=_host,
        fault=fault_text,
        is_old=lambda one: (
            one.state is CalendarState.READ and not calendars.is_believed(one, g.now)
        ),
        # What was written is often secret, so it stands in no page, not even this one again.
        unit=request.form.get("unit", ""),
        errors=errors or {},
    )


@section.route_for("/mina-kalendrar", allow=FOLLOWERS)
def published_calendars() -> str:
    """Show the person's own calendars, and for an administrator those of the units."""
    return _page()


def _owner(key: str) -> Person | Unit:
    """Return whose calendar it is: the person's own, or a unit's if they keep it."""
    if not key:
        return myself()
    unit = next((unit for unit in _units() if unit.key == key), None)
    if unit is None:
        raise NotFound
    return unit


def _again(errors: dict[str, str], refusal: Refused) -> str:  # noqa: ARG001 - the kernel's call
    return _page(errors)


@section.route_for(
    "/mina-kalendrar",
    allow=FOLLOWERS,
    methods=("POST",),
    takes="common_time.AddCalendar",
    again=_again,
)
def add_calendar(form: "AddCalendar") -> Any:
    """Add an address; it is fetched within minutes."""
    try:
        address = tidy(form.address, loopback=services().settings.demo)
    except FetchFailed as error:
        refusal = BadAddress(field="address")
        refusal.next_step = FAULTS.get(error.code, refusal.next_step)
        raise refusal from None
    calendars.add_calendar(
        g.session, address=address, owner=_owner(form.unit), person=myself(), now=g.now
    )
    flash(g.words.text(N_("Adressen är sparad. Kalendern hämtas inom några minuter.")), "success")
    return redirect("/mina-kalendrar", 303)


@section.route_for(
    "/mina-kalendrar/<int:number>/ta-bort",
    allow=FOLLOWERS,
    methods=("POST",),
    takes="signin.Nothing",
)
def remove_calendar(number: int, form: Any) -> Any:  # noqa: ARG001 - the form has no fields
    """Take an address away, with all that was fetched from it."""
    calendar = calendars.one(g.session, g.me.association_id, number)
    if calendar is None:
        raise NotFound
    own = calendar.person_id == g.me.person_id
    if not own and (calendar.unit_id is None or not g.me.has(Role.ADMINISTRATOR)):
        raise NotFound
    calendars.remove_calendar(g.session, calendar=calendar, person=myself(), now=g.now)
    flash(g.words.text(N_("Kalendern och allt som hämtats från den är borttaget.")), "success")
    return redirect("/mina-kalendrar", 303)
