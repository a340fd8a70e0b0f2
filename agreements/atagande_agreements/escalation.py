"""Takes a deviation up the ladder and sends the step's letter. What both doors use."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.deviations import decisions
from atagande_agreements.deviations.models import Deviation, DeviationStep
from atagande_agreements.ladder import letters
from atagande_agreements.ladder.models import Rung


def escalate(
    session: Session,
    *,
    deviation: Deviation,
    rung: Rung,
    decided: decisions.Decided,
    version: int,
    now: datetime,
) -> DeviationStep:
    """Do as `decisions.escalate`, and write the letter about each deviation that went up."""
    step = decisions.escalate(
        session, deviation=deviation, rung=rung, decided=decided, version=version, now=now
    )
    decision = step.decision
    assert decision is not None  # noqa: S101 - the table says so
    group = session.scalars(
        select(Deviation)
        .join(DeviationStep, DeviationStep.deviation_id == Deviation.id)
        .where(DeviationStep.decision_id == decision.id)
        .order_by(Deviation.id)
    ).all()
    for one in group:
        letters.send(session, deviation=one, rung=rung, decision=decision, now=now)
    return step
