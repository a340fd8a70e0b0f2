"""Reads contact points: a party's own, and what is public."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.commitments.assess import basis_on
from atagande_agreements.commitments.models import (
    Commitment,
    Obligation,
    Occurrence,
    ParameterUnit,
)
from atagande_agreements.commitments.queries import agreements
from atagande_agreements.contacts.chain import RULE, SUBJECT
from atagande_agreements.contacts.functions_only import names_someone
from atagande_agreements.contacts.models import ContactConfirmation, ContactEntry
from atagande_agreements.parties.models import Association, Organisation, Person, Unit
from atagande_agreements.parties.queries import is_party
from atagande_agreements.periods import add_months


@dataclass(slots=True)
class PartyContacts:
    """A party with its entries, and how fresh they are."""

    organisation: Organisation
    #: Local date of the last confirmation; None while nothing is published.
    confirmed_on: date | None
    #: The group has decided how old they may be, and they are older.
    stale: bool
    entries: list[ContactEntry] = field(default_factory=list)
    #: What the agreement asks of it now; None for one that owes nothing here.
    occurrence: Occurrence | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """An association's parties with their entries."""

    parties: Sequence[PartyContacts]
    #: How many months old a confirmation may be; None while that is not decided.
    months: int | None


def entries_of(session: Session, organisation_id: int) -> Sequence[ContactEntry]:
    """Return a party's entries, the whole party's first."""
    return session.scalars(
        select(ContactEntry)
        .outerjoin(Unit, Unit.id == ContactEntry.unit_id)
        .where(ContactEntry.organisation_id == organisation_id)
        .options(joinedload(ContactEntry.unit), joinedload(ContactEntry.organisation))
        .order_by(*_ORDER)
        .execution_options(populate_existing=True)
    ).all()


_ORDER = (
    func.coalesce(Unit.position, -1),
    ContactEntry.unit_id,
    ContactEntry.function,
    ContactEntry.id,
)


def entry(session: Session, association_id: int, number: int) -> ContactEntry | None:
    """Return one of an association's entries, or None."""
    return session.scalar(
        select(ContactEntry)
        .where(ContactEntry.association_id == association_id, ContactEntry.id == number)
        .options(joinedload(ContactEntry.organisation), joinedload(ContactEntry.unit))
    )


def seen(entries: Sequence[ContactEntry]) -> str:
    """Return a mark of these entries as they are: who confirms has read just these."""
    text = ",".join(f"{one.id}:{one.version}" for one in sorted(entries, key=lambda one: one.id))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def organisation(session: Session, association_id: int, key: str) -> Organisation | None:
    """Return a party by its key, or None."""
    return session.scalar(
        select(Organisation).where(
            Organisation.association_id == association_id, Organisation.key == key, is_party()
        )
    )


def units_of(session: Session, organisation_id: int, today: date) -> Sequence[Unit]:
    """Return the places that a party has on a local date."""
    return session.scalars(
        select(Unit)
        .where(
            Unit.organisation_id == organisation_id,
            or_(Unit.valid_from.is_(None), Unit.valid_from <= today),
            or_(Unit.valid_to.is_(None), Unit.valid_to >= today),
        )
        .order_by(Unit.position, Unit.id)
    ).all()


def association_by_key(session: Session, key: str) -> Association | None:
    """Return an association by its public name, or None."""
    return session.scalar(select(Association).where(Association.key == key))


def last_confirmed(session: Session, organisation_id: int) -> date | None:
    """Return the local date a party last confirmed on, or None."""
    return session.scalar(
        select(func.max(ContactConfirmation.confirmed_on)).where(
            ContactConfirmation.organisation_id == organisation_id
        )
    )


def confirmations(
    session: Session, organisation_id: int, *, size: int
) -> Sequence[ContactConfirmation]:
    """Return a party's latest confirmations, newest first, with who told them."""
    return session.scalars(
        select(ContactConfirmation)
        .where(ContactConfirmation.organisation_id == organisation_id)
        .options(
            joinedload(ContactConfirmation.person).joinedload(Person.organisation),
        )
        .order_by(ContactConfirmation.confirmed_on.desc())
        .limit(size)
    ).all()


