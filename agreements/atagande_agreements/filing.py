"""Files evidence from every feature: what it says of a commitment, and of its deviation."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.evidence import Shown, Told, show
from atagande_agreements.commitments.models import Obligation, Occurrence
from atagande_agreements.commitments.terms import span_of, term_on
from atagande_agreements.deviations.verbs import note_evidence

__all__ = ["Shown", "Told", "hold", "recount", "report"]


def report(
    session: Session,
    *,
    obligation: Obligation,
    origin: str,
    event_on: date,
    shown: Shown,
    told: Told | None,
    now: datetime,
) -> Occurrence:
    """Set all that is known of an occurrence, judge it, and tell its open deviation.

    See `commitments.evidence.show`. `told` is None when nobody reported anything, as when a
    meeting is planned; then no evidence is filed.
    """
    occurrence = show(
        session,
        obligation=obligation,
        origin=origin,
        event_on=event_on,
        shown=shown,
        now=now,
        told=told,
    )
    if told is not None:
        note_evidence(session, occurrence_ids=[occurrence.id], person=told.person, now=now)
    return occurrence


def hold(session: Session, obligation: Obligation) -> None:
    """Hold an obligation, so that of two who count at once the last one sees all."""
    session.execute(
        select(Obligation.id).where(Obligation.id == obligation.id).with_for_update(key_share=True)
    )


def recount(
    session: Session,
    obligations: Iterable[Obligation],
    *,
    day: date,
    count: Callable[[date, date], Shown],
    told: Told | None,
    now: datetime,
) -> None:
    """Work out anew what is known of the term that a local date is in.

    `count` tells what there is from a first to a last local date, the part of the term in which
    the party was one; a term without such a part is left as it is.
    """
    for obligation in obligations:
        term = term_on(session, obligation.commitment, day)
        span = span_of(obligation, term)
        if span is None:
            continue
        hold(session, obligation)
        report(
            session,
            obligation=obligation,
            origin=term.origin,
            event_on=span[1],
            shown=count(*span),
            told=told,
            now=now,
        )
