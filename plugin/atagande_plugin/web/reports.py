"""Rapporter: what was found over a period, asked for, made, and kept as it was issued."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Response, flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import InForce, agreements
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.followup.period import Period
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_agreements.reports import contents, queries, verbs
from atagande_agreements.reports.errors import BadSpan, NoPeriod
from atagande_agreements.reports.models import FileFormat, Report, ReportFile, ReportState
from atagande_plugin.auth.access import FOLLOWERS, roles
from atagande_plugin.period_words import period_words
from atagande_plugin.reports import writing
from atagande_plugin.translation import Words, words
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.followup import bar
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.reports import AskForReport

section = kernel.Section("reports", __name__)

#: Those who have reports made; all who follow the agreement read them.
MAKERS = roles(Role.ADMINISTRATOR, Role.STEERING)
PAGE_SIZE = 25
#: Quarters that are offered; any other period by its dates.
_QUARTERS = 8
#: CSS pixels of a drawn tally; see `followup/parts.html`.
_BAR = (160,)
#: Seconds between looks at a report that is being made.
LOOK_AGAIN = 2
TYPES: Mapping[FileFormat, str] = {
    FileFormat.PDF: "application/pdf",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.CSV: "text/csv; charset=utf-8",
}
STATES: Mapping[ReportState, str] = {
    ReportState.QUEUED: N_("Väntar på sin tur"),
    ReportState.MAKING: N_("Görs"),
    ReportState.ISSUED: N_("Utfärdad"),
    ReportState.FAILED: N_("Gick inte att göra"),
}


def chosen_period(form: "AskForReport") -> Period:
    """Return the period that a form asks for: its dates, if there are any, else its code."""
    if form.first is not None or form.last is not None:
        if form.first is None or form.last is None:
            raise NoPeriod(field="last" if form.last is None else "first")
        if form.last < form.first:
            raise BadSpan(field="last")
        return Period(form.first, form.last)
    try:
        return Period.parse(form.period)
    except (ValueError, OverflowError) as error:
        raise NoPeriod(field="period") from error


def ask(form: "AskForReport") -> Report:
    """Ask for the report of a form; the agreement is the association's own."""
    period, agreement = chosen_period(form), in_force().agreement
    # First of all: a period of the last day there is can't be put in words.
    verbs.check_period(agreement, period, g.now)
    return verbs.ask(
        g.session,
        agreement=agreement,
        period=period,
        title=writing.title_of(period, words(form.language)),
        language=form.language,
        diary_number=form.diary_number,
        person=myself(),
        now=g.now,
    )


def in_force() -> InForce:
    """Return the association's agreement; raise NotFound while there is none."""
    found = agreements(g.session, g.me.association_id, local_date(g.now))
    if not found:
        raise NotFound
    return found[0]


def file_name(report: Report, kind: FileFormat) -> str:
    """Return what a file is called when it is saved: told apart by period and number."""
    return f"uppfoljning-{report.period.code}-{report.id}.{kind.value}"


def _offered(one: InForce) -> list[tuple[str, str]]:
    """Return the periods to choose from: the quarters that have begun, newest first, and years."""
    today = local_date(g.now)
    quarter = Period.quarter_of(today)
    found: list[Period] = []
    while len(found) < _QUARTERS and quarter.last >= one.agreement.valid_from:
        found.append(quarter)
        quarter = quarter.before
    years = {period.first.year for period in found}
    found += [Period.of_year(year) for year in sorted(years, reverse=True)]
    return [(period.code, _with_state(period)) for period in found]


def _with_state(period: Period) -> str:
    said = spoken()
    name = period_words(period, said)
    name = name[0].upper() + name[1:]
    if period.last >= local_date(g.now):
        return said.text(N_("%(period)s (pågår)"), {"period": name})
    return name


def spoken() -> Words:
    """Return the words of this request's language."""
    found: Words = g.words
    return found


