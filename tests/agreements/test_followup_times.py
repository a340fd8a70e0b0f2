"""The published answer times and lead times, quarter by quarter."""

from datetime import UTC, datetime

from atagande_agreements.followup.figures import LOWER, UPPER
from atagande_agreements.followup.figures_models import FigureKind, PublishedFigure
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.times import Spread, times
from support.succession import A, B
from support.world import World

QUARTERS = tuple(map(Period.parse, ("2025-Q3", "2025-Q4", "2026-Q1")))


def publish(
    world: World, key: str, quarter: Period, days: tuple[int | None, ...], version: int = 1
) -> None:
    """Publish the lower quartile, the median and the upper one of a clinic's quarter."""
    with world.writer() as session:
        unit = world.unit(session, key)
        session.add_all(
            PublishedFigure(
                association_id=unit.association_id,
                agreement_id=world.agreement(session).id,
                group="enquiries",
                measure=f"answer{which}",
                kind=FigureKind.MEDIAN,
                organisation_id=unit.organisation_id,
                unit_id=unit.id,
                first_on=quarter.first,
                last_on=quarter.last,
                version=version,
                value=value,
                published_at=datetime(2026, 3, 2, tzinfo=UTC),
            )
            for which, value in zip((LOWER, "", UPPER), days, strict=True)
        )
        session.commit()


def found(world: World) -> dict[str, tuple[Spread | None, ...]]:
    with world.services.reader() as session:
        rows = times(session, world.agreement(session).id, QUARTERS)
        assert {one.measure for one in rows} <= {"answer"}
        return {one.party: one.spreads for one in rows}


def test_each_quarter_stands_by_itself_and_what_is_not_published_is_left_out(world: World) -> None:
    publish(world, A, QUARTERS[0], (3, 5, 9))
    publish(world, A, QUARTERS[2], (4, 6, 10))
    publish(world, B, QUARTERS[1], (1, 2, 3))
    publish(world, B, Period.of_year(2024), (1, 1, 1))
    assert found(world) == {
        A: (Spread(5, 3, 9), None, Spread(6, 4, 10)),
        B: (None, Spread(2, 1, 3), None),
    }


def test_the_latest_version_is_what_is_told(world: World) -> None:
    publish(world, A, QUARTERS[0], (3, 5, 9))
    publish(world, B, QUARTERS[0], (3, 5, 9))
    # The correction has nothing of the other clinic: it was hidden.
    publish(world, A, QUARTERS[0], (4, 6, 10), version=2)
    assert found(world) == {A: (Spread(6, 4, 10), None, None)}


def test_nothing_published_is_no_times(sqlite_world: World) -> None:
    assert found(sqlite_world) == {}
    with sqlite_world.services.reader() as session:
        assert times(session, sqlite_world.agreement(session).id, ()) == ()
