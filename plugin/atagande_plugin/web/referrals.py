"""Första möten med AF: the municipality's cases by opaque number, and what Arbetsförmedlingen sees.

Arbetsförmedlingen is the party that is reported on: its people see the municipality and the dates,
never a reference, and answer through deviations. The association's people see nothing of it.
"""

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.audit.queries import history
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import agreements
from atagande_agreements.enquiries.verbs import new_reference
from atagande_agreements.errors import Forbidden, NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.referrals import queries, verbs
from atagande_agreements.referrals.models import Assessment, AttendedBy, Referral, Wish
from atagande_plugin.auth.access import CASE_HOLDERS
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import acting, myself
from atagande_plugin.web.chosen import choose
from atagande_plugin.web.paging import page_number, pages_of
from atagande_plugin.web.sip import require_case_holder

if TYPE_CHECKING:
    from atagande_plugin.forms.referrals import (
        AboutFirstMeeting,
        FirstMeeting,
        NewReferral,
        ReferralConsent,
        ReferralVersion,
        ReportSteps,
    )

section = kernel.Section("referrals", __name__)
PATH = "/forsta-moten"
PAGE_SIZE = 50

ASSESSMENTS = {
    Assessment.SUITS: N_("Arbetslivsinriktad rehabilitering passar"),
    Assessment.REFERRED_ON: N_("Klienten hänvisas till en annan part"),
}
ATTENDED = {
    AttendedBy.SOCIAL_SECRETARY: N_("Socialsekreteraren"),
    AttendedBy.COACH: N_("Coachen"),
    AttendedBy.NOBODY: N_("Ingen från kommunen"),
}
WISHES = {
    Wish.SUPPORT: N_("Vill ha stöd på mötet"),
    Wish.ALONE: N_("Vill gå själv"),
}
ACTIONS = {
    "referral.registered": N_("Hänvisningen registrerades"),
    "referral.steps": N_("Stegen hos Arbetsförmedlingen ändrades"),
    "referral.consent": N_("Samtycket bekräftades"),
    "referral.consent_withdrawn": N_("Samtycket togs tillbaka"),
    "referral.meeting": N_("Mötets datum ändrades"),
    "referral.meeting_reported": N_("Uppgifter om mötet ändrades"),
    "referral.withdrawn": N_("Hänvisningen återkallades"),
}
#: What a change is called in the history.
FIELDS = {
    "referred_on": N_("Hänvisad"),
    "contacted_on": N_("Kontakt"),
    "assessed_on": N_("Bedömning"),
    "assessment": N_("Utfall"),
    "planned_on": N_("Planering"),
    "consent_on": N_("Samtycke"),
    "consent_withdrawn_on": N_("Samtycket togs tillbaka"),
    "meeting_on": N_("Första mötet"),
    "material_on": N_("Underlaget klart"),
    "attended_by": N_("Med på mötet"),
    "wish": N_("Klientens önskan"),
    "withdrawn_on": N_("Återkallad"),
}
CHOICES: dict[str, str] = {
    **{one.value: label for one, label in ASSESSMENTS.items()},
    **{one.value: label for one, label in ATTENDED.items()},
    **{one.value: label for one, label in WISHES.items()},
}


def viewer() -> queries.Viewer:
    """Return whose referrals the person of this request sees; the association's people: none."""
    require_case_holder()
    return queries.viewer(
        association_id=g.me.association_id,
        organisation_id=g.me.organisation_id,
        organisation_kind=g.me.organisation_kind,
        succeeded=acting().organisations,
    )


def _found(number: int) -> Referral:
    referral = queries.one(g.session, viewer(), number)
    if referral is None:
        raise NotFound
    return referral