def _commitment(session: Session, association_id: int, today: date) -> Commitment | None:
    """Return the clause about contact points in the agreement, or None."""
    followed = agreements(session, association_id, today)
    if not followed:
        return None
    return session.scalars(
        select(Commitment)
        .where(
            Commitment.version_id == followed[0].version.id,
            Commitment.rule == RULE,
            Commitment.subject == SUBJECT,
        )
        .order_by(Commitment.position)
        .limit(1)
    ).one_or_none()


def parties(session: Session, association_id: int, today: date, *, judged: bool = True) -> Listing:
    """Return an association's parties on a local date with their entries, in their order.

    `judged` adds what the agreement asks of each now.
    """
    clause = _commitment(session, association_id, today)
    decided = basis_on(session, clause.id, today).values if clause else {}
    limit = int(decided[ParameterUnit.MONTHS]) if ParameterUnit.MONTHS in decided else None
    last: dict[int, date] = {
        row.organisation_id: row.day
        for row in session.execute(
            select(
                ContactConfirmation.organisation_id,
                func.max(ContactConfirmation.confirmed_on).label("day"),
            )
            .where(ContactConfirmation.association_id == association_id)
            .group_by(ContactConfirmation.organisation_id)
        )
    }
    bodies = session.scalars(
        select(Organisation)
        .where(
            Organisation.association_id == association_id,
            is_party(),
            or_(Organisation.valid_from.is_(None), Organisation.valid_from <= today),
            or_(Organisation.valid_to.is_(None), Organisation.valid_to >= today),
        )
        .order_by(Organisation.position, Organisation.id)
    )
    found = {
        body.id: PartyContacts(body, last.get(body.id), _is_stale(last.get(body.id), limit, today))
        for body in bodies
    }
    for one in _entries(session, association_id):
        if one.organisation_id in found:
            found[one.organisation_id].entries.append(one)
    if judged and clause is not None:
        for organisation_id, occurrence in _latest(session, clause):
            if organisation_id in found:
                found[organisation_id].occurrence = occurrence
    return Listing(list(found.values()), limit)


def published(session: Session, association_id: int, today: date) -> Listing:
    """Return what anyone may read: parties that have confirmed and have something to show.

    What has since come to name a person, or to be a person's address, is left out.
    """
    people = session.execute(
        select(Person.name, Person.email).where(Person.association_id == association_id)
    ).all()
    names, addresses = [one.name for one in people], {one.email for one in people}
    listing = parties(session, association_id, today, judged=False)
    shown = []
    for party in listing.parties:
        party.entries = [
            one
            for one in party.entries
            if one.email not in addresses
            and not any(names_someone(text, names) for text in _texts(one))
        ]
        if party.confirmed_on is not None and party.entries:
            shown.append(party)
    return Listing(shown, listing.months)


def _texts(one: ContactEntry) -> tuple[str, ...]:
    return one.function, one.purpose, one.address, one.hours


def _is_stale(confirmed_on: date | None, limit: int | None, today: date) -> bool:
    if confirmed_on is None or limit is None:
        return False
    return add_months(confirmed_on, limit) < today


def _entries(session: Session, association_id: int) -> Sequence[ContactEntry]:
    return session.scalars(
        select(ContactEntry)
        .outerjoin(Unit, Unit.id == ContactEntry.unit_id)
        .where(ContactEntry.association_id == association_id)
        .options(joinedload(ContactEntry.unit), joinedload(ContactEntry.organisation))
        .order_by(*_ORDER)
    ).all()


def _latest(session: Session, clause: Commitment) -> list[tuple[int, Occurrence]]:
    """Return each party's occurrences, oldest first: the last one is what is asked now."""
    rows = session.execute(
        select(Obligation.organisation_id, Occurrence)
        .join(Occurrence, Occurrence.obligation_id == Obligation.id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(
            Obligation.agreement_id == clause.agreement_id,
            Commitment.key == clause.key,
        )
        .order_by(Occurrence.event_on, Occurrence.id)
    )
    return [(row[0], row[1]) for row in rows]
