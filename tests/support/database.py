"""A clean, migrated database for each test.

Fixtures:

- `database_url` (each test twice, ids `sqlite` and `postgresql`): the address of a database that
  the real migrations made and nobody has used. A test or module that can only be about one kind
  says `@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)`.
- `engine`: `atagande_plugin.database.make_engine(database_url)`.
- `session`: a session of that engine, closed afterwards without a commit.
- `sqlite_url`: the SQLite half alone.

SQLite does not wait for the disk here, as the session's PostgreSQL does not: no test pulls the
plug. What the service itself asks for is `durable_waits`.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from support.postgres import Postgres
from support.session import only_one

_numbers = count(1)
#: What of `support.world` a test asks for -> the fixture with the database it is made from.
_FILLED = {"world": "filled_postgres", "lived_world": "lived_postgres"}


@pytest.fixture(scope="session", autouse=True)
def durable_waits() -> Iterator[dict[bool, str]]:
    """How the service itself lets SQLite wait for the disk, which it does not in this session."""
    from atagande_plugin import database  # noqa: PLC0415 - not while tests are collected

    waits = database.SQLITE_WAITS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "SQLITE_WAITS", dict.fromkeys(waits, "OFF"))
        yield waits


@pytest.fixture(scope="session")
def sqlite_template(session_dir: Path) -> Path:
    """A migrated, empty SQLite file to copy; made once for all workers."""
    from atagande_plugin import database  # noqa: PLC0415 - only where a database is asked for

    template = session_dir / "template.sqlite"
    with only_one(session_dir / "sqlite-template.lock"):
        if not template.exists():
            part = session_dir / "template-part.sqlite"
            part.unlink(missing_ok=True)
            database.upgrade(f"sqlite:///{part}")
            # All of it in the one file that is copied, nothing left in a write-ahead log.
            connection = sqlite3.connect(part)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            part.rename(template)
    return template


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a clean SQLite database."""
    copy = tmp_path / "atagande.sqlite"
    shutil.copyfile(sqlite_template, copy)
    return f"sqlite:///{copy}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, worker_id: str) -> Iterator[str]:
    """The address of a clean database, once of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    wanted = next((_FILLED[one] for one in request.fixturenames if one in _FILLED), None)
    template: str = request.getfixturevalue(wanted or "postgres_template")
    name = f"atagande_{worker_id}_{next(_numbers)}"
    yield server.create(name, template=template)
    server.drop(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the test's own database."""
    from atagande_plugin import database  # noqa: PLC0415 - only where a database is asked for

    made = database.make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on the test's own database; nothing is committed unless the test does."""
    from atagande_plugin import database  # noqa: PLC0415 - only where a database is asked for

    with database.make_session_factory(engine)() as opened:
        yield opened
