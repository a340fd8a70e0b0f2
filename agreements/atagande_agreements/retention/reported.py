"""Kinds of record: what the parties report of a term, and the names in competence reports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, literal, select
from sqlalchemy.orm import Session

from atagande_agreements.certificates.models import (
    CertificateReport,
    CertificateRevision,
    CertificateStatement,
)
from atagande_agreements.competence.models import (
    CompetenceImport,
    CompetenceName,
    CompetenceReport,
)
from atagande_agreements.i18n import N_
from atagande_agreements.retention.kinds import Kind, open_origins
from atagande_agreements.retention.rules import Moment
from atagande_agreements.standing.models import SelfReport


def _period(term: Any) -> Any:
    return literal("period:").concat(term)


def _self_reports(association_id: int) -> Select[Any, Any]:
    return select(SelfReport.id, SelfReport.last_on.label("moment")).where(
        SelfReport.association_id == association_id,
        _period(SelfReport.term).not_in(open_origins(association_id)),
    )


def _remove_self_reports(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    session.execute(delete(SelfReport).where(SelfReport.id.in_(ids)))


SELF_REPORT = Kind(
    key="self_report",
    name=N_("Redovisningar från parterna"),
    about=N_(
        "Svar, antal och kommentarer tas bort, i alla rättelser. Bedömningen av åtagandet står "
        "kvar. En period med en öppen avvikelse gallras inte."
    ),
    moment=Moment.YEAR,
    proposal=60,
    shortest=24,
    candidates=_self_reports,
    remove=_remove_self_reports,
    tables=("self_report",),
    feeds=("standing", "asked_when_unclear", "held_per_period"),
    named=(SelfReport,),
)


def _certificates(association_id: int) -> Select[Any, Any]:
    last = (
        select(func.max(CertificateRevision.reported_at))
        .where(CertificateRevision.report_id == CertificateReport.id)
        .scalar_subquery()
    )
    # The newest statement stays, so the reports that it is about do too: see `Kind.named`.
    newest = exists().where(
        CertificateStatement.id == select(func.max(CertificateStatement.id)).scalar_subquery(),
        CertificateStatement.unit_id == CertificateReport.unit_id,
        CertificateStatement.term == CertificateReport.term,
    )
    return select(CertificateReport.id, last.label("moment")).where(
        CertificateReport.association_id == association_id,
        _period(CertificateReport.term).not_in(open_origins(association_id)),
        ~newest,
    )


def _remove_certificates(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Remove reports; a clinic's statement goes with the last report of its half-year."""
    del now
    places = session.execute(
        select(CertificateReport.agreement_id, CertificateReport.unit_id, CertificateReport.term)
        .where(CertificateReport.id.in_(ids))
        .distinct()
    ).all()
    session.execute(delete(CertificateRevision).where(CertificateRevision.report_id.in_(ids)))
    session.execute(delete(CertificateReport).where(CertificateReport.id.in_(ids)))
    for agreement_id, unit_id, term in places:
        left = exists().where(
            CertificateReport.agreement_id == agreement_id,
            CertificateReport.unit_id == unit_id,
            CertificateReport.term == term,
        )
        session.execute(
            delete(CertificateStatement).where(
                CertificateStatement.agreement_id == agreement_id,
                CertificateStatement.unit_id == unit_id,
                CertificateStatement.term == term,
                ~left,
            )
        )


CERTIFICATE = Kind(
    key="certificate",
    name=N_("Räknade läkarintyg"),
    about=N_(
        "Kommunernas siffror och mottagningarnas yttranden tas bort. Bedömningen av åtagandet och "
        "publicerade siffror står kvar."
    ),
    moment=Moment.YEAR,
    proposal=60,
    shortest=24,
    candidates=_certificates,
    remove=_remove_certificates,
    tables=("certificate_report", "certificate_revision", "certificate_statement"),
    by_clock=True,
    feeds=("quality_counts",),
    named=(CertificateReport, CertificateStatement),
)


def _names(association_id: int) -> Select[Any, Any]:
    return (
        select(CompetenceName.id, CompetenceReport.as_of.label("moment"))
        .join(CompetenceReport, CompetenceReport.id == CompetenceName.report_id)
        .where(CompetenceName.association_id == association_id)
    )


def _remove_names(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    session.execute(delete(CompetenceName).where(CompetenceName.id.in_(ids)))


COMPETENCE_NAME = Kind(
    key="competence_name",
    name=N_("Namn i kompetensrapporter"),
    about=N_(
        "Namnen tas bort. Hur många som är utbildade, och när, står kvar. Enhetschefen får skriva "
        "in namnen på nytt om de ska användas igen."
    ),
    moment=Moment.ENDED,
    proposal=24,
    shortest=12,
    candidates=_names,
    remove=_remove_names,
    tables=("competence_name",),
)


def _imports(association_id: int) -> Select[Any, Any]:
    return select(CompetenceImport.id, CompetenceImport.confirmed_at.label("moment")).where(
        CompetenceImport.association_id == association_id,
        CompetenceImport.confirmed_at.is_not(None),
    )


def _remove_imports(session: Session, ids: Sequence[int], now: datetime) -> None:
    del now
    session.execute(delete(CompetenceImport).where(CompetenceImport.id.in_(ids)))


COMPETENCE_IMPORT = Kind(
    key="competence_import",
    name=N_("Inlästa kompetensfiler"),
    about=N_("Spåret av vem som läste in en fil tas bort. Rapporterna som den gav står kvar."),
    moment=Moment.ENDED,
    proposal=12,
    shortest=1,
    candidates=_imports,
    remove=_remove_imports,
    tables=("competence_import",),
    by_clock=True,
    named=(CompetenceImport,),
)
