"""What most commands begin with: the settings, the database, and files."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from atagande_agreements.parties.models import Association
from atagande_plugin import config, database
from atagande_plugin.cli.errors import MigrationFailed, NoDatabase, NoFile, OldDatabase, Unknown
from atagande_plugin.services import Services


def require_current(engine: Engine) -> None:
    """Raise OldDatabase unless the tables are those of this version."""
    try:
        current = database.is_current(engine)
    except OperationalError as error:
        raise NoDatabase from error
    if not current:
        raise OldDatabase


@contextmanager
def migrating() -> Iterator[None]:
    """Say in words why a migration failed."""
    from alembic.util import CommandError  # noqa: PLC0415 - loaded on use: start-up time

    try:
        yield
    except CommandError as error:
        raise MigrationFailed(reason=str(error)) from error
    except OperationalError as error:
        # Without a statement, the database was never reached.
        if error.statement is None:
            raise NoDatabase from error
        raise MigrationFailed(reason=str(error.orig)) from error


@contextmanager
def opened() -> Iterator[Services]:
    """Give the services of the environment's settings, on an up-to-date database."""
    services = Services(config.load(os.environ))
    try:
        require_current(services.engine)
        yield services
    finally:
        services.close()


def association_of(session: Session, key: str | None) -> Association:
    """Return the association called `key`; without a key, the only one there is."""
    known = {one.key: one for one in session.scalars(select(Association).order_by(Association.key))}
    if key is None and len(known) == 1:
        return next(iter(known.values()))
    if key not in known:
        raise Unknown(option="--association", word=key or "–", known=", ".join(known) or "–")
    return known[key]


def read_bytes(name: str) -> bytes:
    """Return a file's bytes; "-" is standard input."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise NoFile(file=name, reason=error.strerror or "–") from error
