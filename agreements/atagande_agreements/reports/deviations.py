"""What a report says about the deviations of a period: counted in sets, few of them in lines."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from atagande_agreements.civil_time import end_of_day, local_date
from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence
from atagande_agreements.deviations.models import (
    ENDED,
    Deviation,
    DeviationStep,
    Measure,
    StepKind,
    reference,
)
from atagande_agreements.followup.cases import CASE_ORIGINS
from atagande_agreements.followup.period import Period
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.parties.names import Named, Names
from atagande_agreements.reports.contents import DeviationCounts, DeviationLine, Deviations
from atagande_agreements.steering.models import Decision

#: Deviations with a line of their own; the counts are of all.
MOST_LINES = 1_000
_ENDS = (StepKind.CLOSED, StepKind.WITHDRAWN)
_BEGINS_AGAIN = (StepKind.REOPENED, StepKind.RESTORED)
_REPLIES = (StepKind.REPLY, StepKind.CONTEST)
_CASE = or_(*(Occurrence.origin.startswith(one, autoescape=True) for one in CASE_ORIGINS))


@dataclass(frozen=True, slots=True)
class _Span:
    """A period as moments, for queries of deviations joined to their occurrences; UTC.

    From `start` until, but not at, `end`. What is one person's case is counted by the whole
    quarters that the period has a day of: a report over a single day would tell that day.
    """

    start: datetime
    end: datetime
    case_start: datetime
    case_end: datetime

    @classmethod
    def of(cls, period: Period) -> "_Span":
        wide = period.widened
        firsts = (end_of_day(one.first - timedelta(days=1)) for one in (period, wide))
        (start, case_start), (end, case_end) = firsts, map(end_of_day, (period.last, wide.last))
        return cls(start, end, case_start, case_end)

    @property
    def over(self) -> Any:
        """Return the moment that the period is over for a deviation."""
        return case((_CASE, self.case_end), else_=self.end)

    def has(self, column: Any) -> ColumnElement[bool]:
        return and_(column >= case((_CASE, self.case_start), else_=self.start), column < self.over)


def _open_at(end: Any) -> ColumnElement[bool]:
    """Return the condition that a deviation was opened before a moment and not ended at it."""
    again = aliased(DeviationStep)
    taken_up = exists().where(
        again.deviation_id == DeviationStep.deviation_id,
        again.number > DeviationStep.number,
        again.kind.in_(_BEGINS_AGAIN),
        again.at < end,
    )
    ended = exists().where(
        DeviationStep.deviation_id == Deviation.id,
        DeviationStep.kind.in_(_ENDS),
        DeviationStep.at < end,
        ~taken_up,
    )
    return and_(Deviation.opened_at < end, ~ended)


def _counts(session: Session, agreement_id: int, period: Period) -> DeviationCounts:
    span = _Span.of(period)
    here = Deviation.agreement_id == agreement_id
    opened, open_at_end = session.execute(
        select(
            func.count().filter(span.has(Deviation.opened_at)),
            func.count().filter(_open_at(span.over)),
        )
        .join(Occurrence, Occurrence.id == Deviation.occurrence_id)
        .where(here, Deviation.opened_at < span.over)
    ).one()
    steps: dict[StepKind, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(DeviationStep.kind, func.count(DeviationStep.deviation_id.distinct()))
            .join(Deviation, Deviation.id == DeviationStep.deviation_id)
            .join(Occurrence, Occurrence.id == Deviation.occurrence_id)
            .where(
                here,
                DeviationStep.kind.in_((*_ENDS, StepKind.REOPENED)),
                span.has(DeviationStep.at),
            )
            .group_by(DeviationStep.kind)
        )
    }
    return DeviationCounts(
        opened=opened,
        reopened=steps.get(StepKind.REOPENED, 0),
        closed=steps.get(StepKind.CLOSED, 0),
        withdrawn=steps.get(StepKind.WITHDRAWN, 0),
        open_at_end=open_at_end,
    )


def gather(
    session: Session, agreement_id: int, period: Period, before: Period | None, called: Names
) -> Deviations:
    """Return the deviations of a period and of the one before, whatever there are of them.

    `called` has the parties' names through time.
    """
    span = _Span.of(period)
    ended_here = exists().where(
        DeviationStep.deviation_id == Deviation.id,
        DeviationStep.kind.in_(_ENDS),
        span.has(DeviationStep.at),
    )
    at_end = _open_at(span.over).label("at_end")
    rows = session.execute(
        select(
            Deviation.id,
            Deviation.state,
            Deviation.ending,
            Deviation.opened_at,
            Deviation.contested,
            Deviation.rung,
            Deviation.organisation_id,
            Deviation.unit_id,
            Organisation.name,
            Organisation.short_name,
            Unit.name.label("unit_name"),
            Unit.short_name.label("unit_short_name"),
            Commitment.key,
            Commitment.title,
            Commitment.title_en,
            _CASE.label("is_case"),
            at_end,
            func.count().over().label("all"),
        )
        .join(Occurrence, Occurrence.id == Deviation.occurrence_id)
        .join(Obligation, Obligation.id == Deviation.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(Organisation, Organisation.id == Deviation.organisation_id)
        .outerjoin(Unit, Unit.id == Deviation.unit_id)
        .where(
            Deviation.agreement_id == agreement_id,
            Deviation.opened_at < span.over,
            or_(span.has(Deviation.opened_at), _open_at(span.over), ended_here),
        )
        .order_by(at_end.desc(), Deviation.id)
        .limit(MOST_LINES)
    ).all()
    ids = [row.id for row in rows]
    steps, measures = _steps(session, ids), _measures(session, ids)
    return Deviations(
        now=_counts(session, agreement_id, period),
        before=_counts(session, agreement_id, before) if before is not None else None,
        lines=[
            _line(row, steps.get(row.id, ()), measures.get(row.id), called, period.last)
            for row in rows
        ],
        left_out=rows[0].all - len(rows) if rows else 0,
    )


def _steps(session: Session, ids: Sequence[int]) -> dict[int, list[Any]]:
    """Return the steps that a line tells of, in order, each with its decision."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(
        select(
            DeviationStep.deviation_id,
            DeviationStep.kind,
            DeviationStep.at,
            Decision.paragraph,
            Decision.decided_on,
        )
        .outerjoin(Decision, Decision.id == DeviationStep.decision_id)
        .where(
            DeviationStep.deviation_id.in_(ids),
            or_(
                DeviationStep.kind.in_((*_REPLIES, *_ENDS)),
                DeviationStep.decision_id.is_not(None),
            ),
        )
        .order_by(DeviationStep.deviation_id, DeviationStep.number)
    ):
        found[row.deviation_id].append(row)
    return found


