"""SIP: booked in three steps without script, and seen only by those who hold the case.

The steps before the last are GET requests that carry what is chosen in their address, which says
nothing about the person the meeting is for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date, parse_moment
from atagande_agreements.commitments.queries import agreement_in_force
from atagande_agreements.errors import Forbidden, NaiveDatetime, NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.outbox.verbs import requeue
from atagande_agreements.parties import queries as parties
from atagande_agreements.parties.models import OrganisationKind, Person, Role, Unit
from atagande_calendar.invitations.models import AnswerWay, Attendance, Invitation, Partstat
from atagande_calendar.invitations.queries import of_meeting, of_person
from atagande_calendar.invitations.verbs import can_be_answered
from atagande_calendar.meetings.models import SIP_MINUTES
from atagande_calendar.meetings.queries import Answers, answers, answers_of
from atagande_calendar.sip import queries
from atagande_calendar.sip.after import keeps
from atagande_calendar.sip.errors import SlotTaken
from atagande_calendar.sip.models import Sip
from atagande_calendar.sip.verbs import attendance_of, book_sip, place_of, title_of
from atagande_calendar.slots.models import SLOT_MINUTES
from atagande_calendar.slots.queries import free_slots
from atagande_plugin.auth.access import CASE_HOLDERS, CONVENER
from atagande_plugin.mail import letters
from atagande_plugin.services import services
from atagande_plugin.web import clinics, kernel, outbox, sip_venue
from atagande_plugin.web.acting import myself
from atagande_plugin.web.answer import form_values, shown_or, take
from atagande_plugin.web.meetings import METHODS, returned
from atagande_plugin.web.sip_venue import AT_CLINIC, Place

if TYPE_CHECKING:
    from atagande_plugin.forms.answer import Answer
    from atagande_plugin.forms.sip import Book

section = kernel.Section("sip", __name__)

_KEY = "%Y-%m-%dT%H:%MZ"
_FIRST_YEAR, _LAST_YEAR = 2000, 2199
LAST_STEP = "3"
#: What stands where the reference will, before there is one.
_REFERENCE = "····-····"


def slot_key(slot: datetime) -> str:
    """Return a slot's start as it stands in addresses and forms (UTC)."""
    return slot.astimezone(UTC).strftime(_KEY)


def _slot(text: str) -> datetime | None:
    try:
        moment = parse_moment(text)
    except (ValueError, OverflowError, NaiveDatetime):
        return None
    # At the ends of the calendar there is no hour later, and no local date.
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def require_case_holder() -> None:
    """Keep the association's own people out, whatever roles they have been given."""
    if g.me.organisation_kind is OrganisationKind.ASSOCIATION:
        raise Forbidden


def seeing() -> dict[str, Any]:
    """Return whose bookings the person of this request sees, as the queries take it."""
    require_case_holder()
    led = g.me.unit_id if g.me.has(Role.UNIT_CHIEF) else None
    return {"person_id": g.me.person_id, "unit_id": led}


