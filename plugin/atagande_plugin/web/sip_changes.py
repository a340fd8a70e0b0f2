"""What the convener does with a booked SIP: moves it, calls it off, follows it up."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_time, moment_key
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.outside import add_outside_clinic, is_outside
from atagande_calendar.invitations import proposals
from atagande_calendar.invitations.models import Attendance
from atagande_calendar.invitations.queries import of_meeting
from atagande_calendar.method import Method
from atagande_calendar.sip import queries
from atagande_calendar.sip.changes import ask_people, call_off_sip, can_change, move_sip
from atagande_calendar.sip.errors import SipIsOver
from atagande_calendar.sip.models import Sip
from atagande_calendar.sip.verbs import attendance_of
from atagande_calendar.slots.errors import SlotTaken
from atagande_calendar.slots.holds import ALTERNATIVES
from atagande_calendar.slots.models import SLOT_MINUTES
from atagande_calendar.slots.queries import free_slots
from atagande_plugin.auth.access import CASE_HOLDERS, CONVENER
from atagande_plugin.web import clinics, kernel, sip_state
from atagande_plugin.web.acting import myself
from atagande_plugin.web.answer import shown_or
from atagande_plugin.web.meeting_changes import what_is_sent
from atagande_plugin.web.sip import require_case_holder
from atagande_plugin.web.sip_after import own

if TYPE_CHECKING:
    from atagande_plugin.forms import sip_changes as forms
    from atagande_plugin.forms.meeting_changes import OfInvitation

section = kernel.Section("sip_changes", __name__)


def _changeable(number: int) -> Sip:
    """Return a booking that the person keeps and may still change."""
    sip = own(number)
    if not can_change(sip, g.now):
        raise SipIsOver
    return sip


def _told(sip: Sip) -> int:
    """Return how many people have the meeting in their calendars."""
    return sum(
        one.method is Method.REQUEST and one.removed_at is None
        for one in of_meeting(g.session, sip.meeting_id)
    )


def _move_page(
    number: int, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    sip = _changeable(number)
    outside = is_outside(sip.unit)
    free = [] if outside else free_slots(g.session, sip.unit_id, after=g.now)
    shown = free if request.args.get("visa") == "alla" else clinics.first_weeks(free)
    return render_template(
        "sip/move.html",
        sip=sip,
        meeting=sip.meeting,
        outside=outside,
        weeks=clinics.by_week(shown),
        more=len(free) - len(shown),
        following=refusal.free[:ALTERNATIVES] if isinstance(refusal, SlotTaken) else (),
        slot_hour=timedelta(minutes=SLOT_MINUTES),
        slot_key=moment_key,
        told=_told(sip),
        values=request.form,
        errors=errors or {},
    )


def _move_again(number: int, errors: dict[str, str], refusal: Refused) -> str:
    with shown_or(refusal):
        return _move_page(number, errors, refusal)


@section.route_for("/sip/<int:number>/flytta", allow=CASE_HOLDERS)
def move_form(number: int) -> str:
    """Show the times that one's own SIP can be moved to, and what will be sent."""
    return _move_page(number)


@section.route_for(
    "/sip/<int:number>/flytta",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="sip_changes.MoveSip",
    again=_move_again,
)
def move(number: int, form: "forms.MoveSip") -> Any:
    """Move one's own SIP to another of the clinic's slots."""
    return _move(number, form.slot, form.version)


@section.route_for(
    "/sip/<int:number>/foresla",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="sip_changes.MoveProposedSip",
    again=_move_again,
)
def propose(number: int, form: "forms.MoveProposedSip") -> Any:
    """Propose another time to a clinic outside the agreement."""
    return _move(number, local_time(form.day, form.clock), form.version)


def _move(number: int, starts_at: datetime, version: int) -> Any:
    """Move one's own SIP, and say what is sent."""
    sip = own(number)
    sending = move_sip(
        g.session,
        sip=sip,
        starts_at=starts_at,
        person=myself(),
        version=version,
        now=g.now,
    )
    text = (
        g.words.text(N_("Den nya tiden är föreslagen för mottagningen."))
        if is_outside(sip.unit)
        else g.words.plural(
            "Mötet är flyttat och %(num)s ändrad kallelse skickas.",
            "Mötet är flyttat och %(num)s ändrade kallelser skickas.",
            sending.total,
        )
    )
    flash(text, "success")
    return redirect(f"/sip/{number}", 303)


