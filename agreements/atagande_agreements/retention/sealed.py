"""What is no longer counted anew, because its sources have gone."""

import re
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements.periods import MONTHS
from atagande_agreements.retention.models import RetentionSeal

_TERM = re.compile(r"(?:period|convened):(\d{4})(?:-(?:H([12])|(\d{2})))?")


def began_on(origin: str, event_on: date) -> date:
    """Return the first local date of what an occurrence counts: its term's, or the event's own."""
    term = _TERM.fullmatch(origin)
    if term is None:
        return event_on
    year, half, month = term.groups()
    start = int(month or 1) if half is None else (int(half) - 1) * MONTHS // 2 + 1
    return date(int(year), start, 1)


def is_sealed(
    session: Session, *, association_id: int, rule: str, origin: str, event_on: date
) -> bool:
    """Tell whether what arose from `origin` stands as it was judged, whatever is told now."""
    seal = session.get(RetentionSeal, (association_id, rule))
    return seal is not None and began_on(origin, event_on) <= seal.through


def sealed_through(session: Session, association_id: int) -> date | None:
    """Return the last local date that anything is sealed through; None while nothing is."""
    return session.scalar(
        select(func.max(RetentionSeal.through)).where(
            RetentionSeal.association_id == association_id
        )
    )


def seal(session: Session, *, association_id: int, rule: str, through: date) -> None:
    """Let nothing that `rule` judged through a local date be counted anew."""
    known = session.scalar(
        select(RetentionSeal)
        .where(RetentionSeal.association_id == association_id, RetentionSeal.rule == rule)
        .with_for_update()
    )
    if known is None:
        try:
            with session.begin_nested():
                session.add(
                    RetentionSeal(association_id=association_id, rule=rule, through=through)
                )
        except IntegrityError:
            known = session.get_one(RetentionSeal, (association_id, rule))
    if known is not None:
        session.execute(
            update(RetentionSeal)
            .where(
                RetentionSeal.association_id == association_id,
                RetentionSeal.rule == rule,
                RetentionSeal.through < through,
            )
            .values(through=through)
        )
