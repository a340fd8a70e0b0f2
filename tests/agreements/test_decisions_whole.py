"""Whatever is decided, in any order: nothing from before its date is judged otherwise."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from atagande_agreements.commitments.evidence import Shown, show
from atagande_agreements.commitments.models import (
    Commitment,
    Obligation,
    Occurrence,
    OccurrenceDecision,
    Parameter,
    ParameterDecision,
    ParameterUnit,
    Status,
)
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.register.models import Agreement
from atagande_agreements.rules import PERMISSION, RULES, Outcome
from atagande_agreements.sweep import sweep
from support.world import World

TODAY = date(2026, 9, 1)
DAYS = st.dates(date(2026, 1, 1), TODAY)
VALUES = {
    ParameterUnit.BOOLEAN: "1",
    ParameterUnit.TEXT: "ord",
    ParameterUnit.ORGANISATION: "forbundet",
}
SHOWN = st.builds(
    Shown,
    kept_on=st.none() | DAYS,
    asked_on=st.none() | DAYS,
    counted=st.integers(0, 3),
    total=st.integers(3, 5),
    unknown=st.integers(0, 2),
    outcome=st.sampled_from([Outcome.NONE, Outcome.KEPT, Outcome.NOT_KEPT, Outcome.ATTENDED]),
    trained=st.just(((date(2025, 6, 1), 3),)),
)
#: What happens to a commitment of some kind; a permission has no obligations.
EVENT = st.tuples(st.sampled_from(sorted(set(RULES) - {PERMISSION})), DAYS, SHOWN)
EVENTS = st.lists(
    EVENT,
    min_size=1,
    max_size=6,
)
DECISIONS = st.lists(
    st.tuples(st.integers(0, 36), st.dates(date(2026, 1, 1), TODAY), st.integers(1, 4)),
    max_size=4,
    unique_by=lambda one: one[:2],
)


def empty(world: World) -> None:
    """Take away what an earlier example left."""
    with world.writer() as session:
        session.connection().exec_driver_sql("DROP TRIGGER IF EXISTS parameter_decision_no_delete")
        models = (OutboxMessage, Deviation, OccurrenceDecision, Occurrence, ParameterDecision)
        for model in models:
            session.execute(delete(model))
        session.execute(update(Agreement).values(terms_opened_on=TODAY + timedelta(days=9)))
        session.commit()


def put(world: World, events: list[tuple[str, date, Shown]]) -> None:
    """Let things happen, each to the first party that owes that kind."""
    with world.writer() as session:
        for number, (kind, day, shown) in enumerate(events):
            obligation = session.scalars(
                select(Obligation)
                .join(Commitment, Commitment.id == Obligation.commitment_id)
                .where(Commitment.rule == kind)
                .order_by(Obligation.id)
            ).first()
            if obligation is not None:
                show(
                    session,
                    obligation=obligation,
                    origin=f"event:{number}",
                    event_on=day,
                    shown=shown,
                    now=world.now,
                )
        session.commit()


def seen(world: World) -> dict[tuple[int, str], tuple[date, Status, date | None]]:
    with world.writer() as session:
        return {
            (one.obligation_id, one.origin): (one.event_on, one.status, one.due_on)
            for one in session.scalars(select(Occurrence))
        }


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(EVENTS, DECISIONS)
def test_no_decision_changes_a_verdict_from_before_its_date(
    sqlite_world: World,
    events: list[tuple[str, date, Shown]],
    decisions: list[tuple[int, date, int]],
) -> None:
    world = sqlite_world
    empty(world)
    world.now = datetime(2026, 9, 2, 8, tzinfo=UTC)
    with world.writer() as session:
        known = session.scalars(select(Parameter).order_by(Parameter.position)).all()
        parameters = [(one.key, one.unit, one.minimum or 0) for one in known]
    put(world, events)
    sweep(world.writer, world.now)
    for number, valid_from, value in decisions:
        key, unit, least = parameters[number % len(parameters)]
        with world.writer() as session:
            taken = session.scalar(
                select(func.count())
                .select_from(ParameterDecision)
                .join(Parameter, Parameter.id == ParameterDecision.parameter_id)
                .where(Parameter.key == key, ParameterDecision.valid_from == valid_from)
            )
        if taken:
            continue
        before = seen(world)
        world.decide(key, VALUES.get(unit, str(max(value, least))), valid_from)
        after = seen(world)
        for one, (event_on, *verdict) in before.items():
            if event_on < valid_from:
                assert after[one] == (event_on, *verdict)
        sweep(world.writer, world.now)
        once = seen(world)
        summary = sweep(world.writer, world.now)
        assert (summary.terms_opened, summary.settled) == (0, 0)
        assert seen(world) == once


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_order_and_repetition_of_the_same_evidence_ends_in_the_same_verdict(
    sqlite_world: World, data: st.DataObject
) -> None:
    world = sqlite_world
    world.now = datetime(2026, 9, 2, 8, tzinfo=UTC)
    events = data.draw(st.lists(EVENT, max_size=4))
    numbered = [(kind, day, shown) for kind, day, shown in events]
    empty(world)
    put(world, numbered)
    sweep(world.writer, world.now + timedelta(days=1))
    expected = seen(world)
    empty(world)
    with world.writer() as session:
        order = data.draw(st.permutations(list(enumerate(numbered)) * 2))
        for number, (kind, day, shown) in order:
            obligation = session.scalars(
                select(Obligation)
                .join(Commitment, Commitment.id == Obligation.commitment_id)
                .where(Commitment.rule == kind)
                .order_by(Obligation.id)
            ).first()
            assert obligation is not None
            show(
                session,
                obligation=obligation,
                origin=f"event:{number}",
                event_on=day,
                shown=shown,
                now=world.now,
            )
        session.commit()
    sweep(world.writer, world.now + timedelta(days=1))
    assert seen(world) == expected
