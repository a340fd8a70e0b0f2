"""Alembic's way in: one model for SQLite and PostgreSQL."""

import os
from typing import Literal

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


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=_render,
        transaction_per_migration=True,
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
