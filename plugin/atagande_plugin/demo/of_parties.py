"""The demo's parties change: an office got a new name, two offices became one, and one is planned.

Offices owe nothing of their own, so what the year shows of the clinics stays as it is.
"""

from datetime import datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.parties.models import Organisation, Unit, UnitKind
from atagande_agreements.parties.succession import Change, New, merge_units, rename
from atagande_agreements.parties.verbs import add_unit

if TYPE_CHECKING:
    from atagande_plugin.demo.year import Year

ADMINISTRATOR = "administrator@suvs.example"
#: (key, name, short name) of two offices that have become one.
OFFICES = (
    ("sollentuna-ungdom", "Ungdomsteamet, Sollentuna", "Ungdom"),
    ("sollentuna-coach", "Coachteamet, Sollentuna", "Coach"),
)
MERGED = New("sollentuna-jobbstod", "Jobbstödet, Sollentuna", "Jobbstöd")
#: Days from today: the offices begin, the new name, the merger, and the name that is planned.
ADDED, NAMED, JOINED, DECIDED, COMING = -410, -200, -120, -30, 45


def _unit(session: Session, key: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.key == key)).one()


def _body(session: Session, key: str) -> Organisation:
    return session.scalars(select(Organisation).where(Organisation.key == key)).one()


def events(year: "Year") -> None:
    """Add what happens to the parties to the year."""

    def change(session: Session, at: datetime, decision: str, ahead: int | None = None) -> Change:
        day = local_date(at) if ahead is None else year.on(ahead)
        return Change(day, decision, year.person(session, ADMINISTRATOR), at)

    def added(session: Session, at: datetime) -> None:
        for key, name, short_name in OFFICES:
            add_unit(
                session,
                organisation=_body(session, "sollentuna"),
                key=key,
                name=name,
                short_name=short_name,
                kind=UnitKind.OFFICE,
                email="",
                address="Demogatan 2, Sollentuna",
                actor=audit.Actor.of(year.person(session, ADMINISTRATOR)),
                now=at,
            )

    def named(session: Session, at: datetime) -> None:
        rename(
            session,
            party=_unit(session, "sigtuna-ek"),
            name="Enheten för försörjningsstöd, Sigtuna",
            short_name="Försörjningsstöd",
            change=change(session, at, "Socialnämnden i Sigtuna, § 41"),
        )

    def joined(session: Session, at: datetime) -> None:
        merge_units(
            session,
            units=[_unit(session, key) for key, *_ in OFFICES],
            into=MERGED,
            change=change(session, at, "Sollentuna kommun, delegationsbeslut dnr 77"),
        )

    def planned(session: Session, at: datetime) -> None:
        rename(
            session,
            party=_body(session, "af"),
            name="Arbetsförmedlingen Stockholm Norr",
            short_name="AF Norr",
            change=change(session, at, "Generaldirektörens beslut om ny organisation", COMING),
        )

    for offset, event in ((ADDED, added), (NAMED, named), (JOINED, joined), (DECIDED, planned)):
        year.add(year.on(offset), time(10, 30), event)
