"""Deviations: who may do what when, and what settled things keep."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import add_working_days, end_of_day
from atagande_agreements.commitments.models import Evidence, Occurrence, ParameterDecision, Status
from atagande_agreements.deviations import rules
from atagande_agreements.deviations.decisions import Decided, close
from atagande_agreements.deviations.errors import Closed, EmptyReply, NotHeard, Withdrawn
from atagande_agreements.deviations.models import (
    Deviation,
    DeviationState,
    DeviationStep,
    StepKind,
)
from atagande_agreements.deviations.verbs import reply
from atagande_agreements.enquiries.models import Addressee, Channel, Enquiry
from atagande_agreements.enquiries.verbs import answer_enquiry, new_reference, register_enquiry
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.sweep import sweep
from support.followup import of_enquiries
from support.world import CLINIC_CHIEF, CONVENER, FK, OTHER_CLINIC_CHIEF, STEERING, World

SENT = date(2026, 3, 30)
OPENED = datetime(2026, 4, 16, 8, 0, tzinfo=UTC)


def ask(world: World, sent_on: date = SENT) -> int:
    """Register an enquiry to the clinic in Sollentuna; return its id."""
    with world.writer() as session:
        enquiry = register_enquiry(
            session,
            agreement=world.agreement(session),
            unit=world.unit(session, "sollentuna-mottagning"),
            person=world.person(session, CONVENER),
            sent_on=sent_on,
            reference=new_reference(),
            channel=Channel.LETTER,
            addressee=Addressee.CLINIC,
            now=world.now,
        )
        session.commit()
        return enquiry.id


def answer(world: World, enquiry_id: int, answered_on: date) -> None:
    with world.writer() as session:
        answer_enquiry(
            session,
            enquiry=session.get_one(Enquiry, enquiry_id),
            answered_on=answered_on,
            person=world.person(session, CLINIC_CHIEF),
            now=world.now,
        )
        session.commit()


@pytest.fixture
def missed(world: World) -> World:
    """A world with one deviation, opened on 16 April with 60 days for the reply."""
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.decide("deviation_reply_days", "60", date(2026, 2, 1), "13")
    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    ask(world)
    world.now = OPENED
    assert sweep(world.writer, world.now).deviations_opened == 1
    return world


def the_deviation(session: Session) -> Deviation:
    return session.scalars(select(Deviation)).one()


def do_reply(
    session: Session, world: World, *, who: str = CLINIC_CHIEF, version: int = 1, text: str = "Vi."
) -> None:
    reply(
        session,
        deviation=the_deviation(session),
        text=text,
        person=world.person(session, who),
        version=version,
        now=world.now,
    )


def do_close(session: Session, world: World, *, version: int) -> None:
    close(
        session,
        deviation=the_deviation(session),
        decided=Decided(
            paragraph="14",
            decided_on=date(2026, 4, 16),
            person=world.person(session, STEERING),
        ),
        version=version,
        now=world.now,
    )


def test_a_party_is_never_judged_unheard(missed: World) -> None:
    with missed.writer() as session:
        with pytest.raises(NotHeard):
            do_close(session, missed, version=1)
        do_reply(session, missed)
        do_close(session, missed, version=2)
        deviation = the_deviation(session)
        assert deviation.state is DeviationState.CLOSED
        assert [step.kind for step in deviation.steps] == [StepKind.REPLY, StepKind.CLOSED]
        decision = deviation.steps[-1].decision
        assert decision is not None
        assert decision.paragraph == "§ 14"


def test_when_the_time_for_the_reply_is_over_the_group_may_close(missed: World) -> None:
    with missed.writer() as session:
        missed.now = end_of_day(date(2026, 6, 15)) - timedelta(seconds=1)
        with pytest.raises(NotHeard):
            do_close(session, missed, version=1)
        missed.now = end_of_day(date(2026, 6, 15))
        do_close(session, missed, version=1)


@pytest.mark.parametrize("who", [OTHER_CLINIC_CHIEF, FK, CONVENER])
def test_only_the_clinic_itself_replies(missed: World, who: str) -> None:
    with missed.writer() as session:
        with pytest.raises(NotFound):
            do_reply(session, missed, who=who)
        assert the_deviation(session).state is DeviationState.OPEN


def test_a_reply_has_words(missed: World) -> None:
    with missed.writer() as session, pytest.raises(EmptyReply):
        do_reply(session, missed, text=" \n ")


def test_an_old_page_is_stale_and_a_closed_deviation_stays_closed(missed: World) -> None:
    with missed.writer() as session:
        do_reply(session, missed)
        with pytest.raises(Stale):
            do_reply(session, missed, version=1)
        do_close(session, missed, version=2)
        with pytest.raises(Closed):
            do_reply(session, missed, version=3)
        with pytest.raises(Closed):
            do_close(session, missed, version=3)


def test_an_answer_registered_late_but_given_in_time_withdraws_it(missed: World) -> None:
    answer(missed, 1, date(2026, 4, 15))
    with missed.writer() as session:
        occurrence = session.scalars(of_enquiries()).one()
        assert (occurrence.status, occurrence.kept_on) == (Status.MET, date(2026, 4, 15))
        assert occurrence.sweep_at is None
        deviation = the_deviation(session)
        assert deviation.state is DeviationState.WITHDRAWN
        assert [step.kind for step in deviation.steps] == [StepKind.WITHDRAWN]
        with pytest.raises(Withdrawn):
            do_close(session, missed, version=2)
    assert sweep(missed.writer, missed.now).settled == 0


def test_a_late_answer_after_the_sweep_does_not_come_back_to_it(missed: World) -> None:
    answer(missed, 1, date(2026, 4, 16))
    with missed.writer() as session:
        occurrence = session.scalars(of_enquiries()).one()
        assert (occurrence.status, occurrence.days_late) == (Status.NOT_MET, 1)
        assert occurrence.sweep_at is None
        settled_at = occurrence.settled_at
        assert not rules.may_decide(the_deviation(session), date(2026, 4, 16))
    assert sweep(missed.writer, missed.now + timedelta(days=1)).settled == 0
    with missed.writer() as session:
        assert session.scalars(of_enquiries()).one().settled_at == settled_at


def test_what_is_settled_keeps_the_decision_it_was_settled_by(missed: World) -> None:
    missed.decide("answer_days", "20", date(2026, 3, 1), "15")
    answer(missed, 1, date(2026, 4, 16))
    with missed.writer() as session:
        occurrence = session.scalars(of_enquiries()).one()
        assert occurrence.due_on == date(2026, 4, 15)
        assert occurrence.status is Status.NOT_MET


def test_a_request_sent_the_day_before_the_decision_applies_stays_unjudged(world: World) -> None:
    ask(world, date(2026, 1, 31))
    ask(world, date(2026, 2, 1))
    world.decide("answer_days", "10", date(2026, 2, 1))
    assert sweep(world.writer, world.now).deviations_opened == 1
    with world.writer() as session:
        statuses = session.execute(
            select(Occurrence.event_on, Occurrence.status)
            .where(Occurrence.origin.like("enquiry:%"))
            .order_by(Occurrence.event_on)
        ).all()
    assert [tuple(row) for row in statuses] == [
        (date(2026, 1, 31), Status.NOT_ASSESSABLE),
        (date(2026, 2, 1), Status.NOT_MET),
    ]


def test_the_database_itself_refuses_to_rewrite_a_step(missed: World) -> None:
    with missed.writer() as session:
        do_reply(session, missed)
        session.commit()
    for statement in (update(DeviationStep).values(text="Annat"), delete(DeviationStep)):
        with missed.writer() as session, pytest.raises(DBAPIError, match="append-only"):
            session.execute(statement)


def test_a_closed_deviation_needs_its_decision(missed: World) -> None:
    with missed.writer() as session:
        session.add(
            DeviationStep(deviation_id=1, number=9, kind=StepKind.CLOSED, at=OPENED, text="")
        )
        with pytest.raises(DBAPIError, match="decided"):
            session.flush()


DAYS = st.dates(date(2026, 2, 1), date(2026, 2, 28))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=st.lists(DAYS, min_size=1, max_size=4),
    first=DAYS,
    second=DAYS,
    values=st.tuples(st.integers(1, 12), st.integers(1, 12)),
)
def test_a_decision_judges_from_its_date_and_rewrites_nothing_settled(
    sqlite_world: World, sent: list[date], first: date, second: date, values: tuple[int, int]
) -> None:
    world = sqlite_world
    if first == second:
        second = first + timedelta(days=1)
    with world.writer() as session:
        for table in ("parameter_decision", "evidence"):
            session.connection().exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_delete")
        for model in (OutboxMessage, Deviation, Evidence, Occurrence, Enquiry, ParameterDecision):
            session.execute(delete(model))
        session.commit()
    for day in sent:
        ask(world, day)
    world.decide("answer_days", str(values[0]), first)
    sweep(world.writer, world.now)
    with world.writer() as session:
        before = {one.id: (one.status, one.due_on) for one in session.scalars(of_enquiries())}
        settled = {one.id for one in session.scalars(of_enquiries()) if one.settled_at is not None}
    world.decide("answer_days", str(values[1]), second)
    sweep(world.writer, world.now)
    with world.writer() as session:
        for one in session.scalars(of_enquiries()):
            if one.id in settled:
                assert (one.status, one.due_on) == before[one.id]
            elif one.event_on < min(first, second):
                assert (one.status, one.due_on) == (Status.NOT_ASSESSABLE, None)
            else:
                applies = max(
                    (day, value)
                    for day, value in zip((first, second), values, strict=True)
                    if day <= one.event_on
                )[1]
                assert one.due_on == add_working_days(one.event_on, applies)
