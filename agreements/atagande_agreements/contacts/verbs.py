"""Changes a party's entries, and confirms them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.queries import agreements
from atagande_agreements.contacts.chain import judge_links
from atagande_agreements.contacts.errors import (
    ChangedSince,
    ConfirmedInFuture,
    LooksPersonal,
    NotAnAddress,
    NotAPhone,
    NothingToConfirm,
    NotTheirUnit,
    NoWay,
    PersonsAddress,
    PersonsName,
    TooMany,
)
from atagande_agreements.contacts.functions_only import (
    is_address,
    is_phone,
    looks_personal,
    names_someone,
)
from atagande_agreements.contacts.models import ContactConfirmation, ContactEntry
from atagande_agreements.contacts.queries import entries_of, seen
from atagande_agreements.errors import Forbidden, NotFound, Stale
from atagande_agreements.parties.models import Organisation, Person, Role, Unit

#: Entries of one party. More than a reader can choose between is no list of ways in.
MOST_ENTRIES = 50
KEEPERS = frozenset({Role.UNIT_CHIEF, Role.CONVENER})
_TEXTS = ("function", "purpose", "address", "hours")


@dataclass(frozen=True, slots=True)
class Details:
    """What an entry says. Empty text for what it does not have."""

    function: str
    purpose: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    hours: str = ""
    #: None for the whole party.
    unit: Unit | None = None


def acts_on_behalf(organisation: Organisation, person: Person) -> bool:
    """Return whether `person` acts for a party that is not their own.

    A party's unit chiefs and conveners keep its entries, and the association's administrator may
    do it for any party. Others are refused: Forbidden in their own party, else NotFound.
    """
    roles = {grant.role for grant in person.grants}
    if person.association_id != organisation.association_id:
        raise NotFound
    own = person.organisation_id == organisation.id
    if own and roles & {*KEEPERS, Role.ADMINISTRATOR}:
        return False
    if Role.ADMINISTRATOR in roles:
        return True
    raise Forbidden if own else NotFound


def add_entry(
    session: Session,
    *,
    organisation: Organisation,
    details: Details,
    person: Person,
    now: datetime,
    functional: bool = False,
) -> ContactEntry:
    """Add an entry to a party's list. `functional` says that its address is no person's."""
    on_behalf = acts_on_behalf(organisation, person)
    _lock(session, organisation)
    details = _checked(session, organisation, details, functional=functional)
    if len(entries_of(session, organisation.id)) >= MOST_ENTRIES:
        raise TooMany(most=MOST_ENTRIES)
    entry = ContactEntry(
        association_id=organisation.association_id,
        organisation_id=organisation.id,
        changed_at=now,
        changed_by_id=person.id,
        on_behalf=on_behalf,
    )
    changes = _put(entry, details)
    session.add(entry)
    session.flush()
    _record(session, organisation, "contacts.added", changes, person=person, now=now)
    return entry


def change_entry(
    session: Session,
    *,
    entry: ContactEntry,
    details: Details,
    person: Person,
    version: int,
    now: datetime,
    functional: bool = False,
) -> ContactEntry:
    """Change an entry. `version` is the one its author had read; the same again changes nothing."""
    organisation = entry.organisation
    on_behalf = acts_on_behalf(organisation, person)
    _lock(session, organisation)
    session.refresh(entry)
    if entry.version != version:
        raise Stale
    details = _checked(session, organisation, details, functional=functional, known=entry.email)
    changes = _put(entry, details)
    if not changes:
        return entry
    entry.changed_at, entry.changed_by_id, entry.on_behalf = now, person.id, on_behalf
    session.flush()
    _record(session, organisation, "contacts.changed", changes, person=person, now=now)
    return entry


def remove_entry(
    session: Session, *, entry: ContactEntry, person: Person, version: int, now: datetime
) -> None:
    """Take an entry away. `version` is the one its author had read."""
    organisation = entry.organisation
    acts_on_behalf(organisation, person)
    _lock(session, organisation)
    session.refresh(entry)
    if entry.version != version:
        raise Stale
    changes = {"function": (entry.function, None)}
    session.delete(entry)
    session.flush()
    _record(session, organisation, "contacts.removed", changes, person=person, now=now)


def confirm(
    session: Session,
    *,
    organisation: Organisation,
    person: Person,
    confirmed_on: date,
    now: datetime,
    read: str | None = None,
) -> ContactConfirmation:
    """Record that all of a party's entries were right on a local date, and publish them.

    `read` is what `queries.seen` gave when its author read the entries; None when the caller has
    just read them. The same date twice changes nothing. What the entries say now was not confirmed
    on a day before they said it.
    """
    on_behalf = acts_on_behalf(organisation, person)
    _lock(session, organisation)
    entries = entries_of(session, organisation.id)
    if read is not None and read != seen(entries):
        raise Stale
    known = session.scalar(
        select(ContactConfirmation).where(
            ContactConfirmation.organisation_id == organisation.id,
            ContactConfirmation.confirmed_on == confirmed_on,
        )
    )
    if known is not None:
        return known
    today = local_date(now)
    if confirmed_on > today:
        raise ConfirmedInFuture(field="confirmed_on", day=confirmed_on)
    follows = agreements(session, organisation.association_id, today)
    first = min((one.agreement.valid_from for one in follows), default=confirmed_on)
    if confirmed_on < first:
        raise BeforeAgreement(field="confirmed_on", day=confirmed_on, valid_from=first)
    if not entries:
        raise NothingToConfirm
    changed_on = max(local_date(one.changed_at) for one in entries)
    if confirmed_on < changed_on:
        raise ChangedSince(field="confirmed_on", day=confirmed_on, changed_on=changed_on)
    confirmation = ContactConfirmation(
        association_id=organisation.association_id,
        organisation_id=organisation.id,
        confirmed_on=confirmed_on,
        confirmed_at=now,
        person_id=person.id,
        on_behalf=on_behalf,
        entries=len(entries),
    )
    session.add(confirmation)
    session.flush()
    for one in follows:
        judge_links(session, one.agreement, organisation, now)
    changes: dict[str, tuple[object, object]] = {
        "confirmed_on": (None, confirmed_on),
        "entries": (None, len(entries)),
    }
    _record(session, organisation, "contacts.confirmed", changes, person=person, now=now)
    return confirmation


def _lock(session: Session, organisation: Organisation) -> None:
    """Let one change of a party's list at a time through."""
    session.execute(
        select(Organisation.id).where(Organisation.id == organisation.id).with_for_update()
    )


