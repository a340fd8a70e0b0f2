"""Deviations: what was not kept, what the party says and does, what the group decides."""

from typing import TYPE_CHECKING, Any

from flask import g

from atagande_agreements import escalation
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import ParameterDecision
from atagande_agreements.deviations import decisions, merging, queries, verbs
from atagande_agreements.deviations.models import (
    Deviation,
    DeviationState,
    DeviationStep,
    Measure,
    reference,
)
from atagande_agreements.deviations.rules import reply_due
from atagande_agreements.followup.period import Period
from atagande_plugin.api import common, deviations_shapes, shapes
from atagande_plugin.api.common import found, party
from atagande_plugin.forms.api_lists import DeviationPage
from atagande_plugin.web.acting import myself
from atagande_plugin.web.deviation_decisions import decided, owner_of
from atagande_plugin.web.deviation_story import OF_EVIDENCE
from atagande_plugin.web.occurrences import CaseSeen, as_seen, counts_shown

if TYPE_CHECKING:
    from atagande_plugin.forms.deviations import (
        Close,
        DecideMeasure,
        EscalateDeviation,
        MergeDeviation,
        PartDeviation,
        ReopenDeviation,
        Reply,
        ReportMeasure,
    )


def _hides_days(row: Deviation) -> bool:
    """Tell whether it is about another party's single case, whose own days nobody else is told."""
    seen = as_seen(row.occurrence, row.obligation.commitment.rule, row.obligation)
    return isinstance(seen, CaseSeen) and seen.quarter is not None


def _facts(row: Deviation) -> dict[str, Any]:
    commitment = row.obligation.commitment
    occurrence = as_seen(row.occurrence, commitment.rule, row.obligation)
    told = not _hides_days(row)
    counted = told or row.asked_on is not None
    return {
        "id": row.id,
        "reference": reference(row.id),
        "state": row.state,
        "commitment": commitment.key,
        "title": commitment.title,
        "title_en": commitment.title_en,
        "party": party(row.organisation, row.unit),
        "event_on": occurrence.event_on,
        "due_on": occurrence.due_on,
        "status": occurrence.status,
        "opened_at": row.opened_at if told else None,
        "opened_in": Period.quarter_of(local_date(row.opened_at)).code,
        "reply_due": reply_due(row) if counted else None,
        "group_turn_on": row.group_turn_on if counted or row.measures else None,
        "contested": row.contested,
        "rung": row.rung,
        "ending": row.ending,
        "merged_into": row.merged_into_id,
        "version": row.version,
    }


def listed(asked: DeviationPage) -> deviations_shapes.DeviationList:
    """Return the association's deviations."""
    query = queries.listed(g.me.association_id)
    if asked.state is not None:
        query = query.where(Deviation.state == asked.state)
    rows, following = common.part(query, Deviation.id, asked)
    return deviations_shapes.DeviationList(
        items=[deviations_shapes.DeviationLine.model_validate(_facts(row)) for row in rows],
        next=following,
    )


def judged_by(row: ParameterDecision | None) -> shapes.JudgedBy | None:
    """Return a decision with its parameter; None while undecided."""
    if row is None:
        return None
    return shapes.JudgedBy(
        parameter=row.parameter.key,
        value=row.value,
        unit=row.parameter.unit,
        valid_from=row.valid_from,
        paragraph=row.decision.paragraph,
        decided_on=row.decision.decided_on,
    )


def _step(row: DeviationStep, *, told: bool) -> deviations_shapes.Step:
    return deviations_shapes.Step(
        number=row.number,
        kind=row.kind,
        at=row.at if told or row.kind not in OF_EVIDENCE else None,
        by=row.person.title if row.person else None,
        text=row.text,
        paragraph=row.decision.paragraph if row.decision else None,
        diary_number=row.decision.diary_number if row.decision else None,
        decided_on=row.decision.decided_on if row.decision else None,
        note=row.decision.note if row.decision else None,
    )


