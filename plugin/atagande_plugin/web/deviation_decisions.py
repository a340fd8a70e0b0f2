"""What the steering group decides about a deviation, and which it decides together."""

from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements import escalation
from atagande_agreements.civil_time import local_date
from atagande_agreements.deviations import decisions, merging, queries
from atagande_agreements.deviations.errors import NoOwner
from atagande_agreements.deviations.models import ENDED, Deviation, reference
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Organisation, Unit
from atagande_plugin.auth.access import STEERING
from atagande_plugin.web import guard, kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.deviation_story import MERGERS, found, page, row_of

if TYPE_CHECKING:
    from atagande_plugin.forms.deviations import (
        Close,
        DecideMeasure,
        EscalateDeviation,
        GroupDecision,
        MergeDeviation,
        PartDeviation,
        ReopenDeviation,
    )

section = kernel.Section("deviation_decisions", __name__)


def decided(form: "GroupDecision") -> decisions.Decided:
    """Return how the group decided, as the visitor enters it."""
    return decisions.Decided(
        paragraph=form.paragraph,
        decided_on=form.decided_on,
        note=form.note,
        diary_number=form.diary_number,
        person=myself(),
    )


def owner_of(key: str) -> Organisation | Unit:
    """Return the party or clinic that a measure is given to; raise NoOwner."""
    parties = queries.owners(g.session, g.me.association_id, local_date(g.now))
    owner = next((one for one in parties if one.key == key), None)
    if owner is None:
        raise NoOwner(field="owner")
    return owner


def _told(deviation: Deviation, message: str, target: str = "") -> Any:
    flash(g.words.text(message, {"name": reference(deviation.id)}), "success")
    return redirect(target or f"/avvikelser/{deviation.id}", 303)


@section.route_for(
    "/avvikelser/<int:deviation_id>/beslut",
    allow=STEERING,
    methods=("POST",),
    takes="deviations.Close",
    again=page,
)
def close(deviation_id: int, form: "Close") -> Any:
    """Close a deviation by the group's decision."""
    deviation = found(deviation_id)
    decisions.close(
        g.session,
        deviation=deviation,
        decided=decided(form),
        version=form.version,
        now=g.now,
        ending=form.ending,
    )
    target = guard.safe_next(form.next) if form.next else ""
    return _told(deviation, N_("Avvikelse %(name)s är stängd."), target)


@section.route_for(
    "/avvikelser/<int:deviation_id>/atgard",
    allow=STEERING,
    methods=("POST",),
    takes="deviations.DecideMeasure",
    again=page,
)
def measure(deviation_id: int, form: "DecideMeasure") -> Any:
    """Decide what is to be done about a deviation, by whom and by when."""
    deviation = found(deviation_id)
    decisions.decide_measure(
        g.session,
        deviation=deviation,
        text=form.text,
        owner=owner_of(form.owner),
        due_on=form.due_on,
        decided=decided(form),
        version=form.version,
        now=g.now,
    )
    return _told(deviation, N_("Åtgärden för %(name)s är beslutad."))


@section.route_for(
    "/avvikelser/<int:deviation_id>/trappan",
    allow=STEERING,
    methods=("POST",),
    takes="deviations.EscalateDeviation",
    again=page,
)
def escalate(deviation_id: int, form: "EscalateDeviation") -> Any:
    """Take a deviation to the next step of the ladder."""
    deviation = found(deviation_id)
    escalation.escalate(
        g.session,
        deviation=deviation,
        rung=form.rung,
        decided=decided(form),
        version=form.version,
        now=g.now,
    )
    return _told(deviation, N_("Avvikelse %(name)s har gått till nästa steg i trappan."))


@section.route_for(
    "/avvikelser/<int:deviation_id>/oppna",
    allow=STEERING,
    methods=("POST",),
    takes="deviations.ReopenDeviation",
    again=page,
)
def reopen(deviation_id: int, form: "ReopenDeviation") -> Any:
    """Open a deviation again that has ended."""
    deviation = found(deviation_id)
    decisions.reopen(
        g.session,
        deviation=deviation,
        decided=decided(form),
        version=form.version,
        now=g.now,
    )
    return _told(deviation, N_("Avvikelse %(name)s är öppen igen. Parten ska yttra sig på nytt."))


def _choose(
    deviation_id: int, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    deviation = found(deviation_id)
    today = local_date(g.now)
    likely, others = queries.mergeable(g.session, deviation)
    return render_template(
        "deviations/merge.html",
        row=row_of(deviation, today),
        deviation=deviation,
        members=[row_of(one, today) for one in queries.decided_together(g.session, deviation)],
        likely=[row_of(one, today) for one in likely],
        others=[row_of(one, today) for one in others],
        changed=refusal is not None and refusal.code == "stale",
        values=request.form,
        errors=errors or {},
    )


@section.route_for("/avvikelser/<int:deviation_id>/tillsammans", allow=MERGERS)
def choose(deviation_id: int) -> Any:
    """Show which others a deviation can be decided together with, unless it has ended."""
    if found(deviation_id).state in ENDED:
        return redirect(f"/avvikelser/{deviation_id}")
    return _choose(deviation_id)


@section.route_for(
    "/avvikelser/<int:deviation_id>/tillsammans",
    allow=MERGERS,
    methods=("POST",),
    takes="deviations.MergeDeviation",
    again=_choose,
)
def merge(deviation_id: int, form: "MergeDeviation") -> Any:
    """Let a deviation be decided together with another."""
    deviation = found(deviation_id)
    into = queries.whole(g.session, g.me.association_id, form.into)
    if into is None:
        raise NotFound
    merging.merge(
        g.session,
        deviation=deviation,
        into=into,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return _told(into, N_("Avvikelserna avgörs nu tillsammans, på sidan för %(name)s."))


@section.route_for(
    "/avvikelser/<int:deviation_id>/for-sig",
    allow=MERGERS,
    methods=("POST",),
    takes="deviations.PartDeviation",
    again=page,
)
def part(deviation_id: int, form: "PartDeviation") -> Any:
    """Let a deviation be decided for itself again."""
    deviation = found(deviation_id)
    merging.part(g.session, deviation=deviation, person=myself(), version=form.version, now=g.now)
    return _told(deviation, N_("Avvikelse %(name)s avgörs nu för sig."))
