"""What there is to tell in a digest, as it stands at a moment.

Everything here is worked out anew from the tables, so a reply, evidence or a decision stops what
has not been told. A thing has a key, and nobody is told the same key twice (`DigestItem`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from atagande_agreements.civil_time import end_of_day, local_date
from atagande_agreements.commitments.models import (
    Commitment,
    Evidence,
    Obligation,
    Occurrence,
    OnMiss,
    Status,
)
from atagande_agreements.contacts import chain
from atagande_agreements.deviations.models import (
    ACTIVE,
    Deviation,
    DeviationState,
    DeviationStep,
    Measure,
    StepKind,
)
from atagande_agreements.followup.cases import CASE_ORIGINS
from atagande_agreements.ladder.models import Rung
from atagande_agreements.ladder.queries import Step, ladder_on
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.register.models import Agreement
from atagande_agreements.rules import Outcome
from atagande_agreements.steering.models import Decision

#: A last day is near when no more than so many calendar days are left.
NEAR = timedelta(days=7)
#: News is told within so long; who was away for longer reads the pages.
FRESH = timedelta(days=30)

#: Agreement -> how the steps of its ladder stand.
Ladders = Mapping[int, Mapping[Rung, Step]]


class ThingKind(StrEnum):
    """What sort of thing it is; the first ones are a party's to do, the rest the group's news."""

    REPLY = "reply"
    REPLY_NEAR = "reply-near"
    MEASURE = "measure"
    MEASURE_NEAR = "measure-near"
    DUE = "due"
    OPENED = "opened"
    REPLIED = "replied"
    REPLY_OVER = "reply-over"
    MEASURE_OVER = "measure-over"
    MEASURE_DONE = "measure-done"


#: Kinds that the steering group is told; the others go to whom they concern.
NEWS = frozenset(
    {
        ThingKind.OPENED,
        ThingKind.REPLIED,
        ThingKind.REPLY_OVER,
        ThingKind.MEASURE_OVER,
        ThingKind.MEASURE_DONE,
    }
)


@dataclass(frozen=True, slots=True)
class Clause:
    """What was promised, in both languages, and by whom."""

    key: str
    title: str
    title_en: str
    #: Name of the clinic, or else of the organisation.
    party: str


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to tell whoever acts for a party, or the steering group."""

    kind: ThingKind
    key: str
    clause: Clause
    #: Whom it concerns; a unit's things are its own.
    organisation_id: int
    unit_id: int | None
    deviation_id: int | None = None
    #: Local date that something is to be done by; None when there is none, or for a case.
    day: date | None = None
    #: Days that the reminder is sent before; 0 for what is no reminder.
    days: int = 0
    #: The group's own words of the step; "" for the usual ones.
    words: str = ""


def things(session: Session, association_id: int, now: datetime) -> list[Thing]:
    """Return all that is to be told in an association at a moment, told before or not."""
    agreements = select(Agreement.id).where(Agreement.association_id == association_id)
    ladders = {
        number: ladder_on(session, number, local_date(now))
        for number in session.scalars(agreements)
    }
    found = list(_of_deviations(session, association_id, now))
    found += _measures(session, association_id, now, ladders)
    found += _steps(session, association_id, now)
    for number, ladder in ladders.items():
        step = ladder[Rung.REMINDER]
        if step.is_used and step.days:
            found += _reminders(session, number, now, step.days, step.text)
    return found


def _clause(row: Any) -> Clause:
    return Clause(row.key, row.title, row.title_en, row.unit or row.organisation)


