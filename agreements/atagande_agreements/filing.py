"""Files evidence from every feature: what it says of a commitment, and of its deviation."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from atagande_agreements.commitments.evidence import Shown, Told, show
from atagande_agreements.commitments.models import Obligation, Occurrence
from atagande_agreements.deviations.verbs import note_evidence

__all__ = ["Shown", "Told", "report"]


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
