"""What a party and the steering group do with a deviation."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.deviations.errors import Closed, EmptyReply, NotHeard
from atagande_agreements.deviations.models import (
    Deviation,
    DeviationState,
    DeviationStep,
    StepKind,
)
from atagande_agreements.deviations.rules import may_close, speaks_for
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.parties.heirs import heirs
from atagande_agreements.parties.models import Person
from atagande_agreements.register.models import Agreement
from atagande_agreements.steering.models import DecisionKind
from atagande_agreements.steering.verbs import record_decision


def _check(deviation: Deviation, version: int) -> None:
    if deviation.state is DeviationState.CLOSED:
        raise Closed
    if deviation.version != version:
        raise Stale


def _step(
    session: Session,
    deviation: Deviation,
    step: DeviationStep,
    state: DeviationState,
    person: Person,
) -> None:
    """Add a step and move to `state`, with its audit entry."""
    step.number = len(deviation.steps) + 1
    deviation.steps.append(step)
    before, deviation.state = deviation.state, state
    session.flush()
    audit.record(
        session,
        audit.Change(
            association_id=deviation.association_id,
            at=step.at,
            actor=audit.Actor.of(person),
            action=f"deviation.{step.kind.value}",
            object_type="deviation",
            object_id=deviation.id,
            changes={} if before is state else {"state": (before, state)},
        ),
    )


def reply(
    session: Session,
    *,
    deviation: Deviation,
    text: str,
    person: Person,
    version: int,
    now: datetime,
) -> DeviationStep:
    """Record the party's reply (yttrande). `version` is the one its author had read.

    Only the party itself replies: the clinic's own people when the deviation is a clinic's, else
    those of the organisation, and the heir's when the party has ended. For others there is no
    reply to write: NotFound.
    """
    ways = heirs(session, person.association_id)
    acting = ways.acting(person.organisation_id, person.unit_id, local_date(now))
    if not speaks_for(deviation, acting):
        raise NotFound
    _check(deviation, version)
    if not text.strip():
        raise EmptyReply(field="text")
    step = DeviationStep(kind=StepKind.REPLY, at=now, person_id=person.id, text=text.strip())
    _step(session, deviation, step, DeviationState.REPLIED, person)
    return step


def note_evidence(
    session: Session, *, occurrence_ids: Sequence[int], person: Person, now: datetime
) -> None:
    """Add to deviations that are not closed that evidence came after they were opened.

    It raises their version, so that nobody decides on a page that lacks the evidence. The rows
    are locked and read anew, since someone else may be changing them.
    """
    deviations = session.scalars(
        select(Deviation)
        .where(
            Deviation.occurrence_id.in_(occurrence_ids), Deviation.state != DeviationState.CLOSED
        )
        .options(selectinload(Deviation.steps))
        .order_by(Deviation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for deviation in deviations:
        flag_modified(deviation, "state")
        step = DeviationStep(kind=StepKind.EVIDENCE, at=now, person_id=person.id)
        _step(session, deviation, step, deviation.state, person)


def close(
    session: Session,
    *,
    deviation: Deviation,
    paragraph: str,
    decided_on: date,
    note: str,
    person: Person,
    version: int,
    now: datetime,
) -> DeviationStep:
    """Close a deviation by the steering group's decision, with paragraph and date.

    A party is never judged unheard: without a reply, its time must be over, or evidence must show
    that it kept the commitment after all.
    """
    _check(deviation, version)
    if not may_close(deviation, local_date(now)):
        raise NotHeard
    decision = record_decision(
        session,
        agreement=session.get_one(Agreement, deviation.agreement_id),
        kind=DecisionKind.CLOSE_DEVIATION,
        paragraph=paragraph,
        decided_on=decided_on,
        person=person,
        now=now,
        note=note,
    )
    step = DeviationStep(kind=StepKind.CLOSED, at=now, person_id=person.id, decision_id=decision.id)
    _step(session, deviation, step, DeviationState.CLOSED, person)
    return step
