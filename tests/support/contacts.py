"""Contact points for tests: entries, confirmations, and what A4 makes of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import (
    Commitment,
    Obligation,
    Occurrence,
)
from atagande_agreements.contacts.verbs import (
    Details,
    add_entry,
    confirm,
)
from atagande_agreements.parties.models import Organisation
from atagande_agreements.sweep import sweep
from support.world import (
    CONVENER,
    World,
)

MAILBOX = Details(
    function="SGI-handläggare", phone="08-123 456 78", email="sgi@upplandsvasby.example"
)


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def party(session: Session, key: str = "upplands-vasby") -> Organisation:
    return session.scalars(select(Organisation).where(Organisation.key == key)).one()


@contextmanager
def changing(world: World) -> Iterator[Session]:
    with world.writer() as session:
        yield session
        session.commit()


def add(world: World, details: Details = MAILBOX, *, by: str = CONVENER, **more: Any) -> int:
    key = more.pop("key", "upplands-vasby")
    with changing(world) as session:
        entry = add_entry(
            session,
            organisation=party(session, key),
            details=details,
            person=world.person(session, by),
            now=world.now,
            **more,
        )
        return entry.id


def confirm_on(world: World, day: date, *, by: str = CONVENER, key: str = "upplands-vasby") -> None:
    world.now = max(world.now, at(day))
    with changing(world) as session:
        confirm(
            session,
            organisation=party(session, key),
            person=world.person(session, by),
            confirmed_on=day,
            now=world.now,
        )


def links(world: World, key: str = "upplands-vasby") -> list[tuple[str, date | None, str]]:
    """Return (origin, kept on, status) of what A4 asks of a party, oldest first."""
    with world.services.reader() as session:
        rows = session.execute(
            select(Occurrence.origin, Occurrence.kept_on, Occurrence.status)
            .join(Obligation, Obligation.id == Occurrence.obligation_id)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .where(Commitment.key == "A4", Obligation.organisation_id == party(session, key).id)
            .order_by(Occurrence.event_on)
        )
        return [(row.origin, row.kept_on, row.status) for row in rows]


def sweep_on(world: World, day: date) -> None:
    world.now = max(world.now, at(day))
    sweep(world.writer, world.now)


def decide(world: World) -> None:
    """Let six months be decided from 1 March 2026, and sweep that day."""
    world.now = at(date(2026, 3, 1))
    world.decide("contact_reconfirm_months", "6", date(2026, 3, 1))
    sweep_on(world, date(2026, 3, 1))
