"""A small world for tests: the shipped agreement, the demo's people, and browsers signed in."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from atagande_agreements import audit
from atagande_agreements.commitments.models import Parameter
from atagande_agreements.commitments.verbs import decide_parameter
from atagande_agreements.parties.models import Association, Person, Unit
from atagande_agreements.register.agreement_file import parse, shipped_text
from atagande_agreements.register.importer import import_agreement
from atagande_agreements.register.models import Agreement
from atagande_plugin import config, observability
from atagande_plugin.app import create_app
from atagande_plugin.auth import identity
from atagande_plugin.demo import prepare
from atagande_plugin.demo.people import add_people
from atagande_plugin.services import Services, attach
from atagande_plugin.web import guard, kernel
from support.postgres import Postgres
from support.session import only_one

#: A Monday morning in Stockholm.
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

ADMINISTRATOR = "administrator@suvs.example"
STEERING = "ordforande@suvs.example"
CLINIC_CHIEF = "enhetschef.sollentuna@psykiatri.example"
OTHER_CLINIC_CHIEF = "enhetschef.psykos@psykiatri.example"
CONVENER = "samordnare@upplandsvasby.example"
OTHER_CONVENER = "samordnare@sollentuna.example"
FK = "samverkan@fk.example"
AF = "sektionschef@af.example"
READER = "utveckling@suvs.example"


#: Apps that no world is using, by whether they are the demo's: making one (all routes, and every
#: template it has read) takes longer than most tests, and nothing of a test stays in it.
_IDLE: dict[bool, list[Flask]] = {False: [], True: []}


@dataclass
class World:
    """One running service with data in it, and a clock that the test sets."""

    services: Services
    settings: config.Settings
    now: datetime
    keys: int = field(default=0)

    @cached_property
    def app(self) -> Flask:
        idle = _IDLE[self.settings.demo]
        app = idle.pop() if idle else create_app(self.settings)
        attach(app, self.services)
        return app

    def close(self) -> None:
        """Let go of the database, and leave the app to the next world."""
        self.services.close()
        if "app" in self.__dict__:
            _IDLE[self.settings.demo].append(self.app)
            del self.app

    @property
    def writer(self) -> sessionmaker[Session]:
        return self.services.writer

    def agreement(self, session: Session) -> Agreement:
        return session.scalars(select(Agreement).order_by(Agreement.id)).first()  # type: ignore[return-value]  # the world has one

    def person(self, session: Session, email: str) -> Person:
        return session.scalars(select(Person).where(Person.email == email)).one()

    def unit(self, session: Session, key: str) -> Unit:
        return session.scalars(select(Unit).where(Unit.key == key)).one()

    def parameter(self, session: Session, key: str) -> Parameter:
        return session.scalars(select(Parameter).where(Parameter.key == key)).one()

    def decide(self, key: str, value: str, valid_from: date, paragraph: str = "12") -> None:
        """Let the steering group decide a parameter, on the day it applies from."""
        with self.writer() as session:
            decide_parameter(
                session,
                parameter=self.parameter(session, key),
                value=value,
                valid_from=valid_from,
                decided_on=valid_from,
                paragraph=paragraph,
                person=self.person(session, STEERING),
                now=self.now,
            )
            session.commit()

    def client(self, email: str | None = None) -> "Visitor":
        """Return a browser, signed in as the person with this address."""
        client = self.app.test_client()
        secret = ""
        if email is not None:
            with self.writer() as session:
                secret = identity.start_session(session, self.person(session, email), self.now)
                session.commit()
            client.set_cookie(kernel.SESSION_COOKIE, secret)
        return Visitor(self, client, secret)

    def token(self, email: str) -> str:
        """Return an API token of the person with this address."""
        with self.writer() as session:
            secret = identity.make_token(session, self.person(session, email), "test", self.now)
            session.commit()
        return secret

    def api(self, email: str) -> Callable[..., Any]:
        """Return a caller of the API: (method, path, json=…, key=…) -> response."""
        client = self.app.test_client()
        secret = self.token(email)

        def call(method: str, path: str, *, json: Any = None, key: str | None = None) -> Any:
            headers = {"Authorization": f"Bearer {secret}"}
            if method == "POST":
                self.keys += 1
                headers["Idempotency-Key"] = key or f"key-{self.keys}"
            return client.open(f"/api/v1{path}", method=method, json=json, headers=headers)

        return call


@dataclass
class Visitor:
    """Someone's browser without a window: it sends forms with their token."""

    world: World
    client: FlaskClient
    secret: str

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, buffered=True, **options)

    def form_token(self) -> str:
        if not self.secret:
            return ""
        with self.world.app.test_request_context("/"):

            class _Me:
                secret_hash = identity.hash_secret(self.secret)

            return guard.form_token(_Me())  # type: ignore[arg-type]  # all it reads of a person

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        return self.client.post(
            path, data={guard.TOKEN_FIELD: self.form_token(), **(data or {})}, **options
        )


