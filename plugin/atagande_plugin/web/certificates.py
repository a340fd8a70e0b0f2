"""Pages of certificates: a half-year's figures, a municipality's report, a clinic's statement."""

from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.certificates import queries
from atagande_agreements.certificates.counts import Counts, split_of
from atagande_agreements.certificates.terms import after, before, half_year, latest_ended
from atagande_agreements.certificates.verbs import report_certificates, state
from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import Forbidden, NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import OrganisationKind, Role, Unit, UnitKind
from atagande_agreements.parties.queries import clinics
from atagande_agreements.periods import Every, Term, term_of
from atagande_agreements.register.models import Agreement
from atagande_agreements.rules.verdict import REPORT_DAYS
from atagande_plugin.auth.access import FOLLOWERS, roles
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import agreement_now, myself

if TYPE_CHECKING:
    from atagande_plugin.forms.certificates import Report, Statement

section = kernel.Section("certificates", __name__)

#: Who reports for a municipality, and who speaks for a clinic.
REPORTERS = roles(Role.UNIT_CHIEF, Role.CONVENER)
CHIEFS = roles(Role.UNIT_CHIEF)
HALVES = (N_("första halvåret %(year)s"), N_("andra halvåret %(year)s"))


def in_words(term: Term) -> str:
    """Return a half-year such as "första halvåret 2026"."""
    half = HALVES[0 if term.first.month == 1 else 1]
    return str(g.words.text(half, {"year": term.first.year}))


def reports() -> bool:
    """Tell whether the person reports for a municipality."""
    kind: OrganisationKind = g.me.organisation_kind
    return kind is OrganisationKind.MUNICIPALITY and g.me.has(Role.UNIT_CHIEF, Role.CONVENER)


def answers_for(unit: Unit) -> bool:
    """Tell whether the person speaks for a clinic."""
    return bool(g.me.unit_id == unit.id and g.me.has(Role.UNIT_CHIEF))


def reader() -> queries.Reader:
    """Return who reads the figures in this request."""
    return queries.Reader(
        g.me.organisation_id, g.me.unit_id if g.me.unit_kind is UnitKind.CLINIC else None
    )


def clinics_in(term: Term) -> list[Unit]:
    """Return the clinics under the agreement that there were in a half-year."""
    on = min(term.last, local_date(g.now))
    return [one for one in clinics(g.session, g.me.association_id, on) if one.in_agreement]


def the_clinic(key: str, term: Term) -> tuple[Agreement, Unit]:
    """Return the agreement and the clinic by its key; raise NotFound if there is none."""
    agreement = agreement_now()
    unit = next((one for one in clinics_in(term) if one.key == key), None)
    if agreement is None or unit is None:
        raise NotFound(field="unit")
    return agreement, unit


def _begun(term: Term) -> bool:
    return term.first <= local_date(g.now)


@section.route_for("/lakarintyg", allow=FOLLOWERS)
def listing() -> str:
    """Show every clinic's figures of a half-year."""
    agreement = agreement_now()
    asked = request.args.get("period", "")
    term = half_year(asked) if asked else latest_ended(local_date(g.now))
    if agreement is None:
        return render_template("certificates/list.html", agreement=None, rows=[])
    today = local_date(g.now)
    rows = queries.clinics_of(g.session, agreement, clinics_in(term), term, reader(), today=today)
    earlier, later = before(term), after(term)
    return render_template(
        "certificates/list.html",
        agreement=agreement,
        rows=rows,
        term=term,
        words=in_words(term),
        earlier=(earlier, in_words(earlier)) if earlier.last >= agreement.valid_from else None,
        later=(later, in_words(later)) if _begun(later) else None,
        begun=_begun(term),
        reports=reports(),
        own=[
            one
            for one in rows
            if any(line.report.organisation_id == g.me.organisation_id for line in one.lines)
        ],
        mine=next((one for one in rows if one.unit.id == g.me.unit_id), None),
        letters=g.me.has(Role.ADMINISTRATOR),
    )