def _list(errors: dict[str, str] | None = None) -> str:
    page = page_number()
    rows, total = queries.listed(
        g.session, g.me.association_id, size=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    found = agreements(g.session, g.me.association_id, local_date(g.now))
    may_make = MAKERS.allows(g.me.roles)
    offered = _offered(found[0]) if found and may_make else []
    # The latest quarter that is over is what a report is usually about.
    usual = next((code for code, _ in offered[1:2]), offered[0][0] if offered else "")
    return render_template(
        "reports/list.html",
        reports=rows,
        page=page,
        pages=pages_of(total, PAGE_SIZE),
        total=total,
        offered=offered,
        usual=usual,
        may_make=may_make and bool(found),
        values=request.form,
        errors=errors or {},
        words_of=STATES,
        today=local_date(g.now),
        file_size=file_size,
    )


def _again(errors: dict[str, str], refusal: Refused) -> str:  # noqa: ARG001 - the kernel's names
    return _list(errors)


def file_size(number: int) -> str:
    """Return a size in bytes as people read it."""
    if number < 1000:  # noqa: PLR2004 - a kilobyte
        return spoken().text(N_("%(number)s byte"), {"number": number})
    kilo = -(-number // 1000)
    if kilo < 1000:  # noqa: PLR2004 - a megabyte
        return f"{kilo} kB"
    mega = f"{number / 1e6:.1f}"
    return f"{mega.replace('.', ',') if g.words.language == 'sv' else mega} MB"


@section.route_for("/rapporter", allow=FOLLOWERS)
def reports() -> str:
    """Show the reports and, to those who may, the form for another."""
    return _list()


@section.route_for(
    "/rapporter", allow=MAKERS, methods=("POST",), takes="reports.AskForReport", again=_again
)
def ask_for_report(form: "AskForReport") -> Any:
    """Ask for a report."""
    report = ask(form)
    flash(g.words.text(N_("Rapporten är beställd och görs nu.")), "success")
    return redirect(f"/rapporter/{report.id}", 303)


def _found(number: int) -> Report:
    report = queries.whole(g.session, g.me.association_id, number)
    if report is None:
        raise NotFound
    return report


@section.route_for("/rapporter/<int:number>", allow=FOLLOWERS)
def report(number: int) -> str:
    """Show a report as a document, or how far it has come."""
    found = _found(number)
    shown: dict[str, Any] = {}
    if found.state is ReportState.ISSUED and found.data and found.issued_at:
        replaced = queries.issued_at(g.session, found.replaces_id)
        stamp = writing.Stamp(
            found.title if found.language == g.words.language else _title(found),
            found.diary_number,
            found.issued_at,
            replaced,
        )
        shown = {
            "document": writing.document(contents.read(found.data), stamp, g.words),
            "replaced_by": queries.replaced_by(g.session, found.id),
        }
    return render_template(
        "reports/report.html",
        report=found,
        period=period_words(found.period, g.words),
        title=_title(found),
        words_of=STATES,
        may_make=MAKERS.allows(g.me.roles),
        look_again=LOOK_AGAIN,
        shown=writing.shown,
        words=g.words,
        bar=bar,
        size=_BAR,
        file_size=file_size,
        **shown,
    )


def _title(found: Report) -> str:
    return writing.title_of(found.period, g.words)


@section.route_for("/rapporter/<int:number>/lage", allow=FOLLOWERS)
def report_progress(number: int) -> Response:
    """Give the progress alone, to a page that looks again; the whole page once it is over."""
    found = _found(number)
    answer = Response(
        render_template(
            "reports/progress.html", report=found, words_of=STATES, look_again=LOOK_AGAIN
        )
    )
    if found.state not in {ReportState.QUEUED, ReportState.MAKING}:
        answer.headers["HX-Refresh"] = "true"
    return answer


@section.route_for(
    "/rapporter/<int:number>/igen", allow=MAKERS, methods=("POST",), takes="signin.Nothing"
)
def report_again(number: int, form: Any) -> Any:  # noqa: ARG001 - the form has no fields
    """Try once more to make a report that could not be made."""
    verbs.ask_again(g.session, report=_found(number), person=myself(), now=g.now)
    flash(g.words.text(N_("Rapporten görs om.")), "success")
    return redirect(f"/rapporter/{number}", 303)


def issued_file(number: int, name: str) -> ReportFile:
    """Return a file of a report of the reader's association; raise NotFound for any other."""
    if name not in {one.value for one in FileFormat}:
        raise NotFound
    file = queries.file_of(g.session, g.me.association_id, number, FileFormat(name))
    if file is None:
        raise NotFound
    return file


def as_download(report: Report, file: ReportFile) -> Response:
    """Return a file as it was issued, with its checksum (RFC 9530)."""
    answer = Response(file.content, content_type=TYPES[file.format])
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="{file_name(report, file.format)}"'
    )
    answer.headers["Repr-Digest"] = f"sha-256=:{queries.base64_digest(file)}:"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@section.route_for("/rapporter/<int:number>/fil/<name>", allow=FOLLOWERS)
def report_file(number: int, name: str) -> Response:
    """Give a file, byte for byte as it was issued."""
    return as_download(_found(number), issued_file(number, name))


@section.route_for("/rapporter/<int:number>/kontroll", allow=FOLLOWERS)
def report_check(number: int) -> str:
    """Count the checksums of a report's files anew, and show whether they are as issued."""
    found = _found(number)
    if found.state is not ReportState.ISSUED:
        raise NotFound
    checks = [(one, queries.is_whole(issued_file(number, one.format.value))) for one in found.files]
    return render_template(
        "reports/check.html",
        report=found,
        title=_title(found),
        checks=checks,
        file_size=file_size,
        file_name=file_name,
    )
