"""Digests when jobs run at once, mail does not leave, something crashes, or the clocks change."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier, Thread

import pytest

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.ladder import digests, queueing
from atagande_agreements.outbox.models import OutboxState
from atagande_plugin.mail.transport import Rejected, TryLater
from atagande_plugin.outbox.delivery import LEASE, deliver, pause_after
from support.deviations import CLINIC, miss, reply
from support.digests import DAY, OPENED, at, rows, run, sent, told
from support.followup import ask
from support.wire import Wire
from support.world import CLINIC_CHIEF, STEERING, World


def test_two_jobs_at_once_queue_one_digest(world: World) -> None:
    miss(world, CLINIC, "psykosmottagningen")
    at(world, OPENED + DAY)
    start, faults = Barrier(4), list[BaseException]()

    def work() -> None:
        try:
            start.wait(30)
            with world.writer() as session, session.begin():
                digests.queue(session, world.now)
            deliver(world.services, world.now)
        except BaseException as fault:  # noqa: BLE001 - reported by the test itself
            faults.append(fault)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    run(world)
    mails = [(mail.to, mail.day) for mail in sent(world)]
    assert len(mails) == len(set(mails)) == 3
    assert set(told(world).values()) == {1}


# --- faults on the way


def test_a_second_try_the_same_day_sends_the_same_bytes(sqlite_world: World) -> None:
    world = sqlite_world
    miss(world)
    wire = Wire(faults=[TryLater("smtp_450"), TryLater("smtp_450")])
    assert run(world, wire).later == 2
    kept = {row.recipient: row.raw for row in rows(world)}
    world.now += pause_after(1)
    assert run(world, wire).sent == 2
    assert {to: raw for _, to, raw in wire.sent} == kept


def test_a_second_try_is_stopped_by_an_answer(sqlite_world: World) -> None:
    world = sqlite_world
    miss(world)
    assert run(world, Wire(faults=[TryLater("smtp_450"), TryLater("smtp_450")])).later == 2
    with world.writer() as session, session.begin():
        reply(world, session)
    world.now += pause_after(1)
    run(world)
    assert sent(world, CLINIC_CHIEF) == []
    assert len(sent(world, STEERING)) == 1


def test_what_never_left_is_told_anew_the_next_day(sqlite_world: World) -> None:
    world = sqlite_world
    miss(world)
    assert run(world, Wire(faults=[Rejected("smtp_550"), TryLater("smtp_450")])).sent == 0
    at(world, OPENED + DAY)
    run(world)
    run(world)
    by_state = Counter(row.state for row in rows(world))
    assert by_state == {OutboxState.FAILED: 1, OutboxState.CANCELLED: 1, OutboxState.SENT: 1}
    assert [mail.day for mail in sent(world)] == [OPENED + DAY]
    assert set(told(world).values()) == {1}


def test_a_crash_after_sending_sends_the_same_bytes_or_nothing(world: World) -> None:
    miss(world)

    class Crash(BaseException):
        pass

    class Crashing(Wire):
        def send(self, number: int, sender: str, recipient: str, raw: bytes) -> None:
            super().send(number, sender, recipient, raw)
            raise Crash

    first, second = Crashing(), Wire()
    with pytest.raises(Crash):
        run(world, first)
    assert run(world, second).sent == 0, "leased"
    world.now += LEASE + timedelta(seconds=1)
    assert run(world, second).sent == 2
    assert first.sent[0] in second.sent
    assert set(told(world).values()) == {1}


def test_a_crash_before_midnight_still_gives_one_digest_a_day(sqlite_world: World) -> None:
    world = sqlite_world
    miss(world, CLINIC)

    class Crash(BaseException):
        pass

    class Crashing(Wire):
        def send(self, number: int, sender: str, recipient: str, raw: bytes) -> None:
            super().send(number, sender, recipient, raw)
            raise Crash

    first, second = Crashing(), Wire()
    with pytest.raises(Crash):
        run(world, first)
    at(world, OPENED + DAY)
    with world.writer() as session, session.begin():
        reply(world, session)
    run(world, second)
    at(world, OPENED + 2 * DAY)
    run(world, second)
    days = Counter((to, number) for number, to, _ in second.sent)
    assert set(days.values()) == {1}
    mails = Counter((mail.to, mail.day) for mail in sent(world))
    assert set(mails.values()) == {1}
    news = [mail for mail in sent(world, STEERING) if "YTTRAT SIG" in mail.text]
    assert len(news) == 1


# --- the clock


@pytest.mark.parametrize(
    ("now", "day", "leaves"),
    [
        ("2026-04-15T22:00:00Z", date(2026, 4, 16), "2026-04-16T05:00:00+00:00"),
        ("2026-04-16T05:00:00Z", date(2026, 4, 16), "2026-04-16T05:00:00+00:00"),
        ("2026-04-16T18:59:00Z", date(2026, 4, 16), "2026-04-16T18:59:00+00:00"),
        ("2026-04-16T19:00:00Z", date(2026, 4, 17), "2026-04-17T05:00:00+00:00"),
        # The night when clocks go forward, and the one when they go back.
        ("2026-03-29T00:30:00Z", date(2026, 3, 29), "2026-03-29T05:00:00+00:00"),
        ("2026-10-25T00:30:00Z", date(2026, 10, 25), "2026-10-25T06:00:00+00:00"),
        ("2026-10-25T01:30:00Z", date(2026, 10, 25), "2026-10-25T06:00:00+00:00"),
        ("2026-12-31T23:30:00Z", date(2027, 1, 1), "2027-01-01T06:00:00+00:00"),
    ],
)
def test_a_digest_leaves_by_day(now: str, day: date, leaves: str) -> None:
    turn = queueing.turn(datetime.fromisoformat(now).astimezone(UTC))
    assert (turn.day, turn.at.isoformat()) == (day, leaves)
    assert turn.next_day == day + DAY
    assert local_date(turn.next_at) == turn.next_day


@pytest.mark.parametrize("start", [date(2026, 3, 27), date(2026, 10, 23)])
def test_there_is_one_a_day_when_the_clocks_change(sqlite_world: World, start: date) -> None:
    world = sqlite_world
    world.decide("answer_days", "1", date(2026, 2, 1))
    for number in range(8):
        at(world, start + number * DAY)
        ask(world, CLINIC, start + number * DAY)
        for hour in range(24):
            world.now = local_time(start + number * DAY, time()) + timedelta(hours=hour)
            run(world)
    mails = Counter((mail.to, mail.day) for mail in sent(world))
    assert set(mails.values()) == {1}
    assert set(told(world).values()) == {1}
