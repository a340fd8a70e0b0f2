"""The agenda that fills itself: what waits for the group, read from where it lives.

Nothing is put on it and nothing is taken off. An item stands here for as long as it waits, and a
decision where it belongs takes it away. Only own items are written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from atagande_agreements.civil_time import local_date
from atagande_agreements.deviations.models import (
    ACTIVE,
    ENDED,
    Deviation,
    DeviationState,
    DeviationStep,
    Measure,
    StepKind,
    reference,
)
from atagande_agreements.deviations.queries import listed
from atagande_agreements.deviations.rules import current_measure, may_decide, reply_due
from atagande_agreements.followup.cases import CASE_ORIGINS
from atagande_agreements.ladder.models import RUNGS, LadderDecision, Rung
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.parties.names import Names, names
from atagande_agreements.steering.queries import Undecided, undecided
from atagande_calendar.steering.items import Item, Topic
from atagande_calendar.steering.short_items import short_items

#: Deviations on one agenda; the rest are in the list of deviations.
MOST = 200
#: Steps of the ladder that take a deviation to the group's table.
LIFTED = RUNGS[RUNGS.index(Rung.AGENDA) :]


@dataclass(frozen=True, slots=True)
class Agenda:
    """What waits for the group on a day."""

    items: tuple[Item, ...]
    #: The deviations among them, for forms that act on one in place; by item key.
    deviations: Mapping[str, Deviation]
    undecided: Sequence[Undecided]
    #: There are more deviations than an agenda takes.
    more: bool

    def of(self, *topics: Topic) -> list[Item]:
        """Return the items of some topics, in order."""
        return [one for one in self.items if one.topic in topics]


def gather(
    session: Session,
    *,
    association_id: int,
    agreement_id: int,
    meeting_id: int | None,
    since: datetime | None,
    today: date,
    until: date | None,
) -> Agenda:
    """Return the agenda of a meeting as it stands `today`.

    `since` (UTC) is when the meeting before it began: what was withdrawn earlier than that has
    been told. `until` is the meeting's local date: a reply or a measure whose last day comes
    before it is on the agenda already, and says so; None takes everything that is waited for.
    `meeting_id` brings its own items.
    """
    called = names(session, association_id)
    waits = _waiting(agreement_id, since, until)
    rows = _deviations(session, association_id, agreement_id, waits, today)
    kept = rows[:MOST]
    items, shown = _items(kept, called, today)
    pending = [one for one in undecided(session, association_id) if _of(one, agreement_id)]
    items += [_parameter(one) for one in pending]
    items += short_items(session, association_id, agreement_id, meeting_id)
    order = list(Topic)
    return Agenda(
        tuple(sorted(items, key=lambda one: order.index(one.topic))),
        shown,
        pending,
        len(rows) > MOST,
    )


def _of(one: Undecided, agreement_id: int) -> bool:
    return one.parameter.agreement_id == agreement_id


def _waiting(agreement_id: int, since: datetime | None, until: date | None) -> Any:
    """Select the deviations that belong on the agenda of a meeting; see `gather`."""
    waits: Any = ACTIVE
    if until is not None:
        waits &= or_(
            Deviation.group_turn_on <= until,
            Deviation.rung.in_(LIFTED),
            Deviation.merged_into_id.is_not(None),
        )
    withdrawn = select(DeviationStep.deviation_id).where(
        DeviationStep.kind == StepKind.WITHDRAWN,
        *((DeviationStep.at >= since,) if since else ()),
    )
    told = (Deviation.state == DeviationState.WITHDRAWN) & Deviation.id.in_(withdrawn)
    return (Deviation.agreement_id == agreement_id) & (waits | told)


def _deviations(
    session: Session, association_id: int, agreement_id: int, waits: Any, today: date
) -> list[Any]:
    """Return (deviation, when it was last escalated, days its receiver has), longest first."""
    escalated = (
        select(func.max(DeviationStep.at))
        .where(
            DeviationStep.deviation_id == Deviation.id,
            DeviationStep.kind == StepKind.ESCALATED,
        )
        .correlate(Deviation)
        .scalar_subquery()
    )
    days = (
        select(LadderDecision.days)
        .where(
            LadderDecision.agreement_id == agreement_id,
            LadderDecision.rung == Deviation.rung,
            LadderDecision.valid_from <= today,
        )
        .order_by(LadderDecision.valid_from.desc())
        .limit(1)
        .correlate(Deviation)
        .scalar_subquery()
    )
    return list(
        session.execute(
            listed(association_id)
            .add_columns(escalated, days)
            .where(waits)
            .options(
                selectinload(Deviation.measures.and_(Measure.ended_at.is_(None))).options(
                    joinedload(Measure.organisation), joinedload(Measure.unit)
                )
            )
            .order_by(Deviation.group_turn_on.is_(None), Deviation.group_turn_on, Deviation.id)
            .limit(MOST + 1)
        ).all()
    )


def _items(
    rows: Iterable[Any], called: Names, today: date
) -> tuple[list[Item], dict[str, Deviation]]:
    """Return one item for each deviation, those with the same cause as one."""
    found: dict[int, Item] = {}
    shown: dict[str, Deviation] = {}
    merged: list[Deviation] = []
    for deviation, escalated, days in rows:
        if deviation.merged_into_id is not None and deviation.state not in ENDED:
            merged.append(deviation)
            continue
        over = local_date(escalated) + timedelta(days=days) if escalated and days else None
        item = _item(deviation, called, over, today)
        found[deviation.id] = item
        shown[item.key] = deviation
    for one in merged:
        first = found.get(one.merged_into_id or 0)
        if first is not None:
            others = (*first.others, reference(one.id))
            found[one.merged_into_id or 0] = replace(first, others=others)
    return list(found.values()), shown


def _name(party: Organisation | Unit, called: Names, day: date) -> str:
    return called.of(party, day).name


def _item(deviation: Deviation, called: Names, over: date | None, today: date) -> Item:
    commitment = deviation.obligation.commitment
    owner = deviation.unit or deviation.organisation
    base = Item(
        topic=Topic.DEVIATION,
        key=f"deviation:{deviation.id}",
        name=reference(deviation.id),
        title=f"{commitment.key} {commitment.title}",
        title_en=f"{commitment.key} {commitment.title_en}",
        party=_name(owner, called, deviation.occurrence.event_on),
        link=f"/avvikelser/{deviation.id}",
        contested=deviation.contested,
        rung=deviation.rung.value,
    )
    measure = current_measure(deviation.measures)
    due = reply_due(deviation)
    match deviation.state:
        case DeviationState.WITHDRAWN:
            return replace(base, topic=Topic.WITHDRAWN)
        case _ if deviation.rung in LIFTED:
            text = measure.text if measure else ""
            return replace(
                base, topic=Topic.LADDER, day=over, ahead=bool(over and over >= today), text=text
            )
        case DeviationState.OPEN:
            ahead = not may_decide(deviation, today)
            # It tells when the deviation was opened, and so the day of a single person's case.
            is_case = deviation.occurrence.origin.startswith(CASE_ORIGINS)
            hidden = is_case and due is not None and deviation.asked_on is None
            return replace(
                base,
                topic=Topic.LATE_REPLY,
                day=None if hidden else due,
                is_case=hidden,
                ahead=ahead,
            )
        case DeviationState.MEASURE if measure is not None and measure.done_on is None:
            doer = _name(measure.unit or measure.organisation, called, today)
            return replace(
                base,
                topic=Topic.LATE_MEASURE,
                day=measure.due_on,
                ahead=measure.due_on >= today,
                text=measure.text,
                party=doer,
            )
        case DeviationState.MEASURE:
            day, text = (measure.done_on, measure.text) if measure else (None, "")
            return replace(base, topic=Topic.MEASURE_DONE, day=day, text=text)
        case _:
            return base


def _parameter(one: Undecided) -> Item:
    parameter = one.parameter
    return Item(
        topic=Topic.PARAMETER,
        key=f"parameter:{parameter.key}",
        name=", ".join(one.commitments),
        title=parameter.label,
        title_en=parameter.label_en,
        link=f"/overenskommelsen/parameter/{parameter.key}",
    )
