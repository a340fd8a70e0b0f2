"""What a party does with a deviation, and what evidence does. See `decisions` for the group."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import Status
from atagande_agreements.deviations.errors import (
    DoneInFuture,
    EmptyReply,
    MeasureDone,
    NoMeasure,
)
from atagande_agreements.deviations.life import check, held, let_go, take
from atagande_agreements.deviations.models import (
    Deviation,
    DeviationState,
    DeviationStep,
    StepKind,
)
from atagande_agreements.deviations.rules import (
    current_measure,
    speaks_for,
    state_before_withdrawal,
)
from atagande_agreements.errors import NotFound
from atagande_agreements.ladder.queries import reply_days
from atagande_agreements.parties.heirs import Acting, heirs
from atagande_agreements.parties.models import Person
from atagande_agreements.rules import Outcome


def _acting(session: Session, person: Person, now: datetime) -> Acting:
    ways = heirs(session, person.association_id)
    return ways.acting(person.organisation_id, person.unit_id, local_date(now))


def reply(
    session: Session,
    *,
    deviation: Deviation,
    text: str,
    person: Person,
    version: int,
    now: datetime,
    contest: bool = False,
) -> DeviationStep:
    """Record the party's reply (yttrande). `version` is the one its author had read.

    Only the party itself replies: the clinic's own people when the deviation is a clinic's, else
    those of the organisation, and the heir's when the party has ended. For others there is no
    reply to write: NotFound. `contest` says that the commitment was kept (bestridande).
    """
    if not speaks_for(deviation, _acting(session, person, now)):
        raise NotFound
    held(session, [deviation.id])
    check(deviation, version)
    if not text.strip():
        raise EmptyReply(field="text")
    deviation.contested = contest
    heard = DeviationState.REPLIED if deviation.state is DeviationState.OPEN else None
    kind = StepKind.CONTEST if contest else StepKind.REPLY
    return take(session, deviation, kind, person=person, now=now, state=heard, text=text)


def report_done(
    session: Session,
    *,
    deviation: Deviation,
    done_on: date,
    text: str,
    person: Person,
    version: int,
    now: datetime,
) -> DeviationStep:
    """Record that the measure of a deviation was carried out on a local date; the group decides.

    Only its owner says so: the people of the party, or of its heir. For others: NotFound.
    """
    held(session, [deviation.id])
    measure = current_measure(deviation.measures)
    if measure is not None and not speaks_for(measure, _acting(session, person, now)):
        raise NotFound
    check(deviation, version)
    if measure is None:
        raise NoMeasure
    if measure.done_on is not None:
        raise MeasureDone
    if not text.strip():
        raise EmptyReply(field="text")
    first = measure.decision.decided_on
    if not first <= done_on <= local_date(now):
        raise DoneInFuture(field="done_on", first=first)
    measure.done_on, measure.done_text = done_on, text.strip()
    measure.done_by_id = person.id
    return take(session, deviation, StepKind.MEASURE_DONE, person=person, now=now, text=text)


def ask_for_replies(session: Session, now: datetime) -> list[Deviation]:
    """Ask for replies on deviations that were opened before the time for them was decided.

    The party has its whole time from today; the past is not rewritten. Repeating it asks nobody.
    """
    waiting = session.scalars(
        select(Deviation)
        .where(Deviation.state == DeviationState.OPEN, Deviation.reply_days.is_(None))
        .options(selectinload(Deviation.steps), selectinload(Deviation.measures))
        .order_by(Deviation.id)
        .with_for_update()
    ).all()
    today = local_date(now)
    known = {
        number: reply_days(session, number, today)
        for number in {one.agreement_id for one in waiting}
    }
    asked = []
    for deviation in waiting:
        decided = known[deviation.agreement_id]
        if decided is None:
            continue
        deviation.reply_days, deviation.asked_on = int(decided.value), today
        take(session, deviation, StepKind.ASKED, person=None, now=now)
        asked.append(deviation)
    return asked


def note_evidence(
    session: Session, *, occurrence_ids: Sequence[int], person: Person, now: datetime
) -> None:
    """Tell deviations of occurrences about evidence that came after they were opened.

    1. It shows that the commitment was kept in time, or that nothing was owed: withdrawn. What
       has been closed stays closed.
    2. It shows that what was withdrawn was not kept after all: back to where it was.
    3. Else it is noted, which raises the version, so that nobody decides on a page without it.

    The rows are locked and read anew, since someone else may be changing them.
    """
    deviations = session.scalars(
        select(Deviation)
        .where(
            Deviation.occurrence_id.in_(occurrence_ids), Deviation.state != DeviationState.CLOSED
        )
        .options(
            selectinload(Deviation.steps),
            selectinload(Deviation.measures),
            selectinload(Deviation.occurrence),
        )
        .order_by(Deviation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for deviation in deviations:
        occurrence = deviation.occurrence
        kept = occurrence.status is Status.MET or occurrence.outcome == Outcome.VOID
        withdrawn = deviation.state is DeviationState.WITHDRAWN
        kind, state = StepKind.EVIDENCE, None
        if kept and not withdrawn:
            kind, state = StepKind.WITHDRAWN, DeviationState.WITHDRAWN
            let_go(session, deviation, now)
            deviation.merged_into_id = None
        elif withdrawn and occurrence.status is Status.NOT_MET:
            kind = StepKind.RESTORED
            state = state_before_withdrawal(one.kind for one in deviation.steps)
        take(session, deviation, kind, person=person, now=now, state=state)
