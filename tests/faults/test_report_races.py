"""Two who report the same half-year at the same moment: one report stands, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

from sqlalchemy import func, select

from atagande_agreements.commitments.models import Evidence
from atagande_agreements.standing.models import SelfReport
from support.world import CONVENER, World

WORK = "/redovisning/arbete/2026-H1"


def test_of_two_reports_at_once_one_stands_and_the_other_is_stale(world: World) -> None:
    world.decide("activity_measure", "Antal i målgruppen", date(2026, 2, 1))
    world.now = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
    visitors = [world.client(CONVENER), world.client("enhetschef@upplandsvasby.example")]
    start = Barrier(len(visitors))

    def send(number: int) -> int:
        start.wait(60)
        answer = visitors[number].post(
            WORK,
            {
                "works": ("yes", "no")[number],
                "reported_on": "2026-07-06",
                "revision": "0",
            },
        )
        return int(answer.status_code)

    with ThreadPoolExecutor(len(visitors)) as pool:
        said = sorted(pool.map(send, range(len(visitors))))
    assert said == [303, 409]
    with world.services.reader() as session:
        assert session.scalars(select(func.count()).select_from(SelfReport)).one() == 1
        assert session.scalars(select(func.count()).select_from(Evidence)).one() == 1
