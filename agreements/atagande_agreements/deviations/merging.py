"""Deviations with the same cause are decided together: one decision, every party heard."""

from datetime import datetime

from sqlalchemy.orm import Session

from atagande_agreements.deviations.errors import CantMerge, NotMerged
from atagande_agreements.deviations.life import check, held, take
from atagande_agreements.deviations.models import Deviation, DeviationStep, StepKind, reference
from atagande_agreements.deviations.rules import current_measure
from atagande_agreements.parties.models import Person


def merge(
    session: Session,
    *,
    deviation: Deviation,
    into: Deviation,
    person: Person,
    version: int,
    now: datetime,
) -> DeviationStep:
    """Let a deviation, and those merged into it, be decided together with another.

    Each keeps its own party, reply and state. Both must be of one agreement, be open, and have
    no measure or letter decided for one of them only: CantMerge.
    """
    found = held(session, [deviation.id, into.id])
    check(deviation, version)
    check(into, into.version)
    alike = (
        deviation.id != into.id
        and deviation.agreement_id == into.agreement_id
        and into.merged_into_id is None
        and deviation.rung is into.rung
        and current_measure([*deviation.measures, *into.measures]) is None
    )
    if not alike or deviation.merged_into_id == into.id:
        raise CantMerge(field="into")
    moving = [one for one in found if one.merged_into_id == deviation.id and one is not deviation]
    steps = []
    for one in [deviation, *moving]:
        one.merged_into_id = into.id
        steps.append(
            take(session, one, StepKind.MERGED, person=person, now=now, text=reference(into.id))
        )
    return steps[0]


def part(
    session: Session, *, deviation: Deviation, person: Person, version: int, now: datetime
) -> DeviationStep:
    """Let a deviation be decided for itself again; NotMerged if it already is."""
    held(session, [deviation.id])
    check(deviation, version)
    if deviation.merged_into_id is None:
        raise NotMerged
    deviation.merged_into_id = None
    return take(session, deviation, StepKind.PARTED, person=person, now=now)
