"""What one running service consists of: settings, database and clock."""

import gc
from collections.abc import Hashable
from dataclasses import dataclass, field

from flask import Flask, current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from atagande_agreements.civil_time import Clock, utc_now
from atagande_plugin.config import Settings
from atagande_plugin.database import make_engine, make_session_factory

_NAME = "atagande"


@dataclass(slots=True)
class Services:
    """Settings, database and clock, made once and shared by web, jobs and command line."""

    settings: Settings
    now: Clock = utc_now
    engine: Engine = field(init=False)
    #: Sessions that write; on SQLite they take the write lock when they begin.
    writer: sessionmaker[Session] = field(init=False)
    #: Sessions that only read.
    reader: sessionmaker[Session] = field(init=False)
    #: Sessions that write what may be lost if the machine itself stops.
    noter: sessionmaker[Session] = field(init=False)
    #: What pages have read; see `web.kept`.
    kept: dict[Hashable, object] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.engine = make_engine(self.settings.database_url)
        self.writer = make_session_factory(self.engine)
        self.reader = make_session_factory(self.engine, read_only=True)
        self.noter = make_session_factory(self.engine, unhurried=True)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def settle() -> None:
    """Let the garbage collector pass over all that was loaded at the start.

    Going through it takes a tenth of a second or more, and everyone waits meanwhile. Called when
    a process that will run for long is ready.
    """
    gc.freeze()


def attach(app: Flask, services: Services) -> None:
    """Give an app its services."""
    app.extensions[_NAME] = services


def services() -> Services:
    """Return the services of the app that handles this request."""
    found: Services = current_app.extensions[_NAME]
    return found
