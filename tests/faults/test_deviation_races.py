"""Several people and late evidence at one deviation at the same moment. Real processes."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from atagande_agreements.audit.queries import first_broken
from atagande_agreements.deviations.models import ENDED, Deviation, DeviationState, StepKind
from atagande_agreements.steering.models import Decision, DecisionKind
from support import deviations as life
from support.deviation_rivals import act_together
from support.together import at_once
from support.world import World


@pytest.fixture
def replied(world: World) -> World:
    """A world with one deviation that has been replied to, so that its version is 2."""
    life.miss(world)
    with world.writer() as session:
        life.reply(world, session)
        session.commit()
    return world


def closings(world: World) -> int:
    with world.services.reader() as session:
        assert first_broken(session, 1) is None
        return (
            session.scalar(
                select(func.count())
                .select_from(Decision)
                .where(Decision.kind == DecisionKind.CLOSE_DEVIATION)
            )
            or 0
        )


def test_of_several_who_close_at_once_one_decides(replied: World, database_url: str) -> None:
    found = at_once(
        act_together, database_url, replied.now.isoformat(), [("close", 1)] * 3 + [("reply", 1)] * 2
    )
    told = Counter(found)
    assert told["done"] == 1
    assert set(told) <= {"done", "stale", "deviation_closed"}
    with replied.services.reader() as session:
        deviation = life.numbered(session)
        assert deviation.version == 3 == 1 + len(deviation.steps)
    assert closings(replied) == (deviation.state is DeviationState.CLOSED)


def test_evidence_at_the_same_moment_as_the_decision_is_never_lost(
    replied: World, database_url: str
) -> None:
    found = at_once(
        act_together, database_url, replied.now.isoformat(), [("close", 1), ("answer", 1)]
    )
    assert found[1] == "done"
    with replied.services.reader() as session:
        deviation = life.numbered(session)
        last = deviation.steps[-1].kind
        assert deviation.state in ENDED
        assert last in {StepKind.CLOSED, StepKind.WITHDRAWN}
        assert (last is StepKind.CLOSED) == (found[0] == "done")


def test_two_that_are_merged_into_each_other_at_once_end_as_one_pair(
    world: World, database_url: str
) -> None:
    life.miss(world, life.CLINIC, "psykosmottagningen")
    found = at_once(
        act_together, database_url, world.now.isoformat(), [("merge", 1), ("merge", 2)] * 2
    )
    assert Counter(found)["done"] == 1
    with world.services.reader() as session:
        into = session.scalars(select(Deviation.merged_into_id)).all()
        assert sorted(one is None for one in into) == [False, True]
