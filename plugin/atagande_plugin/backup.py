"""A portable copy of everything, from either database to either.

A backup is a zip with one file of JSON lines a table, and `manifest.json`: the format's version,
the revision of the tables, and each table's number of rows and SHA-256. Moments are ISO 8601 in
UTC, bytes are base64. Restoring happens in one transaction into an empty database, and only what
has passed every check is committed. What the database counts by itself is not in the file: it is
counted again as the rows come in.
"""

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    Table,
    Time,
    TypeDecorator,
    func,
    insert,
    select,
    text,
)
from sqlalchemy import Enum as EnumType

from atagande_agreements.audit.queries import first_broken
from atagande_agreements.errors import Refused
from atagande_agreements.followup import rollup
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Association
from atagande_plugin.services import Services
from atagande_plugin.tables import KEPT

FORMAT = "atagande-backup"
VERSION = 1
MANIFEST = "manifest.json"
#: Rows read or written at a time.
BATCH = 500


class BackupFile(Refused):
    """The file can't be written or read."""

    code = "backup_file"
    message = N_("Säkerhetskopian %(file)s går inte att skriva eller läsa: %(reason)s.")
    next_step = N_("Kontrollera namnet och att du har rätt till katalogen.")


class BackupExists(Refused):
    """There is a file by that name; an older backup is never written over."""

    code = "backup_exists"
    message = N_("Filen %(file)s finns redan och skrivs inte över.")
    next_step = N_("Välj ett annat namn.")


class NoBackup(Refused):
    """The file is no backup of ours."""

    code = "no_backup"
    message = N_("Filen %(file)s är ingen säkerhetskopia från Åtagande.")
    next_step = N_("Välj en fil som atagande backup har skrivit.")


class DamagedBackup(Refused):
    """Something in the backup is not what its manifest says."""

    code = "damaged_backup"
    message = N_("Säkerhetskopian är skadad: %(part)s stämmer inte med sin kontrollsumma.")
    next_step = N_("Inget har lästs in. Använd en annan säkerhetskopia.")


class OtherRevision(Refused):
    """The backup was made by another version of the tables."""

    code = "backup_revision"
    message = N_("Säkerhetskopian har tabellversion %(theirs)s och databasen %(ours)s.")
    next_step = N_("Läs in den med samma version av Åtagande och uppdatera sedan databasen.")


class NotEmpty(Refused):
    """The database to restore into holds something."""

    code = "database_not_empty"
    message = N_("Databasen är inte tom: tabellen %(table)s har rader.")
    next_step = N_("Skapa en ny databas, kör atagande db upgrade och läs in i den.")


class BrokenChain(Refused):
    """The audit chain in the backup was tampered with."""

    code = "audit_chain"
    message = N_("Historikens kedja är bruten vid post %(number)s, så inget har lästs in.")
    next_step = N_("Använd en annan säkerhetskopia och ta reda på vem som haft den här.")


def _encode(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _decoder(column: Column[Any]) -> Callable[[Any], Any] | None:
    """Return what turns a column's JSON into its Python value; None where they are the same."""
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, EnumType):
        return kind.enum_class
    readers: tuple[tuple[type, Callable[[Any], Any]], ...] = (
        (DateTime, datetime.fromisoformat),
        (Date, date.fromisoformat),
        (Time, time.fromisoformat),
        (LargeBinary, base64.b64decode),
    )
    return next((read for type_, read in readers if isinstance(kind, type_)), None)


