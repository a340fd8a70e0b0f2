"""Wakes the work. One lease in the database makes every scheduler but one idle.

The truth is in the tables: a job that is not run, or is run twice, loses and doubles nothing.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from atagande_agreements.competence.importing import forget_expired
from atagande_agreements.contacts.reminders import remind
from atagande_agreements.followup import rollup
from atagande_agreements.ladder import digests
from atagande_agreements.sweep import insert_new, sweep
from atagande_calendar.slots import holds
from atagande_plugin.auth.links import WINDOW
from atagande_plugin.auth.models import HandledRequest, SignInAttempt
from atagande_plugin.figures import publish_job
from atagande_plugin.jobs.calendars import refresh
from atagande_plugin.jobs.faults import JobFailed
from atagande_plugin.jobs.models import JobLease, JobRun
from atagande_plugin.jobs.retention import retention_job
from atagande_plugin.mail.inbox import inbox_job
from atagande_plugin.observability import LOGGER, log_crash
from atagande_plugin.outbox.delivery import deliver
from atagande_plugin.reports.making import make_reports
from atagande_plugin.services import Services

NAME = "scheduler"
LEASE = timedelta(seconds=45)
HEARTBEAT_SECONDS = 15
#: How long the answer to a request is kept for a replay.
KEEP_HANDLED = timedelta(days=7)

Job = Callable[[Services], Mapping[str, Any]]


def _sweep(services: Services) -> Mapping[str, Any]:
    summary = sweep(services.writer, services.now())
    _fold(services)
    return {"settled": summary.settled, "deviations_opened": summary.deviations_opened}


def _fold(services: Services) -> None:
    """Add together what has been counted since the last time; only PostgreSQL leaves anything."""
    while services.engine.dialect.name == "postgresql":
        with services.writer() as session, session.begin():
            if not rollup.fold(session):
                return


def _contacts(services: Services) -> Mapping[str, Any]:
    """Ask the parties that are to confirm their contact points."""
    with services.writer() as session, session.begin():
        return {"asked": remind(session, services.now())}


def _digests(services: Services) -> Mapping[str, Any]:
    """Ask for replies whose time is decided, and queue the digests of those with news."""
    with services.writer() as session, session.begin():
        return asdict(digests.queue(session, services.now()))


def _deliver(services: Services) -> Mapping[str, Any]:
    return asdict(deliver(services))


def _tidy(services: Services) -> Mapping[str, Any]:
    """Remove what replay, rate limits and files that nobody confirmed no longer need.

    None of it is a record: those go by what the steering group decides (`jobs/retention.py`).
    """
    now = services.now()
    gone = 0
    with services.writer() as session, session.begin():
        for statement in (
            delete(SignInAttempt).where(SignInAttempt.at < now - WINDOW),
            delete(HandledRequest).where(HandledRequest.at < now - KEEP_HANDLED),
        ):
            gone += session.connection().execute(statement).rowcount
        gone += forget_expired(session, now)
        gone += holds.forget_expired(session, now)
    return {"removed": gone}


#: Job -> (seconds between runs, what it does).
JOBS: Mapping[str, tuple[int, Job]] = {
    "sweep": (300, _sweep),
    "contacts": (3600, _contacts),
    "digests": (300, _digests),
    "outbox": (10, _deliver),
    "inbox": (60, inbox_job),
    "calendars": (300, refresh),
    "tidy": (3600, _tidy),
    "figures": (3600, publish_job),
    "retention": (86_400, retention_job),
    "reports": (5, make_reports),
}


def hold(session: Session, owner: str, now: datetime) -> bool:
    """Take or keep the lease for `owner`; return whether it is held."""
    session.execute(
        insert_new(session, JobLease.__table__).values(
            name=NAME, owner=owner, held_until=now, heartbeat_at=now
        )
    )
    held = session.execute(
        update(JobLease)
        .where(JobLease.name == NAME, or_(JobLease.owner == owner, JobLease.held_until < now))
        .values(owner=owner, held_until=now + LEASE, heartbeat_at=now)
        .returning(JobLease.name)
    ).one_or_none()
    return held is not None


class Scheduler:
    """One process's jobs."""

    def __init__(self, services: Services) -> None:
        from apscheduler.schedulers.background import (  # noqa: PLC0415 - loaded on use
            BackgroundScheduler,
        )

        self.services = services
        self.owner = secrets.token_hex(8)
        self.leading = False
        self.scheduler = BackgroundScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Take the lease if it is free, and begin."""
        self.beat()
        self.scheduler.add_job(self.beat, "interval", seconds=HEARTBEAT_SECONDS, id="heartbeat")
        for name, (seconds, _job) in self.jobs().items():
            self.scheduler.add_job(
                self.run,
                "interval",
                seconds=seconds,
                args=[name],
                id=name,
                next_run_time=self.services.now(),
            )
        self.scheduler.start()

    def jobs(self) -> Mapping[str, tuple[int, Job]]:
        """Return the jobs that the settings give something to do."""
        idle = set() if self.services.settings.reads_mail else {"inbox"}
        return {name: job for name, job in JOBS.items() if name not in idle}

    def stop(self) -> None:
        """Finish what is under way and let the lease go."""
        self.scheduler.shutdown(wait=True)
        if not self.leading:
            return
        with self.services.writer() as session, session.begin():
            session.execute(
                delete(JobLease).where(JobLease.name == NAME, JobLease.owner == self.owner)
            )
        self.leading = False

    def beat(self) -> None:
        """Keep the lease, or take it over from a process that has stopped."""
        try:
            with self.services.writer() as session, session.begin():
                self.leading = hold(session, self.owner, self.services.now())
        except Exception as error:  # noqa: BLE001 - without a database there is no lease
            self.leading = False
            log_crash(error)

    def run(self, name: str) -> None:
        """Run a job if this process leads, and note how it went."""
        if not self.leading:
            return
        started = self.services.now()
        result, summary = "ok", {}
        try:
            summary = dict(JOBS[name][1](self.services))
        except JobFailed as error:
            result = error.code[:80]
        except Exception as error:  # noqa: BLE001 - a failed job is noted and tried again
            log_crash(error)
            result = type(error).__name__[:80]
        LOGGER.info("job", extra={"job": name, "result": result, **summary})
        self._note(name, started, result, summary)

    def _note(self, name: str, started: datetime, result: str, summary: Mapping[str, Any]) -> None:
        values = {
            "started_at": started,
            "finished_at": self.services.now(),
            "result": result,
            "summary": json.dumps(summary),
        }
        with self.services.writer() as session, session.begin():
            session.execute(insert_new(session, JobRun.__table__).values(job=name, **values))
            session.execute(update(JobRun).where(JobRun.job == name).values(**values))


def start(services: Services) -> Callable[[], None]:
    """Start the jobs of this process; return what stops them."""
    scheduler = Scheduler(services)
    scheduler.start()
    return scheduler.stop
