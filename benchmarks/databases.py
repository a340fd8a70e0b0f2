"""Databases to measure on: the shipped agreement, the demo's people, and as many occurrences as
asked for, made by a few INSERT … SELECT."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import Engine, bindparam, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from atagande_agreements import audit
from atagande_agreements.commitments.models import Occurrence, Parameter
from atagande_agreements.commitments.verbs import decide_parameter
from atagande_agreements.ladder.queries import REPLY_PARAMETER
from atagande_agreements.parties.models import Association, Person
from atagande_agreements.register.agreement_file import parse, shipped_text
from atagande_agreements.register.importer import import_agreement
from atagande_agreements.register.models import Agreement
from atagande_plugin import database
from atagande_plugin.demo.people import add_people

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from support import keeper

#: A Monday morning in Stockholm.
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
#: As on a server of its own: commits that last.
POSTGRES = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_wal_size": "8GB",
}
KINDS = ("sqlite", "postgresql")
LABELS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
#: Days that the settled occurrences are spread over.
HISTORY = 1000

_INSERT = text(
    """
    WITH RECURSIVE numbers(n) AS (
        SELECT CAST(:first AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :last
    ), owed AS (
        SELECT id, association_id, agreement_id, row_number() OVER (ORDER BY id) - 1 AS place
        FROM obligation
    )
    INSERT INTO occurrence (association_id, agreement_id, obligation_id, origin, event_on, due_on,
        sweep_at, status, kept_on, days_late, on_miss, settled_at)
    SELECT owed.association_id, owed.agreement_id, owed.id, 'bench:' || n, :event_on, :due_on,
        :sweep_at, :status, :kept_on, 0, 'deviation', :settled_at
    FROM numbers JOIN owed ON owed.place = n % (SELECT count(*) FROM obligation)
    WHERE n < :last
    """
).bindparams(
    *(
        bindparam(name, type_=Occurrence.__table__.c[name].type)
        for name in ("event_on", "due_on", "sweep_at", "kept_on", "settled_at")
    )
)


@contextmanager
def server(memory: str) -> Iterator[dict[str, str]]:
    """Yield a prefix of addresses by kind of database: a folder, and a PostgreSQL of our own.

    `memory` is what the server may hold tables in, such as "1GB".
    """
    folder = Path(tempfile.mkdtemp(prefix="atagande-bench-"))
    keeper.SETTINGS.update(POSTGRES, shared_buffers=memory)
    process, port = keeper.start(folder)
    try:
        yield {
            "sqlite": f"sqlite:///{folder}/",
            "postgresql": f"postgresql+psycopg://postgres@127.0.0.1:{port}/",
        }
    finally:
        keeper.stop(process)
        shutil.rmtree(folder, ignore_errors=True)


_numbers = count(1)


def new_database(prefix: str) -> str:
    """Return the address of a migrated, empty database."""
    name = f"bench_{next(_numbers)}"
    if prefix.startswith("postgresql"):
        plain = prefix.replace("+psycopg", "") + "postgres"
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    url = prefix + name
    database.upgrade(url)
    return url


def fill(writer: sessionmaker[Session]) -> None:
    """Import the shipped agreement, add the demo's people, and decide the time for replies."""
    file, faults = parse(shipped_text(), filename="suvs.toml")
    assert file is not None, faults
    with writer() as session:
        import_agreement(session, file, actor=audit.Actor.job("bench"), now=NOW)
        add_people(session, session.scalars(select(Association)).one(), NOW)
        reply = session.scalars(select(Parameter).where(Parameter.key == REPLY_PARAMETER)).one()
        day = date(2026, 1, 15)
        decide_parameter(
            session,
            parameter=reply,
            value="30",
            valid_from=day,
            decided_on=day,
            paragraph="1",
            person=session.scalars(select(Person).order_by(Person.id).limit(1)).one(),
            now=NOW,
        )
        # Terms are looked for once a day; measured is what every sweep does.
        session.execute(update(Agreement).values(terms_opened_on=date(2999, 1, 1)))
        session.commit()


def lot_at(number: int) -> datetime:
    """Return when lot `number` (1, 2, 3 …) is swept; it fell due half an hour before.

    A day apart, since each person gets a digest a day.
    """
    return NOW + timedelta(days=number - 1, hours=1)


def add_occurrences(engine: Engine, *, total: int, due: int, lots: int) -> None:
    """Add `total` occurrences: `lots` of `due` each, and of the rest nine in ten settled.

    Every sweep takes a lot that nobody has swept, so nothing needs to be put back between rounds.
    """
    rest = max(0, total - due * lots)
    waiting = rest // 10
    with engine.begin() as connection:
        first = 0
        owners = connection.execute(text("SELECT count(*) FROM obligation")).scalar_one()

        def add(number: int, **values: object) -> None:
            nonlocal first
            if number:
                row = {"sweep_at": None, "kept_on": None, "settled_at": None, **values}
                connection.execute(_INSERT, {"first": first, "last": first + number, **row})
            first += number

        days = min(HISTORY, rest) or 1
        for day in range(days):
            event = date(2026, 1, 1) - timedelta(days=days - day)
            part = (rest - waiting) * (day + 1) // days - (rest - waiting) * day // days
            add(part, event_on=event, due_on=event, kept_on=event, status="met", settled_at=NOW)
        ahead = date(2027, 6, 1)
        add(
            waiting,
            event_on=ahead,
            due_on=ahead,
            status="pending",
            sweep_at=NOW + timedelta(days=500),
        )
        for lot in range(1, lots + 1):
            # The same parties in every lot, whatever the database's size.
            first += -first % owners
            event = date(2026, 2, 1)
            moment = lot_at(lot) - timedelta(minutes=30)
            add(due, event_on=event, due_on=event, status="pending", sweep_at=moment)
    tidy_up(engine)


def tidy_up(engine: Engine) -> None:
    """Leave a filled database as one that has been in use for a while."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")
    else:
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.rollback()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
