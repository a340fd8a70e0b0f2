"""Deviations in a world: missed enquiries, replies, and what the group decides."""

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.deviations import decisions, verbs
from atagande_agreements.deviations.decisions import Decided
from atagande_agreements.deviations.models import Deviation, Ending, Measure
from atagande_agreements.ladder.models import LadderDecision, Rung
from atagande_agreements.parties.models import Person
from atagande_agreements.steering.models import DecisionKind
from atagande_agreements.steering.verbs import record_decision
from support.followup import ask, sweep_now
from support.world import CLINIC_CHIEF, STEERING, World

SENT = date(2026, 3, 30)
OPENED = datetime(2026, 4, 16, 8, 0, tzinfo=UTC)
DECIDED = date(2026, 4, 16)
CLINIC = "sollentuna-mottagning"


def miss(world: World, *clinics: str, reply_days: str | None = "60") -> None:
    """Let enquiries to clinics go unanswered, so that each gives a deviation on 16 April."""
    world.decide("answer_days", "10", date(2026, 2, 1))
    if reply_days:
        world.decide("deviation_reply_days", reply_days, date(2026, 2, 1), "13")
    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    for clinic in clinics or (CLINIC,):
        ask(world, clinic, SENT)
    world.now = OPENED
    sweep_now(world)


def use(world: World, *rungs: Rung, valid_from: date = date(2026, 2, 1)) -> None:
    """Let the group switch on steps of the ladder."""
    with world.writer() as session:
        for rung in rungs:
            agreement = world.agreement(session)
            decision = record_decision(
                session,
                agreement=agreement,
                kind=DecisionKind.LADDER,
                paragraph="9",
                decided_on=valid_from,
                person=world.person(session, STEERING),
                now=world.now,
            )
            session.add(
                LadderDecision(
                    association_id=agreement.association_id,
                    agreement_id=agreement.id,
                    rung=rung,
                    is_used=True,
                    days=30,
                    valid_from=valid_from,
                    decision_id=decision.id,
                )
            )
        session.commit()


def numbered(session: Session, number: int = 1) -> Deviation:
    """Return the deviation with a number."""
    return session.scalars(select(Deviation).where(Deviation.id == number)).one()


def decided(world: World, session: Session, note: str = "", paragraph: str = "14") -> Decided:
    """Return a decision of the group on the day of the world's clock."""
    return Decided(
        paragraph=paragraph,
        decided_on=world.now.date(),
        person=world.person(session, STEERING),
        note=note,
    )


def reply(
    world: World,
    session: Session,
    number: int = 1,
    *,
    who: str = CLINIC_CHIEF,
    contest: bool = False,
) -> None:
    """Let the party reply."""
    deviation = numbered(session, number)
    verbs.reply(
        session,
        deviation=deviation,
        text="Vi hann inte.",
        person=world.person(session, who),
        version=deviation.version,
        now=world.now,
        contest=contest,
    )


def close(
    world: World,
    session: Session,
    number: int = 1,
    *,
    note: str = "",
    ending: Ending | None = None,
    version: int | None = None,
) -> None:
    """Let the group close."""
    deviation = numbered(session, number)
    decisions.close(
        session,
        deviation=deviation,
        decided=decided(world, session, note),
        version=deviation.version if version is None else version,
        now=world.now,
        ending=ending,
    )


def measure(
    world: World, session: Session, number: int = 1, due_on: date = date(2026, 6, 1)
) -> Measure:
    """Let the group decide a measure that the clinic in Sollentuna is to carry out."""
    deviation = numbered(session, number)
    return decisions.decide_measure(
        session,
        deviation=deviation,
        text="Utse en mottagare av brev.",
        owner=world.unit(session, CLINIC),
        due_on=due_on,
        decided=decided(world, session, "Åtgärd."),
        version=deviation.version,
        now=world.now,
    )


def done(world: World, session: Session, number: int = 1, *, person: Person | None = None) -> None:
    """Let the measure's owner say that it is done."""
    deviation = numbered(session, number)
    verbs.report_done(
        session,
        deviation=deviation,
        done_on=world.now.date(),
        text="En mottagare är utsedd.",
        person=person or world.person(session, CLINIC_CHIEF),
        version=deviation.version,
        now=world.now,
    )


def reopen(world: World, session: Session, number: int = 1) -> None:
    """Let the group open a deviation again."""
    deviation = numbered(session, number)
    decisions.reopen(
        session,
        deviation=deviation,
        decided=decided(world, session),
        version=deviation.version,
        now=world.now,
    )
