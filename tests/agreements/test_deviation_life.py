"""The whole life of a deviation: no state is skipped, nobody is judged unheard."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from atagande_agreements.deviations import decisions, verbs
from atagande_agreements.deviations.errors import (
    AnswerTheContest,
    Closed,
    DueBeforeDecision,
    MeasureDone,
    NotEnded,
    NotHeard,
    RungNotUsed,
    RungSkipped,
    WrongEnding,
)
from atagande_agreements.deviations.models import (
    ALLOWED,
    Deviation,
    DeviationState,
    Ending,
    StepKind,
    reference,
)
from atagande_agreements.deviations.rules import may_decide, reply_due
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.followup.queries import count_awaiting_decision
from atagande_agreements.ladder.models import Rung
from atagande_agreements.ladder.queries import ladder_on, next_rung
from atagande_agreements.steering.models import Decision
from support import deviations as life
from support.world import (
    CONVENER,
    FK,
    OTHER_CLINIC_CHIEF,
    World,
)


@pytest.fixture
def missed(world: World) -> World:
    """A world with one deviation of the clinic in Sollentuna, opened on 16 April."""
    life.miss(world)
    return world


def awaiting(world: World) -> int:
    with world.writer() as session:
        return count_awaiting_decision(session, 1, world.now.date())


def test_opened_replied_to_measured_and_closed(missed: World) -> None:
    life.use(missed, Rung.MEASURE)
    assert awaiting(missed) == 0
    with missed.writer() as session:
        life.reply(missed, session)
        life.measure(missed, session)
        life.done(missed, session)
        life.close(missed, session)
        deviation = life.numbered(session)
        assert [one.kind for one in deviation.steps] == [
            StepKind.REPLY,
            StepKind.MEASURE,
            StepKind.MEASURE_DONE,
            StepKind.CLOSED,
        ]
        assert deviation.ending is Ending.DONE
        assert deviation.version == 1 + len(deviation.steps)
        assert deviation.measures[0].ended_at == missed.now


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (before, after)
        for before in DeviationState
        for after in DeviationState
        if before is not after
    ],
)
def test_the_database_lets_no_state_be_skipped(
    world: World, before: DeviationState, after: DeviationState
) -> None:
    life.miss(world)

    def move(state: DeviationState) -> None:
        session.execute(
            update(Deviation).values(
                state=state,
                group_turn_on=None,
                ending=Ending.UNFOUNDED if state is DeviationState.CLOSED else None,
            )
        )

    ways = {
        DeviationState.OPEN: (),
        DeviationState.REPLIED: (DeviationState.REPLIED,),
        DeviationState.MEASURE: (DeviationState.REPLIED, DeviationState.MEASURE),
        DeviationState.CLOSED: (DeviationState.REPLIED, DeviationState.CLOSED),
        DeviationState.WITHDRAWN: (DeviationState.WITHDRAWN,),
    }
    with world.writer() as session:
        for state in ways[before]:
            move(state)
        if after in ALLOWED[before]:
            move(after)
        else:
            with pytest.raises(DBAPIError, match="skips a state"):
                move(after)


def test_nobody_is_judged_unheard_and_silence_is_a_step_of_its_own(missed: World) -> None:
    life.use(missed, Rung.MEASURE)
    with missed.writer() as session:
        with pytest.raises(NotHeard):
            life.close(missed, session)
        with pytest.raises(NotHeard):
            life.measure(missed, session)
    missed.now = datetime(2026, 6, 16, 8, 0, tzinfo=UTC)
    assert awaiting(missed) == 1
    with missed.writer() as session:
        life.measure(missed, session, due_on=date(2026, 8, 1))
        deviation = life.numbered(session)
        assert [one.kind for one in deviation.steps] == [StepKind.LAPSED, StepKind.MEASURE]
        assert deviation.group_turn_on == date(2026, 8, 2)
        session.commit()
    assert awaiting(missed) == 0


def test_measures_are_used_only_once_the_group_has_decided_to(missed: World) -> None:
    with missed.writer() as session:
        life.reply(missed, session)
        with pytest.raises(RungNotUsed):
            life.measure(missed, session)


def test_a_measure_is_due_after_its_decision_and_replaced_by_the_next(missed: World) -> None:
    life.use(missed, Rung.MEASURE)
    with missed.writer() as session:
        life.reply(missed, session)
        with pytest.raises(DueBeforeDecision):
            life.measure(missed, session, due_on=missed.now.date())
        first = life.measure(missed, session)
        second = life.measure(missed, session, due_on=date(2026, 7, 1))
        assert (first.ended_at, second.ended_at) == (missed.now, None)
        assert life.numbered(session).group_turn_on == date(2026, 7, 2)


def test_only_its_owner_says_that_a_measure_is_done_and_only_once(missed: World) -> None:
    life.use(missed, Rung.MEASURE)
    with missed.writer() as session:
        life.reply(missed, session)
        life.measure(missed, session)
        for stranger in (OTHER_CLINIC_CHIEF, FK, CONVENER):
            with pytest.raises(NotFound):
                life.done(missed, session, person=missed.person(session, stranger))
        life.done(missed, session)
        assert life.numbered(session).group_turn_on == missed.now.date()
        with pytest.raises(MeasureDone):
            life.done(missed, session)


def test_what_is_contested_is_answered_in_words(missed: World) -> None:
    with missed.writer() as session:
        life.reply(missed, session, contest=True)
        with pytest.raises(AnswerTheContest):
            life.close(missed, session)
        life.close(missed, session, note="Brevet kom aldrig fram.", ending=Ending.UNFOUNDED)
        assert life.numbered(session).ending is Ending.UNFOUNDED


def test_a_measure_can_t_be_done_that_was_never_decided(missed: World) -> None:
    with missed.writer() as session:
        life.reply(missed, session)
        with pytest.raises(WrongEnding):
            life.close(missed, session, ending=Ending.DONE)


def test_the_group_opens_again_and_the_party_has_its_time_anew(missed: World) -> None:
    with missed.writer() as session:
        life.reply(missed, session)
        with pytest.raises(NotEnded):
            life.reopen(missed, session)
        life.close(missed, session)
        missed.now += timedelta(days=30)
        life.reopen(missed, session)
        deviation = life.numbered(session)
        assert (deviation.state, deviation.ending) == (DeviationState.OPEN, None)
        assert reply_due(deviation) == missed.now.date() + timedelta(days=60)
        assert not may_decide(deviation, missed.now.date())
        with pytest.raises(NotHeard):
            life.close(missed, session)


def test_the_ladder_is_climbed_step_by_step(missed: World) -> None:
    life.use(missed, Rung.MEASURE, Rung.NOTICE, Rung.BOARD)

    def climb(rung: Rung) -> None:
        deviation = life.numbered(session)
        decisions.escalate(
            session,
            deviation=deviation,
            rung=rung,
            decided=life.decided(missed, session),
            version=deviation.version,
            now=missed.now,
        )

    with missed.writer() as session:
        with pytest.raises(NotHeard):
            climb(Rung.NOTICE)
        life.reply(missed, session)
        for skipped in (Rung.NOTICE, Rung.BOARD, Rung.MEASURE):
            with pytest.raises(RungSkipped):
                climb(skipped)
        life.measure(missed, session)
        with pytest.raises(RungNotUsed):
            climb(Rung.AGENDA)
        with pytest.raises(RungSkipped):
            climb(Rung.BOARD)
        climb(Rung.NOTICE)
        climb(Rung.BOARD)
        deviation = life.numbered(session)
        assert deviation.rung is Rung.BOARD
        assert [one.text for one in deviation.steps[-2:]] == ["notice", "board"]
        ladder = ladder_on(session, deviation.agreement_id, missed.now.date())
        assert next_rung(ladder, Rung.BOARD) is None


def test_who_was_never_given_a_time_is_asked_once_it_is_decided(world: World) -> None:
    life.miss(world, reply_days=None)
    with world.writer() as session:
        assert verbs.ask_for_replies(session, world.now) == []
        assert reply_due(life.numbered(session)) is None
    world.now += timedelta(days=10)
    world.decide("deviation_reply_days", "30", world.now.date())
    with world.writer() as session:
        assert len(verbs.ask_for_replies(session, world.now)) == 1
        assert verbs.ask_for_replies(session, world.now) == []
        assert reply_due(life.numbered(session)) == world.now.date() + timedelta(days=30)


def test_of_two_who_act_at_once_the_second_is_told(missed: World) -> None:
    with missed.writer() as ours:
        deviation = life.numbered(ours)
        read = deviation.version
        ours.rollback()
        with missed.writer() as theirs:
            life.reply(missed, theirs)
            theirs.commit()
        with pytest.raises(Stale):
            life.close(missed, ours, version=read)


def test_a_closed_one_can_t_be_decided_on_again(missed: World) -> None:
    with missed.writer() as session:
        life.reply(missed, session)
        life.close(missed, session)
        with pytest.raises(Closed):
            life.close(missed, session)
        decisions_made = session.scalar(select(func.count()).select_from(Decision))
    assert decisions_made
    assert reference(1) == "A-1"
