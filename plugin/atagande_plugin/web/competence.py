"""Pages of competence: how every party stands, and a unit chief's report."""

from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import Commitment
from atagande_agreements.competence import queries
from atagande_agreements.competence.counts import Numbers, trainings_from_rows
from atagande_agreements.competence.places import Place, places_for
from atagande_agreements.competence.subjects import LABELS, label
from atagande_agreements.competence.verbs import report_competence
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_agreements.periods import Every, term_of
from atagande_agreements.register.models import Agreement
from atagande_plugin.auth.access import FOLLOWERS, Access
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import agreement_now, myself
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.competence import Report, Still

section = kernel.Section("competence", __name__)
CHIEFS = Access(
    frozenset({Role.UNIT_CHIEF}),
    why=N_("Det är enhetschefen som rapporterar kompetens för sin egen enhet."),
)
PAGE_SIZE = 50
#: Rows of a report that its form shows; a longer one is changed as a file.
FORM_ROWS = 60
_SPARE = 3
_LEAST = 5
_HISTORY = 20


def subject_name(commitment: Commitment) -> str:
    """Return what a commitment's trainings are about, in the visitor's language."""
    if commitment.subject in LABELS:
        return str(g.words.text(label(commitment)))
    return commitment.title_en if g.words.language == "en" else commitment.title


def place_name(place: Place) -> str:
    """Return what a place is called, in the visitor's language."""
    if place.beside_units:
        return str(g.words.text(N_("%(name)s, utanför enheterna"), {"name": place.name}))
    return place.name


@section.route_for("/kompetens", allow=FOLLOWERS)
def competence() -> str:
    """Show how every party stands, a chief's own places first."""
    agreement, today, page = agreement_now(), local_date(g.now), page_number()
    clauses = queries.commitments(g.session, agreement.id) if agreement else []
    asked = queries.lines(g.session, clauses, today, g.me) if clauses else []
    parties = {line.place.organisation.key: line.place.organisation.name for line in asked}
    party = request.args.get("part", "")
    chosen = [line for line in asked if not party or line.place.organisation.key == party]
    part = chosen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    mine = [line for line in asked if g.me.has(Role.UNIT_CHIEF) and line.place.answers_to(g.me)][
        :PAGE_SIZE
    ]
    counts = queries.counts(g.session, agreement.id, [*mine, *part], today) if agreement else {}
    demands = [queries.demand_on(clause, today) for clause in clauses]
    return render_template(
        "competence/page.html",
        mine=[counts[line.spot] for line in mine],
        rows=[counts[line.spot] for line in part],
        reported=queries.reported(g.session, asked, today) if asked else (0, 0),
        months_missing=any(one.months is None for one in demands),
        share_missing=any(one.share is None for one in demands),
        parties=parties,
        party=party,
        page=page,
        pages=pages_of(len(chosen), PAGE_SIZE),
        half=term_of(today, Every.HALF_YEAR),
        subject_name=subject_name,
        place_name=place_name,
    )


def _asked(place: str, subject: str) -> tuple[Agreement, Place, queries.Line]:
    """Return one of the chief's own places and what is asked of it; raise NotFound otherwise."""
    agreement, today = agreement_now(), local_date(g.now)
    own = {one.key: one for one in places_for(g.session, myself(), today)}
    if agreement is None or place not in own:
        raise NotFound
    clauses = queries.commitments(g.session, agreement.id)
    for line in queries.lines(g.session, clauses, today, g.me):
        if line.place.ids == own[place].ids and line.commitment.subject == subject:
            return agreement, own[place], line
    raise NotFound


def _rows(numbers: Numbers | None, *, named: bool) -> list[tuple[str, str, str]]:
    """Return the rows of the form, (name, date, people), with some empty ones at the end."""
    if request.method == "POST":
        sent = _sent(request.form.getlist)
        filled = [row for row in sent if any(row)]
    elif numbers is None:
        filled = []
    elif named:
        filled = [
            (one.name, one.trained_on.isoformat(), "" if one.name else str(one.people))
            for one in numbers.trainings
        ]
    else:
        filled = [("", day.isoformat(), str(people)) for day, people in numbers.by_date().items()]
    empty = max(_SPARE, _LEAST - len(filled))
    return [*filled, *[("", "", "")] * empty]