def _with_clause(*columns: Any) -> Select[Any]:
    """Select columns of deviations with their clauses; the party's name is joined by the caller."""
    return (
        select(
            Commitment.key,
            Commitment.title,
            Commitment.title_en,
            Organisation.name.label("organisation"),
            Unit.name.label("unit"),
            *columns,
        )
        .select_from(Deviation)
        .join(Obligation, Obligation.id == Deviation.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
    )


def _of_deviations(session: Session, association_id: int, now: datetime) -> Iterator[Thing]:
    """Yield what deviations ask of their parties, and those that are new or without a reply."""
    today, since = local_date(now), now - FRESH
    rows = session.execute(
        _with_clause(
            Deviation.id,
            Deviation.organisation_id,
            Deviation.unit_id,
            Deviation.state,
            Deviation.opened_at,
            Deviation.asked_on,
            Deviation.group_turn_on,
            Occurrence.origin,
        )
        .join(Occurrence, Occurrence.id == Deviation.occurrence_id)
        .join(Organisation, Organisation.id == Deviation.organisation_id)
        .outerjoin(Unit, Unit.id == Deviation.unit_id)
        .where(
            Deviation.association_id == association_id,
            ACTIVE,
            or_(
                Deviation.opened_at >= since,
                and_(
                    Deviation.state == DeviationState.OPEN,
                    or_(
                        Deviation.asked_on >= local_date(since),
                        Deviation.group_turn_on.between(local_date(since), today + NEAR * 2),
                    ),
                ),
            ),
        )
        .order_by(Deviation.id)
    )
    for row in rows:
        whose = (_clause(row), row.organisation_id, row.unit_id, row.id)
        if row.opened_at >= since:
            yield Thing(ThingKind.OPENED, f"opened:{row.id}", *whose)
        if row.state is not DeviationState.OPEN:
            continue
        asked = row.asked_on or local_date(row.opened_at)
        # The group's turn begins when the last day for the reply is over.
        due = row.group_turn_on - timedelta(days=1) if row.group_turn_on else None
        if due is not None and due < today:
            # The group is not told the day of one person's case, nor what it is reckoned from.
            hidden = row.asked_on is None and row.origin.startswith(CASE_ORIGINS)
            told = None if hidden else due
            yield Thing(ThingKind.REPLY_OVER, f"reply-over:{row.id}:{due}", *whose, told)
            continue
        again = f":{row.asked_on}" if row.asked_on else ""
        yield Thing(ThingKind.REPLY, f"reply:{row.id}{again}", *whose, due)
        if due is not None and asked < due - NEAR <= today:
            yield Thing(ThingKind.REPLY_NEAR, f"reply-near:{row.id}:{due}", *whose, due)


def _measures(
    session: Session, association_id: int, now: datetime, ladders: Ladders
) -> Iterator[Thing]:
    """Yield the measures that wait to be done."""
    today = local_date(now)
    rows = session.execute(
        _with_clause(
            Deviation.id,
            Measure.id.label("measure_id"),
            Measure.organisation_id,
            Measure.unit_id,
            Measure.due_on,
            Decision.decided_on,
            Deviation.agreement_id,
        )
        .join(Measure, Measure.deviation_id == Deviation.id)
        .join(Decision, Decision.id == Measure.decision_id)
        .join(Organisation, Organisation.id == Measure.organisation_id)
        .outerjoin(Unit, Unit.id == Measure.unit_id)
        .where(
            Measure.association_id == association_id,
            Measure.ended_at.is_(None),
            Measure.done_on.is_(None),
            Measure.due_on >= today - FRESH,
        )
        .order_by(Measure.id)
    )
    for row in rows:
        whose = (_clause(row), row.organisation_id, row.unit_id, row.id, row.due_on)
        if row.due_on < today:
            yield Thing(ThingKind.MEASURE_OVER, f"measure-over:{row.measure_id}", *whose)
            continue
        own = ladders[row.agreement_id][Rung.MEASURE].text
        yield Thing(ThingKind.MEASURE, f"measure:{row.measure_id}", *whose, words=own)
        if row.decided_on < row.due_on - NEAR <= today:
            yield Thing(ThingKind.MEASURE_NEAR, f"measure-near:{row.measure_id}", *whose)


def _steps(session: Session, association_id: int, now: datetime) -> Iterator[Thing]:
    """Yield the replies, and the measures said to be done, that the group has not closed on."""
    kinds = {
        StepKind.REPLY: ThingKind.REPLIED,
        StepKind.CONTEST: ThingKind.REPLIED,
        StepKind.MEASURE_DONE: ThingKind.MEASURE_DONE,
    }
    rows = session.execute(
        _with_clause(
            Deviation.id,
            Deviation.organisation_id,
            Deviation.unit_id,
            DeviationStep.id.label("step_id"),
            DeviationStep.kind.label("step"),
        )
        .join(DeviationStep, DeviationStep.deviation_id == Deviation.id)
        .join(Organisation, Organisation.id == Deviation.organisation_id)
        .outerjoin(Unit, Unit.id == Deviation.unit_id)
        .where(
            Deviation.association_id == association_id,
            ACTIVE,
            DeviationStep.kind.in_(kinds),
            DeviationStep.at >= now - FRESH,
        )
        .order_by(DeviationStep.id)
    )
    for row in rows:
        kind = kinds[row.step]
        whose = (_clause(row), row.organisation_id, row.unit_id, row.id)
        yield Thing(kind, f"{kind.value}:{row.step_id}", *whose)


def _reminders(
    session: Session, agreement_id: int, now: datetime, days: int, words: str
) -> Iterator[Thing]:
    today = local_date(now)
    known = aliased(Evidence)
    rows = session.execute(
        select(
            Occurrence.id,
            Occurrence.origin,
            Occurrence.due_on,
            Obligation.organisation_id,
            Obligation.unit_id,
            Commitment.key,
            Commitment.title,
            Commitment.title_en,
            Organisation.name.label("organisation"),
            Unit.name.label("unit"),
        )
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(Organisation, Organisation.id == Obligation.organisation_id)
        .outerjoin(Unit, Unit.id == Obligation.unit_id)
        .where(
            Occurrence.agreement_id == agreement_id,
            # A last day is over at its midnight, which is when the sweep takes it.
            Occurrence.sweep_at > now,
            Occurrence.sweep_at <= end_of_day(today + timedelta(days=days)),
            Occurrence.due_on >= today,
            Occurrence.status == Status.PENDING,
            Occurrence.at_sweep != Status.MET,
            Occurrence.kept_on.is_(None),
            Occurrence.outcome != Outcome.VOID,
            Occurrence.on_miss != OnMiss.NONE,
            ~exists().where(known.occurrence_id == Occurrence.id),
            # The list of contact points is asked about by a mail of its own.
            or_(Commitment.rule != chain.RULE, Commitment.subject != chain.SUBJECT),
        )
        .order_by(Occurrence.due_on, Occurrence.id)
    )
    for row in rows:
        case = row.origin.startswith(CASE_ORIGINS)
        yield Thing(
            ThingKind.DUE,
            f"due:{row.id}",
            _clause(row),
            row.organisation_id,
            row.unit_id,
            day=None if case else row.due_on,
            days=days,
            words=words,
        )