def _page(
    key: str,
    period: str,
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,  # noqa: ARG001 - the errors say it
) -> str:
    term = half_year(period)
    agreement, unit = the_clinic(key, term)
    today = local_date(g.now)
    clinic = queries.clinics_of(g.session, agreement, [unit], term, reader(), today=today)[0]
    seen = [one.report.id for one in clinic.lines if one.figures.open]
    return render_template(
        "certificates/clinic.html",
        clinic=clinic,
        unit=unit,
        term=term,
        words=in_words(term),
        history=queries.revisions(g.session, seen) if seen else [],
        may_report=reports() and _begun(term),
        may_answer=answers_for(unit),
        reported=any(one.report.organisation_id == g.me.organisation_id for one in clinic.lines),
        days=REPORT_DAYS,
        values=request.form,
        errors=errors or {},
    )


@section.route_for("/lakarintyg/<key>/<period>", allow=FOLLOWERS)
def show(key: str, period: str) -> str:
    """Show a clinic's half-year: who reported what, the verdict, what the clinic says."""
    return _page(key, period)


def _form_page(
    key: str,
    period: str,
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,
) -> str:
    if not reports():
        raise refusal or Forbidden()
    term = half_year(period)
    agreement, unit = the_clinic(key, term)
    known = queries.own_report(g.session, agreement.id, unit.id, term, g.me.organisation_id)
    names = (*Counts.__slots__[:3], "received_women", "received_men", "lacking_women")
    values: Any = request.form
    if request.method == "GET":
        values = {
            name: getattr(known.revision, name) if known else "" for name in (*names, "lacking_men")
        }
    stale = isinstance(refusal, Stale)
    return render_template(
        "certificates/report.html",
        unit=unit,
        term=term,
        words=in_words(term),
        ongoing=term_of(local_date(g.now), Every.HALF_YEAR) == term,
        known=known,
        changed=queries.revisions(g.session, [known.report.id])[:1] if known and stale else [],
        values=values,
        # What is sent after a stale form has been read builds on what it showed.
        version=known.report.version if known else 0,
        errors=errors or {},
    )


@section.route_for("/lakarintyg/<key>/<period>/rapport", allow=REPORTERS)
def report_form(key: str, period: str) -> str:
    """Show the form for a municipality's figures."""
    return _form_page(key, period)


@section.route_for(
    "/lakarintyg/<key>/<period>/rapport",
    allow=REPORTERS,
    methods=("POST",),
    takes="certificates.Report",
    again=_form_page,
)
def report(key: str, period: str, form: "Report") -> Any:
    """Take a municipality's figures, or their correction."""
    if not reports():
        raise Forbidden
    term = half_year(period)
    agreement, unit = the_clinic(key, term)
    report_certificates(
        g.session,
        agreement=agreement,
        unit=unit,
        term=term,
        counts=counts_from(form),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    flash(g.words.text(N_("Rapporten är sparad.")), "success")
    return redirect(f"/lakarintyg/{unit.key}/{term.key}", 303)


def counts_from(form: "Report") -> Counts:
    """Return the counts of a form."""
    split = split_of(form.received_women, form.received_men, form.lacking_women, form.lacking_men)
    return Counts(form.received, form.lacking, form.completed, split)


@section.route_for(
    "/lakarintyg/<key>/<period>/yttrande",
    allow=CHIEFS,
    methods=("POST",),
    takes="certificates.Statement",
    again=_page,
)
def answer(key: str, period: str, form: "Statement") -> Any:
    """Take what a clinic says about its figures."""
    term = half_year(period)
    agreement, unit = the_clinic(key, term)
    state(
        g.session,
        agreement=agreement,
        unit=unit,
        term=term,
        text=form.text,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Yttrandet står nu bredvid siffrorna.")), "success")
    return redirect(f"/lakarintyg/{unit.key}/{term.key}", 303)
