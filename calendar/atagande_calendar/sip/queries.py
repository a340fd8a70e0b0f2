"""Reads SIP bookings, and the clinics and people they can be made with."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from atagande_agreements.parties import queries as parties
from atagande_agreements.parties.models import (
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
    Unit,
)
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.sip.models import Sip

#: Who in a unit takes over the bookings of a convener who has left.
HEIRS = (Role.CONVENER, Role.UNIT_CHIEF)


def _seen_by(person_id: int, unit_id: int | None) -> ColumnElement[bool]:
    """Tell which bookings a person sees: their own, and calls to them or to the unit they lead.

    `unit_id` is None for someone who leads no unit. That a unit's own convener has booked is no
    call to the unit. What a convener who has left had booked is seen by those who take it over.
    """
    asked = [Invitation.person_id == person_id]
    # Compared with None, the column would be IS NULL: everyone without a unit of their own.
    if unit_id is not None:
        asked.append(and_(Invitation.unit_id == unit_id, Invitation.person_id != Sip.convener_id))
    called = exists().where(
        Invitation.meeting_id == Sip.meeting_id,
        # Who is no longer asked, or is not to know yet, sees nothing.
        Invitation.removed_at.is_(None),
        ~Invitation.waiting,
        or_(*asked),
    )
    return or_(Sip.convener_id == person_id, called, _taken_over_by(person_id))


def _taken_over_by(person_id: int) -> ColumnElement[bool]:
    """Tell which bookings a person takes over from a convener who has left; see `after.keeps`."""
    left, heir = aliased(Person), aliased(Person)
    return (
        select(left.id)
        .join(heir, heir.id == person_id)
        .join(RoleGrant, RoleGrant.person_id == heir.id)
        .where(
            left.id == Sip.convener_id,
            ~left.active,
            heir.active,
            heir.organisation_id == Sip.organisation_id,
            func.coalesce(heir.unit_id, 0) == func.coalesce(left.unit_id, 0),
            RoleGrant.role.in_(HEIRS),
        )
        .exists()
    )


def _with_meeting(association_id: int, person_id: int, unit_id: int | None) -> Select[Sip]:
    return (
        select(Sip)
        .join(Sip.meeting)
        .where(Sip.association_id == association_id, _seen_by(person_id, unit_id))
        .options(
            joinedload(Sip.meeting),
            joinedload(Sip.unit).joinedload(Unit.organisation),
            joinedload(Sip.follows),
            joinedload(Sip.organisation),
            joinedload(Sip.convener).joinedload(Person.unit),
        )
    )


def bookings(
    session: Session, association_id: int, *, person_id: int, unit_id: int | None, limit: int = 200
) -> Sequence[Sip]:
    """Return the bookings that a person sees, latest first; see `_seen_by`."""
    return session.scalars(
        _with_meeting(association_id, person_id, unit_id)
        .order_by(Meeting.starts_at.desc(), Sip.id.desc())
        .limit(limit)
    ).all()


def bookings_between(
    session: Session,
    association_id: int,
    *,
    person_id: int,
    unit_id: int | None,
    since: datetime,
    before: datetime,
) -> Sequence[Sip]:
    """Return the bookings that a person sees and that start in a span of time, earliest first."""
    return session.scalars(
        _with_meeting(association_id, person_id, unit_id)
        .where(Meeting.starts_at >= since, Meeting.starts_at < before)
        .order_by(Meeting.starts_at, Sip.id)
    ).all()


def one(
    session: Session, association_id: int, sip_id: int, *, person_id: int, unit_id: int | None
) -> Sip | None:
    """Return one booking, or None if the person does not see it."""
    return session.scalar(_with_meeting(association_id, person_id, unit_id).where(Sip.id == sip_id))


def chiefs_of(session: Session, unit_id: int) -> Sequence[Person]:
    """Return the unit chiefs of a clinic, who are always called to a SIP there."""
    return session.scalars(
        select(Person)
        .join(Person.grants)
        .where(Person.unit_id == unit_id, Person.active, RoleGrant.role == Role.UNIT_CHIEF)
        .options(joinedload(Person.organisation), joinedload(Person.unit))
        .order_by(Person.id)
    ).all()


def people(session: Session, association_id: int) -> Sequence[Person]:
    """Return those who can be asked to a SIP, by party and unit; never the association's own."""
    everyone = parties.people(session, association_id)
    return [one for one in everyone if one.organisation.kind is not OrganisationKind.ASSOCIATION]
