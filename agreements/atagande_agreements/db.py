"""The base every table stands on: names of constraints, key and time types, enumerations."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, Integer, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from atagande_agreements.civil_time import require_aware

#: Every constraint has a name that can be predicted, so that a migration can drop it.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database; a naive one raises NaiveDatetime."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite keeps no offset, so it gets the UTC wall clock."""
        if value is None:
            return None
        moment = require_aware(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def bind_processor(self, dialect: Dialect) -> Any:
        """Write SQLite's text at once: the general way is most of what a large insert costs."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        def write(value: datetime | None) -> str | None:
            if value is None:
                return None
            return require_aware(value).replace(tzinfo=None).isoformat(" ", "microseconds")

        return write

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> datetime | None:
        """Give the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: The highest number a row is asked for by: both databases can look it up, and every JSON reader
#: keeps it exact (RFC 8259 §6).
HIGHEST_ID = 2**53
#: A primary key: 64 bits on PostgreSQL, the row id on SQLite.
BigId = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """All tables of the service, in all three packages."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UTCDateTime(),
    }


def one_of(values: type[StrEnum], *, name: str | None = None) -> Enum:
    """Return a column type for `values`, kept as text with a CHECK on both databases.

    `name` tells the constraint from another of the same table.
    """
    return Enum(
        values,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=name or values.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def key_column() -> Mapped[int]:
    """Return the primary key column that every table has."""
    return mapped_column(BigId, primary_key=True)


def references(column: str, **options: Any) -> Mapped[int]:
    """Return a foreign key column to `column` ("table.id"); indexed unless told otherwise."""
    options.setdefault("index", True)
    return mapped_column(BigId, ForeignKey(column), **options)