def _people_page(number: int, errors: dict[str, str] | None = None) -> str:
    sip = _changeable(number)
    asked = {
        one.person_id for one in of_meeting(g.session, sip.meeting_id) if one.removed_at is None
    }
    others = [
        one
        for one in queries.people(g.session, g.me.association_id)
        if one.id != sip.convener_id and one.unit_id != sip.unit_id
    ]
    return render_template(
        "sip/others.html",
        sip=sip,
        meeting=sip.meeting,
        summoned=[one for one in others if attendance_of(one) is Attendance.SUMMONED],
        invited=[one for one in others if attendance_of(one) is Attendance.INVITED],
        asked=asked if errors is None else set(request.form.getlist("people", type=int)),
        errors=errors or {},
    )


def _people_again(number: int, errors: dict[str, str], refusal: Refused) -> str:
    with shown_or(refusal):
        return _people_page(number, errors)


@section.route_for("/sip/<int:number>/vilka", allow=CASE_HOLDERS)
def people_form(number: int) -> str:
    """Show who else is asked to one's own SIP."""
    return _people_page(number)


@section.route_for(
    "/sip/<int:number>/vilka",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="sip_changes.SipPeople",
    lists=frozenset({"people"}),
    again=_people_again,
)
def people(number: int, form: "forms.SipPeople") -> Any:
    """Add people to one's own SIP and remove others; only they hear of it."""
    sip = own(number)
    known = {one.id: one for one in queries.people(g.session, g.me.association_id)}
    if not known.keys() >= set(form.people):
        raise NotFound
    sending = ask_people(
        g.session,
        sip=sip,
        people=[known[one] for one in form.people],
        person=myself(),
        version=form.version,
        now=g.now,
    )
    what = what_is_sent(sending)
    text = (
        g.words.text(N_("Ändringen är sparad. %(what)s skickas."), {"what": what})
        if what
        else g.words.text(N_("Ändringen är sparad. Ingenting har skickats."))
    )
    flash(text, "success")
    return redirect(f"/sip/{number}", 303)


@section.route_for(
    "/sip/<int:number>/forslag/nej",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="meeting_changes.OfInvitation",
)
def decline(number: int, form: "OfInvitation") -> Any:
    """Say that the time stands to someone who would rather have another."""
    sip = own(number)
    invitation = next(
        (one for one in of_meeting(g.session, sip.meeting_id) if one.id == form.invitation), None
    )
    if invitation is None:
        raise NotFound
    proposals.decline(g.session, invitation=invitation, person=myself(), now=g.now)
    flash(g.words.text(N_("Den som föreslog får besked om att tiden står kvar.")), "success")
    return redirect(f"/sip/{number}", 303)


def _call_off_page(number: int, errors: dict[str, str] | None = None) -> str:
    sip = _changeable(number)
    return render_template(
        "sip/call_off.html",
        sip=sip,
        meeting=sip.meeting,
        reasons=[(one.value, g.words.text(text)) for one, text in sip_state.REASONS.items()],
        told=_told(sip),
        values=request.form,
        errors=errors or {},
    )


def _call_off_again(number: int, errors: dict[str, str], refusal: Refused) -> str:
    with shown_or(refusal):
        return _call_off_page(number, errors)


@section.route_for("/sip/<int:number>/stall-in", allow=CASE_HOLDERS)
def call_off_form(number: int) -> str:
    """Ask why one's own SIP is called off, and say what will be sent."""
    return _call_off_page(number)


@section.route_for(
    "/sip/<int:number>/stall-in",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="sip_changes.CallOffSip",
    again=_call_off_again,
)
def call_off(number: int, form: "forms.CallOffSip") -> Any:
    """Call one's own SIP off: everyone who was told gets a cancellation."""
    sending = call_off_sip(
        g.session,
        sip=own(number),
        because=form.because,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    text = g.words.plural(
        "Mötet är inställt och %(num)s avbokning skickas.",
        "Mötet är inställt och %(num)s avbokningar skickas.",
        sending.total,
    )
    flash(text, "success")
    return redirect(f"/sip/{number}", 303)


def _clinic_page(errors: dict[str, str] | None = None, **_: Any) -> str:
    require_case_holder()
    return render_template("sip/outside.html", values=request.form, errors=errors or {})


@section.route_for("/sip/mottagning", allow=CONVENER)
def outside_form() -> str:
    """Show the form for a prescribing clinic that is no party."""
    return _clinic_page()


@section.route_for(
    "/sip/mottagning",
    allow=CONVENER,
    methods=("POST",),
    takes="sip_changes.AddOutsideClinic",
    again=_clinic_page,
)
def add_outside(form: "forms.AddOutsideClinic") -> Any:
    """Add a clinic outside the agreement, and go on with proposing a time to it."""
    require_case_holder()
    unit = add_outside_clinic(
        g.session,
        name=form.name,
        address=form.address,
        email=form.email,
        person=myself(),
        now=g.now,
    )
    return redirect(f"/sip/boka?mottagning={unit.key}", 303)
