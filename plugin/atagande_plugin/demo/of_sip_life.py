"""What happens to the demo's SIPs after they are booked.

One is moved, one called off, one loses its consent, one is followed up, and a time is proposed to
a vårdcentral that is no party.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import add_working_days, local_date, local_time
from atagande_agreements.parties.models import Unit
from atagande_agreements.parties.outside import add_outside_clinic
from atagande_calendar.sip.changes import call_off_sip, move_sip
from atagande_calendar.sip.models import Sip, SipCalledOff, SipResult
from atagande_calendar.sip.verbs import book_sip
from atagande_calendar.slots.queries import free_slots
from atagande_plugin.demo.year import Event, Year

SOLLENTUNA = "samordnare@sollentuna.example"
VASBY = "samordnare@upplandsvasby.example"
MORNING, NOON = time(8, 50), time(12, 40)


def events(year: Year) -> None:
    """Add bookings, and what becomes of each."""
    for booked, changed, convener, change in (
        (40, 30, SOLLENTUNA, _moved),
        (38, 27, VASBY, _because(SipCalledOff.CLINIC)),
        (33, 21, SOLLENTUNA, _because(SipCalledOff.CONSENT)),
    ):
        life = _Life(year, convener)
        year.add(year.on(-booked), MORNING, life.book)
        year.add(year.on(-changed), NOON, life.change(change))
    year.add(year.on(-9), MORNING, _follow_up(year))
    year.add(year.on(-6), MORNING, _propose(year))


class _Life:
    """One booking and what its convener does with it."""

    def __init__(self, year: Year, convener: str) -> None:
        self.year = year
        self.convener = convener
        self.number = 0

    def book(self, session: Session, at: datetime) -> None:
        unit = self.year.units["sollentuna-mottagning"]
        slots = free_slots(session, unit.id, after=at + timedelta(days=50), limit=1, now=at)
        self.number = _book(self.year, session, self.convener, unit, starts_at=slots[0], at=at).id

    def change(self, verb: Callable[[Session, Sip, datetime], object]) -> Event:
        def act(session: Session, at: datetime) -> None:
            verb(session, session.get_one(Sip, self.number), at)

        return act


def _book(
    year: Year,
    session: Session,
    convener: str,
    unit: Unit,
    *,
    starts_at: datetime,
    at: datetime,
    follows: Sip | None = None,
) -> Sip:
    return book_sip(
        session,
        agreement=year.agreement,
        unit=unit,
        starts_at=starts_at,
        minutes=60,
        people=[],
        consent=True,
        purpose_ready=True,
        requested_on=local_date(at),
        convener=year.person(session, convener),
        domain=year.services.settings.host,
        now=at,
        follows=follows,
    )


def _moved(session: Session, sip: Sip, at: datetime) -> None:
    slots = free_slots(session, sip.unit_id, after=sip.meeting.starts_at, limit=1, now=at)
    move_sip(
        session,
        sip=sip,
        starts_at=slots[0],
        person=sip.convener,
        version=sip.version,
        now=at,
    )


def _because(reason: SipCalledOff) -> Callable[[Session, Sip, datetime], None]:
    def call_off(session: Session, sip: Sip, at: datetime) -> None:
        call_off_sip(
            session,
            sip=sip,
            because=reason,
            person=sip.convener,
            version=sip.version,
            now=at,
        )

    return call_off


def _follow_up(year: Year) -> Event:
    """Follow up the latest SIP that was held."""

    def book(session: Session, at: datetime) -> None:
        convener = year.person(session, SOLLENTUNA)
        held = session.scalars(
            select(Sip)
            .where(Sip.convener_id == convener.id, Sip.result == SipResult.HELD)
            .order_by(Sip.id.desc())
            .limit(1)
        ).first()
        if held is None:
            return
        slots = free_slots(session, held.unit_id, after=at + timedelta(days=40), limit=1, now=at)
        unit = session.get_one(Unit, held.unit_id)
        _book(year, session, SOLLENTUNA, unit, starts_at=slots[0], at=at, follows=held)

    return book


def _propose(year: Year) -> Event:
    """Propose a time to a vårdcentral outside the agreement."""

    def propose(session: Session, at: datetime) -> None:
        unit = add_outside_clinic(
            session,
            name="Vårdcentralen Eken",
            address="Demogatan 1, Upplands Väsby",
            email="samordning@vardcentralen-eken.example",
            person=year.person(session, VASBY),
            now=at,
        )
        day = add_working_days(local_date(at), 25)
        _book(year, session, VASBY, unit, starts_at=local_time(day, time(10)), at=at)

    return propose
