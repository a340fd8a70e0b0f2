"""The counts by month are those of the occurrences, whatever happens to them and from how many."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from atagande_agreements.commitments.models import Obligation, Occurrence, OnMiss, Status
from atagande_agreements.followup import rollup
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.rollup_models import OccurrenceCount
from atagande_agreements.followup.status import Counts
from support.queries import count_queries
from support.rivals import PATIENCE
from support.world import World

FIRST = date(2025, 11, 20)
DAYS, OWED = 100, 4
WHOLE = Period(date(2025, 11, 1), date(2026, 3, 31))
STATUSES = st.sampled_from(list(Status))
PLACES = st.tuples(st.integers(0, OWED - 1), st.integers(0, DAYS))
WHICH = st.integers(0, 50)
STEP = st.one_of(
    st.tuples(st.just("add"), st.lists(st.tuples(PLACES, STATUSES), min_size=1, max_size=4)),
    st.tuples(st.just("judge"), st.tuples(st.lists(WHICH, max_size=4), STATUSES)),
    st.tuples(st.just("move"), st.tuples(WHICH, PLACES)),
    st.tuples(st.just("judge and move"), st.tuples(WHICH, PLACES, STATUSES)),
    st.tuples(st.just("touch"), st.none()),
    st.tuples(st.just("remove"), st.lists(WHICH, max_size=3)),
    st.tuples(st.just("fold"), st.integers(1, 6)),
)
#: (what happens, whether it is undone).
STEPS = st.lists(st.tuples(STEP, st.booleans()), max_size=14)
_origins = iter(range(10**9))


class Scene:
    """Some obligations of a world's agreement, and changes to their occurrences."""

    def __init__(self, world: World) -> None:
        self.world = world
        with world.services.reader() as session:
            self.owed = session.scalars(
                select(Obligation).order_by(Obligation.id).limit(OWED)
            ).all()

    def place(self, place: tuple[int, int]) -> dict[str, Any]:
        obligation = self.owed[place[0]]
        return {
            "obligation_id": obligation.id,
            "agreement_id": obligation.agreement_id,
            "event_on": FIRST + timedelta(days=place[1]),
        }

    def add(
        self,
        session: Session,
        places: list[tuple[tuple[int, int], Status]],
        origin: str = "",
    ) -> None:
        rows = [
            {
                **self.place(place),
                "association_id": self.owed[0].association_id,
                "origin": origin or f"test:{next(_origins)}",
                "status": status,
                "on_miss": OnMiss.NONE,
            }
            for place, status in places
        ]
        session.execute(insert(Occurrence), rows)

    def happen(self, session: Session, what: str, value: Any) -> None:
        ids = session.scalars(select(Occurrence.id).order_by(Occurrence.id)).all()

        def chosen(numbers: list[int]) -> list[int]:
            return [ids[number % len(ids)] for number in numbers] if ids else []

        def change(numbers: list[int], **values: Any) -> None:
            session.execute(
                update(Occurrence).where(Occurrence.id.in_(chosen(numbers))).values(values)
            )

        match what:
            case "add":
                self.add(session, value)
            case "judge":
                change(value[0], status=value[1])
            case "move":
                change([value[0]], **self.place(value[1]))
            case "judge and move":
                change([value[0]], **self.place(value[1]), status=value[2])
            case "touch":
                session.execute(update(Occurrence).values(days_late=Occurrence.days_late + 1))
            case "remove":
                session.execute(delete(Occurrence).where(Occurrence.id.in_(chosen(value))))
            case _:
                rollup.fold(session, most=value)

    def true(self, session: Session) -> dict[tuple[int, date], Counts]:
        """Count by reading every occurrence."""
        seen: dict[tuple[int, date], Counter[Status]] = {}
        for obligation, day, status in session.execute(
            select(Occurrence.obligation_id, Occurrence.event_on, Occurrence.status)
        ):
            seen.setdefault((obligation, day.replace(day=1)), Counter())[status] += 1
        return {place: _counts(one) for place, one in seen.items()}

    def check(self, session: Session) -> None:
        agreement = self.owed[0].agreement_id
        found = rollup.by_month(session, agreement, WHOLE.first, WHOLE.last)
        assert found == self.true(session)
        assert rollup.differences(session) == []


