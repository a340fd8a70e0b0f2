"""Deviations decided together, and a random walk through the lives of two."""

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.deviations import merging
from atagande_agreements.deviations.errors import (
    CantMerge,
    DecidedTogether,
    NotMerged,
    OthersNotHeard,
)
from atagande_agreements.deviations.models import ENDED, Deviation, DeviationState, StepKind
from atagande_agreements.deviations.rules import state_before_withdrawal
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.enquiries.verbs import answer_enquiry
from atagande_agreements.errors import Refused
from atagande_agreements.ladder.models import Rung
from support import deviations as life
from support.world import CLINIC_CHIEF, OTHER_CLINIC_CHIEF, STEERING, World

PSYCHOSIS = "psykosmottagningen"


@pytest.fixture
def two(world: World) -> World:
    """A world with a deviation of two clinics each, and the ladder's measures in use."""
    life.miss(world, life.CLINIC, PSYCHOSIS)
    life.use(world, Rung.MEASURE)
    return world


def merged(world: World) -> None:
    with world.writer() as session:
        child, lead = life.numbered(session, 2), life.numbered(session, 1)
        merging.merge(
            session,
            deviation=child,
            into=lead,
            person=world.person(session, STEERING),
            version=child.version,
            now=world.now,
        )
        session.commit()


def test_of_one_cause_all_are_heard_and_one_decision_closes_them(two: World) -> None:
    merged(two)
    with two.writer() as session:
        life.reply(two, session, 1)
        with pytest.raises(OthersNotHeard, match="A-2"):
            life.close(two, session, 1)
        life.reply(two, session, 2, who=OTHER_CLINIC_CHIEF)
        with pytest.raises(DecidedTogether, match="A-1"):
            life.close(two, session, 2)
        life.measure(two, session, 1)
        assert {life.numbered(session, n).group_turn_on for n in (1, 2)} == {date(2026, 6, 2)}
        life.close(two, session, 1)
        states = session.scalars(select(Deviation.state).order_by(Deviation.id)).all()
        assert states == [DeviationState.CLOSED] * 2
        closing = {life.numbered(session, n).steps[-1].decision_id for n in (1, 2)}
        assert len(closing) == 1
        for number in (1, 2):
            deviation = life.numbered(session, number)
            assert deviation.version == 1 + len(deviation.steps)


def test_merging_refuses_itself_chains_and_what_has_come_further(two: World) -> None:
    merged(two)
    with two.writer() as session:
        person = two.person(session, STEERING)
        first, second = life.numbered(session, 1), life.numbered(session, 2)
        for one, other in ((first, first), (first, second), (second, first)):
            with pytest.raises(CantMerge):
                merging.merge(
                    session,
                    deviation=one,
                    into=other,
                    person=person,
                    version=one.version,
                    now=two.now,
                )
        merging.part(session, deviation=second, person=person, version=second.version, now=two.now)
        with pytest.raises(NotMerged):
            merging.part(
                session, deviation=second, person=person, version=second.version, now=two.now
            )
        life.reply(two, session, 1)
        life.measure(two, session, 1)
        with pytest.raises(CantMerge):
            merging.merge(
                session,
                deviation=second,
                into=first,
                person=person,
                version=second.version,
                now=two.now,
            )


def answer(world: World, number: int, answered_on: date) -> None:
    with world.writer() as session:
        answer_enquiry(
            session,
            enquiry=session.get_one(Enquiry, number),
            answered_on=answered_on,
            person=world.person(session, CLINIC_CHIEF if number == 1 else OTHER_CLINIC_CHIEF),
            now=world.now,
        )
        session.commit()


def test_those_left_without_the_measure_they_shared_are_the_groups_at_once(two: World) -> None:
    merged(two)
    with two.writer() as session:
        life.reply(two, session, 1)
        life.reply(two, session, 2, who=OTHER_CLINIC_CHIEF)
        life.measure(two, session, 1)
        session.commit()
    answer(two, 1, date(2026, 4, 15))
    with two.writer() as session:
        left = life.numbered(session, 2)
        assert (left.state, left.merged_into_id) == (DeviationState.MEASURE, None)
        assert left.group_turn_on == two.now.date()


def test_late_evidence_of_a_kept_commitment_withdraws_and_the_others_go_on(two: World) -> None:
    merged(two)
    answer(two, 1, date(2026, 4, 15))
    with two.writer() as session:
        first, second = life.numbered(session, 1), life.numbered(session, 2)
        assert (first.state, first.group_turn_on) == (DeviationState.WITHDRAWN, None)
        assert second.merged_into_id is None
        assert [one.kind for one in second.steps] == [StepKind.MERGED, StepKind.PARTED]
        assert (first.version, second.version) == (2, 3)


def act(world: World, session: Session, what: str, number: int) -> None:
    """Try one thing with one of two deviations."""
    deviation = life.numbered(session, number)
    match what:
        case "reply" | "contest":
            who = {1: CLINIC_CHIEF, 2: OTHER_CLINIC_CHIEF}[number]
            life.reply(world, session, number, who=who, contest=what == "contest")
        case "measure":
            life.measure(world, session, number, world.now.date() + timedelta(days=9))
        case "done":
            life.done(world, session, number)
        case "close":
            life.close(world, session, number, note="Så.")
        case "reopen":
            life.reopen(world, session, number)
        case "wait":
            world.now += timedelta(days=40)
        case "merge":
            merging.merge(
                session,
                deviation=deviation,
                into=life.numbered(session, 3 - number),
                person=world.person(session, STEERING),
                version=deviation.version,
                now=world.now,
            )
        case _:
            merging.part(
                session,
                deviation=deviation,
                person=world.person(session, STEERING),
                version=deviation.version,
                now=world.now,
            )


KINDS = ("reply", "contest", "measure", "done", "close", "reopen", "merge", "part", "wait")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from((1, 2))), max_size=9))
def test_whatever_is_tried_the_trail_and_the_state_agree(
    two: World, acts: list[tuple[str, int]]
) -> None:
    clock = two.now
    with two.writer() as session:
        for what, number in acts:
            with contextlib.suppress(Refused):
                act(two, session, what, number)
        found = session.scalars(select(Deviation)).all()
        leads = {one.merged_into_id for one in found}
        for deviation in found:
            kinds = [one.kind for one in deviation.steps]
            assert deviation.version == 1 + len(kinds)
            assert [one.number for one in deviation.steps] == list(range(1, len(kinds) + 1))
            assert deviation.state in ENDED or deviation.ending is None
            assert deviation.state in ENDED or deviation.state is state_before_withdrawal(kinds)
            assert deviation.merged_into_id is None or deviation.id not in leads
        session.rollback()
    two.now = clock
