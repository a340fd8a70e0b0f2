"""Reads enquiries. Only the municipality that asked and the clinic that was asked reach one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.commitments.models import (
    Commitment,
    Evidence,
    Obligation,
    Occurrence,
    ParameterDecision,
)
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.enquiries.evidence import origin
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.parties.models import (
    Organisation,
    OrganisationKind,
    Role,
    Unit,
    UnitKind,
)
from atagande_agreements.register.models import Agreement

SUBJECT = "enquiry"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose enquiries someone holds: a municipality's, a clinic's, or nobody's."""

    association_id: int
    #: The municipality they ask for.
    organisation_id: int | None = None
    #: The clinic they answer for.
    unit_id: int | None = None
    #: The clinics that have ended and that theirs has followed.
    followed: frozenset[int] = frozenset()
    #: The municipalities that have ended and that theirs has followed.
    succeeded: frozenset[int] = frozenset()

    def owns(self) -> ColumnElement[bool]:
        """Return the condition that an enquiry is one of theirs."""
        return and_(
            Enquiry.association_id == self.association_id,
            or_(
                Enquiry.organisation_id == self.organisation_id,
                Enquiry.organisation_id.in_(self.succeeded),
            )
            if self.organisation_id is not None
            else or_(Enquiry.unit_id == self.unit_id, Enquiry.unit_id.in_(self.followed)),
        )


def viewer(
    *,
    association_id: int,
    organisation_id: int,
    organisation_kind: OrganisationKind,
    unit_id: int | None,
    unit_kind: UnitKind | None,
    roles: frozenset[Role],
    followed: frozenset[int] = frozenset(),
    succeeded: frozenset[int] = frozenset(),
) -> Viewer:
    """Return what a convener or unit chief may see of the enquiries."""
    if organisation_kind is OrganisationKind.MUNICIPALITY:
        return Viewer(association_id, organisation_id=organisation_id, succeeded=succeeded)
    if unit_kind is UnitKind.CLINIC and Role.UNIT_CHIEF in roles:
        return Viewer(association_id, unit_id=unit_id, followed=followed)
    return Viewer(association_id)


def clinic_agreement(
    session: Session, association_id: int, unit_key: str
) -> tuple[Unit, Agreement] | None:
    """Return a clinic by its key with the agreement it is bound by, or None."""
    row = session.execute(
        select(Unit, Agreement)
        .join(Obligation, Obligation.unit_id == Unit.id)
        .join(Agreement, Agreement.id == Obligation.agreement_id)
        .where(
            Unit.association_id == association_id,
            Unit.key == unit_key,
            Unit.kind == UnitKind.CLINIC,
        )
        .order_by(Agreement.id.desc())
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


@dataclass(frozen=True, slots=True)
class Listed:
    """An enquiry in a list, with what is known of its answer time."""

    enquiry: Enquiry
    occurrence: Occurrence | None


def listed(
    session: Session, who: Viewer, *, waiting: bool = False, size: int, offset: int = 0
) -> tuple[Sequence[Listed], int]:
    """Return one page of someone's enquiries, newest first, and how many there are in all.

    `waiting` leaves out those that have been answered.
    """
    where = [who.owns()]
    if waiting:
        where.append(Enquiry.answered_on.is_(None))
    total = session.scalar(select(func.count()).select_from(Enquiry).where(*where)) or 0
    enquiries = session.scalars(
        select(Enquiry)
        .where(*where)
        .options(joinedload(Enquiry.unit), joinedload(Enquiry.organisation))
        .order_by(Enquiry.sent_on.desc(), Enquiry.id.desc())
        .limit(size)
        .offset(offset)
    ).all()
    known = {
        occurrence.origin: occurrence
        for occurrence in _occurrences(session, who.association_id, [one.id for one in enquiries])
    }
    return [Listed(one, known.get(origin(one.id))) for one in enquiries], total


def waiting_count(session: Session, who: Viewer) -> int:
    """Return how many of someone's enquiries have no answer."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Enquiry)
            .where(who.owns(), Enquiry.answered_on.is_(None))
        )
        or 0
    )


def forwarded_count(session: Session, who: Viewer) -> int:
    """Return how many of someone's enquiries another therapist has passed on (P4)."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Enquiry)
            .where(who.owns(), Enquiry.forwarded_on.is_not(None))
        )
        or 0
    )


def _occurrences(
    session: Session, association_id: int, enquiry_ids: Sequence[int]
) -> Sequence[Occurrence]:
    """Return what the enquiries gave to keep, through the key that starts with the obligation."""
    if not enquiry_ids:
        return []
    return session.scalars(
        select(Occurrence)
        .where(
            Occurrence.obligation_id.in_(
                select(Obligation.id)
                .join(Commitment, Commitment.id == Obligation.commitment_id)
                .where(
                    Obligation.association_id == association_id,
                    Obligation.unit_id.is_not(None),
                    Commitment.subject == SUBJECT,
                )
            ),
            Occurrence.origin.in_([origin(number) for number in enquiry_ids]),
        )
        .order_by(Occurrence.id)
    ).all()


def one(session: Session, who: Viewer, enquiry_id: int) -> Enquiry | None:
    """Return one of someone's enquiries, or None."""
    return session.scalar(
        select(Enquiry)
        .where(who.owns(), Enquiry.id == enquiry_id)
        .options(joinedload(Enquiry.unit), joinedload(Enquiry.organisation))
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an enquiry: how it was judged, what shows it, and its deviation."""

    occurrence: Occurrence
    evidence: Sequence[Evidence]
    deviation_id: int | None


def outcome(session: Session, enquiry: Enquiry) -> Outcome | None:
    """Return what came of an enquiry; None when nothing in the agreement follows it."""
    found = _occurrences(session, enquiry.association_id, [enquiry.id])
    if not found:
        return None
    occurrence = session.scalars(
        select(Occurrence)
        .where(Occurrence.id == found[0].id)
        .options(
            joinedload(Occurrence.parameter_decision).options(
                joinedload(ParameterDecision.decision), joinedload(ParameterDecision.parameter)
            )
        )
    ).one()
    evidence = session.scalars(
        select(Evidence)
        .where(Evidence.occurrence_id == occurrence.id)
        .options(joinedload(Evidence.reporter_organisation))
        .order_by(Evidence.id)
    ).all()
    deviation_id = session.scalar(
        select(Deviation.id).where(Deviation.occurrence_id == occurrence.id)
    )
    return Outcome(occurrence, evidence, deviation_id)


def asked_by(session: Session, association_id: int, occurrence_origin: str) -> str | None:
    """Return the short name of the municipality behind an occurrence; None for other origins.

    It is all that a deviation tells of the enquiry: never its reference.
    """
    kind, _, number = occurrence_origin.partition(":")
    if kind != SUBJECT or not number.isdigit():
        return None
    return session.scalar(
        select(Organisation.short_name)
        .join(Enquiry, Enquiry.organisation_id == Organisation.id)
        .where(Enquiry.association_id == association_id, Enquiry.id == int(number))
    )
