"""What starting the service loads, and what it leaves until someone needs it."""

import os
import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from atagande_plugin import database

PROGRAM = """
import sys
from atagande_plugin.app import create_app
create_app()
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("data")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ATAGANDE_")}
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env=kept | {"ATAGANDE_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return set(answer.stdout.split())


@pytest.mark.parametrize(
    "name",
    [
        "alembic",
        "apscheduler",
        "babel",
        "granian",
        "holidays",
        "icalendar",
        "msal",
        "prometheus_client",
        "psycopg",
        "pydantic",
        "requests",
        "typst",
        "waitress",
        "xlsxwriter",
    ],
)
def test_a_heavy_library_waits_until_it_is_used(loaded: set[str], name: str) -> None:
    assert name not in loaded


def test_the_application_itself_is_loaded(loaded: set[str]) -> None:
    # Otherwise the tests above would say nothing.
    assert {"atagande_plugin", "atagande_agreements", "flask", "sqlalchemy"} <= loaded


def test_a_commit_is_on_the_disk_when_it_returns_unless_it_may_come_later(
    sqlite_url: str, durable_waits: dict[bool, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SQLITE_WAITS", durable_waits)
    engine = database.make_engine(sqlite_url)
    hurried, unhurried = (
        database.make_session_factory(engine, unhurried=way) for way in (False, True)
    )
    # FULL (2) keeps also the last commit before a power cut, NORMAL (1) all before a FULL one.
    for factory, level in ((hurried, 2), (unhurried, 1), (unhurried, 1), (hurried, 2)):
        with factory() as session:
            found = [
                session.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        assert found == ["wal", level, 1]
    engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_waits_too_unless_it_may_come_later(database_url: str) -> None:
    engine = database.make_engine(f"{database_url}?options=-csynchronous_commit%3Don")
    for unhurried, level in ((False, "on"), (True, "off"), (False, "on")):
        with database.make_session_factory(engine, unhurried=unhurried)() as session:
            assert session.execute(text("SHOW synchronous_commit")).scalar_one() == level
    engine.dispose()


def test_the_newest_revision_is_the_one_alembic_names() -> None:
    scripts = ScriptDirectory(str(database.migrations_directory()))
    assert database.newest_revision() == scripts.get_current_head()


def test_a_database_is_current_only_at_the_newest_revision(database_url: str) -> None:
    engine = database.make_engine(database_url)
    assert database.is_current(engine)
    database.downgrade(database_url, "-1")
    assert not database.is_current(engine)
    database.downgrade(database_url, "base")
    assert not database.is_current(engine)
    engine.dispose()