def _counts(one: Counter[Status]) -> Counts:
    judged = (Status.MET, Status.PARTLY, Status.NOT_MET, Status.UNREPORTED)
    return Counts._make((*(one[status] for status in judged), one.total()))


def fold_all(session: Session) -> None:
    while rollup.fold(session):
        pass


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_any_sequence_of_changes_is_counted(
    scene: Scene, steps: list[tuple[tuple[str, Any], bool]]
) -> None:
    with scene.world.writer() as session:
        session.execute(delete(Occurrence))
        session.commit()
        scene.check(session)
        for (what, value), undone in steps:
            scene.happen(session, what, value)
            scene.check(session)
            if undone:
                session.rollback()
            else:
                session.commit()
            scene.check(session)
        fold_all(session)
        scene.check(session)


class Rival:
    """A writer that adds, judges, moves and removes occurrences of its own, and undoes some."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene, self.seed = scene, seed
        self.chance = random.Random(seed)  # noqa: S311 - no secret

    def place(self) -> tuple[int, int]:
        return self.chance.randrange(OWED), self.chance.randrange(DAYS)

    def status(self) -> Status:
        return self.chance.choice(list(Status))

    def work(self) -> None:
        for number in range(40):
            with self.scene.world.writer() as session:
                self.scene.add(session, [(self.place(), self.status())], f"{self.seed}:{number}")
                self.change(session)
                if self.chance.random() < 0.3:
                    session.rollback()
                session.commit()

    def change(self, session: Session) -> None:
        own = select(Occurrence.id).where(Occurrence.origin.startswith(f"{self.seed}:"))
        one = Occurrence.id == self.chance.choice(session.scalars(own).all())
        values = {**self.scene.place(self.place()), "status": self.status()}
        session.execute(update(Occurrence).where(one).values(values))
        if self.chance.random() < 0.3:
            session.execute(delete(Occurrence).where(one))


def _start(work: Callable[[], None], *, faults: list[BaseException]) -> threading.Thread:
    """Start a thread that notes what goes wrong in it."""

    def guarded() -> None:
        try:
            work()
        except BaseException as fault:  # noqa: BLE001 - reported by the test itself
            faults.append(fault)

    thread = threading.Thread(target=guarded)
    thread.start()
    return thread


def test_writers_at_the_same_time_are_counted_at_every_moment(scene: Scene) -> None:
    over = threading.Event()
    faults: list[BaseException] = []
    start = partial(_start, faults=faults)

    def fold() -> None:
        while not over.is_set():
            with scene.world.writer() as session:
                rollup.fold(session, most=7)
                session.commit()

    def look() -> None:
        while not over.is_set():
            # One statement, and so one moment of both the occurrences and the counts.
            with scene.world.services.reader() as session:
                assert rollup.differences(session) == []

    writers = [start(Rival(scene, seed).work) for seed in range(1, 5)]
    others = [start(fold), start(fold), start(look)]
    for thread in writers:
        thread.join(PATIENCE)
    over.set()
    for thread in others:
        thread.join(PATIENCE)
    assert not faults
    with scene.world.writer() as session:
        scene.check(session)
        fold_all(session)
        session.commit()
        scene.check(session)
        assert session.scalar(select(func.count()).where(OccurrenceCount.slot > 0)) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_writer_never_waits_for_another_that_counts_the_same_month(scene: Scene) -> None:
    with scene.world.writer() as one, scene.world.writer() as other:
        for session in (one, other):
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            scene.add(session, [((0, 0), Status.PENDING)])
        assert rollup.fold(one) > 0
        one.commit()
        other.commit()
        scene.check(one)


def test_a_fold_leaves_one_row_for_each_month_and_none_for_what_is_gone(scene: Scene) -> None:
    with scene.world.writer() as session:
        session.execute(delete(Occurrence))
        for _ in range(3):
            scene.add(
                session, [((0, 0), Status.MET), ((0, 1), Status.NOT_MET), ((1, 0), Status.MET)]
            )
        session.execute(delete(Occurrence).where(Occurrence.obligation_id == scene.owed[1].id))
        session.commit()
        fold_all(session)
        session.commit()
        rows = session.scalars(select(OccurrenceCount)).all()
        assert [(row.obligation_id, row.slot, row.met, row.not_met, row.total) for row in rows] == [
            (scene.owed[0].id, 0, 3, 3, 6)
        ]


DAY = st.integers(-10, DAYS + 20).map(lambda days: FIRST + timedelta(days=days))


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    places=st.lists(st.tuples(PLACES, STATUSES), min_size=1, max_size=30),
    days=st.tuples(DAY, DAY),
    only=st.none() | st.lists(st.integers(0, OWED - 1)),
)
def test_any_period_is_counted_as_its_days_say(
    scene: Scene,
    places: list[tuple[tuple[int, int], Status]],
    days: tuple[date, date],
    only: list[int] | None,
) -> None:
    period = Period(min(days), max(days))
    ids = None if only is None else [scene.owed[number].id for number in only]
    with scene.world.writer() as session:
        session.execute(delete(Occurrence))
        scene.add(session, places)
        seen: dict[int, Counter[Status]] = {}
        for place, status in places:
            row = scene.place(place)
            if row["event_on"] in period and (ids is None or row["obligation_id"] in ids):
                seen.setdefault(row["obligation_id"], Counter())[status] += 1
        found = rollup.counts(session, scene.owed[0].agreement_id, period, ids)
        assert found == {number: _counts(one) for number, one in seen.items()}
        session.rollback()


def test_by_month_asks_once_and_refuses_parts_of_months(scene: Scene) -> None:
    with scene.world.services.reader() as session:
        session.connection()
        with count_queries(scene.world.services.engine) as sent:
            rollup.by_month(session, scene.owed[0].agreement_id, WHOLE.first, WHOLE.last)
        assert len(sent) == 1
        with pytest.raises(rollup.NotWholeMonthsError):
            rollup.by_month(session, 1, date(2026, 1, 2), date(2026, 1, 31))


def test_whole_months_are_read_without_a_single_occurrence(scene: Scene) -> None:
    with scene.world.writer() as session:
        scene.add(session, [((0, day), Status.MET) for day in range(DAYS)])
        session.commit()
        with count_queries(scene.world.services.engine) as sent:
            rollup.counts(session, scene.owed[0].agreement_id, WHOLE)
        assert len(sent) == 1
        assert "FROM occurrence_count" in sent[0]


def test_a_count_that_somebody_changed_by_hand_is_found_and_counted_anew(scene: Scene) -> None:
    with scene.world.writer() as session:
        session.execute(delete(Occurrence))
        scene.add(session, [((0, 0), Status.MET), ((1, 0), Status.NOT_MET)])
        session.execute(
            update(OccurrenceCount)
            .where(OccurrenceCount.obligation_id == scene.owed[0].id)
            .values(met=3)
        )
        one = scene.owed[0]
        assert rollup.differences(session) == [
            rollup.Difference(one.agreement_id, one.id, FIRST.replace(day=1), Counts(met=2))
        ]
        rollup.recount(session)
        scene.check(session)
        scene.happen(session, "judge", ([0, 1], Status.PARTLY))
        scene.check(session)


def test_the_migrated_tables_have_the_triggers(scene: Scene) -> None:
    names = {
        "sqlite": ("SELECT name FROM sqlite_master WHERE type = 'trigger'", "judge move"),
        "postgresql": ("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal", "update truncate"),
    }
    query, own = names[scene.world.services.engine.dialect.name]
    with scene.world.services.reader() as session:
        there = set(session.scalars(text(query)))
    wanted = {f"occurrence_count_{one}" for one in f"insert delete {own}".split()}
    assert wanted <= there


def test_emptying_the_table_empties_the_counts(scene: Scene) -> None:
    with scene.world.writer() as session:
        scene.add(session, [((0, 0), Status.MET)])
        session.commit()
        emptying = "TRUNCATE occurrence CASCADE"
        if scene.world.services.engine.dialect.name == "sqlite":
            emptying = "DELETE FROM occurrence"
        session.execute(text(emptying))
        assert session.scalar(select(func.count()).select_from(OccurrenceCount)) == 0
        session.rollback()
        scene.check(session)