@section.route_for("/sip", allow=CASE_HOLDERS)
def sips() -> str:
    """Show the bookings that are one's own, or calls to one's own unit."""
    found = queries.bookings(g.session, g.me.association_id, **seeing())
    shown = [one.meeting_id for one in found]
    mine, person = answers_of(g.session, g.me.person_id, shown), myself()
    coming = [one for one in reversed(found) if one.meeting.ends_at > g.now]
    return render_template(
        "sip/list.html",
        coming=coming,
        been=[one for one in found if one.meeting.ends_at <= g.now],
        waiting=sum(
            mine.get(one.meeting_id) is Partstat.NEEDS_ACTION
            and one.convener_id != g.me.person_id
            and can_be_answered(one.meeting, g.now)
            for one in coming
        ),
        counts=answers(g.session, shown),
        no_answers=Answers(),
        mine=mine,
        kept={one.id for one in found if keeps(one, person)},
        may_book=g.me.has(Role.CONVENER),
        **form_values(None, None),
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen so far in a booking."""

    unit: Unit
    slot: datetime
    chosen: frozenset[int]
    place: Place = AT_CLINIC

    def address(self, **more: str) -> str:
        """Return the address of a step with the same choices."""
        pairs = [("mottagning", self.unit.key), ("tid", slot_key(self.slot)), *more.items()]
        pairs += self.place.pairs()
        pairs += [("people", str(number)) for number in sorted(self.chosen)]
        return f"/sip/boka?{urlencode(pairs)}"


@section.route_for("/sip/boka", allow=CONVENER)
def booking() -> str:
    """Show the step of a booking that its address has come to."""
    require_case_holder()
    units = parties.clinics(g.session, g.me.association_id, local_date(g.now))
    key = request.args.get("mottagning", "")
    unit = clinics.clinic_of(key, units) if key else None
    text = request.args.get("tid", "")
    slot = _slot(text)
    if unit is None or not text:
        return _choose_slot(units, unit)
    if slot is None or not _is_free(unit, slot):
        return _choose_slot(units, unit, gone=True)
    chosen = frozenset(request.args.getlist("people", type=int))
    choice = Choice(unit, slot, chosen, Place.of(request.args, "plats", "skal"))
    if request.args.get("steg") == LAST_STEP and not choice.place.fault:
        return _confirm(choice)
    asked = request.args.get("steg") == LAST_STEP
    return _choose_people(choice, choice.place.errors() if asked else {})


def _is_free(unit: Unit, slot: datetime) -> bool:
    if slot <= g.now or slot > g.now + timedelta(days=400):
        return False
    earlier = slot - timedelta(seconds=1)
    return slot in free_slots(g.session, unit.id, after=earlier, until=local_date(slot))


def _choose_slot(
    units: Sequence[Unit],
    unit: Unit | None,
    *,
    gone: bool = False,
    errors: dict[str, str] | None = None,
) -> str:
    """Step 1: the clinic and one of its free slots."""
    free = free_slots(g.session, unit.id, after=g.now) if unit else []
    shown = free if request.args.get("visa") == "alla" else clinics.first_weeks(free)
    return render_template(
        "sip/slot.html",
        units=units,
        unit=unit,
        first=free[0] if free else None,
        wait=clinics.wait_in_words(free[0] if free else None) if unit else "",
        weeks=clinics.by_week(shown),
        more=len(free) - len(shown),
        slot_hour=timedelta(minutes=SLOT_MINUTES),
        slot_key=slot_key,
        gone=gone,
        errors=errors or {},
    )


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
    return Asked(fixed, [one for one in found if one not in fixed])


def _choose_people(choice: Choice, errors: dict[str, str]) -> str:
    """Step 2: who is kallad and who is inbjuden, and where it is held."""
    asked = _asked(choice.unit)
    return render_template(
        "sip/people.html",
        choice=choice,
        start=choice.slot,
        end=choice.slot + timedelta(minutes=SIP_MINUTES),
        slot_key=slot_key,
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
    )


def _confirm(
    choice: Choice, errors: dict[str, str] | None = None, free: Sequence[datetime] = ()
) -> str:
    """Step 3: consent and purpose, and the mail; or other slots when this one was taken."""
    people = _asked(choice.unit).chosen(choice)
    return render_template(
        "sip/confirm.html",
        choice=choice,
        start=choice.slot,
        end=choice.slot + timedelta(minutes=SIP_MINUTES),
        slot_key=slot_key,
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
    units = parties.clinics(g.session, g.me.association_id, local_date(g.now))
    unit = next((one for one in units if one.key == request.form.get("unit")), None)
    slot = _slot(request.form.get("slot", ""))
    if unit is None or slot is None:
        return _choose_slot(units, unit, errors=errors)
    chosen = frozenset(request.form.getlist("people", type=int))
    choice = Choice(unit, slot, chosen, Place.of(request.form, "venue", "venue_reason"))
    if choice.place.fault:
        return _choose_people(choice, choice.place.errors())
    free = refusal.free if isinstance(refusal, SlotTaken) else ()
    return _confirm(choice, errors, free)


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
    today = local_date(g.now)
    unit = clinics.clinic_of(form.unit, parties.clinics(g.session, g.me.association_id, today))
    agreement = agreement_in_force(g.session, g.me.association_id, today)
    known = {one.id: one for one in queries.people(g.session, g.me.association_id)}
    if agreement is None or not known.keys() >= set(form.people):
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
    )
    flash(g.words.text(N_("Tiden är bokad och kallelserna skickas.")), "success")
    return redirect(f"/sip/{sip.id}", 303)


def _sip(number: int) -> Sip:
    found = queries.one(g.session, g.me.association_id, number, **seeing())
    if found is None:
        raise NotFound
    return found


def _days(first: date, last: datetime) -> int:
    return (local_date(last) - first).days


def _sip_page(number: int, errors: dict[str, str] | None = None) -> str:
    sip = _sip(number)
    invitations = of_meeting(g.session, sip.meeting_id)
    mine = next((one for one in invitations if one.person_id == g.me.person_id), None)
    return render_template(
        "sip/page.html",
        sip=sip,
        meeting=sip.meeting,
        invitations=invitations,
        mine=mine if can_be_answered(sip.meeting, g.now) else None,
        own=keeps(sip, myself()),
        failed=len(_failed(invitations)),
        answered=sum(one.partstat is not Partstat.NEEDS_ACTION for one in invitations),
        returned=returned(invitations),
        wait=_days(sip.requested_on, sip.meeting.starts_at),
        offered=_days(sip.requested_on, sip.first_offered_at),
        reason=sip_venue.reason_of(sip),
        been=sip.meeting.starts_at <= g.now,
        results=sip_venue.labels(sip_venue.RESULTS),
        sending=outbox.STATES,
        methods=METHODS,
        **form_values(mine, errors),
    )


def _sip_again(number: int, errors: dict[str, str], refusal: Refused) -> str:
    with shown_or(refusal):
        return _sip_page(number, errors)


@section.route_for("/sip/<int:number>", allow=CASE_HOLDERS)
def sip_page(number: int) -> str:
    """Show one booking, without anything about the person it is for."""
    return _sip_page(number)


def _failed(invitations: Sequence[Invitation]) -> list[OutboxMessage]:
    """Return the mails of a booking that could not be delivered."""
    return [
        sent.message
        for invitation in invitations
        for sent in invitation.messages
        if sent.message.state is OutboxState.FAILED
    ]


@section.route_for(
    "/sip/<int:number>/skicka-igen",
    allow=CONVENER,
    methods=("POST",),
    takes="signin.Nothing",
)
def send_again(number: int, form: Any) -> Any:  # noqa: ARG001 - the form has no fields
    """Put a booking's failed mails back in the queue; only who keeps it can see to them."""
    sip = _sip(number)
    person = myself()
    if not keeps(sip, person):
        raise NotFound
    for message in _failed(of_meeting(g.session, sip.meeting_id)):
        requeue(g.session, message=message, person=person, now=g.now)
    flash(g.words.text(N_("Kallelserna skickas igen.")), "success")
    return redirect(f"/sip/{number}", 303)


@section.route_for(
    "/sip/<int:number>/svar",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="answer.Answer",
    again=_sip_again,
)
def answer_sip(number: int, form: "Answer") -> Any:
    """Record the signed-in person's own answer."""
    invitation = of_person(g.session, _sip(number).meeting_id, g.me.person_id)
    if invitation is None:
        raise NotFound
    take(invitation, form, AnswerWay.PAGE)
    flash(g.words.text(N_("Tack. Ditt svar är sparat.")), "success")
    return redirect(f"/sip/{number}", 303)
