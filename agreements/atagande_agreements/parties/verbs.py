"""Changes about units and people; what becomes of a party from a date is in `succession`."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.parties.checks import (
    added,
    check_email,
    check_key,
    check_name,
    check_short,
)
from atagande_agreements.parties.errors import (
    LastAdministrator,
    OtherUnit,
    OwnRoles,
    PartyEnded,
    PersonExists,
    RolesApart,
)
from atagande_agreements.parties.models import (
    Organisation,
    Person,
    Role,
    RoleGrant,
    Unit,
    UnitKind,
)

LONGEST_PERSON, LONGEST_PLACE = 120, 300


def _check_version(row: Organisation | Unit | Person, version: int | None) -> None:
    if version is not None and row.version != version:
        raise Stale


def _not_ended(party: Organisation | Unit, day: date) -> None:
    if party.valid_to is not None and party.valid_to < day:
        raise PartyEnded(party=party.name, day=party.valid_to)


#: Roles that reach enquiries, SIP and first meetings.
_OF_CASES = frozenset({Role.CONVENER, Role.UNIT_CHIEF})


def add_unit(
    session: Session,
    *,
    organisation: Organisation,
    key: str,
    name: str,
    short_name: str,
    kind: UnitKind,
    email: str,
    address: str,
    actor: audit.Actor,
    now: datetime,
) -> Unit:
    """Add a unit by hand. It owes nothing: the agreement does not name it."""
    _not_ended(organisation, local_date(now))
    last = session.scalar(
        select(func.max(Unit.position)).where(Unit.association_id == organisation.association_id)
    )
    unit = added(
        session,
        Unit(
            association_id=organisation.association_id,
            organisation_id=organisation.id,
            key=check_key(key),
            name=check_name(name),
            short_name=check_short(short_name),
            kind=kind,
            email=check_email(email) if email.strip() else None,
            address=_place(address),
            position=(last or 0) + 1,
        ),
    )
    _note(
        session,
        unit,
        "party.added",
        {"key": (None, unit.key), "organisation": (None, organisation.key)},
        actor=actor,
        now=now,
    )
    return unit


def _place(address: str) -> str | None:
    return check_name(address, LONGEST_PLACE, "address") if address.strip() else None


def _note(
    session: Session,
    row: Organisation | Unit | Person,
    action: str,
    changes: dict[str, tuple[object, object]],
    *,
    actor: audit.Actor,
    now: datetime,
) -> None:
    """Record what changed; nothing is recorded when nothing did."""
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if changes:
        audit.record(
            session,
            audit.Change(
                association_id=row.association_id,
                at=now,
                actor=actor,
                action=action,
                object_type=row.__tablename__,
                object_id=row.id,
                changes=changes,
            ),
        )


def change_contact(
    session: Session,
    *,
    party: Organisation | Unit,
    email: str,
    address: str,
    version: int | None,
    actor: audit.Actor,
    now: datetime,
) -> None:
    """Set a party's functional mailbox and a unit's address. `version` is the one that was read."""
    _check_version(party, version)
    _not_ended(party, local_date(now))
    changes: dict[str, tuple[object, object]] = {}
    before, party.email = party.email, check_email(email) if email.strip() else None
    changes["email"] = (before, party.email)
    if isinstance(party, Unit):
        before, party.address = party.address, _place(address)
        changes["address"] = (before, party.address)
    session.flush()
    _note(session, party, "party.contact", changes, actor=actor, now=now)


def add_person(
    session: Session,
    *,
    organisation: Organisation,
    unit: Unit | None,
    name: str,
    title: str,
    email: str,
    roles: Iterable[Role],
    actor: audit.Actor,
    now: datetime,
    shared_mailbox: bool = False,
) -> Person:
    """Add someone who acts for a party; they sign in by a link to their work address.

    `shared_mailbox`: several read that address; see `Person.shared_mailbox`.
    """
    name, email = check_name(name, LONGEST_PERSON), check_email(email)
    title = check_name(title, LONGEST_PERSON, "title") if title.strip() else ""
    _check_place(organisation, unit, now)
    granted = _granted(roles)
    taken = select(Person.id).where(
        Person.association_id == organisation.association_id, Person.email == email
    )
    if session.scalar(taken) is not None:
        raise PersonExists(field="email", email=email)
    person = Person(
        association_id=organisation.association_id,
        organisation=organisation,
        unit=unit,
        name=name,
        title=title,
        email=email,
        shared_mailbox=shared_mailbox,
        created_at=now,
        grants=[RoleGrant(role=role) for role in granted],
    )
    try:
        with session.begin_nested():
            session.add(person)
            session.flush()
    except IntegrityError as error:
        raise PersonExists(field="email", email=email) from error
    _note(
        session,
        person,
        "person.added",
        {
            "organisation": (None, organisation.key),
            "unit": (None, unit.key if unit else None),
            "roles": (None, " ".join(granted)),
            "shared_mailbox": (None, shared_mailbox or None),
        },
        actor=actor,
        now=now,
    )
    return person


def _check_place(organisation: Organisation, unit: Unit | None, now: datetime) -> None:
    if unit is not None and unit.organisation_id != organisation.id:
        raise OtherUnit(field="unit")
    _not_ended(unit or organisation, local_date(now))


def change_person(
    session: Session,
    *,
    person: Person,
    organisation: Organisation,
    unit: Unit | None,
    title: str,
    roles: Iterable[Role],
    active: bool,
    version: int | None,
    actor: audit.Actor,
    now: datetime,
    shared_mailbox: bool | None = None,
) -> None:
    """Set a person's place, function and roles, and whether they still sign in.

    Someone who is not active reaches nothing and is asked nothing; what they did stands.
    `shared_mailbox` is left as it is by None.
    """
    if organisation.association_id != person.association_id:
        raise NotFound
    _check_version(person, version)
    if active or (organisation.id, unit and unit.id) != (person.organisation_id, person.unit_id):
        _check_place(organisation, unit, now)
    granted = _granted(roles)
    was = [one.role for one in person.grants] if person.active else []
    if Role.ADMINISTRATOR in was and not (active and Role.ADMINISTRATOR in granted):
        _keep_an_administrator(session, person)
    if actor.person_id == person.id:
        _keep_own(person, organisation, unit, granted)
    changes: dict[str, tuple[object, object]] = {
        "title": (
            person.title,
            check_name(title, LONGEST_PERSON, "title") if title.strip() else "",
        ),
        "organisation": (person.organisation.key, organisation.key),
        "unit": (person.unit.key if person.unit else None, unit.key if unit else None),
        "roles": (
            " ".join(sorted(one.role for one in person.grants)),
            " ".join(sorted(granted)),
        ),
        "active": (person.active, active),
        "shared_mailbox": (
            person.shared_mailbox,
            person.shared_mailbox if shared_mailbox is None else shared_mailbox,
        ),
    }
    person.title = str(changes["title"][1])
    person.shared_mailbox = bool(changes["shared_mailbox"][1])
    person.organisation, person.unit, person.active = organisation, unit, active
    for grant in [one for one in person.grants if one.role not in granted]:
        person.grants.remove(grant)
    has = {one.role for one in person.grants}
    person.grants += [RoleGrant(role=role) for role in granted if role not in has]
    if changes["roles"][0] != changes["roles"][1]:
        # The roles are rows of their own; the person's version tells of them too.
        flag_modified(person, "active")
    session.flush()
    _note(session, person, "person.changed", changes, actor=actor, now=now)


def _granted(roles: Iterable[Role]) -> list[Role]:
    """Return roles once each; the association's administrator never holds cases as well."""
    granted = list(dict.fromkeys(roles))
    if Role.ADMINISTRATOR in granted and not _OF_CASES.isdisjoint(granted):
        raise RolesApart(field="roles")
    return granted


def _keep_own(
    person: Person, organisation: Organisation, unit: Unit | None, granted: Iterable[Role]
) -> None:
    """Refuse someone who would change their own place or roles."""
    place = (person.organisation_id, person.unit_id)
    if place != (organisation.id, unit.id if unit else None):
        raise OwnRoles(field="party")
    if {one.role for one in person.grants} != set(granted):
        raise OwnRoles(field="roles")


def _keep_an_administrator(session: Session, person: Person) -> None:
    """Refuse if nobody else is an administrator. The rows are locked: two may leave at once."""
    others = session.scalars(
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            Person.association_id == person.association_id,
            Person.active,
            RoleGrant.role == Role.ADMINISTRATOR,
        )
        .order_by(Person.id)
        .with_for_update(of=Person)
    ).all()
    if all(one is person for one in others):
        raise LastAdministrator(field="roles")
