"""Reads which steps of the ladder are used on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.commitments.models import Parameter, ParameterDecision
from atagande_agreements.ladder.models import RUNGS, LadderDecision, Rung

REPLY_PARAMETER = "deviation_reply_days"


@dataclass(frozen=True, slots=True)
class Step:
    """How a step of the ladder stands on a day."""

    rung: Rung
    is_used: bool
    #: Calendar days; see `LadderDecision.days`. None when nobody has decided.
    days: int | None
    #: The group's own words; "" for the usual ones.
    text: str
    paragraph: str
    #: Local date of the decision; None when there is none.
    decided_on: date | None


def reply_days(session: Session, agreement_id: int, day: date) -> ParameterDecision | None:
    """Return the decision on the time for a reply that applies on a local date, or None."""
    return session.scalar(
        select(ParameterDecision)
        .join(Parameter, Parameter.id == ParameterDecision.parameter_id)
        .where(
            Parameter.agreement_id == agreement_id,
            Parameter.key == REPLY_PARAMETER,
            ParameterDecision.valid_from <= day,
        )
        .order_by(ParameterDecision.valid_from.desc())
        .limit(1)
        .options(joinedload(ParameterDecision.decision))
    )


def ladder_on(session: Session, agreement_id: int, day: date) -> Mapping[Rung, Step]:
    """Return how every step of an agreement's ladder stands on a local date, from the bottom."""
    found = steps_on(session, agreement_id, day)
    reply = reply_days(session, agreement_id, day)
    if reply is not None:
        made = reply.decision
        found[Rung.REPLY] = Step(
            Rung.REPLY,
            is_used=True,
            days=int(reply.value),
            text="",
            paragraph=made.paragraph,
            decided_on=made.decided_on,
        )
    return found


def steps_on(session: Session, agreement_id: int, day: date) -> dict[Rung, Step]:
    """Return the same without the time for a reply, which is a parameter: one question less."""
    found = {
        rung: Step(rung, is_used=False, days=None, text="", paragraph="", decided_on=None)
        for rung in RUNGS
    }
    for row in session.scalars(
        select(LadderDecision)
        .where(LadderDecision.agreement_id == agreement_id, LadderDecision.valid_from <= day)
        .order_by(LadderDecision.valid_from)
        .options(joinedload(LadderDecision.decision))
    ):
        found[row.rung] = Step(
            row.rung,
            row.is_used,
            row.days,
            row.text,
            row.decision.paragraph,
            row.decision.decided_on,
        )
    return found


def next_rung(ladder: Mapping[Rung, Step], rung: Rung) -> Rung | None:
    """Return the first step above `rung` that is used; None at the top."""
    above = RUNGS[RUNGS.index(rung) + 1 :]
    return next((one for one in above if ladder[one].is_used), None)


def decisions_about(session: Session, agreement_id: int, rung: Rung) -> Sequence[LadderDecision]:
    """Return every decision about a step, the one that applies last first."""
    return session.scalars(
        select(LadderDecision)
        .where(LadderDecision.agreement_id == agreement_id, LadderDecision.rung == rung)
        .options(joinedload(LadderDecision.decision))
        .order_by(LadderDecision.valid_from.desc())
    ).all()
