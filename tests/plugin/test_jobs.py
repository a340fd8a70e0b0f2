"""The scheduler: one leader, a heartbeat, and jobs that are noted."""

from datetime import timedelta

from sqlalchemy import select

from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_plugin.auth import links
from atagande_plugin.auth.models import HandledRequest, SignInAttempt
from atagande_plugin.jobs.models import JobLease, JobRun
from atagande_plugin.jobs.scheduler import JOBS, LEASE, Scheduler, hold
from support.world import CONVENER, World


def take(world: World, owner: str) -> bool:
    with world.writer() as session, session.begin():
        return hold(session, owner, world.now)


def test_one_scheduler_leads(world: World) -> None:
    assert take(world, "a")
    assert not take(world, "b")
    assert take(world, "a"), "the leader keeps it"


def test_a_dead_leader_is_followed_by_another(world: World) -> None:
    assert take(world, "a")
    world.now += LEASE + timedelta(seconds=1)
    assert take(world, "b")
    assert not take(world, "a"), "the first one is idle when it comes back"


def test_only_the_leader_works(sqlite_world: World) -> None:
    first, second = Scheduler(sqlite_world.services), Scheduler(sqlite_world.services)
    first.beat()
    second.beat()
    second.run("sweep")
    with sqlite_world.services.reader() as session:
        assert session.get(JobRun, "sweep") is None
    first.run("sweep")
    with sqlite_world.services.reader() as session:
        run = session.get_one(JobRun, "sweep")
    assert (run.result, run.summary) == ("ok", '{"settled": 0, "deviations_opened": 0}')


def test_the_outbox_job_delivers(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        links.ask_for_link(session, CONVENER, sqlite_world.now)
        session.commit()
    leader = Scheduler(sqlite_world.services)
    leader.beat()
    leader.run("outbox")
    with sqlite_world.services.reader() as session:
        assert session.scalars(select(OutboxMessage.state)).all() == [OutboxState.SENT]


def test_a_failing_job_is_noted_and_the_next_one_runs(sqlite_world: World) -> None:
    leader = Scheduler(sqlite_world.services)
    leader.beat()

    def broken(_services: object) -> dict[str, int]:
        raise ValueError("not for the log")

    jobs = dict(JOBS)
    try:
        JOBS["sweep"] = (300, broken)  # type: ignore[index]  # it is a dict underneath
        leader.run("sweep")
    finally:
        JOBS["sweep"] = jobs["sweep"]  # type: ignore[index]  # put back
    with sqlite_world.services.reader() as session:
        assert session.get_one(JobRun, "sweep").result == "ValueError"
    leader.run("sweep")
    with sqlite_world.services.reader() as session:
        assert session.get_one(JobRun, "sweep").result == "ok"


def test_old_sign_ins_are_tidied_away(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        session.add(SignInAttempt(who="x", at=sqlite_world.now - timedelta(days=1)))
        session.add(
            HandledRequest(
                scope="person:1",
                key="k",
                fingerprint="f",
                status=200,
                at=sqlite_world.now - timedelta(days=8),
            )
        )
        session.commit()
    leader = Scheduler(sqlite_world.services)
    leader.beat()
    leader.run("tidy")
    with sqlite_world.services.reader() as session:
        assert session.scalars(select(SignInAttempt)).all() == []
        assert session.scalars(select(HandledRequest)).all() == []


def test_a_started_scheduler_beats_and_lets_go_when_it_stops(sqlite_world: World) -> None:
    scheduler = Scheduler(sqlite_world.services)
    scheduler.start()
    with sqlite_world.services.reader() as session:
        assert session.scalars(select(JobLease.owner)).all() == [scheduler.owner]
    scheduler.stop()
    with sqlite_world.services.reader() as session:
        assert session.scalars(select(JobLease)).all() == []


def test_operations_see_whether_the_jobs_run(sqlite_world: World) -> None:
    page = sqlite_world.client("administrator@suvs.example").get("/drift").text
    assert "Jobben står still" in page
    leader = Scheduler(sqlite_world.services)
    leader.beat()
    leader.run("sweep")
    page = sqlite_world.client("administrator@suvs.example").get("/drift").text
    assert "Jobben står still" not in page
    assert "Gick bra" in page


def test_metrics_are_for_this_machine(sqlite_world: World) -> None:
    client = sqlite_world.client()
    assert "atagande_outbox_messages" in client.get("/metrics").text
    away = client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert away.status_code == 403
    passed_on = client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert passed_on.status_code == 403, "a proxy on this machine passed it on"
