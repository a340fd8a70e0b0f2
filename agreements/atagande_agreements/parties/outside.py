"""Clinics outside the agreement: one that prescribes care but is no party, such as a vårdcentral.

Only what is needed to call it to a meeting is kept: name, address and a functional mailbox. It
owes nothing and follows nothing up, and is nowhere among the parties.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from atagande_agreements import audit
from atagande_agreements.parties.checks import check_email
from atagande_agreements.parties.errors import ClinicIsKnown
from atagande_agreements.parties.models import (
    Organisation,
    OrganisationKind,
    Person,
    Unit,
    UnitKind,
)

#: After every party, wherever it would be listed.
_POSITION = 10_000


def outside_clinics(session: Session, association_id: int) -> Sequence[Unit]:
    """Return an association's clinics that are no party, by name."""
    return session.scalars(
        select(Unit)
        .join(Unit.organisation)
        .where(
            Unit.association_id == association_id,
            Organisation.kind == OrganisationKind.OUTSIDE,
        )
        .options(joinedload(Unit.organisation))
        .order_by(Unit.name, Unit.id)
    ).all()


def is_outside(unit: Unit) -> bool:
    """Tell whether a clinic is outside the agreement, so that times are proposed to it."""
    return unit.organisation.kind is OrganisationKind.OUTSIDE


def mailboxes(session: Session, unit_id: int) -> Sequence[Person]:
    """Return whom a clinic outside the agreement is called through: its functional mailbox."""
    return session.scalars(
        select(Person)
        .where(Person.unit_id == unit_id, Person.active)
        .options(joinedload(Person.organisation), joinedload(Person.unit))
        .order_by(Person.id)
    ).all()


def add_outside_clinic(
    session: Session, *, name: str, address: str, email: str, person: Person, now: datetime
) -> Unit:
    """Add a clinic that is no party, with its functional mailbox (never a person's).

    Raises BadEmail, or ClinicIsKnown if somebody already has the address.
    """
    name, email = name.strip(), check_email(email)
    known = session.scalar(
        select(Person.id).where(
            Person.association_id == person.association_id, Person.email == email
        )
    )
    if known is not None:
        raise ClinicIsKnown(field="email")
    try:
        with session.begin_nested():
            unit = _add(
                session,
                name=name,
                address=address.strip(),
                email=email,
                association_id=person.association_id,
                now=now,
            )
    except IntegrityError as error:
        # Someone added it at the same moment.
        raise ClinicIsKnown(field="email") from error
    audit.record(
        session,
        audit.Change(
            association_id=person.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="clinic.added",
            object_type="unit",
            object_id=unit.id,
            changes={"name": (None, name)},
        ),
    )
    return unit


def _add(
    session: Session, *, name: str, address: str, email: str, association_id: int, now: datetime
) -> Unit:
    # The address is one of a kind, so its key is too.
    key = f"utanfor-{hashlib.sha256(email.encode()).hexdigest()[:12]}"
    body = Organisation(
        association_id=association_id,
        key=key,
        name=name,
        short_name=name[:60],
        kind=OrganisationKind.OUTSIDE,
        email=email,
        position=_POSITION,
    )
    session.add(body)
    session.flush()
    unit = Unit(
        association_id=association_id,
        organisation_id=body.id,
        key=key,
        name=name,
        short_name=name[:60],
        kind=UnitKind.CLINIC,
        email=email,
        address=address or None,
        position=_POSITION,
    )
    unit.organisation = body
    session.add(unit)
    session.flush()
    session.add(
        Person(
            association_id=association_id,
            organisation_id=body.id,
            unit_id=unit.id,
            name=name[:120],
            email=email,
            # An automatic yes would book a time that nobody has looked at.
            shared_mailbox=True,
            created_at=now,
        )
    )
    session.flush()
    return unit