def _sent(values: Any) -> list[tuple[str, str, str]]:
    columns = (values("name"), values("trained_on"), values("people"))
    return [
        (name.strip(), day.strip(), people.strip())
        for name, day, people in zip_longest(*columns, fillvalue="")
    ]


def _page(
    place: str,
    subject: str,
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,
) -> str:
    agreement, at, line = _asked(place, subject)
    today = local_date(g.now)
    count = queries.counts(g.session, agreement.id, [line], today)[line.spot]
    report = count.standing.report
    names = queries.names_of(g.session, report, g.me, at)
    numbers = queries.numbers_of(report, names) if report else None
    own = at.is_own(g.me)
    choice = request.values.get("med", "namn" if names else "antal")
    named = own and choice == "namn"
    rows = _rows(numbers, named=named)
    fresh = {"as_of": today.isoformat(), "staff": str(report.staff) if report else ""}
    return render_template(
        "competence/report.html",
        count=count,
        place=at,
        subject=subject,
        own=own,
        named=named,
        names=names,
        rows=rows,
        too_long=len(rows) > FORM_ROWS,
        history=queries.history(g.session, report, _HISTORY) if report else [],
        since=agreement.valid_from,
        changed=isinstance(refusal, Stale),
        values=request.form if request.method == "POST" and "staff" in request.form else fresh,
        errors=errors or {},
        subject_name=subject_name,
        place_name=place_name,
    )


@section.route_for("/kompetens/<place>/<subject>", allow=CHIEFS)
def report(place: str, subject: str) -> str:
    """Show a chief's last report of a subject, and the form for the next."""
    return _page(place, subject)


def _file(
    place: str, subject: str, *, as_of: date | None, numbers: Numbers | None, version: int
) -> Any:
    """File a report and say how it stands; without numbers, those of the last one."""
    agreement, at, line = _asked(place, subject)
    if numbers is None:
        known = queries.standing(g.session, agreement.id, at, subject).report
        if known is None:
            raise NotFound
        numbers = queries.numbers_of(known, queries.names_of(g.session, known, g.me, at))
    made = report_competence(
        g.session,
        agreement=agreement,
        place=at,
        subject=subject,
        as_of=as_of or local_date(g.now),
        numbers=numbers,
        person=myself(),
        version=version,
        now=g.now,
    )
    counting = queries.standing(g.session, agreement.id, at, subject).report
    if counting is not None and counting.id != made.id:
        text = N_("Rapporten är sparad. Den från %(day)s är senare och räknas fortfarande.")
        flash(g.words.text(text, {"day": g.words.day(counting.as_of)}), "success")
    else:
        flash(
            g.words.text(
                N_("Rapporten om %(subject)s är sparad: %(trained)s utbildade av %(staff)s."),
                {
                    "subject": subject_name(line.commitment),
                    "trained": made.trained,
                    "staff": made.staff,
                },
            ),
            "success",
        )
    return redirect("/kompetens", 303)


@section.route_for(
    "/kompetens/<place>/<subject>",
    allow=CHIEFS,
    methods=("POST",),
    takes="competence.Report",
    lists=frozenset({"trained_on", "people", "name"}),
    again=_page,
)
def file_report(place: str, subject: str, form: "Report") -> Any:
    """File a report."""
    rows = [row for row in _sent(lambda name: getattr(form, name)) if any(row)]
    numbers = Numbers(form.staff, trainings_from_rows(rows))
    return _file(place, subject, as_of=form.as_of, numbers=numbers, version=form.version)


@section.route_for(
    "/kompetens/<place>/<subject>/stammer",
    allow=CHIEFS,
    methods=("POST",),
    takes="competence.Still",
    again=_page,
)
def still_right(place: str, subject: str, form: "Still") -> Any:
    """File the last report again, as of today."""
    return _file(place, subject, as_of=None, numbers=None, version=form.version)
