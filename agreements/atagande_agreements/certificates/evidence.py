"""Works out what all municipalities' reports together show of a clinic (P2)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atagande_agreements.certificates.models import CertificateReport, CertificateRevision
from atagande_agreements.certificates.terms import half_year
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import owed
from atagande_agreements.commitments.terms import span_of
from atagande_agreements.filing import Shown, Told, hold
from atagande_agreements.filing import report as file_report
from atagande_agreements.parties.models import Person, Unit
from atagande_agreements.register.models import Agreement

RULE, SUBJECT = "quality_counts", "medical_certificates"


def recount(
    session: Session,
    *,
    report: CertificateReport,
    agreement: Agreement,
    unit: Unit,
    person: Person,
    now: datetime,
) -> None:
    """Judge the clinic's half-year by the sum of what is reported, with `report` as what is new."""
    term = half_year(report.term)
    for obligation in owed(session, agreement.id, rule=RULE, subject=SUBJECT, unit_id=unit.id):
        span = span_of(obligation, term)
        if span is None:
            continue
        hold(session, obligation)
        file_report(
            session,
            obligation=obligation,
            origin=term.origin,
            event_on=span[1],
            shown=shown(session, agreement.id, unit.id, report.term),
            told=Told(
                f"certificates:{report.id}:v{report.version}",
                min(span[1], local_date(now)),
                person,
            ),
            now=now,
        )


def shown(session: Session, agreement_id: int, unit_id: int, term: str) -> Shown:
    """Return what the reports in force say together."""
    received, lacking, latest = session.execute(
        select(
            func.coalesce(func.sum(CertificateRevision.received), 0),
            func.coalesce(func.sum(CertificateRevision.lacking), 0),
            func.max(CertificateRevision.reported_at),
        )
        .join(CertificateReport, CertificateReport.id == CertificateRevision.report_id)
        .where(
            CertificateReport.agreement_id == agreement_id,
            CertificateReport.unit_id == unit_id,
            CertificateReport.term == term,
            CertificateRevision.number == CertificateReport.version,
        )
    ).one()
    return Shown(
        kept_on=local_date(latest) if latest is not None else None,
        counted=int(received) - int(lacking),
        total=int(received),
    )
