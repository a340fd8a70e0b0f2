"""The demo's people. They are invented, and so are their addresses (RFC 2606 §2)."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.parties.models import (
    Association,
    Organisation,
    Person,
    Role,
    RoleGrant,
    Unit,
    UnitKind,
)
from atagande_calendar.slots.models import ClinicHours


@dataclass(frozen=True, slots=True)
class Invented:
    """One person of the demo."""

    name: str
    title: str
    email: str
    organisation: str
    unit: str | None
    roles: tuple[Role, ...]


#: (key, organisation, name, short name) of offices that the agreement does not name.
OFFICES = (
    ("sollentuna-ek", "sollentuna", "Enheten för ekonomiskt bistånd, Sollentuna", "Ek. bistånd"),
    (
        "upplands-vasby-ek",
        "upplands-vasby",
        "Enheten för ekonomiskt bistånd, Upplands Väsby",
        "Ek. bistånd",
    ),
    ("sigtuna-ek", "sigtuna", "Enheten för ekonomiskt bistånd, Sigtuna", "Ek. bistånd"),
)

PEOPLE = (
    Invented(
        "Maja Forslund",
        "Administratör",
        "administrator@suvs.example",
        "forbundet",
        None,
        (Role.ADMINISTRATOR, Role.OPERATIONS),
    ),
    Invented(
        "Ture Almgren",
        "Ordförande i styrgruppen",
        "ordforande@suvs.example",
        "forbundet",
        None,
        (Role.STEERING,),
    ),
    Invented(
        "Signe Hallman",
        "Enhetschef",
        "enhetschef.sollentuna@psykiatri.example",
        "psykiatri-nordvast",
        "sollentuna-mottagning",
        (Role.UNIT_CHIEF,),
    ),
    Invented(
        "Olle Rydman",
        "Enhetschef",
        "enhetschef.sigtuna-vasby@psykiatri.example",
        "psykiatri-nordvast",
        "sigtuna-upplands-vasby-mottagning",
        (Role.UNIT_CHIEF,),
    ),
    Invented(
        "Vera Kask",
        "Enhetschef",
        "enhetschef.psykos@psykiatri.example",
        "psykiatri-nordvast",
        "psykosmottagningen",
        (Role.UNIT_CHIEF,),
    ),
    Invented(
        "Ebba Tornvall",
        "Enhetschef",
        "enhetschef@sollentuna.example",
        "sollentuna",
        "sollentuna-ek",
        (Role.UNIT_CHIEF,),
    ),
    Invented(
        "Nils Brandel",
        "Socialsekreterare",
        "samordnare@sollentuna.example",
        "sollentuna",
        "sollentuna-ek",
        (Role.CONVENER,),
    ),
    Invented(
        "Alva Renström",
        "Socialsekreterare",
        "samordnare@upplandsvasby.example",
        "upplands-vasby",
        "upplands-vasby-ek",
        (Role.CONVENER,),
    ),
    Invented(
        "Hugo Sandell",
        "Enhetschef",
        "enhetschef@upplandsvasby.example",
        "upplands-vasby",
        "upplands-vasby-ek",
        (Role.UNIT_CHIEF,),
    ),
    Invented(
        "Tyra Lindvall",
        "Enhetschef",
        "enhetschef@sigtuna.example",
        "sigtuna",
        "sigtuna-ek",
        (Role.UNIT_CHIEF, Role.CONVENER),
    ),
    Invented(
        "Axel Nordin",
        "Sektionschef",
        "sektionschef@af.example",
        "af",
        None,
        (Role.UNIT_CHIEF,),
    ),
    Invented(
        "Stina Melander",
        "Samverkansansvarig",
        "samverkan@fk.example",
        "fk",
        None,
        (Role.UNIT_CHIEF,),
    ),
    Invented(
        "Petra Wikner",
        "Verksamhetsutvecklare",
        "utveckling@suvs.example",
        "forbundet",
        None,
        (Role.READER,),
    ),
)

#: Weekday (Monday is 0), opening and closing of each clinic's SIP hours.
HOURS = {
    "sollentuna-mottagning": ((1, time(9), time(12)), (3, time(13), time(16))),
    "sigtuna-upplands-vasby-mottagning": ((0, time(13), time(15)), (2, time(9), time(11))),
    "psykosmottagningen": ((4, time(9), time(11)),),
}


def add_people(session: Session, association: Association, now: datetime) -> dict[str, Person]:
    """Add the demo's offices, people and clinic hours; return the people by address."""
    organisations = {
        one.key: one
        for one in session.scalars(
            select(Organisation).where(Organisation.association_id == association.id)
        )
    }
    for position, (key, organisation, name, short) in enumerate(OFFICES, start=100):
        session.add(
            Unit(
                association_id=association.id,
                organisation_id=organisations[organisation].id,
                key=key,
                name=name,
                short_name=short,
                kind=UnitKind.OFFICE,
                position=position,
            )
        )
    session.flush()
    units = {
        one.key: one
        for one in session.scalars(select(Unit).where(Unit.association_id == association.id))
    }
    people: dict[str, Person] = {}
    for one in PEOPLE:
        person = Person(
            association_id=association.id,
            organisation=organisations[one.organisation],
            unit=units[one.unit] if one.unit else None,
            name=one.name,
            title=one.title,
            email=one.email,
            created_at=now,
            grants=[RoleGrant(role=role) for role in one.roles],
        )
        session.add(person)
        people[one.email] = person
    for clinic, spans in HOURS.items():
        for weekday, opens, closes in spans:
            session.add(
                ClinicHours(
                    unit_id=units[clinic].id,
                    weekday=weekday,
                    opens=opens,
                    closes=closes,
                    valid_from=date(2025, 1, 1),
                )
            )
    session.flush()
    return people
