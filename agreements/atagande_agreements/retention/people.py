"""Kind of record: people who have left. The function stays, so that the trail still reads."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, cast, delete, func, literal, select, update
from sqlalchemy.orm import Session

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Person, RoleGrant
from atagande_agreements.retention.kinds import Kind
from atagande_agreements.retention.rules import Moment

#: What stands instead of a name, in the trail's own language.
NOBODY = "Tidigare medarbetare"
#: A domain that no mail can ever be sent to (RFC 6761 §6.4).
NOWHERE = "@borttagen.invalid"
#: What the audit trail says of a person who was made inactive.
_LEFT = json.dumps({"active": [True, False]})[1:-1]


def _left(association_id: int) -> Select[Any, Any]:
    """Return people who are not active, with the moment they last were."""
    moment = (
        select(func.max(AuditEntry.at))
        .where(
            AuditEntry.association_id == association_id,
            AuditEntry.object_type == "person",
            AuditEntry.object_id == Person.id,
            AuditEntry.changes.contains(_LEFT, autoescape=True),
        )
        .scalar_subquery()
    )
    return select(Person.id, moment.label("moment")).where(
        Person.association_id == association_id,
        ~Person.active,
        Person.email.not_like(f"%{NOWHERE}"),
    )


def placeholder(number: Any) -> Any:
    """Return the address that a person gets, as an expression of the person's number."""
    return literal("person-").concat(cast(number, String)).concat(NOWHERE)


def _forget(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    session.execute(delete(RoleGrant).where(RoleGrant.person_id.in_(ids)))
    session.execute(
        update(Person)
        .where(Person.id.in_(ids))
        .values(
            name=NOBODY,
            email=placeholder(Person.id),
            shared_mailbox=False,
            version=Person.version + 1,
        )
    )


PERSON = Kind(
    key="person",
    name=N_("Personer som har slutat"),
    about=N_(
        "Namn, adress och roller tas bort, liksom inloggningar och kalenderadresser. Funktionen "
        "och parten står kvar, så att historiken går att läsa."
    ),
    moment=Moment.LEFT,
    proposal=12,
    shortest=1,
    candidates=_left,
    remove=_forget,
    tables=("person", "role_grant"),
    by_clock=True,
)
