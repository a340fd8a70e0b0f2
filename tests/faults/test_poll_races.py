"""Polls when several act at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from atagande_calendar.common_time.models import PollTime, Vote
from support.polls import HERE, link, opened, time_number, version, votes
from support.world import ADMINISTRATOR, FK, Visitor, World


def test_of_many_who_close_a_poll_at_once_one_does(world: World) -> None:
    poll = opened(world)
    stale = str(version(world, poll))
    visitors = [world.client(ADMINISTRATOR) for _ in range(6)]
    times = [str(time_number(world, poll, number % 3)) for number in range(6)]
    ready = threading.Barrier(len(visitors))

    def choose(at: int) -> int:
        ready.wait()
        data = {"time": times[at], "version": stale}
        return int(visitors[at].post(f"{HERE}/{poll}/valj", data).status_code)

    with ThreadPoolExecutor(len(visitors)) as pool:
        answers = sorted(pool.map(choose, range(len(visitors))))
    assert answers == [303, 409, 409, 409, 409, 409]
    with world.services.reader() as session:
        assert len(session.scalars(select(PollTime.id).where(PollTime.chosen)).all()) == 1


def test_the_same_answer_from_two_windows_at_once_is_one(world: World) -> None:
    poll = opened(world)
    path = link(world, poll, FK)
    visitors = [world.client() for _ in range(4)]
    ready = threading.Barrier(len(visitors))

    def vote(visitor: Visitor) -> int:
        ready.wait()
        return int(visitor.post(path, {"t0": "yes", "t1": "no", "t2": "best"}).status_code)

    with ThreadPoolExecutor(len(visitors)) as pool:
        assert list(pool.map(vote, visitors)) == [303] * 4
    assert votes(world, poll) == [Vote.YES, Vote.NO, Vote.BEST]