def _revision(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def _inside(table: Table) -> str:
    return f"tables/{table.name}.jsonl"


def write_backup(services: Services, file: str) -> int:
    """Write everything to a new file, as of one moment; return the number of rows."""
    target = Path(file)
    if target.exists():
        raise BackupExists(file=file)
    part = target.with_name(f".{target.name}.part")
    try:
        # Only its owner may read it: it holds everyone's addresses.
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                rows = _write(services, archive)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except OSError as error:
        raise BackupFile(file=file, reason=error.strerror or "–") from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def _write(services: Services, archive: zipfile.ZipFile) -> int:
    tables: dict[str, dict[str, object]] = {}
    with services.reader() as session:
        if session.get_bind().dialect.name == "postgresql":
            # All tables as of one moment; SQLite's read transactions are so by themselves.
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        connection = session.connection()
        for table in KEPT:
            digest, rows = hashlib.sha256(), 0
            query = select(table).order_by(*table.primary_key.columns)
            found = connection.execution_options(yield_per=BATCH).execute(query)
            with archive.open(_inside(table), "w", force_zip64=True) as member:
                for row in found.mappings():
                    values = {name: _encode(value) for name, value in row.items()}
                    line = f"{json.dumps(values, ensure_ascii=False)}\n".encode()
                    digest.update(line)
                    member.write(line)
                    rows += 1
            tables[table.name] = {"rows": rows, "sha256": digest.hexdigest()}
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": services.now().isoformat(),
            "revision": _revision(connection),
            "tables": tables,
        }
    archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return sum(int(str(one["rows"])) for one in tables.values())


def restore_backup(services: Services, file: str) -> int:
    """Restore a backup into an empty database of the same revision; return the number of rows."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, file)
            for table in KEPT:
                _check(archive, table, manifest["tables"][table.name])
            return _restore(services, archive, manifest)
    except zipfile.BadZipFile as error:
        raise NoBackup(file=file) from error
    except OSError as error:
        raise BackupFile(file=file, reason=error.strerror or "–") from error


def _manifest(archive: zipfile.ZipFile, file: str) -> Mapping[str, Any]:
    """Return the manifest of a backup that holds exactly our tables."""
    try:
        manifest = json.loads(archive.read(MANIFEST))
        known = (manifest["format"], manifest["version"]) == (FORMAT, VERSION)
        names = set(manifest["tables"])
        revision = str(manifest["revision"])
    except (KeyError, ValueError, TypeError) as error:
        raise NoBackup(file=file) from error
    if not known:
        raise NoBackup(file=file)
    if names != {table.name for table in KEPT}:
        raise OtherRevision(theirs=revision, ours="–")
    found: Mapping[str, Any] = manifest
    return found


def _lines(archive: zipfile.ZipFile, table: Table) -> Iterator[bytes]:
    with archive.open(_inside(table)) as member:
        yield from member


def _check(archive: zipfile.ZipFile, table: Table, said: Mapping[str, Any]) -> None:
    """Raise DamagedBackup unless a table's lines are those that were written."""
    digest, rows = hashlib.sha256(), 0
    try:
        for line in _lines(archive, table):
            digest.update(line)
            rows += 1
    except (KeyError, zipfile.BadZipFile) as error:
        raise DamagedBackup(part=table.name) from error
    if (rows, digest.hexdigest()) != (said.get("rows"), said.get("sha256")):
        raise DamagedBackup(part=table.name)


def _restore(services: Services, archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> int:
    with services.writer() as session:
        connection = session.connection()
        ours = _revision(connection)
        if manifest["revision"] != ours:
            raise OtherRevision(theirs=manifest["revision"], ours=ours)
        for table in KEPT:
            if connection.execute(select(1).select_from(table).limit(1)).first() is not None:
                raise NotEmpty(table=table.name)
        total = 0
        for table in KEPT:
            rows = _rows(archive, table)
            while batch := list(islice(rows, BATCH)):
                connection.execute(insert(table), batch)
                total += len(batch)
            _reset_sequence(connection, table)
        while rollup.fold(session):
            pass
        for association in session.scalars(select(Association.id)):
            broken = first_broken(session, association)
            if broken is not None:
                raise BrokenChain(number=broken)
        session.commit()
    return total


def _rows(archive: zipfile.ZipFile, table: Table) -> Iterator[dict[str, Any]]:
    decoders = {column.name: _decoder(column) for column in table.columns}
    for line in _lines(archive, table):
        yield {
            name: value if value is None or read is None else read(value)
            for name, value in json.loads(line).items()
            for read in (decoders[name],)
        }


def _reset_sequence(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after the restored ones; SQLite does so by itself."""
    if connection.dialect.name != "postgresql" or "id" not in table.primary_key.columns:
        return
    highest = connection.scalar(select(func.max(table.c.id)))
    name = connection.scalar(select(func.pg_get_serial_sequence(table.name, "id")))
    if highest is not None and name is not None:
        connection.execute(select(func.setval(name, highest)))
