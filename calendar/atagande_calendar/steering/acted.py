"""What decisions acted on, each with where it is read. Plain values, for pages and minutes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.commitments.models import Obligation, Parameter, ParameterDecision
from atagande_agreements.deviations.models import (
    Deviation,
    DeviationStep,
    Measure,
    StepKind,
    reference,
)
from atagande_agreements.documents.models import DocumentUpdate
from atagande_agreements.ladder.models import LadderDecision
from atagande_agreements.retention.models import RetentionHold, RetentionRule
from atagande_agreements.steering.models import Decision
from atagande_calendar.meetings.attendance import LiftedIssue
from atagande_calendar.steering.models import AgendaItem, HandledItem

#: Steps that a decision makes; what it ends beside them is told by its own step.
_STEPS = (StepKind.CLOSED, StepKind.MEASURE, StepKind.ESCALATED, StepKind.REOPENED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """One thing that a decision acted on."""

    #: "closed", "measure", "escalated", "reopened", "parameter", "document", "ladder", "issue",
    #: "own", "retention" or "hold".
    what: str
    #: As the agenda's items have it.
    key: str
    name: str = ""
    title: str = ""
    title_en: str = ""
    #: Who is to do a measure, or whose deviation it is.
    party: str = ""
    link: str = ""
    text: str = ""
    #: A parameter's value and its unit, or a step of the ladder.
    value: str = ""
    unit: str = ""
    #: First date that it applies to, or last day of a measure.
    day: date | None = None
    is_used: bool = True
    number: int = 0

    def plain(self) -> dict[str, Any]:
        """Return it as what json can write."""
        return asdict(self) | {"day": self.day.isoformat() if self.day else None}


def of_plain(values: Mapping[str, Any]) -> Acted:
    """Return what `Acted.plain` gave."""
    day = date.fromisoformat(values["day"]) if values["day"] else None
    return Acted(**{**values, "day": day})


def acted_on(session: Session, decision_ids: Collection[int]) -> Mapping[int, Sequence[Acted]]:
    """Return what each of some decisions acted on; one may act on several things at once."""
    found: dict[int, list[Acted]] = defaultdict(list)
    if decision_ids:
        _deviations(session, decision_ids, found)
        _others(session, decision_ids, found)
    return found


def _deviations(
    session: Session, decision_ids: Collection[int], found: dict[int, list[Acted]]
) -> None:
    rows = session.execute(
        select(DeviationStep, Deviation, Measure)
        .join(Deviation, Deviation.id == DeviationStep.deviation_id)
        .outerjoin(
            Measure,
            (Measure.decision_id == DeviationStep.decision_id)
            & (DeviationStep.kind == StepKind.MEASURE),
        )
        .where(DeviationStep.decision_id.in_(decision_ids), DeviationStep.kind.in_(_STEPS))
        .options(
            joinedload(Deviation.obligation).joinedload(Obligation.commitment),
            joinedload(Deviation.organisation),
            joinedload(Deviation.unit),
            joinedload(Measure.organisation),
            joinedload(Measure.unit),
        )
        .order_by(DeviationStep.id)
    )
    for step, deviation, measure in rows:
        commitment = deviation.obligation.commitment
        owner = deviation.unit or deviation.organisation
        doer = (measure.unit or measure.organisation) if measure else owner
        found[step.decision_id or 0].append(
            Acted(
                what=step.kind.value,
                key=f"deviation:{deviation.id}",
                name=reference(deviation.id),
                title=f"{commitment.key} {commitment.title}",
                title_en=f"{commitment.key} {commitment.title_en}",
                party=doer.name,
                link=f"/avvikelser/{deviation.id}",
                text=measure.text if measure else "",
                value=step.text if step.kind is StepKind.ESCALATED else "",
                day=measure.due_on if measure else None,
                number=deviation.id,
            )
        )


def _others(session: Session, decision_ids: Collection[int], found: dict[int, list[Acted]]) -> None:
    """Add what else decisions act on. A decision is of one kind, so few rows are paired."""
    rows = session.execute(
        select(
            Decision.id,
            ParameterDecision,
            LadderDecision,
            DocumentUpdate,
            HandledItem,
            RetentionRule,
            RetentionHold,
        )
        .outerjoin(ParameterDecision, ParameterDecision.decision_id == Decision.id)
        .outerjoin(LadderDecision, LadderDecision.decision_id == Decision.id)
        .outerjoin(DocumentUpdate, DocumentUpdate.decision_id == Decision.id)
        .outerjoin(HandledItem, HandledItem.decision_id == Decision.id)
        .outerjoin(RetentionRule, RetentionRule.decision_id == Decision.id)
        .outerjoin(RetentionHold, RetentionHold.decision_id == Decision.id)
        .where(
            Decision.id.in_(decision_ids),
            or_(
                ParameterDecision.id.is_not(None),
                LadderDecision.id.is_not(None),
                DocumentUpdate.id.is_not(None),
                HandledItem.id.is_not(None),
                RetentionRule.id.is_not(None),
                RetentionHold.id.is_not(None),
            ),
        )
        .options(
            joinedload(ParameterDecision.parameter),
            joinedload(HandledItem.lifted_issue),
            joinedload(HandledItem.agenda_item),
        )
        .order_by(ParameterDecision.id, LadderDecision.id, DocumentUpdate.id, HandledItem.id)
    )
    for decision_id, *parts in rows:
        known = found[decision_id]
        known += [one for one in _each(parts) if one not in known]


def _each(parts: Iterable[Any]) -> Iterator[Acted]:
    for part in parts:
        match part:
            case ParameterDecision():
                yield _parameter(part)
            case LadderDecision():
                yield _ladder(part)
            case DocumentUpdate():
                yield _document(part)
            case RetentionRule() | RetentionHold():
                yield _retention(part)
            case HandledItem(lifted_issue=LiftedIssue() as issue):
                yield Acted(
                    what="issue",
                    key=f"issue:{issue.id}",
                    text=issue.text,
                    link=f"/moten/{issue.meeting_id}",
                )
            case HandledItem(agenda_item=AgendaItem() as item):
                yield Acted(what="own", key=f"own:{item.id}", title=item.title, title_en=item.title)


def _parameter(one: ParameterDecision) -> Acted:
    parameter: Parameter = one.parameter
    return Acted(
        what="parameter",
        key=f"parameter:{parameter.key}",
        title=parameter.label,
        title_en=parameter.label_en,
        link=f"/overenskommelsen/parameter/{parameter.key}",
        value=one.value,
        unit=parameter.unit.value,
        day=one.valid_from,
    )


def _ladder(one: LadderDecision) -> Acted:
    return Acted(
        what="ladder",
        key=f"ladder:{one.rung.value}",
        link="/styrgruppen/trappan",
        value=one.rung.value,
        day=one.valid_from,
        is_used=one.is_used,
        number=one.days,
    )


def _retention(one: RetentionRule | RetentionHold) -> Acted:
    if isinstance(one, RetentionHold):
        return Acted(what="hold", key=f"hold:{one.kind}", value=one.kind, day=one.until)
    return Acted(
        what="retention",
        key=f"retention:{one.kind}",
        value=one.kind,
        day=one.valid_from,
        is_used=one.months is not None,
        number=one.months or 0,
    )


def _document(one: DocumentUpdate) -> Acted:
    return Acted(
        what="document",
        key=f"document:{one.id}",
        title=one.title,
        title_en=one.title_en,
        link=f"/dokument/{one.document}",
        day=one.published_on,
    )