def fill(writer: sessionmaker[Session], now: datetime) -> None:
    """Import the shipped agreement and add the demo's people."""
    file, faults = parse(shipped_text(), filename="suvs.toml")
    assert file is not None, faults
    with writer() as session:
        import_agreement(session, file, actor=audit.Actor.job("test"), now=now)
        association = session.scalars(select(Association)).one()
        add_people(session, association, now)
        session.commit()


def make_world(database_url: str, data_dir: Path, *, demo: bool = False) -> World:
    """Return a world with the agreement and people, on a migrated, empty database."""
    world = start_world(database_url, data_dir, demo=demo)
    fill(world.writer, NOW)
    return world


def start_world(database_url: str, data_dir: Path, *, demo: bool = False) -> World:
    """Return a world on a migrated database, as it is."""
    settings = config.load(
        {
            "ATAGANDE_DATA_DIR": str(data_dir),
            "ATAGANDE_DATABASE_URL": database_url,
            "ATAGANDE_SECRET_KEY": "a-key-that-only-the-tests-know-0123456789",
            "ATAGANDE_MAIL_FROM": "samordning@suvs.example",
        },
        demo=demo,
    )
    observability.set_up(settings.log_level)
    made: World
    services = Services(settings, lambda: made.now)
    made = World(services, settings, NOW)
    return made


def _sqlite_once(folder: Path, name: str, start: Path, put_in: Callable[[World], object]) -> Path:
    """Return a copy of the SQLite file `start` with more in it; made once for all workers."""
    whole = folder / f"{name}.sqlite"
    with only_one(folder / f"{name}-sqlite.lock"):
        if not whole.exists():
            part = folder / f"{name}-part.sqlite"
            shutil.copyfile(start, part)
            world = start_world(f"sqlite:///{part}", folder / f"{name}-data")
            put_in(world)
            world.close()
            # All of it in the one file that is copied, nothing left in a write-ahead log.
            connection = sqlite3.connect(part)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            part.rename(whole)
    return whole


def _postgres_once(
    folder: Path, name: str, server: Postgres, start: str, put_in: Callable[[World], object]
) -> str:
    """Return the name of a PostgreSQL database made in the same way from `start`."""
    whole, done = f"atagande_{name}", folder / f"{name}-postgres-done"
    with only_one(folder / f"{name}-postgres.lock"):
        if not done.exists():
            server.drop(whole)
            world = start_world(
                server.create(whole, template=start), folder / f"{name}-data-postgres"
            )
            put_in(world)
            world.close()
            done.touch()
    return whole


def _fill(world: World) -> None:
    fill(world.writer, NOW)


def _live(world: World) -> None:
    prepare.fill(world.services, NOW)


@pytest.fixture(scope="session")
def filled_sqlite(sqlite_template: Path, session_dir: Path) -> Path:
    """A SQLite file with the agreement and people in it, to copy."""
    return _sqlite_once(session_dir, "filled", sqlite_template, _fill)


@pytest.fixture(scope="session")
def filled_postgres(postgres_server: Postgres, postgres_template: str, session_dir: Path) -> str:
    """The name of a PostgreSQL database with the same, to make others from."""
    return _postgres_once(session_dir, "filled", postgres_server, postgres_template, _fill)


@pytest.fixture(scope="session")
def lived_sqlite(sqlite_template: Path, session_dir: Path) -> Path:
    """A SQLite file with the whole demo in it, as it is made at NOW, to copy."""
    return _sqlite_once(session_dir, "lived", sqlite_template, _live)


@pytest.fixture(scope="session")
def lived_postgres(postgres_server: Postgres, postgres_template: str, session_dir: Path) -> str:
    """The name of a PostgreSQL database with the same, to make others from."""
    return _postgres_once(session_dir, "lived", postgres_server, postgres_template, _live)


@contextmanager
def _prepared(request: pytest.FixtureRequest, url: str, contents: str) -> Iterator[World]:
    """Run a service on a database with the `contents` that its fixtures are named by."""
    tmp_path: Path = request.getfixturevalue("tmp_path")
    if url.startswith("sqlite"):
        shutil.copyfile(
            request.getfixturevalue(f"{contents}_sqlite"), url.removeprefix("sqlite:///")
        )
    # On PostgreSQL `database_url` made it with these contents.
    made = start_world(url, tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def world(database_url: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """A service with the shipped agreement and people, on each database."""
    with _prepared(request, database_url, "filled") as made:
        yield made


@pytest.fixture
def lived_world(database_url: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """The whole demo with its year, on each database."""
    with _prepared(request, database_url, "lived") as made:
        yield made


@pytest.fixture
def sqlite_world(sqlite_url: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """A world on SQLite only, for what does not depend on the database."""
    with _prepared(request, sqlite_url, "filled") as made:
        yield made


@pytest.fixture
def sqlite_lived_world(sqlite_url: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """The same on SQLite only."""
    with _prepared(request, sqlite_url, "lived") as made:
        yield made
