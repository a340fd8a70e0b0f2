"""The year of the contact points: who keeps them fresh, who forgets, and who has none."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.contacts.reminders import remind
from atagande_agreements.contacts.verbs import Details, add_entry, confirm
from atagande_agreements.parties.models import Organisation, Unit

if TYPE_CHECKING:
    from atagande_plugin.demo.year import Year

Event = Callable[[Session, datetime], None]
#: The first day that mails can go on, and how often they are looked for, in days.
FIRST, EVERY = -400, 7


@dataclass(frozen=True, slots=True)
class Kept:
    """A party's year: who keeps its list, what stands there, and when it was confirmed."""

    party: str
    email: str
    #: (what the entry says, key of its unit or "")
    entries: tuple[tuple[Details, str], ...]
    #: Days from today, oldest first; the entries are written on the day of the first.
    confirmed: tuple[int, ...]


YEARS = (
    # Fresh all the time, and the first time before anything was decided.
    Kept(
        "af",
        "sektionschef@af.example",
        (
            (
                Details(
                    "Handläggare för samordnad rehabilitering",
                    purpose="Första mötet och planering av aktiviteter",
                    phone="010-555 01 10",
                    email="rehab-nordost@af.example",
                    hours="vardagar 9–12",
                ),
                "",
            ),
        ),
        (-420, -298, -150, -12),
    ),
    Kept(
        "sollentuna",
        "enhetschef@sollentuna.example",
        (
            (
                Details(
                    "SGI-handläggare",
                    purpose="Frågor om klienter utan SGI, utan namn",
                    phone="08-555 02 20",
                    email="sgi@sollentuna.example",
                    hours="vardagar 8–11",
                ),
                "sollentuna-ek",
            ),
            (Details("Växel", phone="08-555 02 00", hours="vardagar 8–16"), ""),
        ),
        (-415, -280, -120),
    ),
    # Soon to be confirmed again, so its chief has a mail to answer.
    Kept(
        "upplands-vasby",
        "enhetschef@upplandsvasby.example",
        (
            (
                Details(
                    "SGI-handläggare",
                    purpose="Frågor om klienter utan SGI, utan namn",
                    phone="08-555 03 30",
                    email="sgi@upplandsvasby.example",
                    address="Demogatan 3, Upplands Väsby",
                ),
                "upplands-vasby-ek",
            ),
        ),
        (-300, -172),
    ),
    # Forgotten for seven months.
    Kept(
        "sigtuna",
        "enhetschef@sigtuna.example",
        (
            (
                Details(
                    "Mottagningsgruppen",
                    purpose="Nya frågor om samverkan",
                    phone="08-555 04 40",
                    email="mottagningsgruppen@sigtuna.example",
                ),
                "sigtuna-ek",
            ),
        ),
        (-296, -214),
    ),
    # Once too late.
    Kept(
        "psykiatri-nordvast",
        "enhetschef.psykos@psykiatri.example",
        (
            (
                Details(
                    "Mottagningens brevlåda",
                    purpose="Skriftliga förfrågningar",
                    phone="08-555 05 51",
                    address="Demogatan 1, Sollentuna",
                ),
                "sollentuna-mottagning",
            ),
            (
                Details(
                    "Mottagningens brevlåda",
                    purpose="Skriftliga förfrågningar",
                    phone="08-555 05 52",
                    address="Demogatan 2, Upplands Väsby",
                ),
                "sigtuna-upplands-vasby-mottagning",
            ),
            (
                Details(
                    "Vårdplaneringen",
                    purpose="Tider för SIP",
                    email="sip-psykos@psykiatri.example",
                    hours="tisdagar och torsdagar 13–15",
                ),
                "psykosmottagningen",
            ),
        ),
        (-292, -82),
    ),
    Kept(
        "forbundet",
        "administrator@suvs.example",
        (
            (
                Details(
                    "Förbundets kansli",
                    purpose="Frågor om överenskommelsen och listan",
                    email="kansli@suvs.example",
                ),
                "",
            ),
        ),
        (-410, -90),
    ),
    # Försäkringskassan has published nothing.
)


def events(year: "Year") -> None:
    """Add the year's events of the contact points."""
    for kept in YEARS:
        first, *later = kept.confirmed
        year.add(year.on(first), time(9), _written(year, kept))
        year.add(year.on(first), time(9, 30), _confirmed(year, kept))
        for day in later:
            year.add(year.on(day), time(9, 30), _confirmed(year, kept))
    for day in range(FIRST, 1, EVERY):
        year.add(year.today + timedelta(days=day), time(7), _asked)


def _written(year: "Year", kept: Kept) -> Event:
    def written(session: Session, at: datetime) -> None:
        for details, unit in kept.entries:
            add_entry(
                session,
                organisation=_party(session, year, kept),
                details=_placed(session, year, details, unit),
                person=year.person(session, kept.email),
                now=at,
            )

    return written


def _confirmed(year: "Year", kept: Kept) -> Event:
    def confirmed(session: Session, at: datetime) -> None:
        confirm(
            session,
            organisation=_party(session, year, kept),
            person=year.person(session, kept.email),
            confirmed_on=local_date(at),
            now=at,
        )

    return confirmed


def _asked(session: Session, at: datetime) -> None:
    remind(session, at)


def _party(session: Session, year: "Year", kept: Kept) -> Organisation:
    return session.get_one(Organisation, year.bodies[kept.party].id)


def _placed(session: Session, year: "Year", details: Details, unit: str) -> Details:
    """Return what an entry says, with its unit as part of the session."""
    return replace(details, unit=session.get_one(Unit, year.units[unit].id)) if unit else details
