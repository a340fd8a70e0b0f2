"""Notes that someone has looked at a mail that nothing could be made of."""

from datetime import datetime

from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.errors import NotFound
from atagande_agreements.parties.models import Person
from atagande_plugin.mail.models import InboundMessage, Outcome


def settle(session: Session, *, row: InboundMessage, person: Person, now: datetime) -> bool:
    """Mark a mail as seen to; return whether it was waiting. A repeat changes nothing.

    Raises NotFound for one that nobody has to look at.
    """
    session.refresh(row, ["outcome", "settled_at"], with_for_update=True)
    if row.outcome is not Outcome.QUARANTINED:
        raise NotFound
    if row.settled_at is not None:
        return False
    row.settled_at, row.settled_by_id = now, person.id
    session.flush()
    audit.record(
        session,
        audit.Change(
            association_id=person.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="inbound.settled",
            object_type="inbound",
            object_id=row.id,
            changes={"settled_at": (None, now)},
        ),
    )
    return True
