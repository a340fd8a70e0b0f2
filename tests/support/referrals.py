"""Registers referrals and what becomes of them, for tests."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence, Status
from atagande_agreements.referrals import verbs
from atagande_agreements.referrals.models import Assessment, Referral
from support.world import CONVENER, World

_numbers = count(1)
FIRST = date(2026, 2, 16)
#: The world's today is Monday 2 March 2026.
TODAY = date(2026, 3, 2)
CONTACT, ASSESSED, PLANNED = date(2026, 2, 18), date(2026, 2, 20), date(2026, 2, 27)
ALL: dict[str, Any] = {
    "contacted_on": CONTACT,
    "assessed_on": ASSESSED,
    "assessment": Assessment.SUITS,
    "planned_on": PLANNED,
}
LATER = datetime(2026, 3, 20, 12, tzinfo=UTC)
MEETING = date(2026, 3, 12)
#: Every parameter of the case kinds, as the tests decide them.
DECIDED = {
    "contact_days": "10",
    "assessment_days": "15",
    "plan_days": "15",
    "material_days": "3",
    "first_meeting_share": "75",
}


def decide_all(world: World, valid_from: date = date(2026, 2, 1)) -> None:
    """Let the steering group decide all that first meetings are judged by."""
    for key, value in DECIDED.items():
        world.decide(key, value, valid_from)


def register(world: World, *, by: str = CONVENER, **given: Any) -> int:
    """Register a referral; return its number."""
    usual: dict[str, Any] = {"reference": f"HEMLIG-{next(_numbers)}", "referred_on": FIRST}
    with world.writer() as session:
        referral = verbs.register_referral(
            session,
            agreement=world.agreement(session),
            person=world.person(session, by),
            now=world.now,
            **(usual | given),
        )
        session.commit()
        return referral.id


def act(
    world: World,
    number: int,
    verb: Any,
    *,
    by: str = CONVENER,
    version: int | None = None,
    at: datetime | None = None,
    **given: Any,
) -> None:
    """Carry out a verb on a referral, on its latest version unless told otherwise."""
    with world.writer() as session:
        referral = session.get_one(Referral, number)
        verb(
            session,
            referral=referral,
            person=world.person(session, by),
            version=version or referral.version,
            now=at or world.now,
            **given,
        )
        session.commit()


def steps(world: World, number: int, *, by: str = CONVENER, **given: Any) -> None:
    """Report how far a case has come."""
    said = verbs.Steps(**({"referred_on": FIRST} | given))
    act(world, number, verbs.report_steps, by=by, steps=said)


def standing(session: Session, number: int) -> dict[str, Occurrence]:
    """Return what a referral gave to keep, by the commitment's key."""
    rows = session.execute(
        select(Commitment.key, Occurrence)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(Occurrence.origin == f"referral:{number}")
    )
    return {row.key: row.Occurrence for row in rows}


def statuses(world: World, number: int) -> dict[str, Status]:
    """Return how each commitment that a referral touches stands."""
    with world.services.reader() as session:
        return {key: one.status for key, one in standing(session, number).items()}


def half_year(session: Session, organisation_id: int, origin: str = "period:2026-H1") -> Occurrence:
    """Return a municipality's half-year of first meetings (K5)."""
    return session.scalars(
        select(Occurrence)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(
            Commitment.key == "K5",
            Obligation.organisation_id == organisation_id,
            Occurrence.origin == origin,
        )
    ).one()


def book(world: World, number: int, meeting_on: date = MEETING) -> None:
    """Confirm the client's consent and book the first meeting."""
    act(world, number, verbs.confirm_consent)
    act(world, number, verbs.book_meeting, meeting_on=meeting_on)


def about(world: World, number: int, **said: Any) -> None:
    """Report of the first meeting."""
    act(world, number, verbs.report_meeting, about=verbs.AboutMeeting(**said))
