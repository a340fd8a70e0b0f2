"""Merges two clinics, and reads what is owed before and after, for tests."""

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence, Status
from atagande_agreements.enquiries.models import Addressee, Channel
from atagande_agreements.enquiries.verbs import answer_enquiry, register_enquiry
from atagande_agreements.followup import queries as followup
from atagande_agreements.followup.period import Period
from atagande_agreements.parties.models import Unit
from atagande_agreements.parties.succession import (
    Change,
    New,
    merge_units,
)
from atagande_agreements.register.models import AgreementVersion, VersionState
from support.world import ADMINISTRATOR, CONVENER, World

A, B, OTHER = "sollentuna-mottagning", "sigtuna-upplands-vasby-mottagning", "psykosmottagningen"
JULY = date(2026, 7, 1)
NEW = New("norra-mottagningen", "Norra psykiatriska mottagningen", "Norra", None, "Demogatan 9")


def at(day: date) -> datetime:
    """Return a morning of a local date, UTC."""
    return datetime(day.year, day.month, day.day, 8, tzinfo=UTC)


def change(world: World, session: Session, day: date = JULY) -> Change:
    """Return that the region decided to change something from a local date on."""
    person = world.person(session, ADMINISTRATOR)
    return Change(day, "Regionens beslut 2026-05-12, dnr 1", person, world.now)


def merge(world: World, day: date = JULY, new: New = NEW) -> None:
    """Merge two clinics into one."""
    with world.writer() as session:
        merge_units(
            session,
            units=[world.unit(session, A), world.unit(session, B)],
            into=new,
            change=change(world, session, day),
        )
        session.commit()


def ask(world: World, key: str, sent_on: date, answered_on: date | None = None) -> int:
    """Register an enquiry to a clinic, and its answer; return its number."""
    with world.writer() as session:
        person = world.person(session, CONVENER)
        enquiry = register_enquiry(
            session,
            agreement=world.agreement(session),
            unit=world.unit(session, key),
            person=person,
            sent_on=sent_on,
            reference=f"R{sent_on:%m%d}-{key[:4].upper()}",
            channel=Channel.LETTER,
            addressee=Addressee.CLINIC,
            now=world.now,
        )
        if answered_on is not None:
            answer_enquiry(
                session, enquiry=enquiry, answered_on=answered_on, person=person, now=world.now
            )
        session.commit()
        return enquiry.id


def of_units(session: Session, key: str = "P3") -> dict[str, list[tuple[str, date, Status]]]:
    """Return what has arisen of a commitment, by the unit that owes it."""
    found: dict[str, list[tuple[str, date, Status]]] = {}
    for row in session.execute(
        select(Unit.key, Occurrence.origin, Occurrence.event_on, Occurrence.status)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .join(Unit, Unit.id == Obligation.unit_id)
        .where(Commitment.key == key)
        .order_by(Occurrence.event_on, Occurrence.id)
    ):
        found.setdefault(row[0], []).append((row[1], row[2], row[3]))
    return found


def chosen(world: World, session: Session) -> tuple[int, AgreementVersion]:
    """Return the number of the agreement and its version in force."""
    agreement = world.agreement(session)
    version = session.scalars(
        select(AgreementVersion).where(
            AgreementVersion.agreement_id == agreement.id,
            AgreementVersion.state == VersionState.IN_FORCE,
        )
    ).one()
    return agreement.id, version


def standing(world: World, session: Session, year: int) -> tuple[followup.Duties, list[str]]:
    """Return what a year shows by clause and party, and the keys of the parties it shows."""
    agreement_id, version = chosen(world, session)
    period = Period.of_year(year)
    rows = followup.clauses(session, version.id, period)
    duties = followup.duties(
        session,
        agreement_id=agreement_id,
        version_id=version.id,
        period=period,
        judged=followup.judged_of(rows),
    )
    return duties, [one.key for one in followup.parties(session, version.id, period)]
