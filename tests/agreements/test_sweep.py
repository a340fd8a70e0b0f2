"""The sweep: what is due is found once, whatever happens around it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from atagande_agreements.audit.queries import first_broken
from atagande_agreements.commitments.models import Commitment, OnMiss, Status
from atagande_agreements.deviations.models import Deviation, DeviationState
from atagande_agreements.enquiries.models import Addressee, Channel, Enquiry
from atagande_agreements.enquiries.verbs import answer_enquiry, new_reference, register_enquiry
from atagande_agreements.errors import NaiveDatetime
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.sweep import SweepSummary, sweep, sweep_batch
from support.followup import of_enquiries
from support.world import CLINIC_CHIEF, CONVENER, STEERING, World

#: When the answer to an enquiry of 30 March is missed with ten working days: midnight, Stockholm.
MISSED = datetime(2026, 4, 15, 22, 0, tzinfo=UTC)
SENT = date(2026, 3, 30)


def ask(world: World, sent_on: date = SENT, clinic: str = "sollentuna-mottagning") -> int:
    with world.writer() as session:
        enquiry = register_enquiry(
            session,
            agreement=world.agreement(session),
            unit=world.unit(session, clinic),
            person=world.person(session, CONVENER),
            sent_on=sent_on,
            reference=new_reference(),
            channel=Channel.LETTER,
            addressee=Addressee.CLINIC,
            now=world.now,
        )
        session.commit()
        return enquiry.id


@pytest.fixture
def asked(world: World) -> World:
    """A world where one enquiry of 30 March waits for its answer, due 15 April."""
    world.now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    world.decide("answer_days", "10", date(2026, 2, 1))
    ask(world)
    return world


def count(world: World, model: type[Deviation | OutboxMessage]) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_nothing_is_opened_a_second_before_the_day_is_over(asked: World) -> None:
    assert sweep(asked.writer, MISSED - timedelta(seconds=1)).settled == 0
    assert count(asked, Deviation) == 0


def test_it_opens_one_deviation_and_gives_its_chief_and_the_group_a_digest(asked: World) -> None:
    asked.decide("deviation_reply_days", "60", date(2026, 3, 30), "13")
    done = sweep(asked.writer, MISSED)
    assert (done.settled, done.deviations_opened, done.messages_queued) == (1, 1, 2)
    with asked.services.reader() as session:
        deviation = session.scalars(select(Deviation)).one()
        assert deviation.state is DeviationState.OPEN
        assert deviation.reply_days == 60
        assert deviation.unit_id == asked.unit(session, "sollentuna-mottagning").id
        messages = session.scalars(select(OutboxMessage).order_by(OutboxMessage.recipient)).all()
        assert [(one.kind, one.recipient) for one in messages] == [
            ("digest", CLINIC_CHIEF),
            ("digest", STEERING),
        ]
        # It was found at midnight; nobody gets mail before the morning.
        assert {one.next_try_at for one in messages} == {MISSED + timedelta(hours=7)}
        assert {one.unique_key.rpartition(":")[2] for one in messages} == {"2026-04-16"}
        occurrence = session.scalars(of_enquiries()).one()
        assert occurrence.status is Status.NOT_MET
        assert (occurrence.sweep_at, occurrence.settled_at) == (None, MISSED)


def test_twice_is_as_once(asked: World) -> None:
    sweep(asked.writer, MISSED)
    again = sweep(asked.writer, MISSED)
    assert (again.settled, again.deviations_opened, again.messages_queued) == (0, 0, 0)
    assert (count(asked, Deviation), count(asked, OutboxMessage)) == (1, 2)


def test_many_deviations_give_each_person_one_digest_a_day(asked: World) -> None:
    for _ in range(4):
        ask(asked)
    ask(asked, clinic="psykosmottagningen")
    assert sweep(asked.writer, MISSED).messages_queued == 3
    ask(asked, SENT - timedelta(days=1))
    again = sweep(asked.writer, MISSED + timedelta(hours=9))
    assert (again.deviations_opened, again.messages_queued) == (1, 0)


def test_what_is_found_after_the_days_digest_has_left_is_for_the_next_day(asked: World) -> None:
    sweep(asked.writer, MISSED)
    with asked.writer() as session, session.begin():
        for message in session.scalars(select(OutboxMessage)):
            message.state, message.raw = OutboxState.SENT, b"mail"
    ask(asked, SENT - timedelta(days=1))
    assert sweep(asked.writer, MISSED + timedelta(hours=9)).messages_queued == 2
    with asked.services.reader() as session:
        waiting = session.scalars(
            select(OutboxMessage.next_try_at).where(OutboxMessage.state == OutboxState.QUEUED)
        ).all()
    assert set(waiting) == {MISSED + timedelta(hours=24 + 7)}


def test_a_week_of_downtime_loses_nothing_and_doubles_nothing(asked: World) -> None:
    for day in range(31, 36):
        ask(asked, date(2026, 3, 1) + timedelta(days=day - 11), "psykosmottagningen")
    late = sweep(asked.writer, MISSED + timedelta(days=7))
    assert late.deviations_opened == 6
    assert sweep(asked.writer, MISSED + timedelta(days=7)).settled == 0


def test_many_batches_leave_nothing(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atagande_agreements.sweep.BATCH", {"sqlite": 2, "postgresql": 2})
    for _ in range(4):
        ask(asked)
    done = sweep(asked.writer, MISSED)
    assert (done.settled, done.deviations_opened) == (5, 5)


def test_of_a_backlog_each_transaction_takes_few(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atagande_agreements.sweep.BATCH", {"sqlite": 4, "postgresql": 4})
    few = {"sqlite": 2, "postgresql": 2}
    monkeypatch.setattr("atagande_agreements.sweep.BACKLOG", few)
    for _ in range(4):
        ask(asked)
    summary, left = SweepSummary(at=MISSED), []
    for sizes in ({"sqlite": 4, "postgresql": 4}, few, few):
        with asked.writer() as session, session.begin():
            sweep_batch(session, summary, sizes)
            left.append(summary.settled)
    assert left == [2, 4, 5]


def test_evidence_before_the_sweep_leaves_it_nothing_to_do(asked: World) -> None:
    asked.now = datetime(2026, 4, 15, 9, 0, tzinfo=UTC)
    with asked.writer() as session:
        answer_enquiry(
            session,
            enquiry=session.scalars(select(Enquiry)).one(),
            answered_on=date(2026, 4, 15),
            person=asked.person(session, CONVENER),
            now=asked.now,
        )
        session.commit()
    assert sweep(asked.writer, MISSED).settled == 0


def test_a_late_answer_registered_before_the_sweep_still_gives_its_deviation(
    asked: World,
) -> None:
    asked.now = datetime(2026, 4, 16, 9, 0, tzinfo=UTC)
    with asked.writer() as session:
        answer_enquiry(
            session,
            enquiry=session.scalars(select(Enquiry)).one(),
            answered_on=date(2026, 4, 16),
            person=asked.person(session, CONVENER),
            now=asked.now,
        )
        session.commit()
    assert sweep(asked.writer, asked.now).deviations_opened == 1
    with asked.services.reader() as session:
        assert session.scalars(of_enquiries()).one().days_late == 1


@pytest.mark.parametrize("on_miss", [OnMiss.OBSERVATION, OnMiss.NONE])
def test_what_is_no_ska_settles_without_a_deviation(world: World, on_miss: OnMiss) -> None:
    world.decide("answer_days", "10", date(2026, 2, 1))
    with world.writer() as session:
        clause = session.scalars(select(Commitment).where(Commitment.key == "P3")).one()
        clause.on_miss = on_miss
        session.commit()
    ask(world, date(2026, 2, 2))
    done = sweep(world.writer, world.now)
    assert (done.settled, done.deviations_opened, done.messages_queued) == (1, 0, 0)


def test_someone_who_has_left_gets_no_mail(asked: World) -> None:
    with asked.writer() as session:
        asked.person(session, CLINIC_CHIEF).active = False
        session.commit()
    done = sweep(asked.writer, MISSED)
    assert (done.deviations_opened, done.messages_queued) == (1, 1), "only the group's"


def test_a_moment_without_a_time_zone_is_refused(asked: World) -> None:
    with pytest.raises(NaiveDatetime):
        sweep(asked.writer, MISSED.replace(tzinfo=None))


def test_the_sweeps_entries_hold_the_chain(asked: World) -> None:
    sweep(asked.writer, MISSED)
    with asked.services.reader() as session:
        assert first_broken(session, 1) is None
