"""Marks: unique words put into everything people write, to see where what they wrote comes out.

`mark_everything` fills every free-text column of the database with marks, and adds a row to tables
that have none. `marks_in` finds marks in bytes that leave, through the encodings of mail, calendars
and addresses.
"""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote_plus

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from atagande_agreements.db import UTCDateTime
from atagande_plugin.tables import metadata
from support.itip_judge import parsed_mail

_MARK = re.compile(r"zq(\d{5})zq", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


@dataclass(frozen=True, order=True)
class Mark:
    """What a mark stands in: a column, as table.column, and the row's number."""

    column: str
    row: int


@dataclass
class Marks:
    """The marks that were given out."""

    given: dict[int, Mark] = field(default_factory=dict)

    def make(self, column: str, row: int = 0) -> str:
        """Return a new mark for what a person writes in a column."""
        number = len(self.given) + 1
        self.given[number] = Mark(column, row)
        return f"zq{number:05d}zq"

    def found(self, text: str) -> set[Mark]:
        """Return the marks in a text."""
        return {self.given[int(number)] for number in _MARK.findall(text)}

    def in_bytes(self, raw: bytes) -> set[Mark]:
        """Return the marks in bytes, also behind folds, percent signs and base64."""
        text = raw.decode("utf-8", errors="replace")
        unfolded = re.sub(r"=?\r?\n[ \t]?", "", text)
        found = set()
        for form in (text, unfolded, unquote_plus(unfolded), *_decoded(unfolded)):
            found |= self.found(form)
        return found

    def in_mail(self, raw: bytes) -> set[Mark]:
        """Return the marks in a mail: in its bytes, its headers, and its parts as they are read."""
        mail: EmailMessage = parsed_mail(raw)
        found = self.in_bytes(raw)
        for part in mail.walk():
            for name, value in part.items():
                found |= self.found(f"{name}: {value}")
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                found |= self.in_bytes(content)
        return found


def _decoded(text: str) -> Iterable[str]:
    """Yield what stands in base64, of either alphabet."""
    for match in _BASE64.findall(text):
        core = match.rstrip("=").replace("-", "+").replace("_", "/")
        padded = core[: len(core) - (len(core) % 4 == 1)]
        yield base64.b64decode(padded + "=" * (-len(padded) % 4)).decode("utf-8", errors="replace")


def text_columns() -> set[str]:
    """Return every column that holds text and is no closed list, as table.column."""
    return {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum)
    }


def mark_everything(url: str, marks: Marks, columns: Mapping[str, str]) -> None:
    """Put a mark into each of `columns` in every row; a column's value is a condition on its rows.

    For SQLite. A table without rows gets one that need not make sense, and what else keeps rows as
    they are is put aside: the database is good for reading after this, and for little more.
    """
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for (name,) in connection.exec_driver_sql(triggers).all():
                connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
            for column, condition in columns.items():
                _mark(connection, marks, column, condition)
            connection.commit()
    finally:
        engine.dispose()


def _mark(connection: Connection, marks: Marks, name: str, condition: str) -> None:
    table_name, _, column = name.partition(".")
    table = metadata.tables[table_name]
    if not connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
        connection.execute(table.insert().values(**_row(table)))
    key = next(iter(table.primary_key.columns))
    rows = sa.select(key).select_from(table)
    if condition:
        rows = rows.where(sa.text(condition))
    for (row,) in connection.execute(rows).all():
        text = marks.make(name, row if isinstance(row, int) else 0)
        if column == "link":
            text = f"https://www.example.com/{text}"
        connection.execute(table.update().where(key == row).values({column: text}))


def _row(table: Table) -> dict[str, Any]:
    """Return something for each column that must have a value."""
    made: dict[str, Any] = {}
    for column in table.columns:
        if column.nullable or column.default is not None or column.server_default is not None:
            continue
        numbered = isinstance(column.type, sa.Integer) and column.autoincrement
        if column.primary_key and not column.foreign_keys and numbered:
            continue
        made[column.name] = _value(column)
    return made


def _value(column: sa.Column[Any]) -> Any:
    if column.foreign_keys:
        return 1
    kind = column.type
    if isinstance(kind, sa.Enum):
        enum: Any = kind.enum_class
        return next(iter(enum)) if enum else kind.enums[0]
    if isinstance(kind, UTCDateTime):
        return datetime(2026, 3, 2, 8, tzinfo=UTC)
    return {bool: False, int: 1, date: date(2026, 3, 2)}.get(kind.python_type, "x")
