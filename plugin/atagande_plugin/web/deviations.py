"""Pages of deviations: the list, the story of one, the party's reply, the group's decision."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.audit.queries import history
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import Status
from atagande_agreements.deviations import queries, rules, verbs
from atagande_agreements.deviations.models import Deviation, DeviationState, reference
from atagande_agreements.enquiries.queries import asked_by
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Person, Role
from atagande_plugin.auth.access import FOLLOWERS, SPEAKERS, STEERING
from atagande_plugin.web import guard, kernel
from atagande_plugin.web.acting import acting, called
from atagande_plugin.web.occurrences import counts_shown, event_of, shown_of, source_of
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.deviations import Close, Reply

section = kernel.Section("deviations", __name__)
PAGE_SIZE = 50

ACTIONS = {
    "deviation.opened": N_("Avvikelsen öppnades"),
    "deviation.evidence": N_("Underlag kom in"),
    "deviation.reply": N_("Parten yttrade sig"),
    "deviation.closed": N_("Styrgruppen stängde avvikelsen"),
}
JOBS = {"sweep": N_("Åtagande, automatiskt")}


@dataclass(frozen=True, slots=True)
class Row:
    """A deviation in a list, with whose turn it is."""

    deviation: Deviation
    name: str
    due: date | None
    #: What the clinic, or else the organisation, was called when it happened.
    party: str
    #: "reply", "undecided" (reply without a decided time), "late", "kept", "decision", "closed".
    turn: str


def row_of(deviation: Deviation, today: date) -> Row:
    """Return a deviation with its name and whose turn it is on a local date."""
    due = rules.reply_due(deviation)
    match deviation.state:
        case DeviationState.CLOSED:
            turn = "closed"
        case DeviationState.REPLIED | DeviationState.MEASURE:
            turn = "decision"
        case _ if deviation.occurrence.status is Status.MET:
            turn = "kept"
        case _ if due is None:
            turn = "undecided"
        case _:
            turn = "late" if today > due else "reply"
    party = called(deviation.unit or deviation.organisation, deviation.occurrence.event_on)
    return Row(deviation, reference(deviation.id), due, party, turn)


def _is_own(deviation: Deviation) -> bool:
    return SPEAKERS.allows(g.me.roles) and rules.speaks_for(deviation, acting())


@section.route_for("/avvikelser", allow=FOLLOWERS, by_audit=True)
def listing() -> str:
    """Show the deviations, active or closed, of all parties or one."""
    is_closed = request.args.get("visa") == "stangda"
    parties = queries.parties(g.session, g.me.association_id)
    known = {key for key, _ in parties}
    party = request.args.get("part", "")
    party = party if party in known else ""
    page = page_number()
    speaks = SPEAKERS.allows(g.me.roles)
    found, total = queries.page_of(
        g.session,
        g.me.association_id,
        is_closed=is_closed,
        party=party,
        own=acting() if speaks else None,
        size=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
    )
    today = local_date(g.now)
    rows = [row_of(one, today) for one in found]
    mine = 0
    if speaks:
        mine = queries.waiting_for(g.session, g.me.association_id, acting())
    return render_template(
        "deviations/list.html",
        own=[one for one in rows if _is_own(one.deviation)],
        rows=[one for one in rows if not _is_own(one.deviation)],
        counts=queries.counts(g.session, g.me.association_id),
        states=DeviationState,
        mine=mine,
        parties=parties,
        party=party,
        is_closed=is_closed,
        page=page,
        pages=pages_of(total, PAGE_SIZE),
    )


def _history(deviation: Deviation) -> list[dict[str, Any]]:
    entries = history(g.session, g.me.association_id, "deviation", deviation.id)
    return [
        {
            "what": g.words.text(ACTIONS.get(one.action, one.action)),
            "at": one.at,
            "who": g.words.text(JOBS[one.actor]) if one.actor in JOBS else one.actor,
        }
        for one in entries
    ]


def _found(deviation_id: int) -> Deviation:
    deviation = queries.whole(g.session, g.me.association_id, deviation_id)
    if deviation is None:
        raise NotFound
    return deviation


def _page(
    deviation_id: int, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    deviation = _found(deviation_id)
    today = local_date(g.now)
    may_reply = _is_own(deviation) and deviation.state is not DeviationState.CLOSED
    steering = g.me.has(Role.STEERING)
    read = request.form.get("version", 0, type=int)
    # The opening is version 1, and every step raises it by one.
    changed = deviation.steps[max(read, 1) - 1 :] if isinstance(refusal, Stale) else []
    return render_template(
        "deviations/page.html",
        row=row_of(deviation, today),
        deviation=deviation,
        event_of=event_of,
        shown_of=shown_of,
        counts_shown=counts_shown,
        source=source_of(deviation.occurrence, own=_is_own(deviation)),
        asker=asked_by(g.session, g.me.association_id, deviation.occurrence.origin),
        may_reply=may_reply,
        may_close=steering and rules.may_close(deviation, today),
        steering=steering,
        changed=changed,
        draft=request.form.get("text") or request.form.get("note") or "",
        entries=_history(deviation),
        values=request.form,
        errors=errors or {},
    )


@section.route_for("/avvikelser/<int:deviation_id>", allow=FOLLOWERS)
def show(deviation_id: int) -> str:
    """Show the story of one deviation."""
    return _page(deviation_id)


@section.route_for(
    "/avvikelser/<int:deviation_id>/yttrande",
    allow=SPEAKERS,
    methods=("POST",),
    takes="deviations.Reply",
    again=_page,
)
def reply(deviation_id: int, form: "Reply") -> Any:
    """Record the party's reply."""
    deviation = _found(deviation_id)
    verbs.reply(
        g.session,
        deviation=deviation,
        text=form.text,
        person=g.session.get_one(Person, g.me.person_id),
        version=form.version,
        now=g.now,
    )
    flash(g.words.text(N_("Tack. Yttrandet står nu på styrgruppens lista.")), "success")
    return redirect(f"/avvikelser/{deviation.id}", 303)


@section.route_for(
    "/avvikelser/<int:deviation_id>/beslut",
    allow=STEERING,
    methods=("POST",),
    takes="deviations.Close",
    again=_page,
)
def close(deviation_id: int, form: "Close") -> Any:
    """Close a deviation by the group's decision."""
    deviation = _found(deviation_id)
    verbs.close(
        g.session,
        deviation=deviation,
        paragraph=form.paragraph,
        decided_on=form.decided_on,
        note=form.note,
        person=g.session.get_one(Person, g.me.person_id),
        version=form.version,
        now=g.now,
    )
    name = {"name": reference(deviation.id)}
    flash(g.words.text(N_("Avvikelse %(name)s är stängd."), name), "success")
    target = guard.safe_next(form.next) if form.next else f"/avvikelser/{deviation.id}"
    return redirect(target, 303)
