"""Booking a SIP in three steps without script.

What is chosen stands in the address of each step, and says nothing about the person the meeting is
for; so a step can be read again, and gone back to. Choosing a slot holds it for the booker, and so
does going on with one whose hold has run out, as long as it is free.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import (
    FIRST_YEAR,
    LAST_YEAR,
    local_date,
    local_time,
    moment_key,
    parse_moment,
)
from atagande_agreements.commitments.queries import agreement_in_force
from atagande_agreements.errors import NaiveDatetime, NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties import queries as parties
from atagande_agreements.parties.models import Person, Unit
from atagande_agreements.parties.outside import is_outside, mailboxes, outside_clinics
from atagande_calendar.invitations.models import Attendance
from atagande_calendar.meetings.models import SIP_MINUTES
from atagande_calendar.sip import queries
from atagande_calendar.sip.errors import NotOfficeHours
from atagande_calendar.sip.verbs import (
    attendance_of,
    book_sip,
    place_of,
    require_office_hours,
    title_of,
)
from atagande_calendar.slots.errors import SlotTaken
from atagande_calendar.slots.holds import ALTERNATIVES, held_until, hold_slot, release_hold
from atagande_calendar.slots.models import SLOT_MINUTES
from atagande_calendar.slots.queries import free_slots
from atagande_plugin.auth.access import CONVENER
from atagande_plugin.mail import letters
from atagande_plugin.services import services
from atagande_plugin.web import clinics, kernel, sip_venue
from atagande_plugin.web.acting import myself
from atagande_plugin.web.answer import shown_or
from atagande_plugin.web.sip import require_case_holder, seeing
from atagande_plugin.web.sip_venue import AT_CLINIC, Place

if TYPE_CHECKING:
    from atagande_plugin.forms.sip import AskToSip, Book, HoldSlot, ReleaseSlot

section = kernel.Section("sip_booking", __name__)

LAST_STEP = "3"
#: Digits of the longest number a row can have.
_DIGITS = 15
#: What stands where the reference will, before there is one.
_REFERENCE = "····-····"


def _slot(text: str) -> datetime | None:
    try:
        moment = parse_moment(text)
    except (ValueError, OverflowError, NaiveDatetime):
        return None
    # At the ends of the calendar there is no hour later, and no local date.
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen so far in a booking."""

    unit: Unit
    slot: datetime
    chosen: frozenset[int] = frozenset()
    place: Place = AT_CLINIC
    #: Number of the meeting that this one follows up.
    follows: int | None = None

    @property
    def proposed(self) -> bool:
        """Tell whether the time is proposed to a clinic outside the agreement."""
        return is_outside(self.unit)

    def address(self, **more: str) -> str:
        """Return the address of a step with the same choices."""
        pairs = [("mottagning", self.unit.key), ("tid", moment_key(self.slot)), *more.items()]
        pairs += self.place.pairs()
        pairs += [("foljer", str(self.follows))] if self.follows else []
        pairs += [("people", str(number)) for number in sorted(self.chosen)]
        return f"/sip/boka?{urlencode(pairs)}"

    def held_until(self) -> datetime | None:
        """Return how long the slot is held for the person of this request, or None."""
        if self.proposed:
            return None
        return held_until(
            g.session,
            unit_id=self.unit.id,
            starts_at=self.slot,
            person_id=g.me.person_id,
            now=g.now,
        )


def _units() -> Sequence[Unit]:
    """Return the clinics: those that are parties, and those outside the agreement."""
    today = local_date(g.now)
    return [
        *parties.clinics(g.session, g.me.association_id, today),
        *outside_clinics(g.session, g.me.association_id),
    ]


def _written_slot() -> datetime | None:
    """Return the time that is written for a clinic without slots, or None if it is none."""
    try:
        day = date.fromisoformat(request.args.get("dag", ""))
        clock = time.fromisoformat(request.args.get("kl", "").replace(".", ":"))
        return local_time(day, clock)
    except (ValueError, OverflowError):
        return None


@section.route_for("/sip/boka", allow=CONVENER)
def booking() -> str:
    """Show the step of a booking that its address has come to."""
    require_case_holder()
    units = _units()
    key = request.args.get("mottagning", "")
    unit = clinics.clinic_of(key, units) if key else None
    text = request.args.get("tid", "")
    written = "dag" in request.args
    slot = _written_slot() if written else _slot(text)
    if unit is None or not (text or written):
        return _choose_slot(units, unit)
    if is_outside(unit):
        fault = _fault_of(slot)
        if slot is None or fault:
            return _choose_slot(units, unit, errors=fault)
    elif slot is None or not _is_free(unit, slot):
        return _choose_slot(units, unit, gone=slot or g.now)
    chosen = frozenset(request.args.getlist("people", type=int))
    place = Place.of(request.args, "plats", "skal")
    choice = Choice(unit, slot, chosen, place, _follows(request.args))
    if request.args.get("steg") == LAST_STEP and not choice.place.fault:
        return _confirm(choice)
    asked = request.args.get("steg") == LAST_STEP
    return _choose_people(choice, choice.place.errors() if asked else {})


