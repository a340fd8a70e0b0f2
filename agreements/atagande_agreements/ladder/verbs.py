"""The steering group decides which steps of the ladder are used."""

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.commitments.errors import ReachesBack
from atagande_agreements.ladder.errors import BadDays, ReplyIsParameter, StepDecided
from atagande_agreements.ladder.models import LadderDecision, Rung
from atagande_agreements.ladder.texts import own_words
from atagande_agreements.parties.models import Person
from atagande_agreements.register.models import Agreement
from atagande_agreements.steering.models import DecisionKind
from atagande_agreements.steering.verbs import record_decision

#: Step -> (least, most) calendar days of its time; a step without a time is not here.
DAYS = {
    Rung.REMINDER: (1, 90),
    Rung.MEASURE: (1, 366),
    Rung.NOTICE: (1, 366),
    Rung.BOARD: (1, 366),
}


def decide_step(
    session: Session,
    *,
    agreement: Agreement,
    rung: Rung,
    is_used: bool,
    valid_from: date,
    decided_on: date,
    paragraph: str,
    person: Person,
    now: datetime,
    days: int = 0,
    body: str = "",
    note: str = "",
    diary_number: str = "",
) -> LadderDecision:
    """Record that a step of the ladder is used, or no longer, from a local date on.

    `days` is the step's time in calendar days, for a step that has one; `body` the group's own
    words in its letter, "" for the usual ones. What has been done stays as it was done.
    Raises ReplyIsParameter, ReachesBack, BadDays, StepDecided and what `texts.own_words` and
    `record_decision` do.
    """
    if rung is Rung.REPLY:
        raise ReplyIsParameter(field="rung")
    if valid_from < decided_on:
        raise ReachesBack(field="valid_from", valid_from=valid_from, decided_on=decided_on)
    kept, text = 0, ""
    if is_used:
        text = own_words(rung, body)
        if rung in DAYS:
            least, most = DAYS[rung]
            if not least <= days <= most:
                raise BadDays(field="days", days=days, least=least, most=most)
            kept = days
    decision = record_decision(
        session,
        agreement=agreement,
        kind=DecisionKind.LADDER,
        paragraph=paragraph,
        decided_on=decided_on,
        person=person,
        now=now,
        note=note,
        diary_number=diary_number,
    )
    decided = LadderDecision(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        rung=rung,
        is_used=is_used,
        days=kept,
        text=text,
        valid_from=valid_from,
        decision_id=decision.id,
    )
    try:
        with session.begin_nested():
            session.add(decided)
            session.flush()
    except IntegrityError as error:
        raise StepDecided(field="valid_from", valid_from=valid_from) from error
    audit.record(
        session,
        audit.Change(
            association_id=agreement.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="ladder.decided",
            object_type="ladder",
            object_id=decided.id,
            changes={
                rung.value: (None, "on" if is_used else "off"),
                "valid_from": (None, valid_from),
                "paragraph": (None, decision.paragraph),
            },
        ),
    )
    return decided
