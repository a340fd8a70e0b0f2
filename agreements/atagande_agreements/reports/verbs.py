"""Asks for reports, makes them once, and issues them.

Whoever makes a report holds it for a while under a random name, and says how far it has come; if
it stops, the time runs out and another takes the report up from the beginning. Everything that is
issued, files and all, comes in one transaction, by the one that still holds it.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import Stale
from atagande_agreements.followup.period import Period
from atagande_agreements.parties.models import Person
from atagande_agreements.register.models import Agreement
from atagande_agreements.reports.errors import (
    AlreadyAsked,
    NotBegun,
    NotFailed,
    PeriodAfterAgreement,
    PeriodBeforeAgreement,
    TooLongSpan,
)
from atagande_agreements.reports.models import FileFormat, Report, ReportFile, ReportState

#: How long a report is held without a sign of life.
LEASE = timedelta(minutes=3)
#: Times that somebody begins before it is given up.
MOST_ATTEMPTS = 3
#: Years that one report may be over.
MOST_YEARS = 10
#: Who issues them.
JOB = audit.Actor.job("reports")
_UNDER_WAY = (ReportState.QUEUED, ReportState.MAKING)


def check_period(agreement: Agreement, period: Period, now: datetime) -> None:
    """Refuse a period that there is nothing to report of."""
    if period.last < agreement.valid_from:
        raise PeriodBeforeAgreement(field="first", valid_from=agreement.valid_from)
    if agreement.valid_to is not None and period.first > agreement.valid_to:
        raise PeriodAfterAgreement(field="first", valid_to=agreement.valid_to)
    if period.first > local_date(now):
        raise NotBegun(field="first", first=period.first)
    if period.last.year - period.first.year > MOST_YEARS:
        raise TooLongSpan(field="last", years=MOST_YEARS)


def ask(
    session: Session,
    *,
    agreement: Agreement,
    period: Period,
    title: str,
    language: str,
    diary_number: str,
    person: Person,
    now: datetime,
) -> Report:
    """Ask for a report over a period; a job makes it. One at a time of the same period."""
    check_period(agreement, period, now)
    report = Report(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        first_on=period.first,
        last_on=period.last,
        title=title,
        language=language,
        diary_number=diary_number.strip(),
        state=ReportState.QUEUED,
        asked_by_id=person.id,
        asked_at=now,
    )
    try:
        with session.begin_nested():
            session.add(report)
            session.flush()
    except IntegrityError as error:
        raise AlreadyAsked(field="first") from error
    _record(session, report, "report.asked", audit.Actor.of(person), now, period=period.code)
    return report


def ask_again(session: Session, *, report: Report, person: Person, now: datetime) -> None:
    """Put a report that could not be made in the queue again."""
    if report.state is not ReportState.FAILED:
        raise NotFailed
    report.state, report.fault = ReportState.QUEUED, ""
    report.progress, report.attempts = 0, 0
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise AlreadyAsked from error
    _record(session, report, "report.asked_again", audit.Actor.of(person), now)


def take(session: Session, now: datetime) -> tuple[int, str] | None:
    """Take the oldest report that waits, or that its holder has let go of; (id, name) or None.

    The name is what the rest of the work is done under. What has been begun too many times is
    given up instead.
    """
    while True:
        found = session.execute(_free(now)).one_or_none()
        if found is None:
            return None
        if found.attempts < MOST_ATTEMPTS:
            name = secrets.token_hex(16)
            session.execute(
                update(Report)
                .where(Report.id == found.id)
                .values(
                    state=ReportState.MAKING,
                    held_by=name,
                    held_until=now + LEASE,
                    progress=0,
                    attempts=Report.attempts + 1,
                    version=Report.version + 1,
                )
            )
            return found.id, name
        _fail(session, found.id, "stopped", now)


def _free(now: datetime) -> Select[int, int]:
    other: Any = Report
    return (
        select(other.id, other.attempts)
        .where(
            other.state.in_(_UNDER_WAY),
            (other.state == ReportState.QUEUED) | (other.held_until <= now),
        )
        .order_by(other.asked_at, other.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def note_progress(
    session: Session, *, report_id: int, held_by: str, percent: int, now: datetime
) -> bool:
    """Say how far it has come, and hold it on; False if somebody else has taken it over."""
    held = session.execute(
        update(Report)
        .where(Report.id == report_id, Report.held_by == held_by)
        .values(progress=percent, held_until=now + LEASE)
        .returning(Report.id)
    ).one_or_none()
    return held is not None


def give_up(session: Session, *, report_id: int, held_by: str, code: str, now: datetime) -> None:
    """Let go of a report that could not be made: it is tried again, a few times."""
    found = session.execute(
        select(Report.attempts)
        .where(Report.id == report_id, Report.held_by == held_by)
        .with_for_update()
    ).one_or_none()
    if found is None:
        return
    if found.attempts >= MOST_ATTEMPTS:
        _fail(session, report_id, code, now)
        return
    # Not at once: the time that it is held is also the wait before the next attempt.
    note_progress(session, report_id=report_id, held_by=held_by, percent=0, now=now)


def _fail(session: Session, report_id: int, code: str, now: datetime) -> None:
    report = session.get_one(Report, report_id, populate_existing=True)
    report.state, report.fault = ReportState.FAILED, code[:80]
    report.held_by, report.held_until = "", None
    session.flush()
    _record(session, report, "report.failed", JOB, now, fault=code[:80])


def issue(
    session: Session,
    *,
    report_id: int,
    held_by: str,
    data: str,
    files: Mapping[FileFormat, bytes],
    now: datetime,
) -> Report:
    """Issue a report with all its files. Raises Stale if somebody else has taken it over.

    It stands beside earlier reports over the same period, and says which of them it replaces.
    """
    report = session.scalar(
        select(Report)
        .where(Report.id == report_id, Report.held_by == held_by)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if report is None:
        raise Stale
    kept = [
        ReportFile(
            association_id=report.association_id,
            report_id=report.id,
            format=kind,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
        )
        for kind, content in files.items()
    ]
    session.add_all(kept)
    report.replaces_id = stands(session, report)
    report.data = data
    report.state, report.progress, report.issued_at = ReportState.ISSUED, 100, now
    report.held_by, report.held_until = "", None
    session.flush()
    sums = {f"sha256_{one.format.value}": one.sha256 for one in kept}
    _record(session, report, "report.issued", JOB, now, replaces=report.replaces_id, **sums)
    return report


def stands(session: Session, report: Report) -> int | None:
    """Return the issued report over the same period that nothing has replaced, or None.

    It can't change while `report` is under way: there is one at a time of the same period.
    """
    later = aliased(Report)
    return session.scalar(
        select(Report.id).where(
            Report.agreement_id == report.agreement_id,
            Report.first_on == report.first_on,
            Report.last_on == report.last_on,
            Report.language == report.language,
            Report.state == ReportState.ISSUED,
            ~exists().where(later.replaces_id == Report.id),
        )
    )


def _record(
    session: Session,
    report: Report,
    action: str,
    actor: audit.Actor,
    now: datetime,
    **changes: object,
) -> None:
    audit.record(
        session,
        audit.Change(
            association_id=report.association_id,
            at=now,
            actor=actor,
            action=action,
            object_type="report",
            object_id=report.id,
            changes={name: (None, value) for name, value in changes.items()},
        ),
    )
