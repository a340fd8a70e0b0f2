"""Pages of self-reports: what a party has to report, the form, and what every party has said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.followup.figures import Figures, by_span
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import limit_on
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Organisation, Role
from atagande_agreements.register.models import Agreement
from atagande_agreements.standing import queries, services
from atagande_agreements.standing.errors import AnswerMissing
from atagande_agreements.standing.figures import span_of
from atagande_agreements.standing.models import PreparatoryService, SelfReport, Subject
from atagande_agreements.standing.small import Counts, as_published
from atagande_agreements.standing.verbs import Said, report_standing
from atagande_calendar.meetings.evidence import steering_held
from atagande_plugin.auth.access import FOLLOWERS, roles
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself, the_agreement
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.standing import Report

section = kernel.Section("standing", __name__)
PAGE_SIZE = 50
#: Those who report for a party; which clauses are theirs the agreement says.
REPORTERS = roles(Role.ADMINISTRATOR, Role.UNIT_CHIEF, Role.CONVENER)

#: Name in the address -> what is reported there.
KINDS: Mapping[str, Subject] = {
    "arbete": Subject.ACTIVE_WORK,
    "insatser": Subject.SERVICES,
    "uteblivna-fragor": Subject.UNASKED,
    "styrgruppsmoten": Subject.MEETINGS,
}
SLUGS = {subject: slug for slug, subject in KINDS.items()}
TITLES = {
    Subject.ACTIVE_WORK: N_("Arbetet med målgruppen"),
    Subject.SERVICES: N_("Förrehabiliterande insatser"),
    Subject.UNASKED: N_("Frågor som uteblev"),
    Subject.MEETINGS: N_("Styrgruppens möten"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A report as the person of this request may see it."""

    report: SelfReport
    counts: Counts
    #: It is the person's own party's, so nothing is hidden.
    own: bool

    @property
    def title(self) -> str:
        """Return what it is about, in the visitor's language."""
        text: str = g.words.text(TITLES[self.report.subject])
        return text


def term_words(key: str) -> str:
    """Return a term's key in words: "första halvåret 2026", "2026"."""
    year, _, half = key.partition("-")
    names = {"H1": N_("första halvåret %(year)s"), "H2": N_("andra halvåret %(year)s")}
    text: str = g.words.text(names[half], {"year": year}) if half in names else key
    return text


def counts_of(report: SelfReport) -> Counts:
    """Return what a report counts, as its own party sees it."""
    return Counts(
        people=report.people,
        women=report.women,
        men=report.men,
        rehabilitated=report.rehabilitated,
        unasked=report.number if report.subject is Subject.UNASKED else None,
    )


def told(report: SelfReport, figures: Mapping[Period, Figures]) -> Told:
    """Return a report as the person of this request may see it; others see what is published."""
    counts = counts_of(report)
    if report.organisation_id == g.me.organisation_id:
        return Told(report, counts, own=True)
    published = figures.get(span_of(report))
    return Told(report, as_published(counts, published, report.organisation_id), own=False)


def published_of(agreement: Agreement, reports: Sequence[SelfReport]) -> Mapping[Period, Figures]:
    """Return what is published of the half-years of some reports."""
    spans = [span_of(one) for one in reports]
    if not spans:
        return {}
    whole = Period(min(one.first for one in spans), max(one.last for one in spans))
    return by_span(g.session, agreement, whole, today=local_date(g.now))