@section.route_for(PATH, allow=CASE_HOLDERS)
def referral_list() -> str:
    """Show the cases one holds, or those that concern one's party, and how long the steps took."""
    who, page = viewer(), page_number()
    chosen = choose()
    ongoing = request.args.get("visa") == "pagar"
    rows, total = queries.listed(
        g.session, who, ongoing=ongoing, size=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    durations = meetings = None
    if chosen is not None and (who.holds or who.is_receiver):
        first, last = chosen.period.first, chosen.period.last
        durations = queries.medians(
            g.session, chosen.agreement.id, first, last, organisation_id=who.organisation_id
        )
        if who.organisation_id is not None:
            meetings = queries.first_meetings(
                g.session, who.organisation_id, first, last, local_date(g.now)
            )
    return render_template(
        "referrals/list.html",
        who=who,
        rows=rows,
        total=total,
        under_way=queries.ongoing_count(g.session, who),
        ongoing=ongoing,
        page=page,
        pages=pages_of(total, PAGE_SIZE),
        chosen=chosen,
        durations=durations,
        meetings=meetings,
        outcomes=_labels(ASSESSMENTS),
    )


def _labels(labels: Any) -> dict[str, str]:
    return {one.value: g.words.text(label) for one, label in labels.items()}


def _new_page(
    errors: dict[str, str] | None = None, refusal: Refused | None = None, **_: Any
) -> str:
    if not viewer().holds:
        raise refusal or Forbidden()
    fresh = {"reference": new_reference(), "referred_on": local_date(g.now).isoformat()}
    return render_template(
        "referrals/new.html",
        values=request.form if request.method == "POST" else fresh,
        errors=errors or {},
    )


@section.route_for(f"{PATH}/ny", allow=CASE_HOLDERS)
def new_referral() -> str:
    """Show the form for registering a referral."""
    return _new_page()


@section.route_for(
    PATH, allow=CASE_HOLDERS, methods=("POST",), takes="referrals.NewReferral", again=_new_page
)
def register(form: "NewReferral") -> Any:
    """Register a referral."""
    if not viewer().holds:
        raise Forbidden
    found = agreements(g.session, g.me.association_id, local_date(g.now))
    if not found:
        raise NotFound
    referral = verbs.register_referral(
        g.session,
        agreement=found[0].agreement,
        person=myself(),
        reference=form.reference,
        referred_on=form.referred_on,
        now=g.now,
    )
    flash(g.words.text(N_("Hänvisningen är registrerad.")), "success")
    return redirect(f"{PATH}/{referral.id}", 303)


def _entry(entry: AuditEntry) -> dict[str, Any]:
    """Return a line of the history: what, when, by whom, and what it was set to."""
    changes: dict[str, tuple[Any, str | None]] = json.loads(entry.changes)
    return {
        "what": g.words.text(ACTIONS.get(entry.action, entry.action)),
        "at": entry.at,
        "who": entry.actor,
        "changes": [
            (g.words.text(label), _value(name, changes[name][1]))
            for name, label in FIELDS.items()
            if name in changes
        ],
    }


def _value(name: str, value: str | None) -> date | str | None:
    """Return what a field was set to: a local date, a choice in words, or None."""
    if value is None:
        return None
    return date.fromisoformat(value) if name.endswith("_on") else g.words.text(CHOICES[value])


def _page(number: int, errors: dict[str, str] | None = None, refusal: Refused | None = None) -> str:
    referral = _found(number)
    entries = [
        _entry(one) for one in history(g.session, g.me.association_id, "referral", referral.id)
    ]
    known = queries.occurrences(g.session, g.me.association_id, [referral.id])
    return render_template(
        "referrals/page.html",
        referral=referral,
        occurrences=known.get(referral.id, {}),
        has_consent=verbs.has_consent(referral),
        entries=entries,
        stale=isinstance(refusal, Stale),
        values=request.form,
        assessments=_labels(ASSESSMENTS),
        attended=_labels(ATTENDED),
        wishes=_labels(WISHES),
        # Faults of a form that is not on the page any more have no field to point at.
        errors={
            "" if referral.withdrawn_on is not None else name: text
            for name, text in (errors or {}).items()
        },
    )


@section.route_for(f"{PATH}/<int:number>", allow=CASE_HOLDERS)
def referral_page(number: int) -> str:
    """Show one case: how far it has come, and its first meeting."""
    return _page(number)


def _done(number: int, said: str) -> Any:
    flash(g.words.text(said), "success")
    return redirect(f"{PATH}/{number}", 303)


@section.route_for(
    f"{PATH}/<int:number>/steg",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="referrals.ReportSteps",
    again=_page,
)
def report_steps(number: int, form: "ReportSteps") -> Any:
    """Record how far a case has come at Arbetsförmedlingen."""
    verbs.report_steps(
        g.session,
        referral=_found(number),
        steps=verbs.Steps(
            form.referred_on,
            form.contacted_on,
            form.assessed_on,
            form.assessment,
            form.planned_on,
        ),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return _done(number, N_("Stegen är sparade."))


@section.route_for(
    f"{PATH}/<int:number>/samtycke",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="referrals.ReferralConsent",
    again=_page,
)
def consent(number: int, form: "ReferralConsent") -> Any:
    """Confirm the client's consent to the joint meeting, or take it back."""
    change = verbs.confirm_consent if form.consent else verbs.withdraw_consent
    change(g.session, referral=_found(number), person=myself(), version=form.version, now=g.now)
    if form.consent:
        return _done(number, N_("Samtycket är bekräftat. Nu kan mötet bokas."))
    return _done(number, N_("Samtycket är tillbakataget. Ett möte som inte har varit är avbokat."))


@section.route_for(
    f"{PATH}/<int:number>/mote",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="referrals.FirstMeeting",
    again=_page,
)
def book(number: int, form: "FirstMeeting") -> Any:
    """Book the joint first meeting, move it, or call it off."""
    verbs.book_meeting(
        g.session,
        referral=_found(number),
        meeting_on=form.meeting_on,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    if form.meeting_on is None:
        return _done(number, N_("Inget möte är bokat."))
    return _done(number, N_("Mötets datum är sparat."))


@section.route_for(
    f"{PATH}/<int:number>/om-motet",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="referrals.AboutFirstMeeting",
    again=_page,
)
def about_meeting(number: int, form: "AboutFirstMeeting") -> Any:
    """Record the material, who went along, and what the client wanted."""
    verbs.report_meeting(
        g.session,
        referral=_found(number),
        about=verbs.AboutMeeting(form.material_on, form.attended_by, form.wish),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return _done(number, N_("Uppgifterna om mötet är sparade."))


@section.route_for(
    f"{PATH}/<int:number>/aterkalla",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="referrals.ReferralVersion",
    again=_page,
)
def withdraw(number: int, form: "ReferralVersion") -> Any:
    """Call a referral off."""
    verbs.withdraw_referral(
        g.session, referral=_found(number), person=myself(), version=form.version, now=g.now
    )
    return _done(number, N_("Hänvisningen är återkallad."))
