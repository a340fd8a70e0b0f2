"""Occurrences of a commitment, as its page shows them."""

from typing import Any

from flask import g
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from atagande_agreements.commitments.models import (
    Commitment,
    Obligation,
    Occurrence,
    OccurrenceDecision,
    ParameterDecision,
)
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.errors import NotFound
from atagande_agreements.followup.cases import CASE_ORIGINS
from atagande_agreements.followup.queries import evidence
from atagande_agreements.parties.models import Organisation, Unit
from atagande_plugin.api import shapes
from atagande_plugin.api.agreements import chosen
from atagande_plugin.api.common import part, party
from atagande_plugin.api.deviations import judged_by
from atagande_plugin.api.occurrences_shapes import EvidenceCount, OccurrenceLine, OccurrenceList
from atagande_plugin.auth.access import CASE_HOLDERS
from atagande_plugin.forms.api_lists import OccurrencePage
from atagande_plugin.web.occurrences import counts_shown


def listed(key: str, commitment: str, asked: OccurrencePage) -> OccurrenceList:
    """Return a commitment's occurrences in every version, or those of one party."""
    known = chosen(key)
    owed = (
        select(Obligation.id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(Organisation, Organisation.id == Obligation.organisation_id)
        .outerjoin(Unit, Unit.id == Obligation.unit_id)
        .where(Obligation.agreement_id == known.agreement.id, Commitment.key == commitment)
    )
    if asked.party is not None:
        owed = owed.where((Unit.key == asked.party) | (Organisation.key == asked.party))
    if g.session.scalar(owed.limit(1)) is None:
        raise NotFound
    decisions = joinedload(Occurrence.parameter_decision)
    more = selectinload(Occurrence.more_decisions).joinedload(OccurrenceDecision.parameter_decision)
    rows, following = part(
        select(Occurrence)
        .where(Occurrence.obligation_id.in_(owed), _listed())
        .options(
            joinedload(Occurrence.obligation).options(
                joinedload(Obligation.organisation),
                joinedload(Obligation.unit),
                joinedload(Obligation.commitment),
            ),
            *(
                path.options(
                    joinedload(ParameterDecision.decision), joinedload(ParameterDecision.parameter)
                )
                for path in (decisions, more)
            ),
        ),
        Occurrence.id,
        asked,
    )
    numbers = [one.id for one in rows]
    shows = {
        one.id: counts_shown(one, one.obligation.commitment.rule, one.obligation) for one in rows
    }
    # Of a term's cases there is one for each: only the party sees them.
    filed = evidence(g.session, [number for number in numbers if shows[number]])
    deviations = {
        row.occurrence_id: row.id
        for row in g.session.execute(
            select(Deviation.occurrence_id, Deviation.id).where(
                Deviation.occurrence_id.in_(numbers)
            )
        )
    }
    return OccurrenceList(
        items=[
            OccurrenceLine(
                id=one.id,
                party=party(one.obligation.organisation, one.obligation.unit),
                arose_from=one.origin.partition(":")[0],
                event_on=one.event_on,
                due_on=one.due_on,
                kept_on=one.kept_on if shows[one.id] else None,
                days_late=one.days_late,
                counted=one.counted if shows[one.id] else None,
                total=one.total if shows[one.id] else None,
                unknown=one.unknown if shows[one.id] else None,
                outcome=one.outcome,
                status=one.status,
                on_miss=one.on_miss,
                judged_by=_judged(one),
                evidence=[
                    EvidenceCount(
                        effective_on=row.effective_on,
                        received_at=row.received_at,
                        reported_by=row.reporter,
                    )
                    for row in filed.get(one.id, ())
                ],
                deviation=deviations.get(one.id),
            )
            for one in rows
        ],
        next=following,
    )


def _listed() -> Any:
    """Return the condition of what the caller may see one by one: of cases, their own party's."""
    others = and_(*(~Occurrence.origin.startswith(one) for one in CASE_ORIGINS))
    if not CASE_HOLDERS.allows(g.me.roles):
        return others
    own = select(Obligation.id).where(
        Obligation.organisation_id == g.me.organisation_id,
        or_(Obligation.unit_id.is_(None), Obligation.unit_id == g.me.unit_id),
    )
    return or_(others, Occurrence.obligation_id.in_(own))


def _judged(one: Occurrence) -> list[shapes.JudgedBy]:
    decisions = [
        one.parameter_decision,
        *(more.parameter_decision for more in one.more_decisions),
    ]
    return [found for row in decisions if (found := judged_by(row)) is not None]
