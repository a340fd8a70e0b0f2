"""Puts what is done with meetings and series in the audit trail."""

from datetime import datetime

from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.parties.models import Person
from atagande_calendar.meetings.models import Meeting, MeetingSeries


def record(
    session: Session,
    row: Meeting | MeetingSeries,
    action: str,
    person: Person,
    now: datetime,
    /,
    **changes: tuple[object, object],
) -> None:
    """Record what a person did with a meeting or a series; `changes`: name -> (before, after)."""
    audit.record(
        session,
        audit.Change(
            association_id=row.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action=action,
            object_type="meeting" if isinstance(row, Meeting) else "series",
            object_id=row.id,
            changes=changes,
        ),
    )
