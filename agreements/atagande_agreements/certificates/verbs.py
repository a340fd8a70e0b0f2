"""Reports certificates, corrects what was reported, and lets the clinic answer for itself."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.certificates.counts import BySex, Counts
from atagande_agreements.certificates.errors import EmptyStatement, FuturePeriod, NothingReported
from atagande_agreements.certificates.evidence import recount
from atagande_agreements.certificates.models import (
    CertificateReport,
    CertificateRevision,
    CertificateStatement,
)
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.enquiries.errors import NotAClinic
from atagande_agreements.errors import Forbidden, Stale
from atagande_agreements.parties.models import OrganisationKind, Person, Unit, UnitKind
from atagande_agreements.periods import Term
from atagande_agreements.register.models import Agreement


def report_certificates(
    session: Session,
    *,
    agreement: Agreement,
    unit: Unit,
    term: Term,
    counts: Counts,
    person: Person,
    version: int,
    now: datetime,
) -> CertificateReport:
    """Report, or correct, what `person`'s municipality received of a clinic in a half-year.

    Only a municipality reports; others get Forbidden. `version` is that of the report its author
    had read, 0 when there was none; another one gives Stale. The same figures again change
    nothing. What was reported before stays in the history, and the clinic is judged anew.
    """
    if person.organisation.kind is not OrganisationKind.MUNICIPALITY:
        raise Forbidden
    if unit.kind is not UnitKind.CLINIC or unit.association_id != agreement.association_id:
        raise NotAClinic(field="unit", unit=unit.name)
    _check_term(agreement, term, now)
    counts.check()
    report = _locked(session, agreement, unit, term, person)
    if report is not None and _says(report, counts):
        return report
    if (report.version if report is not None else 0) != version:
        raise Stale
    report = _put(session, report, agreement=agreement, unit=unit, term=term, person=person)
    before = report.revisions[-1] if report.revisions else None
    revision = CertificateRevision(
        association_id=report.association_id,
        number=report.version,
        received=counts.received,
        lacking=counts.lacking,
        completed=counts.completed,
        reported_by_id=person.id,
        reported_at=now,
        **(asdict(counts.by_sex) if counts.by_sex else {}),
    )
    report.revisions.append(revision)
    session.flush()
    recount(session, report=report, agreement=agreement, unit=unit, person=person, now=now)
    audit.record(
        session,
        audit.Change(
            association_id=report.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="certificates.reported" if before is None else "certificates.corrected",
            object_type="certificate_report",
            object_id=report.id,
            changes={
                name: (getattr(before, name, None), getattr(revision, name))
                for name in ("received", "lacking", "completed")
            },
        ),
    )
    return report


def _check_term(agreement: Agreement, term: Term, now: datetime) -> None:
    if term.first > local_date(now):
        raise FuturePeriod(field="period", period=term.key)
    if term.last < agreement.valid_from:
        raise BeforeAgreement(field="period", day=term.last, valid_from=agreement.valid_from)


def _locked(
    session: Session, agreement: Agreement, unit: Unit, term: Term, person: Person
) -> CertificateReport | None:
    return session.scalars(
        select(CertificateReport)
        .where(
            CertificateReport.agreement_id == agreement.id,
            CertificateReport.unit_id == unit.id,
            CertificateReport.term == term.key,
            CertificateReport.organisation_id == person.organisation_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _says(report: CertificateReport, counts: Counts) -> bool:
    return counts_of(report.revisions[-1]) == counts


def counts_of(revision: CertificateRevision) -> Counts:
    """Return what a revision says."""
    split = None
    if revision.received_women is not None:
        split = BySex(*(getattr(revision, name) for name in BySex.__slots__))
    return Counts(revision.received, revision.lacking, revision.completed, split)


def _put(
    session: Session,
    report: CertificateReport | None,
    *,
    agreement: Agreement,
    unit: Unit,
    term: Term,
    person: Person,
) -> CertificateReport:
    """Return the report to add a revision to; raise Stale if someone makes it right now."""
    if report is not None:
        report.version += 1
        session.flush()
        return report
    report = CertificateReport(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        organisation_id=person.organisation_id,
        unit_id=unit.id,
        term=term.key,
        version=1,
    )
    try:
        with session.begin_nested():
            session.add(report)
            session.flush()
    except IntegrityError as error:
        raise Stale from error
    return report


def state(
    session: Session,
    *,
    agreement: Agreement,
    unit: Unit,
    term: Term,
    text: str,
    person: Person,
    now: datetime,
) -> CertificateStatement:
    """Add what the clinic says about its figures of a half-year; its own people only.

    Nothing is ever changed or taken away: who wants to say more adds a statement.
    """
    if person.unit_id != unit.id:
        raise Forbidden
    if not text.strip():
        raise EmptyStatement(field="text")
    # The clinic's row is the lock, so that two statements get a number each.
    session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update(key_share=True))
    reported = session.scalar(
        select(func.count())
        .select_from(CertificateReport)
        .where(
            CertificateReport.agreement_id == agreement.id,
            CertificateReport.unit_id == unit.id,
            CertificateReport.term == term.key,
        )
    )
    if not reported:
        raise NothingReported(period=term.key)
    last = session.scalar(
        select(func.max(CertificateStatement.number)).where(
            CertificateStatement.agreement_id == agreement.id,
            CertificateStatement.unit_id == unit.id,
            CertificateStatement.term == term.key,
        )
    )
    statement = CertificateStatement(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        unit_id=unit.id,
        term=term.key,
        number=(last or 0) + 1,
        text=text.strip(),
        person_id=person.id,
        at=now,
    )
    session.add(statement)
    session.flush()
    audit.record(
        session,
        audit.Change(
            association_id=statement.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action="certificates.stated",
            object_type="certificate_statement",
            object_id=statement.id,
        ),
    )
    return statement
