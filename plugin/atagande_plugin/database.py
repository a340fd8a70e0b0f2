"""The database: engine, sessions and migrations, the same for SQLite and PostgreSQL."""

import sqlite3
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.orm import Session, sessionmaker

from atagande_agreements import audit
from atagande_plugin import turns

if TYPE_CHECKING:
    from alembic.config import Config

#: Seconds that a SQLite writer waits for its turn.
SQLITE_WAIT = 30
#: How SQLite waits for the disk when it commits, by whether the transaction is one of those that
#: need not: FULL is on the disk when the commit returns, NORMAL with the next that is FULL.
SQLITE_WAITS = {False: "FULL", True: "NORMAL"}
_READ_ONLY = "atagande_read_only"
_UNHURRIED = "atagande_unhurried"


def make_engine(url: str) -> Engine:
    """Return an engine for a `sqlite:///…` or `postgresql+psycopg://…` URL."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url, connect_args={"timeout": SQLITE_WAIT, "factory": turns.Connection}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", partial(_begin_sqlite, turns.Turns()))
        return engine
    engine = create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10)
    event.listen(engine, "begin", _begin_postgres)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # SQLAlchemy's own BEGIN is turned off: ours says whether the transaction will write.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        f"synchronous = {SQLITE_WAITS[False]}",
        "foreign_keys = ON",
        # What is removed is overwritten at once: nothing is left to read in a freed page.
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(writers: turns.Turns, connection: Connection) -> None:
    """Take the write lock at once, so that what a verb reads is still true when it writes.

    Those who want it wait in line for it, see `turns`.
    """
    options = connection.get_execution_options()
    unhurried = options.get(_UNHURRIED, False)
    if connection.info.get(_UNHURRIED, False) != unhurried:
        connection.info[_UNHURRIED] = unhurried
        connection.exec_driver_sql(f"PRAGMA synchronous = {SQLITE_WAITS[unhurried]}")
    if options.get(_READ_ONLY):
        connection.exec_driver_sql("BEGIN")
        return
    raw: Any = connection.connection.dbapi_connection
    raw.take_turn(writers, SQLITE_WAIT)
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        raw.leave_turn()
        raise


def _begin_postgres(connection: Connection) -> None:
    if connection.get_execution_options().get(_UNHURRIED):
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")


def make_session_factory(
    engine: Engine, *, read_only: bool = False, unhurried: bool = False
) -> sessionmaker[Session]:
    """Return what makes sessions on `engine`; they write the audit trail when they commit.

    The commits of `unhurried` ones do not wait for the disk: the service may be killed, and they
    are kept, but if the machine itself stops they may be lost, back to the last that did wait.
    """
    options = {_READ_ONLY: True} if read_only else {_UNHURRIED: True} if unhurried else {}
    bind = engine.execution_options(**options) if options else engine
    factory = sessionmaker(bind, expire_on_commit=False)
    audit.listen(factory)
    return factory


def migrations_directory() -> Path:
    """Return where the migrations lie: in the installed package, or in the source tree."""
    installed = Path(__file__).parent / "_migrations"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "migrations"


def _alembic(url: str) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - loaded on use: start-up time

    config = Config()
    config.set_main_option("script_location", str(migrations_directory()).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` up to a revision, the newest unless another is named."""
    from alembic import command  # noqa: PLC0415 - loaded on use: start-up time

    command.upgrade(_alembic(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database at `url` down to a revision ("-1", "base" or its id)."""
    from alembic import command  # noqa: PLC0415 - loaded on use: start-up time

    command.downgrade(_alembic(url), revision)


def check(url: str) -> None:
    """Raise alembic.util.CommandError if the tables differ from what the models say."""
    from alembic import command  # noqa: PLC0415 - loaded on use: start-up time

    command.check(_alembic(url))


def newest_revision() -> str:
    """Return the newest revision, told by its file's name: they are numbered in a row.

    Alembic knows it too, but loading Alembic is a sixth of the time the service takes to start.
    """
    files = (migrations_directory() / "versions").glob("[0-9]*_*.py")
    return max(path.name.partition("_")[0] for path in files)


def is_current(engine: Engine) -> bool:
    """Tell whether the database is at the newest revision."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
        return found.all() == [newest_revision()]
