"""Gathers a report: a fixed number of queries over one moment of the database, whatever its size.

How each obligation stands comes from `followup.overview`, figures of cases only from
`followup.figures`, so the report says what the pages say.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Parameter, ParameterDecision
from atagande_agreements.deviations.models import DeviationStep, reference
from atagande_agreements.documents.models import DocumentUpdate
from atagande_agreements.followup import overview, suppress
from atagande_agreements.followup.overview import Overview
from atagande_agreements.followup.period import Period
from atagande_agreements.parties.models import Association, Organisation, Unit
from atagande_agreements.parties.names import names
from atagande_agreements.register.models import Agreement, AgreementVersion
from atagande_agreements.reports import deviations, figures
from atagande_agreements.reports.contents import (
    Contents,
    DecisionLine,
    LiftedLine,
    UndecidedLine,
)
from atagande_agreements.steering import queries as steering
from atagande_agreements.steering.models import Decision

#: Decisions with a line of their own.
MOST_DECISIONS = 1_000


def gather(
    session: Session,
    *,
    agreement: Agreement,
    version: AgreementVersion,
    period: Period,
    today: date,
    lifted: Sequence[LiftedLine] = (),
) -> Contents:
    """Return all that a report over a period says on a local date, `today`.

    `lifted` are the issues that were lifted in the period: they belong to meetings, which this
    package knows nothing of.
    """
    seen = overview.gather(
        session, agreement=agreement, version=version, period=period, today=today
    )
    before = period.before if period.before.last >= agreement.valid_from else None
    called = names(session, agreement.association_id)
    shown, awaited = figures.gather(session, agreement, period, before, today=today, called=called)
    return Contents(
        association=session.get_one(Association, agreement.association_id).name,
        agreement=agreement.title,
        overview=seen,
        before_first=before.first.isoformat() if before else None,
        before_last=before.last.isoformat() if before else None,
        partly=_partly(session, agreement.association_id, seen, period),
        deviations=deviations.gather(session, agreement.id, period, before, called),
        decisions=_decisions(session, agreement.id, period),
        lifted=tuple(lifted),
        undecided=_undecided(session, agreement),
        figures=shown,
        figures_awaited=awaited,
        small_number_limit=suppress.limit_on(session, agreement.id, today),
    )


def _partly(
    session: Session, association_id: int, seen: Overview, period: Period
) -> list[tuple[str, str, str]]:
    """Return the parties that were one for only a part of a period, in the overview's order."""
    found: dict[tuple[bool, str], tuple[date, date]] = {}
    for is_unit, kind in ((False, Organisation), (True, Unit)):
        table: Any = kind
        for key, first, last in session.execute(
            select(table.key, table.valid_from, table.valid_to).where(
                table.association_id == association_id,
                or_(table.valid_from > period.first, table.valid_to < period.last),
            )
        ):
            begins, ends = first or period.first, last or period.last
            found[is_unit, key] = (max(begins, period.first), min(ends, period.last))
    return [
        (one.name, first.isoformat(), last.isoformat())
        for one in seen.parties
        if (one.is_unit, one.key) in found
        for first, last in (found[one.is_unit, one.key],)
    ]


def _decisions(session: Session, agreement_id: int, period: Period) -> list[DecisionLine]:
    """Return what the group decided in a period, in the order it was decided."""
    rows = session.execute(
        select(Decision, ParameterDecision, Parameter, DocumentUpdate)
        .outerjoin(ParameterDecision, ParameterDecision.decision_id == Decision.id)
        .outerjoin(Parameter, Parameter.id == ParameterDecision.parameter_id)
        .outerjoin(DocumentUpdate, DocumentUpdate.decision_id == Decision.id)
        .where(
            Decision.agreement_id == agreement_id,
            Decision.decided_on.between(period.first, period.last),
        )
        .order_by(Decision.decided_on, Decision.id)
        .limit(MOST_DECISIONS)
    ).all()
    about: dict[int, list[str]] = defaultdict(list)
    for decision_id, deviation_id in session.execute(
        select(Decision.id, DeviationStep.deviation_id)
        .join(DeviationStep, DeviationStep.decision_id == Decision.id)
        .where(Decision.id.in_([row[0].id for row in rows]))
        .distinct()
        .order_by(DeviationStep.deviation_id)
    ):
        about[decision_id].append(reference(deviation_id))
    return [
        _decision(decision, decided, parameter, update, about[decision.id])
        for decision, decided, parameter, update in rows
    ]


def _decision(
    decision: Decision,
    decided: ParameterDecision | None,
    parameter: Parameter | None,
    update: DocumentUpdate | None,
    about: list[str],
) -> DecisionLine:
    names_sv, names_en = list(about), list(about)
    if parameter is not None:
        names_sv, names_en = [parameter.label], [parameter.label_en]
    elif update is not None:
        names_sv, names_en = [update.title], [update.title_en]
    return DecisionLine(
        paragraph=decision.paragraph,
        decided_on=decision.decided_on.isoformat(),
        diary_number=decision.diary_number,
        kind=decision.kind.value,
        about=names_sv,
        about_en=names_en,
        value=decided.value if decided is not None else None,
        unit=parameter.unit.value if parameter is not None else None,
        valid_from=decided.valid_from.isoformat() if decided is not None else None,
        note=decision.note,
    )


def _undecided(session: Session, agreement: Agreement) -> list[UndecidedLine]:
    return [
        UndecidedLine(
            key=one.parameter.key,
            label=one.parameter.label,
            label_en=one.parameter.label_en,
            proposal=one.parameter.proposal,
            unit=one.parameter.unit.value,
            commitments=one.commitments,
        )
        for one in steering.undecided(session, agreement.association_id)
        if one.parameter.agreement_id == agreement.id
    ]
