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
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.sweep import sweep
from support.followup import of_enquiries
from support.world import CLINIC_CHIEF, CONVENER, World

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


def test_it_opens_one_deviation_and_writes_to_the_clinics_chief(asked: World) -> None:
    asked.decide("deviation_reply_days", "60", date(2026, 3, 30), "13")
    done = sweep(asked.writer, MISSED)
    assert (done.settled, done.deviations_opened, done.messages_queued) == (1, 1, 1)
    with asked.services.reader() as session:
        deviation = session.scalars(select(Deviation)).one()
        assert deviation.state is DeviationState.OPEN
        assert deviation.reply_days == 60
        assert deviation.unit_id == asked.unit(session, "sollentuna-mottagning").id
        message = session.scalars(select(OutboxMessage)).one()
        assert (message.kind, message.recipient) == ("deviation_opened", CLINIC_CHIEF)
        occurrence = session.scalars(of_enquiries()).one()
        assert occurrence.status is Status.NOT_MET
        assert (occurrence.sweep_at, occurrence.settled_at) == (None, MISSED)


def test_twice_is_as_once(asked: World) -> None:
    sweep(asked.writer, MISSED)
    again = sweep(asked.writer, MISSED)
    assert (again.settled, again.deviations_opened, again.messages_queued) == (0, 0, 0)
    assert (count(asked, Deviation), count(asked, OutboxMessage)) == (1, 1)


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
    assert (done.deviations_opened, done.messages_queued) == (1, 0)


def test_a_moment_without_a_time_zone_is_refused(asked: World) -> None:
    with pytest.raises(NaiveDatetime):
        sweep(asked.writer, MISSED.replace(tzinfo=None))


def test_the_sweeps_entries_hold_the_chain(asked: World) -> None:
    sweep(asked.writer, MISSED)
    with asked.services.reader() as session:
        assert first_broken(session, 1) is None
