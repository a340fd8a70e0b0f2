"""Gallring: how long each kind of record is kept, what goes next, and what has gone."""

import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Response, flash, g, redirect, render_template, request, send_file

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_agreements.retention import queries, verbs
from atagande_agreements.retention.kinds import Kind
from atagande_agreements.retention.queries import Line
from atagande_agreements.retention.rules import Moment
from atagande_plugin.auth.access import ADMINISTRATOR, PREPARERS, STEERING
from atagande_plugin.retention import BY_KEY, KEPT, KINDS
from atagande_plugin.services import services
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself, the_agreement
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.retention import DecideRetention, ExceptKind

section = kernel.Section("retention", __name__)

PATH = "/gallring"
#: Runs on one page.
PAGE_SIZE = 25
#: Months that the preview shows beside the proposal.
CHOICES = (12, 24, 36, 60, 84, 120)
MONTHS_A_YEAR = 12

#: What the time is counted from, after "24 månader efter".
COUNTED_FROM = {
    Moment.CASE_YEAR: N_("utgången av det år då ärendet avslutades"),
    Moment.YEAR: N_("utgången av det år som det gäller"),
    Moment.SENT: N_("att det skickades"),
    Moment.RECEIVED: N_("att det kom in"),
    Moment.ENDED: N_("att det slutade gälla"),
    Moment.LEFT: N_("att personen slutade"),
}


