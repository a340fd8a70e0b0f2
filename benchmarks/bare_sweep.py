"""The row writes of one sweep by the bare driver in one transaction: the floor of P2.

It writes what the product writes, knowing beforehand what the product has to find out: that
everything due opens a deviation, and that there is one association.
"""

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import Engine

OPEN = """
    WITH reply AS (
        SELECT p.agreement_id, CAST(d.value AS INTEGER) AS days FROM parameter_decision d
        JOIN parameter p ON p.id = d.parameter_id
        WHERE p.key = 'deviation_reply_days' AND d.valid_from <= :today
        ORDER BY d.valid_from DESC LIMIT 1
    )
    INSERT INTO deviation (association_id, agreement_id, occurrence_id, obligation_id,
        organisation_id, unit_id, state, opened_at, reply_days, group_turn_on, contested, rung,
        version)
    SELECT o.association_id, o.agreement_id, o.id, o.obligation_id, b.organisation_id, b.unit_id,
        'open', :at, r.days, {turn}, false, 'reply', 1
    FROM occurrence o JOIN obligation b ON b.id = o.obligation_id
        LEFT JOIN reply r ON r.agreement_id = o.agreement_id
    WHERE o.sweep_at IS NOT NULL AND o.sweep_at <= :at AND o.on_miss = 'deviation'
    ON CONFLICT DO NOTHING RETURNING id, association_id
"""
#: The local date after the last day for a reply.
TURN = {
    "sqlite": "date(:today, '+' || (r.days + 1) || ' days')",
    "postgresql": "CAST(:today AS date) + r.days + 1",
}
MAIL = """
    INSERT INTO outbox_message (association_id, unique_key, kind, recipient, person_id, language,
        subject_type, subject_id, payload, state, queued_at, next_try_at, tries, last_error)
    SELECT DISTINCT p.association_id, 'digest:' || p.id || ':' || CAST(:day AS text), 'digest',
        p.email, p.id, p.language, 'person', p.id, '{}', 'queued', CAST(:at AS {moment}),
        CAST(:at AS {moment}), 0, ''
    FROM deviation d
    JOIN person p ON p.association_id = d.association_id
    JOIN role_grant g ON g.person_id = p.id
    JOIN organisation o ON o.id = p.organisation_id
    WHERE d.id BETWEEN :low AND :high AND p.active AND (g.role = 'steering' OR (
        ((d.unit_id IS NOT NULL AND p.unit_id = d.unit_id)
            OR (d.unit_id IS NULL AND p.organisation_id = d.organisation_id))
        AND (g.role = 'unit_chief'
            OR (g.role = 'administrator' AND o.kind = 'samordningsforbund'))))
    ON CONFLICT DO NOTHING
"""
#: What a moment is kept as.
MOMENT = {"sqlite": "text", "postgresql": "timestamptz"}
SETTLE = """
    UPDATE occurrence SET status = 'not_met', sweep_at = NULL, settled_at = :at,
        missed_at = :at
    WHERE sweep_at IS NOT NULL AND sweep_at <= :at
"""
HEAD = "SELECT number, hash FROM audit_head WHERE association_id = :association"
ENTRY = """
    INSERT INTO audit_entry (association_id, number, at, actor, action, object_type, object_id,
        changes, hash)
    VALUES (:association, :number, :at, 'sweep', 'deviation.opened', 'deviation', :id, '{}', :hash)
"""
MOVE = "UPDATE audit_head SET number = :number, hash = :hash WHERE association_id = :association"

Run = Callable[..., Any]


def _write(run: Run, many: Run, at: datetime, stored_at: object) -> int:
    """Write the rows; `run` executes one statement, `many` one statement for many rows."""
    kind = "sqlite" if isinstance(stored_at, str) else "postgresql"
    today = at.date().isoformat() if kind == "sqlite" else at.date()
    opened = run(OPEN.replace("{turn}", TURN[kind]), {"at": stored_at, "today": today}).fetchall()
    low, high, association = opened[0][0], opened[-1][0], opened[0][1]
    mail = MAIL.replace("{moment}", MOMENT[kind])
    run(mail, {"at": stored_at, "day": at.date().isoformat(), "low": low, "high": high})
    run(SETTLE, {"at": stored_at})
    number, previous = run(HEAD, {"association": association}).fetchone()
    moment = at.isoformat()
    entries: list[dict[str, object]] = []
    for identity, _ in opened:
        number += 1
        words = f"{previous}\x1f{association}\x1f{number}\x1f{moment}\x1fNone\x1fsweep"
        words += f"\x1fdeviation.opened\x1fdeviation\x1f{identity}\x1f{{}}"
        previous = hashlib.sha256(words.encode()).hexdigest()
        entries.append(
            {
                "association": association,
                "number": number,
                "at": stored_at,
                "id": identity,
                "hash": previous,
            }
        )
    many(ENTRY, entries)
    run(MOVE, {"association": association, "number": number, "hash": previous})
    return len(opened)


@contextmanager
def writer(engine: Engine) -> Iterator[Callable[[datetime], int]]:
    """Yield what sweeps as of a moment through the engine's driver; it gives the number opened."""
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as plain:
            yield _sqlite(plain)
        return
    with psycopg.connect(engine.url.set(drivername="postgresql").render_as_string()) as connection:
        yield _postgres(connection)


def _sqlite(connection: sqlite3.Connection) -> Callable[[datetime], int]:
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")

    def sweep(at: datetime) -> int:
        connection.execute("BEGIN IMMEDIATE")
        stored = f"{at:%Y-%m-%d %H:%M:%S.%f}"
        opened = _write(connection.execute, connection.executemany, at, stored)
        connection.execute("COMMIT")
        return opened

    return sweep


def _postgres(connection: psycopg.Connection[Any]) -> Callable[[datetime], int]:
    def query(statement: str) -> Any:
        return re.sub(r":(\w+)", r"%(\1)s", statement)

    def run(statement: str, values: dict[str, object]) -> Any:
        return connection.execute(query(statement), values)

    def many(statement: str, rows: Sequence[dict[str, object]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(query(statement), rows)

    def sweep(at: datetime) -> int:
        opened = _write(run, many, at, at)
        connection.commit()
        return opened

    return sweep