def _checked(
    session: Session,
    organisation: Organisation,
    details: Details,
    *,
    functional: bool,
    known: str = "",
) -> Details:
    """Return what can be published of an entry; raise what stands in the way.

    `known` is the address that the entry has already; it was looked at when it came.
    """
    email = details.email.strip().lower()
    phone = details.phone.strip()
    unit = details.unit
    if unit is not None and unit.organisation_id != organisation.id:
        raise NotTheirUnit(field="unit")
    if not (email or phone or details.address.strip()):
        raise NoWay(field="phone")
    if phone and not is_phone(phone):
        raise NotAPhone(field="phone", phone=phone)
    people = session.execute(
        select(Person.name, func.lower(Person.email).label("email")).where(
            Person.association_id == organisation.association_id
        )
    ).all()
    for field in _TEXTS:
        if names_someone(getattr(details, field), (one.name for one in people)):
            raise PersonsName(field=field)
    if email:
        if not is_address(email):
            raise NotAnAddress(field="email", email=email)
        if email in {one.email for one in people}:
            raise PersonsAddress(field="email", email=email)
        if looks_personal(email) and not functional and email != known:
            raise LooksPersonal(field="email", email=email)
    return Details(
        function=details.function.strip(),
        purpose=details.purpose.strip(),
        phone=phone,
        email=email,
        address=details.address.strip(),
        hours=details.hours.strip(),
        unit=unit,
    )


def _put(entry: ContactEntry, details: Details) -> dict[str, tuple[object, object]]:
    """Set what the entry says; return what changed: field -> (old, new)."""
    changes: dict[str, tuple[object, object]] = {}
    for field in (*_TEXTS, "phone", "email"):
        old, new = getattr(entry, field, None), getattr(details, field)
        if (old or "") != new:
            changes[field] = (old, new)
        setattr(entry, field, new)
    unit_id = details.unit.id if details.unit else None
    if entry.unit_id != unit_id:
        changes["unit"] = (
            entry.unit.key if entry.unit else None,
            details.unit and details.unit.key,
        )
        entry.unit_id, entry.unit = unit_id, details.unit
    return changes


def _record(
    session: Session,
    organisation: Organisation,
    action: str,
    changes: Mapping[str, tuple[object, object]],
    *,
    person: Person,
    now: datetime,
) -> None:
    audit.record(
        session,
        audit.Change(
            association_id=organisation.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action=action,
            object_type="contacts",
            object_id=organisation.id,
            changes=changes,
        ),
    )
