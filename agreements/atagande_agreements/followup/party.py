"""Reads one party's side of an agreement: what it owes, what is asked of it, what comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import end_of_day
from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence, Status
from atagande_agreements.deviations.models import ACTIVE, Deviation
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.parties.queries import is_party, of_party
from atagande_agreements.rules import TERMLY

AnyRow = Row[*tuple[Any, ...]]
#: Calendar days back that a missing report is still asked for.
ASKED_FOR = 400
_MOST = 50


def party(
    session: Session, association_id: int, key: str
) -> tuple[Organisation, Unit | None] | None:
    """Return the organisation or unit of a key, with the organisation it belongs to, or None."""
    row = session.execute(
        select(Organisation, Unit)
        .outerjoin(Unit, and_(Unit.organisation_id == Organisation.id, Unit.key == key))
        .where(
            Organisation.association_id == association_id,
            is_party(),
            or_(Organisation.key == key, Unit.id.is_not(None)),
        )
        .order_by(Unit.id.is_(None))
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of a party: occurrences of one commitment that share their dates."""

    key: str
    title: str
    title_en: str
    rule: str
    subject: str
    unit_id: int | None
    event_on: date
    due_on: date
    status: Status
    at_sweep: Status
    #: Of one of them.
    origin: str
    number: int

    def is_awaited(self, today: date) -> bool:
        """Tell whether its report is missing: its term is over, or it reads *Ej rapporterat*."""
        if self.status is Status.UNREPORTED:
            return True
        over = self.rule in TERMLY and self.event_on < today
        return over and self.at_sweep is Status.UNREPORTED


def expected(
    session: Session,
    *,
    association_id: int,
    organisation_id: int,
    unit_id: int | None,
    now: datetime,
    today: date,
    days: int,
) -> list[Expected]:
    """Return what a party has not reported, or has to keep within `days` calendar days."""
    names: tuple[Any, ...] = (
        Commitment.key,
        Commitment.title,
        Commitment.title_en,
        Commitment.rule,
        Commitment.subject,
        Obligation.unit_id,
        Occurrence.event_on,
        Occurrence.due_on,
        Occurrence.status,
        Occurrence.at_sweep,
    )
    waits = and_(
        Occurrence.status == Status.PENDING,
        Occurrence.sweep_at > now,
        Occurrence.sweep_at <= end_of_day(today + timedelta(days=days)),
    )
    missing = and_(
        Occurrence.status == Status.UNREPORTED,
        Occurrence.event_on > today - timedelta(days=ASKED_FOR),
    )
    rows = session.execute(
        select(*names, func.min(Occurrence.origin), func.count())
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(
            Occurrence.association_id == association_id,
            or_(waits, missing),
            of_party(organisation_id, unit_id, Obligation),
        )
        .group_by(*names, Commitment.position)
        .order_by(Occurrence.due_on, Commitment.position, Occurrence.event_on)
        .limit(_MOST)
    )
    return [Expected(*tuple[Any, ...](row)) for row in rows]


def open_deviations(
    session: Session, *, association_id: int, organisation_id: int, unit_id: int | None
) -> Sequence[AnyRow]:
    """Return the party's deviations that are not closed: (id, commitment key, opened, state)."""
    return session.execute(
        select(Deviation.id, Commitment.key, Deviation.opened_at, Deviation.state)
        .join(Obligation, Obligation.id == Deviation.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(
            Deviation.association_id == association_id,
            ACTIVE,
            of_party(organisation_id, unit_id, Deviation),
        )
        .order_by(Deviation.opened_at, Deviation.id)
        .limit(_MOST)
    ).all()


def owes(session: Session, agreement_version: int, organisation_id: int) -> Sequence[Commitment]:
    """Return the commitments that an organisation or its units owe, in the agreement's order."""
    return session.scalars(
        select(Commitment)
        .where(
            Commitment.version_id == agreement_version,
            Commitment.id.in_(
                select(Obligation.commitment_id).where(
                    Obligation.organisation_id == organisation_id
                )
            ),
        )
        .order_by(Commitment.position)
    ).all()
