"""Which of an organisation's places owe a half-year's report and have not made it."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Obligation
from atagande_agreements.competence.models import CompetenceReport
from atagande_agreements.parties.heirs import is_party_on
from atagande_agreements.parties.models import Person, Role, RoleGrant, Unit
from atagande_agreements.periods import term_of
from atagande_agreements.rules import competence as rule


def silent(
    session: Session,
    duty: Obligation,
    span: tuple[date, date],
    heard: Collection[int | None],
) -> int:
    """Return how many places of an organisation owe a report between two local dates.

    A unit owes one if it has a chief in service to make it, or made one the half-year before; the
    staff beside the units (None) only if they were reported then. `heard` have reported already,
    and a unit that is gone when the time ends is not waited for.
    """
    before = term_of(term_of(span[0], rule.EVERY).first - timedelta(days=1), rule.EVERY)
    owing: set[int | None] = set(
        session.scalars(
            select(CompetenceReport.unit_id)
            .where(
                CompetenceReport.agreement_id == duty.agreement_id,
                CompetenceReport.organisation_id == duty.organisation_id,
                CompetenceReport.subject == duty.commitment.subject,
                CompetenceReport.as_of.between(before.first, before.last),
            )
            .distinct()
        )
    )
    owing |= set(
        session.scalars(
            select(Person.unit_id)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .where(
                Person.organisation_id == duty.organisation_id,
                Person.unit_id.is_not(None),
                Person.active,
                RoleGrant.role == Role.UNIT_CHIEF,
            )
            .distinct()
        )
    )
    units = session.scalars(select(Unit).where(Unit.organisation_id == duty.organisation_id))
    places: set[int | None] = {None, *(one.id for one in units if is_party_on(one, span[1]))}
    return len((owing & places) - set(heard))