def _measure(row: Measure, *, told: bool) -> deviations_shapes.MeasureLine:
    return deviations_shapes.MeasureLine(
        text=row.text,
        owner=party(row.organisation, row.unit),
        due_on=row.due_on,
        done_on=row.done_on,
        done_text=row.done_text,
        ended_at=row.ended_at if told else None,
        paragraph=row.decision.paragraph,
        decided_on=row.decision.decided_on,
    )


def _whole(row: Deviation) -> deviations_shapes.DeviationWhole:
    occurrence = as_seen(row.occurrence, row.obligation.commitment.rule, row.obligation)
    shows = counts_shown(occurrence, row.obligation.commitment.rule, row.obligation)
    told = not _hides_days(row)
    return deviations_shapes.DeviationWhole.model_validate(
        _facts(row)
        | {
            "kept_on": occurrence.kept_on,
            "days_late": occurrence.days_late,
            "counted": occurrence.counted if shows else None,
            "total": occurrence.total if shows else None,
            "outcome": occurrence.outcome,
            "judged_by": judged_by(occurrence.parameter_decision),
            "also_judged_by": [
                judged_by(one.parameter_decision) for one in occurrence.more_decisions
            ],
            "evidence": [
                shapes.EvidenceLine(
                    effective_on=one.effective_on,
                    received_at=one.received_at,
                    reported_by=one.reporter_organisation.key,
                )
                for one in occurrence.evidence
            ],
            "measures": [
                _measure(one, told=told or row.state is not DeviationState.WITHDRAWN)
                for one in row.measures
            ],
            "steps": [_step(one, told=told) for one in row.steps],
        }
    )


def _found(number: int) -> Deviation:
    return found(queries.whole(g.session, g.me.association_id, number))


def one(number: int) -> deviations_shapes.DeviationWhole:
    """Return one deviation."""
    return _whole(_found(number))


def reply(number: int, form: "Reply") -> deviations_shapes.DeviationWhole:
    """Record the party's reply."""
    verbs.reply(
        g.session,
        deviation=_found(number),
        text=form.text,
        person=myself(),
        version=form.version,
        now=g.now,
        contest=form.contest,
    )
    return one(number)


def done(number: int, form: "ReportMeasure") -> deviations_shapes.DeviationWhole:
    """Record that the measure is done."""
    verbs.report_done(
        g.session,
        deviation=_found(number),
        done_on=form.done_on,
        text=form.text,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return one(number)


def measure(number: int, form: "DecideMeasure") -> deviations_shapes.DeviationWhole:
    """Decide a measure."""
    decisions.decide_measure(
        g.session,
        deviation=_found(number),
        text=form.text,
        owner=owner_of(form.owner),
        due_on=form.due_on,
        decided=decided(form),
        version=form.version,
        now=g.now,
    )
    return one(number)


def close(number: int, form: "Close") -> deviations_shapes.DeviationWhole:
    """Close by the group's decision."""
    decisions.close(
        g.session,
        deviation=_found(number),
        decided=decided(form),
        version=form.version,
        now=g.now,
        ending=form.ending,
    )
    return one(number)


def escalate(number: int, form: "EscalateDeviation") -> deviations_shapes.DeviationWhole:
    """Go up a step of the ladder."""
    escalation.escalate(
        g.session,
        deviation=_found(number),
        rung=form.rung,
        decided=decided(form),
        version=form.version,
        now=g.now,
    )
    return one(number)


def reopen(number: int, form: "ReopenDeviation") -> deviations_shapes.DeviationWhole:
    """Open it again."""
    decisions.reopen(
        g.session,
        deviation=_found(number),
        decided=decided(form),
        version=form.version,
        now=g.now,
    )
    return one(number)


def merge(number: int, form: "MergeDeviation") -> deviations_shapes.DeviationWhole:
    """Let it be decided together with another."""
    merging.merge(
        g.session,
        deviation=_found(number),
        into=_found(form.into),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return one(number)


def part(number: int, form: "PartDeviation") -> deviations_shapes.DeviationWhole:
    """Let it be decided for itself."""
    merging.part(
        g.session, deviation=_found(number), person=myself(), version=form.version, now=g.now
    )
    return one(number)
