"""What the steering group does with a deviation: every one with paragraph and date."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.deviations.errors import (
    AnswerTheContest,
    DueBeforeDecision,
    EmptyMeasure,
    NotEnded,
    RungNotUsed,
    RungSkipped,
    WrongEnding,
)
from atagande_agreements.deviations.life import end_measures, held, let_go, take, together
from atagande_agreements.deviations.models import (
    ENDED,
    Deviation,
    DeviationState,
    DeviationStep,
    Ending,
    Measure,
    StepKind,
)
from atagande_agreements.deviations.rules import ENDINGS
from atagande_agreements.errors import Stale
from atagande_agreements.ladder.models import RUNGS, Rung
from atagande_agreements.ladder.queries import ladder_on, next_rung, reply_days
from atagande_agreements.parties.models import Organisation, Person, Unit
from atagande_agreements.register.models import Agreement
from atagande_agreements.steering.models import Decision, DecisionKind
from atagande_agreements.steering.verbs import record_decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How the group decided: the paragraph of its minutes, the local date, and its words."""

    paragraph: str
    decided_on: date
    person: Person
    note: str = ""
    #: Diarienummer; "" when it has none.
    diary_number: str = ""

    def recorded(
        self, session: Session, deviation: Deviation, kind: DecisionKind, now: datetime
    ) -> Decision:
        """Enter it in the register."""
        return record_decision(
            session,
            agreement=session.get_one(Agreement, deviation.agreement_id),
            kind=kind,
            paragraph=self.paragraph,
            decided_on=self.decided_on,
            person=self.person,
            now=now,
            note=self.note,
            diary_number=self.diary_number,
        )


def _answered(group: list[Deviation], decided: Decided) -> None:
    if any(one.contested for one in group) and not decided.note.strip():
        raise AnswerTheContest(field="note")


def close(
    session: Session,
    *,
    deviation: Deviation,
    decided: Decided,
    version: int,
    now: datetime,
    ending: Ending | None = None,
) -> DeviationStep:
    """Close a deviation, and those decided together with it, by one decision.

    `ending` is why; without it, the measure that was decided is done, or none was needed. A party
    is never judged unheard: without a reply its time must be over. See `life.together` for what
    is refused; WrongEnding for a reason that its state can't have.
    """
    group = together(session, deviation, version=version, now=now)
    _answered(group, decided)
    reason = ending or ENDINGS[deviation.state][0]
    if any(reason not in ENDINGS[one.state] for one in group):
        raise WrongEnding(field="ending")
    decision = decided.recorded(session, deviation, DecisionKind.CLOSE_DEVIATION, now)
    steps = []
    for one in group:
        one.ending = reason
        steps.append(
            take(
                session,
                one,
                StepKind.CLOSED,
                person=decided.person,
                now=now,
                state=DeviationState.CLOSED,
                decision=decision,
            )
        )
    return steps[0]


def decide_measure(
    session: Session,
    *,
    deviation: Deviation,
    text: str,
    owner: Organisation | Unit,
    due_on: date,
    decided: Decided,
    version: int,
    now: datetime,
) -> Measure:
    """Decide what a party (`owner`) is to do by a local date; it replaces a measure that waits.

    Raises RungNotUsed unless the group has decided to use measures, EmptyMeasure,
    DueBeforeDecision, and what `life.together` does.
    """
    ladder = ladder_on(session, deviation.agreement_id, local_date(now))
    if not ladder[Rung.MEASURE].is_used:
        raise RungNotUsed
    group = together(session, deviation, version=version, now=now)
    _answered(group, decided)
    if not text.strip():
        raise EmptyMeasure(field="text")
    if due_on <= decided.decided_on:
        raise DueBeforeDecision(field="due_on", day=decided.decided_on)
    decision = decided.recorded(session, deviation, DecisionKind.MEASURE, now)
    end_measures(deviation, now)
    session.flush()
    unit = owner if isinstance(owner, Unit) else None
    measure = Measure(
        association_id=deviation.association_id,
        decision_id=decision.id,
        text=text.strip(),
        organisation_id=unit.organisation_id if unit else owner.id,
        unit_id=unit.id if unit else None,
        due_on=due_on,
    )
    deviation.measures.append(measure)
    for one in group:
        if RUNGS.index(one.rung) < RUNGS.index(Rung.MEASURE):
            one.rung = Rung.MEASURE
        take(
            session,
            one,
            StepKind.MEASURE,
            person=decided.person,
            now=now,
            state=DeviationState.MEASURE,
            decision=decision,
            # What is done about the first is done about all that have its cause.
            like=None if one is deviation else deviation,
        )
    return measure


def escalate(
    session: Session,
    *,
    deviation: Deviation,
    rung: Rung,
    decided: Decided,
    version: int,
    now: datetime,
) -> DeviationStep:
    """Take a deviation, and those decided together with it, up to the next step of the ladder.

    `rung` is the step that the group read: RungNotUsed if it is not switched on, RungSkipped if
    it is not the next one. The step's letter is the ladder's to send.
    """
    ladder = ladder_on(session, deviation.agreement_id, local_date(now))
    if not ladder[rung].is_used:
        raise RungNotUsed
    group = together(session, deviation, version=version, now=now)
    _answered(group, decided)
    # A measure is decided with what is to be done, not by going up a step.
    if rung is Rung.MEASURE or next_rung(ladder, deviation.rung) is not rung:
        raise RungSkipped
    decision = decided.recorded(session, deviation, DecisionKind.ESCALATE, now)
    steps = []
    for one in group:
        one.rung = max(one.rung, rung, key=RUNGS.index)
        steps.append(
            take(
                session,
                one,
                StepKind.ESCALATED,
                person=decided.person,
                now=now,
                text=rung.value,
                decision=decision,
            )
        )
    return steps[0]


def reopen(
    session: Session, *, deviation: Deviation, decided: Decided, version: int, now: datetime
) -> DeviationStep:
    """Open a deviation again that was closed or withdrawn; its party is asked for a new reply.

    It begins at the bottom of the ladder, for itself, with the time for a reply that is decided
    now. Raises NotEnded or Stale.
    """
    held(session, [deviation.id])
    if deviation.state not in ENDED:
        raise NotEnded
    if deviation.version != version:
        raise Stale
    decision = decided.recorded(session, deviation, DecisionKind.REOPEN_DEVIATION, now)
    time = reply_days(session, deviation.agreement_id, local_date(now))
    let_go(session, deviation, now)
    deviation.merged_into_id = None
    deviation.reply_days = int(time.value) if time else None
    deviation.asked_on = local_date(now)
    deviation.contested, deviation.rung, deviation.ending = False, Rung.REPLY, None
    return take(
        session,
        deviation,
        StepKind.REOPENED,
        person=decided.person,
        now=now,
        state=DeviationState.OPEN,
        decision=decision,
    )
