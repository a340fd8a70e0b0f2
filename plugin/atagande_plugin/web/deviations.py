"""Pages of deviations: the list, the story of one, and what a party says in it."""

from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.deviations import queries, verbs
from atagande_agreements.deviations.models import ENDED, DeviationState
from atagande_agreements.followup.queries import count_awaiting_decision
from atagande_agreements.i18n import N_
from atagande_plugin.auth.access import FOLLOWERS, SPEAKERS
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import acting, myself
from atagande_plugin.web.deviation_story import Row, found, is_own, page, row_of
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.deviations import Reply, ReportMeasure

__all__ = ["Row", "row_of", "section"]

section = kernel.Section("deviations", __name__)
PAGE_SIZE = 50

#: Words of addresses -> states.
FILTERS = {
    "oppen": DeviationState.OPEN,
    "yttrande": DeviationState.REPLIED,
    "atgard": DeviationState.MEASURE,
    "stangd": DeviationState.CLOSED,
    "atertagen": DeviationState.WITHDRAWN,
}


@section.route_for("/avvikelser", allow=FOLLOWERS, by_audit=True)
def listing() -> str:
    """Show the deviations, active or ended, of all parties or one, perhaps in one state."""
    chosen = request.args.get("lage", "")
    state = FILTERS.get(chosen)
    is_closed = state in ENDED if state else request.args.get("visa") == "stangda"
    parties = queries.parties(g.session, g.me.association_id)
    known = {key for key, _ in parties}
    party = request.args.get("part", "")
    party = party if party in known else ""
    number = page_number()
    speaks = SPEAKERS.allows(g.me.roles)
    rows, total = queries.page_of(
        g.session,
        g.me.association_id,
        is_closed=is_closed,
        state=state,
        party=party,
        own=acting() if speaks else None,
        size=PAGE_SIZE,
        offset=(number - 1) * PAGE_SIZE,
    )
    today = local_date(g.now)
    shown = [row_of(one, today) for one in rows]
    replies = measures = 0
    if speaks:
        replies, measures = queries.waiting_for(g.session, g.me.association_id, acting())
    return render_template(
        "deviations/list.html",
        own=[one for one in shown if is_own(one.deviation)],
        rows=[one for one in shown if not is_own(one.deviation)],
        counts=queries.counts(g.session, g.me.association_id),
        awaiting=count_awaiting_decision(g.session, g.me.association_id, today),
        states=DeviationState,
        filters=[(word, one) for word, one in FILTERS.items() if (one in ENDED) is is_closed],
        state=chosen if state else "",
        replies=replies,
        measures=measures,
        parties=parties,
        party=party,
        is_closed=is_closed,
        page=number,
        pages=pages_of(total, PAGE_SIZE),
    )


@section.route_for("/avvikelser/<int:deviation_id>", allow=FOLLOWERS)
def show(deviation_id: int) -> str:
    """Show the story of one deviation."""
    return page(deviation_id)


@section.route_for(
    "/avvikelser/<int:deviation_id>/yttrande",
    allow=SPEAKERS,
    methods=("POST",),
    takes="deviations.Reply",
    again=page,
)
def reply(deviation_id: int, form: "Reply") -> Any:
    """Record the party's reply."""
    deviation = found(deviation_id)
    verbs.reply(
        g.session,
        deviation=deviation,
        text=form.text,
        person=myself(),
        version=form.version,
        now=g.now,
        contest=form.contest,
    )
    flash(g.words.text(N_("Tack. Yttrandet står nu på styrgruppens lista.")), "success")
    return redirect(f"/avvikelser/{deviation.id}", 303)


@section.route_for(
    "/avvikelser/<int:deviation_id>/atgard/gjord",
    allow=SPEAKERS,
    methods=("POST",),
    takes="deviations.ReportMeasure",
    again=page,
)
def done(deviation_id: int, form: "ReportMeasure") -> Any:
    """Record that the measure is done, as its owner says."""
    deviation = found(deviation_id)
    verbs.report_done(
        g.session,
        deviation=deviation,
        done_on=form.done_on,
        text=form.text,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    flash(g.words.text(N_("Tack. Styrgruppen ser nu att åtgärden är gjord.")), "success")
    return redirect(f"/avvikelser/{deviation.id}", 303)
