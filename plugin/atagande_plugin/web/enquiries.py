"""Pages of enquiries: the list, registering one, its answer."""

import json
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.audit.queries import history
from atagande_agreements.civil_time import local_date
from atagande_agreements.enquiries import queries
from atagande_agreements.enquiries.errors import NotAClinic
from atagande_agreements.enquiries.models import Addressee, Channel, Enquiry
from atagande_agreements.enquiries.verbs import (
    answer_enquiry,
    correct_answer,
    forward_enquiry,
    new_reference,
    register_enquiry,
)
from atagande_agreements.errors import Forbidden, NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.letters.queries import letters_of
from atagande_agreements.parties.models import OrganisationKind
from atagande_agreements.parties.queries import clinics
from atagande_plugin.auth.access import CASE_HOLDERS
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import acting, myself
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.enquiries import Answer, Forwarding, NewEnquiry

section = kernel.Section("enquiries", __name__)
PAGE_SIZE = 50

CHANNELS = {
    Channel.LETTER: N_("Brev"),
    Channel.SECURE_MESSAGE: N_("Säkert meddelande"),
    Channel.TELEPHONE: N_("Telefon"),
}
ADDRESSEES = {
    Addressee.CLINIC: N_("Mottagningen"),
    Addressee.DOCTOR: N_("En enskild läkare"),
}
ACTIONS = {
    "enquiry.registered": N_("Förfrågan registrerades"),
    "enquiry.answered": N_("Svaret registrerades"),
    "enquiry.corrected": N_("Svarets datum rättades"),
    "enquiry.forwarded": N_("Frågan förmedlades vidare av annan behandlare"),
}


def asks() -> bool:
    """Tell whether the person belongs to a municipality: only those ask."""
    kind: OrganisationKind = g.me.organisation_kind
    return kind is OrganisationKind.MUNICIPALITY


def viewer() -> queries.Viewer:
    """Return whose enquiries the person of this request holds."""
    return queries.viewer(
        association_id=g.me.association_id,
        organisation_id=g.me.organisation_id,
        organisation_kind=g.me.organisation_kind,
        unit_id=g.me.unit_id,
        unit_kind=g.me.unit_kind,
        roles=g.me.roles,
        followed=acting().units,
        succeeded=acting().organisations,
    )


def found(enquiry_id: int) -> Enquiry:
    """Return one of the person's enquiries; raise NotFound for any other."""
    enquiry = queries.one(g.session, viewer(), enquiry_id)
    if enquiry is None:
        raise NotFound
    return enquiry