def _measures(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    """Return the latest measure of each, with its owner."""
    return {
        row.deviation_id: row
        for row in session.execute(
            select(
                Measure.deviation_id,
                Measure.due_on,
                Measure.done_on,
                Measure.organisation_id,
                Measure.unit_id,
                Organisation.name,
                Organisation.short_name,
                Unit.name.label("unit_name"),
                Unit.short_name.label("unit_short_name"),
            )
            .join(Organisation, Organisation.id == Measure.organisation_id)
            .outerjoin(Unit, Unit.id == Measure.unit_id)
            .where(Measure.deviation_id.in_(ids))
            .order_by(Measure.id)
        )
    }


def _name(row: Any, called: Names, day: date) -> str:
    if row.unit_id is not None:
        return called.unit_in(row.unit_id, day, Named(row.unit_name, row.unit_short_name)).name
    now = Named(row.name, row.short_name)
    return called.organisation_in(row.organisation_id, day, now).name


def _line(
    row: Any, steps: Sequence[Any], measure: Any | None, called: Names, last: date
) -> DeviationLine:
    ended = [one for one in steps if one.kind in _ENDS]
    decided = [one for one in steps if one.decided_on is not None]
    opened, end = local_date(row.opened_at), None
    if row.state in ENDED and ended:
        end = local_date(ended[-1].at)
    # What shows that it was kept has come on a day that is the case's own; a decision has not.
    shown = not row.is_case or (bool(ended) and ended[-1].kind is StepKind.CLOSED)
    return DeviationLine(
        name=reference(row.id),
        commitment=row.key,
        title=row.title,
        title_en=row.title_en,
        party=_name(row, called, last),
        opened_on=None if row.is_case else opened.isoformat(),
        ended_on=end.isoformat() if end is not None and shown else None,
        opened_in=Period.quarter_of(opened).code if row.is_case else None,
        ended_in=Period.quarter_of(end).code if end is not None and not shown else None,
        state=row.state.value,
        ending=row.ending.value if row.ending is not None else None,
        open_at_end=bool(row.at_end),
        replied=any(one.kind in _REPLIES for one in steps),
        contested=row.contested,
        rung=row.rung.value,
        measure_owner=_name(measure, called, last) if measure is not None else None,
        measure_due_on=measure.due_on.isoformat() if measure is not None else None,
        measure_done_on=(
            measure.done_on.isoformat() if measure is not None and measure.done_on else None
        ),
        paragraph=decided[-1].paragraph if decided else None,
        decided_on=decided[-1].decided_on.isoformat() if decided else None,
    )
