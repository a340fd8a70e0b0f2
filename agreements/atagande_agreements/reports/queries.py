"""Reads reports."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from atagande_agreements.parties.models import Person
from atagande_agreements.reports.models import FileFormat, Report, ReportFile


def listed(
    session: Session, association_id: int, *, size: int, offset: int = 0
) -> tuple[Sequence[Report], int]:
    """Return one page of an association's reports, newest first, and how many there are."""
    where = Report.association_id == association_id
    total = session.scalar(select(func.count()).select_from(Report).where(where)) or 0
    rows = session.scalars(
        select(Report)
        .where(where)
        .options(joinedload(Report.asked_by), selectinload(Report.files))
        .order_by(Report.asked_at.desc(), Report.id.desc())
        .limit(size)
        .offset(offset)
    ).all()
    return rows, total


def whole(session: Session, association_id: int, report_id: int) -> Report | None:
    """Return one report with what it says and its files, but not their contents; or None."""
    return session.scalar(
        select(Report)
        .where(Report.association_id == association_id, Report.id == report_id)
        .options(
            undefer(Report.data),
            joinedload(Report.agreement),
            joinedload(Report.asked_by).joinedload(Person.organisation),
            selectinload(Report.files),
        )
    )


def replaced_by(session: Session, report_id: int) -> int | None:
    """Return the id of the report that was issued in this one's place, or None."""
    return session.scalar(select(Report.id).where(Report.replaces_id == report_id))


def issued_at(session: Session, report_id: int | None) -> tuple[int, datetime] | None:
    """Return the id of an issued report and when it was issued, or None."""
    if report_id is None:
        return None
    moment = session.scalar(select(Report.issued_at).where(Report.id == report_id))
    return None if moment is None else (report_id, moment)


def file_of(
    session: Session, association_id: int, report_id: int, kind: FileFormat
) -> ReportFile | None:
    """Return one file of an issued report with its content, or None."""
    return session.scalar(
        select(ReportFile)
        .where(
            ReportFile.association_id == association_id,
            ReportFile.report_id == report_id,
            ReportFile.format == kind,
        )
        .options(undefer(ReportFile.content))
    )


def is_whole(file: ReportFile) -> bool:
    """Tell whether a file is still, byte for byte, what was issued."""
    return (
        len(file.content) == file.size and hashlib.sha256(file.content).hexdigest() == file.sha256
    )


def base64_digest(file: ReportFile) -> str:
    """Return a file's checksum as header fields have it."""
    return base64.b64encode(bytes.fromhex(file.sha256)).decode()