@section.route_for("/forfragningar", allow=CASE_HOLDERS)
def listing() -> str:
    """Show the enquiries of the person's municipality or clinic."""
    who, page = viewer(), page_number()
    waiting = request.args.get("visa") == "vantar"
    rows, total = queries.listed(
        g.session, who, waiting=waiting, size=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    return render_template(
        "enquiries/list.html",
        rows=rows,
        total=total,
        unanswered=queries.waiting_count(g.session, who),
        forwarded=queries.forwarded_count(g.session, who),
        waiting=waiting,
        page=page,
        pages=pages_of(total, PAGE_SIZE),
        asks=asks(),
        answers=who.unit_id is not None,
    )


def _new_page(
    errors: dict[str, str] | None = None, refusal: Refused | None = None, **_: Any
) -> str:
    if not asks():
        raise refusal or Forbidden()
    today = local_date(g.now)
    fresh = {"reference": new_reference(), "sent_on": today.isoformat()}
    return render_template(
        "enquiries/new.html",
        clinics=[one for one in clinics(g.session, g.me.association_id, today) if one.in_agreement],
        channels=[(one.value, g.words.text(label)) for one, label in CHANNELS.items()],
        addressees=[(one.value, g.words.text(label)) for one, label in ADDRESSEES.items()],
        values=request.form if request.method == "POST" else fresh,
        errors=errors or {},
    )


@section.route_for("/forfragningar/ny", allow=CASE_HOLDERS)
def new() -> str:
    """Show the form for registering an enquiry."""
    return _new_page()


@section.route_for(
    "/forfragningar",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="enquiries.NewEnquiry",
    again=_new_page,
)
def register(form: "NewEnquiry") -> Any:
    """Register an enquiry and show when its answer is due."""
    if not asks():
        raise Forbidden
    asked = queries.clinic_agreement(g.session, g.me.association_id, form.unit)
    if asked is None:
        raise NotAClinic(field="unit", unit=form.unit)
    unit, agreement = asked
    enquiry = register_enquiry(
        g.session,
        agreement=agreement,
        unit=unit,
        person=myself(),
        sent_on=form.sent_on,
        reference=form.reference,
        channel=form.channel,
        addressee=form.addressee,
        now=g.now,
    )
    flash(g.words.text(N_("Förfrågan är registrerad.")), "success")
    return redirect(f"/forfragningar/{enquiry.id}", 303)


def _entry(entry: AuditEntry) -> dict[str, Any]:
    """Return a line of the history: what, when, by whom, and the dates if it named any."""
    changes = json.loads(entry.changes)
    answered_on, forwarded_on = changes.get("answered_on"), changes.get("forwarded_on")
    return {
        "what": g.words.text(ACTIONS.get(entry.action, entry.action)),
        "at": entry.at,
        "who": entry.actor,
        "answered_on": date.fromisoformat(answered_on[1]) if answered_on else None,
        "before": date.fromisoformat(answered_on[0]) if answered_on and answered_on[0] else None,
        "forwarded_on": date.fromisoformat(forwarded_on[1]) if forwarded_on else None,
    }


def _page(
    enquiry_id: int, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    enquiry = found(enquiry_id)
    corrects = enquiry.answered_on is not None and asks()
    if errors and enquiry.answered_on is not None and not corrects:
        # The form is gone, so there is no field to point at.
        errors = dict.fromkeys([""], " ".join(errors.values()))
    entries = [
        _entry(one) for one in history(g.session, g.me.association_id, "enquiry", enquiry.id)
    ]
    return render_template(
        "enquiries/page.html",
        enquiry=enquiry,
        outcome=queries.outcome(g.session, enquiry),
        channel=g.words.text(CHANNELS[enquiry.channel]),
        addressee=g.words.text(ADDRESSEES[enquiry.addressee]),
        entries=entries,
        corrects=corrects,
        letters=[one for one in letters_of(g.session, g.me.association_id) if one.in_use]
        if asks()
        else [],
        changed=[one for one in entries if one["answered_on"] or one["forwarded_on"]]
        if isinstance(refusal, Stale)
        else [],
        values=request.form,
        errors=errors or {},
    )


@section.route_for("/forfragningar/<int:enquiry_id>", allow=CASE_HOLDERS)
def show(enquiry_id: int) -> str:
    """Show one enquiry: when its answer is due, and what came."""
    return _page(enquiry_id)


def _change(enquiry_id: int, verb: Callable[..., object], said: str, **facts: object) -> Any:
    """Change one of the person's enquiries, say so, and go back to it."""
    verb(g.session, enquiry=found(enquiry_id), person=myself(), now=g.now, **facts)
    flash(g.words.text(said), "success")
    return redirect(f"/forfragningar/{enquiry_id}", 303)


@section.route_for(
    "/forfragningar/<int:enquiry_id>/svar",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="enquiries.Answer",
    again=_page,
)
def answer(enquiry_id: int, form: "Answer") -> Any:
    """Register the date the clinic's answer came."""
    return _change(
        enquiry_id,
        answer_enquiry,
        N_("Svaret är registrerat."),
        version=form.version,
        answered_on=form.answered_on,
    )


@section.route_for(
    "/forfragningar/<int:enquiry_id>/svar/rattelse",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="enquiries.Answer",
    again=_page,
)
def correct(enquiry_id: int, form: "Answer") -> Any:
    """Correct the date the clinic's answer came."""
    return _change(
        enquiry_id,
        correct_answer,
        N_("Datumet är rättat. Det som stod förut finns kvar i historiken."),
        version=form.version,
        answered_on=form.answered_on,
    )


@section.route_for(
    "/forfragningar/<int:enquiry_id>/vidareformedling",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="enquiries.Forwarding",
    again=_page,
)
def forward(enquiry_id: int, form: "Forwarding") -> Any:
    """Register that another therapist passed the question on."""
    return _change(
        enquiry_id,
        forward_enquiry,
        N_("Vidareförmedlingen är registrerad. Svarstiden löper som förut."),
        version=form.version,
        forwarded_on=form.forwarded_on,
    )
