"""The list of preparatory services: who offers what, where and until when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from atagande_agreements import audit
from atagande_agreements.contacts.functions_only import names_someone
from atagande_agreements.errors import Forbidden, Stale
from atagande_agreements.parties.models import Organisation, OrganisationKind, Person
from atagande_agreements.standing.errors import NamesPerson, ServiceEndsBeforeStart, ServiceTaken
from atagande_agreements.standing.models import PreparatoryService

#: Calendar days before a service's last day from which the list says that it ends soon.
SOON_DAYS = 30


@dataclass(frozen=True, slots=True)
class Offer:
    """What is said of a service."""

    name: str
    purpose: str
    place: str
    #: A function or a functional mailbox, never a person.
    contact: str
    #: Local dates.
    valid_from: date
    valid_to: date | None = None


def valid_on(day: date) -> ColumnElement[bool]:
    """Return the condition that a service is offered on a local date."""
    return and_(
        PreparatoryService.valid_from <= day,
        or_(PreparatoryService.valid_to.is_(None), PreparatoryService.valid_to >= day),
    )


def ends_soon(service: PreparatoryService, today: date) -> bool:
    """Tell whether a service that is offered today ends within `SOON_DAYS` days."""
    last = service.valid_to
    return last is not None and service.valid_from <= today <= last <= today + timedelta(
        days=SOON_DAYS
    )


def count_valid(session: Session, organisation_id: int, day: date) -> int:
    """Return how many services a municipality offers on a local date."""
    return session.scalars(
        select(func.count())
        .select_from(PreparatoryService)
        .where(PreparatoryService.organisation_id == organisation_id, valid_on(day))
    ).one()


def listed(
    association_id: int,
    today: date,
    *,
    organisation_id: int | None = None,
    ended: bool = False,
) -> Select[PreparatoryService]:
    """Select services of an association; those that have ended only if asked for."""
    query = (
        select(PreparatoryService)
        .join(Organisation, Organisation.id == PreparatoryService.organisation_id)
        .where(PreparatoryService.association_id == association_id)
        .options(joinedload(PreparatoryService.organisation))
        .order_by(Organisation.position, PreparatoryService.name, PreparatoryService.id)
    )
    if organisation_id is not None:
        query = query.where(PreparatoryService.organisation_id == organisation_id)
    last = PreparatoryService.valid_to
    return query.where(last < today if ended else or_(last.is_(None), last >= today))


def one(session: Session, association_id: int, service_id: int) -> PreparatoryService | None:
    """Return a service of an association, or None."""
    return session.scalars(
        select(PreparatoryService)
        .where(
            PreparatoryService.id == service_id,
            PreparatoryService.association_id == association_id,
        )
        .options(joinedload(PreparatoryService.organisation))
    ).one_or_none()


def add_service(
    session: Session, *, offer: Offer, person: Person, now: datetime
) -> PreparatoryService:
    """Put a service on the list of `person`'s municipality; others get Forbidden."""
    if person.organisation.kind is not OrganisationKind.MUNICIPALITY:
        raise Forbidden
    _check(session, offer, person.association_id)
    service = PreparatoryService(
        association_id=person.association_id,
        organisation_id=person.organisation_id,
        changed_at=now,
    )
    _put(service, offer)
    _save(session, service)
    _record(
        session,
        service,
        "service.added",
        person=person,
        now=now,
        changes={"name": (None, offer.name)},
    )
    return service


def change_service(
    session: Session,
    *,
    service: PreparatoryService,
    offer: Offer,
    person: Person,
    now: datetime,
    version: int | None = None,
) -> PreparatoryService:
    """Change what the list says of a service; the same again changes nothing.

    `version` is the one its author had read; None when the caller has just read it. Reports that
    have counted the list keep their count.
    """
    if service.organisation_id != person.organisation_id:
        raise Forbidden
    _check(session, offer, person.association_id)
    before = {name: getattr(service, name) for name in Offer.__dataclass_fields__}
    changes: dict[str, tuple[object, object]] = {
        name: (old, getattr(offer, name))
        for name, old in before.items()
        if old != getattr(offer, name)
    }
    if not changes:
        return service
    if version is not None and service.version != version:
        raise Stale
    _put(service, offer)
    service.changed_at = now
    _save(session, service)
    _record(session, service, "service.changed", person=person, now=now, changes=changes)
    return service


def _check(session: Session, offer: Offer, association_id: int) -> None:
    """Refuse dates that turn back, and a contact that is someone who signs in here."""
    if offer.valid_to is not None and offer.valid_to < offer.valid_from:
        raise ServiceEndsBeforeStart(
            field="valid_to", valid_to=offer.valid_to, valid_from=offer.valid_from
        )
    people = session.execute(
        select(Person.name, Person.email).where(Person.association_id == association_id)
    ).all()
    contact = offer.contact.casefold()
    if names_someone(contact, (one.name for one in people)) or any(
        one.email in contact for one in people
    ):
        raise NamesPerson(field="contact")


def _put(service: PreparatoryService, offer: Offer) -> None:
    for name in Offer.__dataclass_fields__:
        setattr(service, name, getattr(offer, name))


def _save(session: Session, service: PreparatoryService) -> None:
    """Write a service; raise ServiceTaken if the party has one by that name from that day."""
    name = service.name
    try:
        with session.begin_nested():
            session.add(service)
            session.flush()
    except IntegrityError as error:
        raise ServiceTaken(field="name", name=name) from error


def _record(
    session: Session,
    service: PreparatoryService,
    action: str,
    *,
    person: Person,
    now: datetime,
    changes: dict[str, tuple[object, object]],
) -> None:
    audit.record(
        session,
        audit.Change(
            association_id=service.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action=action,
            object_type="preparatory_service",
            object_id=service.id,
            changes=changes,
        ),
    )
