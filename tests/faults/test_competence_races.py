"""Two chiefs report at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

from sqlalchemy import select

from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence
from atagande_agreements.competence.counts import Numbers, Training
from atagande_agreements.competence.models import CompetenceReport
from atagande_agreements.competence.places import places_for
from atagande_agreements.competence.verbs import report_competence
from atagande_agreements.errors import Stale
from support.world import CLINIC_CHIEF, OTHER_CLINIC_CHIEF, World

DAY = date(2026, 3, 2)


def together(world: World, *plans: tuple[str, int]) -> list[str]:
    """Let each (who, trained) report of ten at once; return "filed" or "stale" for each."""
    start = Barrier(len(plans), timeout=60)

    def run(who: str, trained: int) -> str:
        start.wait()
        with world.writer() as session:
            person = world.person(session, who)
            try:
                report_competence(
                    session,
                    agreement=world.agreement(session),
                    place=places_for(session, person, DAY)[0],
                    subject="sip",
                    as_of=DAY,
                    numbers=Numbers(10, (Training(date(2025, 5, 1), trained),)),
                    person=person,
                    version=0,
                    now=world.now,
                )
                session.commit()
            except Stale:
                session.rollback()
                return "stale"
            return "filed"

    with ThreadPoolExecutor(len(plans)) as threads:
        return list(threads.map(lambda plan: run(*plan), plans))


def test_of_two_reports_for_one_unit_one_wins(world: World) -> None:
    outcome = together(world, (CLINIC_CHIEF, 3), (CLINIC_CHIEF, 8))
    assert sorted(outcome) == ["filed", "stale"]
    with world.services.reader() as session:
        report = session.scalars(select(CompetenceReport)).one()
        assert report.trained == (3, 8)[outcome.index("filed")]


def test_of_two_units_of_one_party_both_count(world: World) -> None:
    assert together(world, (CLINIC_CHIEF, 3), (OTHER_CLINIC_CHIEF, 8)) == ["filed", "filed"]
    with world.services.reader() as session:
        found = session.scalars(
            select(Occurrence)
            .join(Obligation, Obligation.id == Occurrence.obligation_id)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .where(Commitment.key == "A5", Obligation.organisation.has(key="psykiatri-nordvast"))
        ).one()
        assert found.total == 20
        assert found.trained == '[["2025-05-01", 11]]'
