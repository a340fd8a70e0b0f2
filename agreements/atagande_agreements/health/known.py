"""What a health check reads of an agreement, in a few queries however large it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments import queries
from atagande_agreements.commitments.models import Commitment, Parameter
from atagande_agreements.contacts.models import ContactConfirmation, ContactEntry
from atagande_agreements.parties.heirs import is_party_on
from atagande_agreements.parties.models import (
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
    Unit,
    UnitKind,
)
from atagande_agreements.register.models import Section


@dataclass(frozen=True, slots=True)
class Body:
    """A party, and whether anyone is there."""

    key: str
    name: str
    #: It has someone who acts for it, and someone who is told of its deviations.
    staffed: bool
    chief: bool
    #: It has published where to turn.
    published: bool


@dataclass(frozen=True, slots=True)
class Clinic:
    """A clinic under the agreement, and whether anyone receives its invitations."""

    id: int
    key: str
    name: str
    chief: bool


@dataclass(frozen=True, slots=True)
class Known:
    """All that a health check of an agreement stands on."""

    agreement_id: int
    today: date
    commitments: Sequence[Commitment]
    parameters: Sequence[Parameter]
    sections: Sequence[Section]
    parties: Sequence[Body]
    clinics: Sequence[Clinic]


def read(session: Session, one: queries.InForce, today: date) -> Known:
    """Return what is known of an agreement on a local date."""
    version_id = one.version.id
    bodies = [
        signed.organisation
        for signed in queries.signatories(session, version_id)
        if is_party_on(signed.organisation, today)
    ]
    grants = session.execute(
        select(Person.organisation_id, Person.unit_id, RoleGrant.role)
        .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.association_id == one.agreement.association_id, Person.active)
        .distinct()
    ).all()
    staffed = {row.organisation_id for row in grants}
    chiefs = {row.organisation_id for row in grants if row.role is Role.UNIT_CHIEF}
    # The association has no unit chief; its administrator speaks for it.
    speakers = {row.organisation_id for row in grants if row.role is Role.ADMINISTRATOR}
    of_units = {row.unit_id for row in grants if row.role is Role.UNIT_CHIEF}
    units = session.scalars(
        select(Unit)
        .where(
            Unit.organisation_id.in_([body.id for body in bodies]),
            Unit.kind == UnitKind.CLINIC,
            Unit.in_agreement,
        )
        .order_by(Unit.position, Unit.id)
    ).all()
    published = set(
        session.scalars(
            select(ContactConfirmation.organisation_id)
            .join(
                ContactEntry,
                ContactEntry.organisation_id == ContactConfirmation.organisation_id,
            )
            .where(ContactConfirmation.association_id == one.agreement.association_id)
            .distinct()
        )
    )
    return Known(
        agreement_id=one.agreement.id,
        today=today,
        commitments=queries.commitments(session, version_id),
        parameters=queries.parameters(session, one.agreement.id),
        sections=queries.sections(session, version_id),
        parties=[
            Body(
                key=body.key,
                name=body.name,
                staffed=body.id in staffed,
                chief=body.id
                in (speakers if body.kind is OrganisationKind.ASSOCIATION else chiefs),
                # Only the members are asked where to turn.
                published=body.id in published or body.kind is OrganisationKind.ASSOCIATION,
            )
            for body in bodies
        ],
        clinics=[
            Clinic(unit.id, unit.key, unit.name, unit.id in of_units)
            for unit in units
            if is_party_on(unit, today)
        ],
    )