def _follows(given: Mapping[str, str]) -> int | None:
    """Return the number of the meeting that is followed up, as an address or a form says it."""
    text = given.get("foljer") or given.get("follows") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def _fault_of(slot: datetime | None) -> dict[str, str]:
    """Return why a time can't be proposed, by field."""
    if slot is None:
        return kernel.error_texts(NotOfficeHours(field="slot"))
    try:
        require_office_hours(slot, SIP_MINUTES, g.now)
    except NotOfficeHours as error:
        return kernel.error_texts(error)
    return {}


def _free(unit: Unit, after: datetime, **more: Any) -> list[datetime]:
    """Return a clinic's free slots after a moment; one's own held slot is free to oneself."""
    return free_slots(g.session, unit.id, after=after, now=g.now, person_id=g.me.person_id, **more)


def _is_free(unit: Unit, slot: datetime) -> bool:
    if slot <= g.now or slot > g.now + timedelta(days=400):
        return False
    return slot in _free(unit, slot - timedelta(seconds=1), until=local_date(slot))


def _choose_slot(
    units: Sequence[Unit],
    unit: Unit | None,
    *,
    gone: datetime | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    """Step 1: the clinic and one of its free slots; the next ones first, when one is gone."""
    outside = unit is not None and is_outside(unit)
    free = _free(unit, g.now) if unit and not outside else []
    shown = free if request.args.get("visa") == "alla" else clinics.first_weeks(free)
    later = [slot for slot in free if gone and slot > gone] or free
    return render_template(
        "sip/slot.html",
        units=[one for one in units if not is_outside(one)],
        others=[one for one in units if is_outside(one)],
        unit=unit,
        outside=outside,
        follows=_follows(request.values),
        values=request.values,
        first=free[0] if free else None,
        wait=clinics.wait_in_words(free[0] if free else None) if unit and not outside else "",
        weeks=clinics.by_week(shown),
        more=len(free) - len(shown),
        slot_hour=timedelta(minutes=SLOT_MINUTES),
        slot_key=moment_key,
        gone=gone is not None,
        following=later[:ALTERNATIVES] if gone else [],
        errors=errors or {},
    )


def _hold_again(errors: dict[str, str], refusal: Refused) -> str:
    """Show the free slots again, when the one that was chosen could not be held."""
    with shown_or(refusal):
        require_case_holder()
    units = _units()
    unit = next((one for one in units if one.key == request.form.get("unit")), None)
    taken = isinstance(refusal, SlotTaken)
    gone = _slot(request.form.get("slot", "")) if taken else None
    return _choose_slot(units, unit, gone=gone, errors=errors)


@section.route_for(
    "/sip/boka/tid", allow=CONVENER, methods=("POST",), takes="sip.HoldSlot", again=_hold_again
)
def choose(form: "HoldSlot") -> Any:
    """Hold the chosen slot, and go on to the second step."""
    require_case_holder()
    unit = clinics.clinic_of(form.unit, _units())
    hold_slot(g.session, unit=unit, starts_at=form.slot, person=myself(), now=g.now)
    return redirect(Choice(unit, form.slot, follows=form.follows).address(), 303)


@section.route_for("/sip/boka/slapp", allow=CONVENER, methods=("POST",), takes="sip.ReleaseSlot")
def let_go(form: "ReleaseSlot") -> Any:
    """Give the held slot back, and leave the booking."""
    require_case_holder()
    unit = clinics.clinic_of(form.unit, _units())
    if release_hold(g.session, unit_id=unit.id, person_id=g.me.person_id):
        flash(g.words.text(N_("Du har lämnat tillbaka tiden. Inget är bokat.")), "success")
    return redirect("/sip", 303)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked to a SIP, by function."""

    fixed: Sequence[Person]
    others: Sequence[Person]

    def chosen(self, choice: Choice) -> list[Person]:
        """Return everyone who is asked with this choice, the fixed ones first."""
        return [*self.fixed, *(one for one in self.others if one.id in choice.chosen)]


def _asked(unit: Unit) -> Asked:
    """Return who is always asked (the convener, the clinic's chiefs) and who can be."""
    found = queries.people(g.session, g.me.association_id)
    chiefs = {one.id for one in queries.chiefs_of(g.session, unit.id)}
    fixed = [one for one in found if one.id == g.me.person_id or one.id in chiefs]
    if is_outside(unit):
        fixed += mailboxes(g.session, unit.id)
    return Asked(fixed, [one for one in found if one not in fixed])


def _choose_people(choice: Choice, errors: dict[str, str]) -> str:
    """Step 2: who is kallad and who is inbjuden, and where it is held."""
    asked = _asked(choice.unit)
    return render_template(
        "sip/people.html",
        choice=choice,
        held=choice.held_until(),
        start=choice.slot,
        end=choice.slot + timedelta(minutes=SIP_MINUTES),
        slot_key=moment_key,
        fixed=asked.fixed,
        summoned=[one for one in asked.others if attendance_of(one) is Attendance.SUMMONED],
        invited=[one for one in asked.others if attendance_of(one) is Attendance.INVITED],
        venues=sip_venue.venues(choice.unit),
        reasons=sip_venue.labels(sip_venue.REASONS),
        errors=errors,
    )


def _mail(choice: Choice) -> letters.Content:
    """Return the mail of a booking as it will arrive, but for the reference and the link."""
    convener = myself()
    return letters.invitation(
        g.words,
        {
            "title": title_of(_REFERENCE, SIP_MINUTES),
            "starts_at": choice.slot.isoformat(),
            "minutes": SIP_MINUTES,
            "place": place_of(choice.unit, choice.place.venue, convener),
            "agenda": "",
        },
        address=f"{services().settings.base_url}/svara/…",
        summoned=True,
        private=True,
        reads_mail=services().settings.reads_mail,
    )


def _confirm(
    choice: Choice, errors: dict[str, str] | None = None, free: Sequence[datetime] = ()
) -> str:
    """Step 3: consent and purpose, and the mail; or other slots when this one was taken."""
    people = _asked(choice.unit).chosen(choice)
    return render_template(
        "sip/confirm.html",
        choice=choice,
        held=None if free else choice.held_until(),
        start=choice.slot,
        end=choice.slot + timedelta(minutes=SIP_MINUTES),
        slot_key=moment_key,
        people=[(one, attendance_of(one)) for one in people],
        free=free,
        letter=_mail(choice),
        place=sip_venue.in_words(choice.place),
        sender=f"{g.me.association_name} <{services().settings.mail_from}>",
        values={
            "requested_on": local_date(g.now).isoformat(),
            "minutes": SIP_MINUTES,
            **request.form,
        },
        errors=errors or {},
    )


def _booking_again(errors: dict[str, str], refusal: Refused) -> str:
    """Show the step where the fault can be mended, with what was chosen kept."""
    with shown_or(refusal):
        require_case_holder()
    units = _units()
    unit = next((one for one in units if one.key == request.form.get("unit")), None)
    slot = _slot(request.form.get("slot", ""))
    if unit is None or slot is None:
        return _choose_slot(units, unit, errors=errors)
    chosen = frozenset(request.form.getlist("people", type=int))
    place = Place.of(request.form, "venue", "venue_reason")
    choice = Choice(unit, slot, chosen, place, _follows(request.form))
    if choice.place.fault:
        return _choose_people(choice, choice.place.errors())
    free = refusal.free if isinstance(refusal, SlotTaken) else ()
    return _confirm(choice, errors, free)


@section.route_for(
    "/sip/boka/vilka",
    allow=CONVENER,
    methods=("POST",),
    takes="sip.AskToSip",
    lists=frozenset({"people"}),
    again=_booking_again,
)
def ask(form: "AskToSip") -> Any:
    """Go on to the last step; a hold that has run out is taken again while the slot is free."""
    require_case_holder()
    unit = clinics.clinic_of(form.unit, _units())
    place = Place(form.venue, form.venue_reason)
    choice = Choice(unit, form.slot, frozenset(form.people), place, form.follows)
    if not choice.proposed and choice.held_until() is None:
        hold_slot(g.session, unit=unit, starts_at=form.slot, person=myself(), now=g.now)
    return redirect(choice.address(steg=LAST_STEP), 303)


@section.route_for(
    "/sip/boka",
    allow=CONVENER,
    methods=("POST",),
    takes="sip.Book",
    lists=frozenset({"people"}),
    again=_booking_again,
)
def book(form: "Book") -> Any:
    """Book the slot and send the invitations."""
    require_case_holder()
    unit = clinics.clinic_of(form.unit, _units())
    agreement = agreement_in_force(g.session, g.me.association_id, local_date(g.now))
    known = {one.id: one for one in queries.people(g.session, g.me.association_id)}
    if agreement is None or not known.keys() >= set(form.people):
        raise NotFound
    follows = None
    if form.follows is not None:
        follows = queries.one(g.session, g.me.association_id, form.follows, **seeing())
        if follows is None:
            raise NotFound
    sip = book_sip(
        g.session,
        agreement=agreement,
        unit=unit,
        starts_at=form.slot,
        minutes=form.minutes,
        people=[known[number] for number in form.people],
        consent=form.consent,
        purpose_ready=form.purpose_ready,
        requested_on=form.requested_on,
        convener=myself(),
        domain=services().settings.host,
        now=g.now,
        venue=form.venue,
        venue_reason=form.venue_reason,
        follows=follows,
    )
    done = (
        N_("Tiden är föreslagen. De andra får sin kallelse när mottagningen har sagt ja.")
        if is_outside(unit)
        else N_("Tiden är bokad och kallelserna skickas.")
    )
    flash(g.words.text(done), "success")
    return redirect(f"/sip/{sip.id}", 303)
