"""Deviations: what was not kept, the party's reply, the group's decision."""

from typing import TYPE_CHECKING, Any

from flask import g

from atagande_agreements.commitments.models import ParameterDecision
from atagande_agreements.deviations import queries, verbs
from atagande_agreements.deviations.models import Deviation, DeviationStep, reference
from atagande_agreements.deviations.rules import reply_due
from atagande_plugin.api import shapes
from atagande_plugin.api.common import found, part, party
from atagande_plugin.forms.api_lists import DeviationPage
from atagande_plugin.web.acting import myself
from atagande_plugin.web.occurrences import counts_shown

if TYPE_CHECKING:
    from atagande_plugin.forms.deviations import Close, Reply


def _facts(row: Deviation) -> dict[str, Any]:
    occurrence, commitment = row.occurrence, row.obligation.commitment
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
        "opened_at": row.opened_at,
        "reply_due": reply_due(row),
        "version": row.version,
    }


def listed(asked: DeviationPage) -> shapes.DeviationList:
    """Return the association's deviations."""
    query = queries.listed(g.me.association_id)
    if asked.state is not None:
        query = query.where(Deviation.state == asked.state)
    rows, following = part(query, Deviation.id, asked)
    return shapes.DeviationList(
        items=[shapes.DeviationLine.model_validate(_facts(row)) for row in rows], next=following
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


def _step(row: DeviationStep) -> shapes.Step:
    return shapes.Step(
        number=row.number,
        kind=row.kind,
        at=row.at,
        by=row.person.title if row.person else None,
        text=row.text,
        paragraph=row.decision.paragraph if row.decision else None,
        decided_on=row.decision.decided_on if row.decision else None,
        note=row.decision.note if row.decision else None,
    )


def _whole(row: Deviation) -> shapes.DeviationWhole:
    occurrence = row.occurrence
    shows = counts_shown(occurrence, row.obligation.commitment.rule, row.obligation)
    return shapes.DeviationWhole.model_validate(
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
            "steps": [_step(one) for one in row.steps],
        }
    )


def _found(number: int) -> Deviation:
    return found(queries.whole(g.session, g.me.association_id, number))


def one(number: int) -> shapes.DeviationWhole:
    """Return one deviation."""
    return _whole(_found(number))


def reply(number: int, form: "Reply") -> shapes.DeviationWhole:
    """Record the party's reply."""
    verbs.reply(
        g.session,
        deviation=_found(number),
        text=form.text,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return one(number)


def close(number: int, form: "Close") -> shapes.DeviationWhole:
    """Close by the group's decision."""
    verbs.close(
        g.session,
        deviation=_found(number),
        paragraph=form.paragraph,
        decided_on=form.decided_on,
        note=form.note,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return one(number)
