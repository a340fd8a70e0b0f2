"""Writes an archive, row by row, as of one moment."""

import csv
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.audit.models import AuditHead
from atagande_agreements.audit.verbs import GENESIS
from atagande_agreements.parties.models import Association
from atagande_agreements.register.agreement_file import dump
from atagande_agreements.register.exporter import export_agreement
from atagande_agreements.register.models import Agreement, AgreementVersion
from atagande_agreements.reports.models import Report, ReportFile, ReportState
from atagande_plugin.archive import trail
from atagande_plugin.archive.errors import ArchiveExists, ArchiveFile
from atagande_plugin.archive.readme import readme
from atagande_plugin.archive.sheets import OF_AGREEMENT, OF_ASSOCIATION, Sheet
from atagande_plugin.csv_safe import cell
from atagande_plugin.services import Services

FORMAT = "atagande-arkiv"
VERSION = 1
MANIFEST = "manifest.json"
README = "LAS-MIG.txt"
SUMS = "kontrollsummor.txt"
TRAIL = "historik.jsonl"
#: Rows read at a time.
BATCH = 500


def write_file(services: Services, file: str, keys: Sequence[str] = ()) -> int:
    """Write an archive to a new file; return the number of files in it. See `write`."""
    target = Path(file)
    if target.exists():
        raise ArchiveExists(file=file)
    part = target.with_name(f".{target.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            number = write(services, stream, keys=keys)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except OSError as error:
        raise ArchiveFile(file=file, reason=error.strerror or "–") from error
    finally:
        part.unlink(missing_ok=True)
    return number


def write(
    services: Services,
    stream: IO[bytes],
    *,
    keys: Sequence[str] = (),
    association_id: int | None = None,
) -> int:
    """Write an archive of one association, or of all; return the number of files in it.

    `keys` are the agreements to take, all when empty. Everything is as of one moment, also while
    records are removed, and no more than a batch of rows, or one report, is in memory at a time.
    """
    with services.reader() as session:
        if session.get_bind().dialect.name == "postgresql":
            # SQLite's read transactions are of one moment by themselves.
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
            archive = _Archive(file, session)
            chains = {}
            query = select(Association).order_by(Association.id)
            if association_id is not None:
                query = query.where(Association.id == association_id)
            for association in session.scalars(query).all():
                chains[association.key] = archive.association(association, keys)
            made_at = services.now()
            archive.put(README, [readme(made_at).encode()])
            sums = [f"{one['sha256']}  {name}\n".encode() for name, one in archive.files.items()]
            manifest = {
                "format": FORMAT,
                "version": VERSION,
                "made_at": made_at.isoformat(),
                "chains": chains,
                "files": dict(archive.files),
            }
            archive.put(SUMS, sums)
            file.writestr(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))
    return len(archive.files) + 1


@dataclass
class _Archive:
    """An archive being written, and what its manifest says of each file so far."""

    file: zipfile.ZipFile
    session: Session
    files: dict[str, dict[str, object]] = field(default_factory=dict)

    def put(self, name: str, parts: Iterable[bytes], *, around: int | None = None) -> None:
        """Write a file. Each part but `around` of them is a row; None: it has no rows."""
        digest, size, number = hashlib.sha256(), 0, 0
        with self.file.open(name, "w", force_zip64=True) as member:
            for part in parts:
                digest.update(part)
                size += len(part)
                number += 1
                member.write(part)
        self.files[name] = {
            "sha256": digest.hexdigest(),
            "bytes": size,
            "rows": None if around is None else number - around,
        }

    def rows(self, query: Select[Any]) -> Iterator[Any]:
        """Give a query's rows, a batch at a time."""
        with closing(self.session.execute(query.execution_options(yield_per=BATCH))) as found:
            yield from found

    def sheet(self, folder: str, sheet: Sheet, number: int) -> None:
        """Write a list in both its forms."""
        query = sheet.query(number)
        self.put(f"{folder}/{sheet.name}.csv", _as_csv(sheet.columns, self.rows(query)), around=1)
        self.put(f"{folder}/{sheet.name}.json", _as_json(sheet.columns, self.rows(query)), around=2)

    def association(self, association: Association, keys: Sequence[str]) -> dict[str, object]:
        """Write all of an association; return the end of its chain."""
        folder = association.key
        for sheet in OF_ASSOCIATION:
            self.sheet(folder, sheet, association.id)
        query = (
            select(Agreement)
            .where(Agreement.association_id == association.id)
            .order_by(Agreement.id)
        )
        for agreement in self.session.scalars(query).all():
            if not keys or agreement.key in keys:
                self.agreement(f"{folder}/{agreement.key}", agreement)
        found = self.rows(trail.entries(association.id))
        lines = trail.as_lines(row._mapping for row in found)  # noqa: SLF001 - a row's own name for it
        self.put(f"{folder}/{TRAIL}", lines, around=0)
        head = self.session.get(AuditHead, association.id)
        return {
            "file": f"{folder}/{TRAIL}",
            "entries": head.number if head is not None else 0,
            "last": head.hash if head is not None else GENESIS,
        }

    def agreement(self, folder: str, agreement: Agreement) -> None:
        """Write all of an agreement."""
        versions = self.session.scalars(
            select(AgreementVersion)
            .where(AgreementVersion.agreement_id == agreement.id)
            .options(joinedload(AgreementVersion.agreement))
            .order_by(AgreementVersion.number)
        ).all()
        for version in versions:
            text = dump(export_agreement(self.session, version))
            name = f"{folder}/overenskommelse-version-{version.number}.toml"
            self.put(name, [text.encode()])
        for sheet in OF_AGREEMENT:
            self.sheet(folder, sheet, agreement.id)
        issued = self.session.execute(
            select(ReportFile.id, ReportFile.report_id, ReportFile.format)
            .join(Report, Report.id == ReportFile.report_id)
            .where(Report.agreement_id == agreement.id, Report.state == ReportState.ISSUED)
            .order_by(ReportFile.id)
        ).all()
        for number, report_id, format_ in issued:
            content = self.session.scalar(select(ReportFile.content).where(ReportFile.id == number))
            name = f"{folder}/rapporter/rapport-{report_id}.{format_.value}"
            self.put(name, [content or b""])


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def _in_cell(value: object) -> str:
    plain = _plain(value)
    return cell(("ja" if plain else "nej") if isinstance(plain, bool) else plain)


def _as_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Return a list as a spreadsheet program opens it, a row at a time."""
    yield _line(columns, "utf-8-sig")
    for row in rows:
        yield _line([_in_cell(value) for value in row], "utf-8")


def _line(cells: Sequence[str], encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode(encoding)


def _as_json(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Return a list as a JSON array, a row at a time between its brackets."""
    yield b"["
    comma = "\n"
    for row in rows:
        values = {name: _plain(value) for name, value in zip(columns, row, strict=True)}
        yield f"{comma}{json.dumps(values, ensure_ascii=False)}".encode()
        comma = ",\n"
    yield b"\n]\n"
