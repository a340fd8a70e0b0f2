"""The lock that makes a second scheduler idle, and what each job last did."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from atagande_agreements.db import Base


class JobLease(Base):
    """Who runs the jobs. The heartbeat shows on the operations page."""

    __tablename__ = "job_lease"

    #: "scheduler": there is one lease.
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: Random name of the process that holds it.
    owner: Mapped[str] = mapped_column(String(40))
    held_until: Mapped[datetime]
    heartbeat_at: Mapped[datetime]


class JobRun(Base):
    """The latest run of each job."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(String(32), primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: "ok" or the stable code of what went wrong.
    result: Mapped[str] = mapped_column(String(80), default="")
    #: JSON summary in numbers, without names.
    summary: Mapped[str] = mapped_column(String(500), default="{}")