def _length(months: int) -> str:
    words: str
    if months % MONTHS_A_YEAR == 0:
        words = g.words.plural("%(num)s år", "%(num)s år", months // MONTHS_A_YEAR)
    else:
        words = g.words.plural("%(num)s månad", "%(num)s månader", months)
    return words


def rule_text(kind: Kind, months: int | None) -> str:
    """Return for how long a kind is kept, in words."""
    if months is None:
        return str(g.words.text(N_("Bevaras")))
    counted = g.words.text(COUNTED_FROM[kind.moment])
    text = N_("Gallras %(length)s efter %(moment)s")
    return str(g.words.text(text, {"length": _length(months), "moment": counted}))


def number_of(kind: Kind, number: int) -> str:
    """Return a number of records of a kind; of cases, none is told.

    Even none or few would tell: the newest always stays, so one case differs from two.
    """
    return str(g.words.text(N_("visas inte"))) if kind.private else str(number)


def next_sum(lines: list[Line]) -> tuple[Any, int, bool]:
    """Return the next date on which something goes by decision, how many, and if there are more.

    Numbers of cases are not in the sum, so that no difference tells them.
    """
    going = [one for one in lines if one.goes and not one.kind.private]
    if not going:
        return None, 0, False
    day = min(one.next_on for one in going if one.next_on is not None)
    then = [one for one in going if one.next_on == day]
    open_ = [one for one in then if not one.kind.private]
    return day, sum(one.number for one in open_), len(open_) < len(then)


@section.route_for(PATH, allow=PREPARERS)
def overview() -> str:
    """Show every kind of record with its rule, what goes next, and what has gone."""
    found = queries.lines(g.session, g.me.association_id, KINDS, local_date(g.now))
    page = page_number()
    runs, total = queries.runs(
        g.session, g.me.association_id, size=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    day, number, more = next_sum(found)
    return render_template(
        "retention/page.html",
        lines=found,
        kept=KEPT,
        runs=runs,
        kinds=BY_KEY,
        rule_text=rule_text,
        number_of=number_of,
        next_on=day,
        next_number=number,
        next_more=more,
        decided=any(one.rule for one in found),
        undecided=sum(one.rule is None for one in found),
        exports=g.me.has(Role.ADMINISTRATOR),
        page=page,
        pages=pages_of(total, PAGE_SIZE),
    )


@section.route_for(f"{PATH}/arkivexport.zip", allow=ADMINISTRATOR)
def archive() -> Response:
    """Give what the association keeps for ever, as a file that is gone when it has been sent."""
    from atagande_plugin.archive.writing import write  # noqa: PLC0415 - loaded on use

    # It has no name, so nothing of it is left behind, however the request ends.
    stream = tempfile.TemporaryFile(dir=services().settings.data_dir)  # noqa: SIM115 - closed by the answer
    try:
        write(services(), stream, association_id=g.me.association_id)
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    name = f"arkivexport-{local_date(g.now).isoformat()}.zip"
    return send_file(stream, mimetype="application/zip", as_attachment=True, download_name=name)


def _kind(key: str) -> Kind:
    if key not in BY_KEY:
        raise NotFound
    return BY_KEY[key]


@section.route_for(f"{PATH}/<key>", allow=PREPARERS)
def kind(key: str) -> str:
    """Show one kind of record: its rule, what would go by others, and the decisions about it."""
    one = _kind(key)
    today = local_date(g.now)
    (line,) = queries.lines(g.session, g.me.association_id, [one], today)
    rules, holds = queries.decided(g.session, g.me.association_id, key)
    return render_template(
        "retention/kind.html",
        line=line,
        rules=rules,
        holds=holds,
        preview=_preview(one),
        rule_text=rule_text,
        number_of=number_of,
        decides=g.me.has(Role.STEERING),
    )


def _preview(one: Kind) -> list[tuple[str, int]]:
    """Return what would go today by different rules: (how long, how many)."""
    months = {one.shortest, *CHOICES} | ({one.proposal} if one.proposal else set())
    found = queries.preview(
        g.session,
        g.me.association_id,
        one,
        sorted(number for number in months if number >= one.shortest),
        local_date(g.now),
    )
    return [(_length(number), found[number]) for number in sorted(found)]


@section.route_for(f"{PATH}/<key>/beslut", allow=STEERING)
def decision(key: str) -> str:
    """Show the form for a decision about a kind, with what would go by it."""
    return _decision_page(key)


def _decision_page(
    key: str, errors: Mapping[str, str] | None = None, refusal: Refused | None = None
) -> str:
    del refusal  # its words are in `errors`
    one = _kind(key)
    return render_template(
        "retention/decide.html",
        kind=one,
        values=request.form,
        errors=errors or {},
        agreement=the_agreement(),
        preview=_preview(one),
        rule_text=rule_text,
        number_of=number_of,
    )


@section.route_for(
    f"{PATH}/<key>/beslut",
    allow=STEERING,
    methods=("POST",),
    takes="retention.DecideRetention",
    again=_decision_page,
)
def decide(key: str, form: "DecideRetention") -> Any:
    """Enter how long a kind is kept."""
    verbs.decide_rule(
        g.session,
        agreement=the_agreement(),
        kind=_kind(key),
        months=form.months,
        for_ever=form.outcome == "keep",
        decided_on=form.decided_on,
        paragraph=form.paragraph,
        diary_number=form.diary_number,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Beslutet är infört. Det börjar gälla vid nästa gallring.")), "success")
    return redirect(f"{PATH}/{key}", 303)


@section.route_for(f"{PATH}/<key>/undantag", allow=STEERING)
def exception(key: str) -> str:
    """Show the form for keeping everything of a kind through a day."""
    return _exception_page(key)


def _exception_page(
    key: str, errors: Mapping[str, str] | None = None, refusal: Refused | None = None
) -> str:
    del refusal  # its words are in `errors`
    return render_template(
        "retention/except.html",
        kind=_kind(key),
        values=request.form,
        errors=errors or {},
        agreement=the_agreement(),
    )


@section.route_for(
    f"{PATH}/<key>/undantag",
    allow=STEERING,
    methods=("POST",),
    takes="retention.ExceptKind",
    again=_exception_page,
)
def except_(key: str, form: "ExceptKind") -> Any:
    """Keep everything of a kind through a day."""
    verbs.hold(
        g.session,
        agreement=the_agreement(),
        kind=_kind(key),
        until=form.until,
        decided_on=form.decided_on,
        paragraph=form.paragraph,
        diary_number=form.diary_number,
        person=myself(),
        now=g.now,
    )
    flash(
        g.words.text(N_("Undantaget är infört. Inget gallras förrän det har gått ut.")), "success"
    )
    return redirect(f"{PATH}/{key}", 303)
