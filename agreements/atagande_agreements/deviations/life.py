"""The steps of a deviation's life, taken with their audit entries. What the verbs are made of."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.deviations.errors import (
    Closed,
    DecidedTogether,
    NotHeard,
    OthersNotHeard,
    Withdrawn,
)
from atagande_agreements.deviations.models import (
    ENDED,
    Deviation,
    DeviationState,
    DeviationStep,
    StepKind,
    reference,
)
from atagande_agreements.deviations.rules import current_measure, group_turn_on, may_decide
from atagande_agreements.errors import Stale
from atagande_agreements.parties.models import Person
from atagande_agreements.steering.models import Decision

#: Who a step is taken by, when no person takes it.
JOB = audit.Actor.job("deviations")


def check(deviation: Deviation, version: int) -> None:
    """Refuse what has ended (Closed, Withdrawn) and pages that are older than it (Stale)."""
    if deviation.state is DeviationState.CLOSED:
        raise Closed
    if deviation.state is DeviationState.WITHDRAWN:
        raise Withdrawn
    if deviation.version != version:
        raise Stale


def take(
    session: Session,
    deviation: Deviation,
    kind: StepKind,
    *,
    person: Person | None,
    now: datetime,
    state: DeviationState | None = None,
    text: str = "",
    decision: Decision | None = None,
    like: Deviation | None = None,
) -> DeviationStep:
    """Take one step, move to `state` if it is given, and say whose turn it is then.

    It is the group's turn when it is for `like`, when another's measure decides that.

    Every step raises the version by one, so that version minus one is the number of steps.
    """
    step = DeviationStep(
        kind=kind,
        number=len(deviation.steps) + 1,
        at=now,
        person_id=person.id if person else None,
        text=text.strip(),
        decision_id=decision.id if decision else None,
    )
    deviation.steps.append(step)
    before = deviation.state
    deviation.state = state or before
    if deviation.state in ENDED:
        end_measures(deviation, now)
    if like or kind not in {StepKind.EVIDENCE, StepKind.MERGED}:
        deviation.group_turn_on = (
            like.group_turn_on if like else group_turn_on(deviation, local_date(now))
        )
    flag_modified(deviation, "state")
    session.flush()
    audit.record(
        session,
        audit.Change(
            association_id=deviation.association_id,
            at=now,
            actor=audit.Actor.of(person) if person else JOB,
            action=f"deviation.{kind.value}",
            object_type="deviation",
            object_id=deviation.id,
            changes={} if before is deviation.state else {"state": (before, deviation.state)},
        ),
    )
    return step


def end_measures(deviation: Deviation, now: datetime) -> None:
    """End the measure that waits, if any: it is replaced, or its deviation has ended."""
    current = current_measure(deviation.measures)
    if current is not None:
        current.ended_at = now


def held(session: Session, ids: Iterable[int]) -> Sequence[Deviation]:
    """Return deviations locked and read anew, those decided together with them included."""
    wanted = list(ids)
    return session.scalars(
        select(Deviation)
        .where(Deviation.id.in_(wanted) | Deviation.merged_into_id.in_(wanted))
        .options(selectinload(Deviation.steps), selectinload(Deviation.measures))
        .order_by(Deviation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def together(
    session: Session, deviation: Deviation, *, version: int, now: datetime
) -> list[Deviation]:
    """Return what a decision on a deviation is about: itself first, then those merged into it.

    All are locked. Each party is heard: where the time for a reply is over without one, that is
    noted as a step of its own, so that no state is skipped. Raises DecidedTogether, NotHeard or
    OthersNotHeard beside what `check` does.
    """
    found = held(session, [deviation.id])
    check(deviation, version)
    if deviation.merged_into_id is not None:
        raise DecidedTogether(name=reference(deviation.merged_into_id))
    today = local_date(now)
    if not may_decide(deviation, today):
        raise NotHeard
    others = [one for one in found if one is not deviation and one.state not in ENDED]
    unheard = [one for one in others if not may_decide(one, today)]
    if unheard:
        raise OthersNotHeard(names=", ".join(reference(one.id) for one in unheard))
    group = [deviation, *others]
    for one in group:
        if one.state is DeviationState.OPEN:
            take(session, one, StepKind.LAPSED, person=None, now=now, state=DeviationState.REPLIED)
    return group


def let_go(session: Session, deviation: Deviation, now: datetime) -> None:
    """Let those merged into a deviation go on without it: the oldest of them takes its place.

    The deviation itself is left as it is, for the step that follows to change.
    """
    others = [
        one
        for one in held(session, [deviation.id])
        if one is not deviation and one.merged_into_id == deviation.id
    ]
    if not others:
        return
    first, rest = others[0], others[1:]
    first.merged_into_id = None
    take(session, first, StepKind.PARTED, person=None, now=now)
    for one in rest:
        one.merged_into_id = first.id
        name = reference(first.id)
        take(session, one, StepKind.MERGED, person=None, now=now, text=name, like=first)
