"""Alembic's way in: one model for SQLite and PostgreSQL."""

import os
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from atagande_agreements.db import UTCDateTime
from atagande_plugin.config import load
from atagande_plugin.database import make_engine
from atagande_plugin.tables import metadata


def _render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our time type as the plain one, so that old migrations never need our code."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _rest_foreign_keys(connection: Connection) -> None:
    """Let SQLite remake a table that others refer to; what they refer to is checked afterwards.

    It can't change a constraint, so the table is dropped and made anew. The setting holds for
    this connection only, and must be made before its first transaction.
    """
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys = OFF")


def _check_foreign_keys(ctx: Any, *_: Any, **__: Any) -> None:
    """Undo a migration that left a row without what it refers to."""
    if ctx.connection.dialect.name == "sqlite":
        broken = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise RuntimeError(f"the migration left {broken[0]} without its {broken[2]}")


def _run(connection: Connection) -> None:
    _rest_foreign_keys(connection)
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=_render,
        transaction_per_migration=True,
        on_version_apply=_check_foreign_keys,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        context.run_migrations()


def main() -> None:
    """Migrate the database that the caller, or else the environment, names."""
    url = context.config.attributes.get("url") or load(os.environ).database_url
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            _run(connection)
    finally:
        engine.dispose()


main()
