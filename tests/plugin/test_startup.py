"""What starting the service loads, and what it leaves until someone needs it."""

import os
import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory

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