@section.route_for("/redovisning", allow=FOLLOWERS)
def overview() -> str:
    """Show what the person's party has to report, and what every party has said of a term."""
    agreement, today = the_agreement(), local_date(g.now)
    may = REPORTERS.allows(g.me.roles)
    mine = [
        one
        for one in queries.overview(
            g.session,
            agreement_id=agreement.id,
            organisation_id=g.me.organisation_id,
            today=today,
        )
        if one.chosen is not None
    ]
    terms = queries.terms_told(g.session, agreement.id)
    asked = request.args.get("period", "")
    term = asked if asked in terms else (terms[0] if terms else "")
    page = page_number()
    query = queries.of_all(agreement.id, term)
    total = g.session.scalars(select(func.count()).select_from(query.subquery())).one()
    rows = g.session.scalars(
        query.join(Organisation, Organisation.id == SelfReport.organisation_id)
        .options(contains_eager(SelfReport.organisation))
        .order_by(Organisation.position, SelfReport.subject.desc(), SelfReport.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    figures = published_of(agreement, rows)
    return render_template(
        "standing/overview.html",
        mine=mine,
        may=may,
        waiting=[one.chosen for one in mine if _waits(one.chosen, today)],
        late=sum(line.late(today) for one in mine for line in one.lines),
        titles={one: g.words.text(title) for one, title in TITLES.items()},
        slugs=SLUGS,
        term_words=term_words,
        terms=terms,
        term=term,
        rows=[told(one, figures) for one in rows],
        total=total,
        limit=limit_on(g.session, agreement.id, today),
        page=page,
        pages=pages_of(total, PAGE_SIZE),
    )


def _waits(line: queries.Line | None, today: date) -> bool:
    """Tell whether a report is waited for: its term is over, or will be judged soon."""
    return line is not None and line.report is None and queries.is_awaited(line, today)


def _line(kind: str, term: str) -> tuple[Agreement, queries.Subjects, queries.Line]:
    """Return what the person's party reports at an address; raise NotFound if it is not theirs."""
    subject = KINDS.get(kind)
    agreement = the_agreement()
    for one in queries.overview(
        g.session,
        agreement_id=agreement.id,
        organisation_id=g.me.organisation_id,
        today=local_date(g.now),
    ):
        if one.subject is subject:
            for line in one.lines:
                if line.window.term.key == term:
                    return agreement, one, line
    raise NotFound


def _values(line: queries.Line) -> dict[str, Any]:
    """Return what the form is filled with: this term's report, or else the latest before it."""
    source = line.report or line.before
    today = local_date(g.now).isoformat()
    if source is None:
        return {"reported_on": today}
    return {
        "works": {True: "yes", False: "no", None: ""}[source.works],
        "people": source.people,
        "women": source.women,
        "men": source.men,
        "rehabilitated": source.rehabilitated,
        "number": source.number,
        # What was said of another term is not said of this one.
        "comment": line.report.comment if line.report else "",
        "reported_on": today,
    }


def _form(
    kind: str,
    term: str,
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,
    form: object = None,  # noqa: ARG001 - the kernel names what it read
) -> str:
    _agreement, subject, line = _line(kind, term)
    today = local_date(g.now)
    listed: list[PreparatoryService] = []
    if line.subject is Subject.SERVICES:
        listed = list(
            g.session.scalars(
                services.listed(
                    g.me.association_id, today, organisation_id=g.me.organisation_id
                ).where(services.valid_on(today))
            )
        )
    history = queries.history(g.session, line.report) if line.report else []
    return render_template(
        "standing/form.html",
        kind=kind,
        line=line,
        subject=subject,
        title=g.words.text(TITLES[line.subject]),
        term=term_words(term),
        before=term_words(line.before.term) if line.before and not line.report else "",
        term_words=term_words,
        listed=listed,
        history=[Told(one, counts_of(one), own=True) for one in history],
        stale=isinstance(refusal, Stale),
        closed=line.report is not None
        and today > max(line.window.closes_on, local_date(line.report.reported_at)),
        values=request.form if request.method == "POST" else _values(line),
        errors=errors or {},
    )


@section.route_for("/redovisning/<kind>/<term>", allow=REPORTERS)
def form(kind: str, term: str) -> str:
    """Show the form of one term, filled from last time."""
    return _form(kind, term)


@section.route_for(
    "/redovisning/<kind>/<term>",
    allow=REPORTERS,
    methods=("POST",),
    takes="standing.Report",
    again=_form,
)
def report(kind: str, term: str, form: "Report") -> Any:
    """Take the report of one term, or a correction."""
    agreement, _, line = _line(kind, term)
    given = take(agreement, line.subject, term, form)
    flash(
        g.words.text(
            N_("Redovisningen är rättad.") if given.revision > 1 else N_("Redovisningen är lämnad.")
        ),
        "success",
    )
    return redirect("/redovisning", 303)


def take(agreement: Agreement, subject: Subject, term: str, form: "Report") -> SelfReport:
    """Take a report from a form or a call of the API."""
    if subject is Subject.SERVICES and not form.confirmed:
        raise AnswerMissing(field="confirmed")
    held = None
    if subject is Subject.MEETINGS:
        year = calendar_year(term)
        held = steering_held(g.session, agreement.id, *year) if year else None
    counted = subject in {Subject.UNASKED, Subject.MEETINGS}
    people = subject is Subject.ACTIVE_WORK
    return report_standing(
        g.session,
        agreement=agreement,
        subject=subject,
        term=term,
        said=Said(
            works=form.works if people else None,
            people=form.people if people else None,
            women=form.women if people else None,
            men=form.men if people else None,
            rehabilitated=form.rehabilitated if people else None,
            number=form.number if counted else None,
            comment=form.comment,
        ),
        person=myself(),
        reported_on=form.reported_on,
        revision=form.revision,
        held=held,
        now=g.now,
    )


def calendar_year(term: str) -> tuple[date, date] | None:
    """Return the first and last local date of a term that is a calendar year, or None."""
    if len(term) != len("2026") or not term.isdecimal():
        return None
    return date(int(term), 1, 1), date(int(term), 12, 31)
