"""Certificates: what municipalities report, and what the clinic says about it."""

from typing import TYPE_CHECKING

from flask import g

from atagande_agreements.certificates import queries
from atagande_agreements.certificates.counts import BySex
from atagande_agreements.certificates.models import CertificateStatement
from atagande_agreements.certificates.terms import half_year
from atagande_agreements.certificates.verbs import counts_of, report_certificates, state
from atagande_agreements.civil_time import local_date
from atagande_agreements.enquiries.errors import NotAClinic
from atagande_agreements.errors import Forbidden
from atagande_agreements.parties.models import Unit
from atagande_agreements.periods import Term
from atagande_agreements.register.models import Agreement
from atagande_plugin.api.certificates_shapes import (
    CertificatesLine,
    CertificatesList,
    CertificateStatementLine,
    CertificatesWhole,
    CountsBySex,
)
from atagande_plugin.api.common import found
from atagande_plugin.web.acting import agreement_now, myself
from atagande_plugin.web.certificates import (
    clinics_in,
    counts_from,
    reader,
    reports,
)

if TYPE_CHECKING:
    from atagande_plugin.forms.certificates import (
        CertificatesPage,
        NewCertificates,
        NewCertificateStatement,
    )


def _line(line: queries.Line) -> CertificatesLine:
    report, revision = line.report, line.revision
    split = counts_of(revision).by_sex if line.figures.open else None
    return CertificatesLine(
        id=report.id,
        organisation=report.organisation.key,
        unit=report.unit.key,
        period=report.term,
        received=line.figures.number("received"),
        lacking=line.figures.number("lacking"),
        completed=line.figures.number("completed"),
        by_sex=CountsBySex(**{name: getattr(split, name) for name in BySex.__slots__})
        if split is not None
        else None,
        reported_at=revision.reported_at,
        version=report.version,
    )


def _statement(one: CertificateStatement, unit: Unit) -> CertificateStatementLine:
    return CertificateStatementLine(
        unit=unit.key,
        period=one.term,
        number=one.number,
        text=one.text,
        by=one.person.title,
        at=one.at,
    )


def listed(asked: "CertificatesPage") -> CertificatesList:
    """Return the association's reports."""
    agreement = agreement_now()
    if agreement is None:
        return CertificatesList(items=[], next=None)
    rows = queries.lines(
        g.session,
        agreement.id,
        reader(),
        term=asked.period,
        after=asked.after,
        limit=asked.limit + 1,
    )
    shown = rows[: asked.limit]
    following = shown[-1].report.id if len(rows) > asked.limit else None
    return CertificatesList(items=[_line(one) for one in shown], next=following)


def one(number: int) -> CertificatesWhole:
    """Return one report."""
    agreement = found(agreement_now())
    who = reader()
    line = found(queries.one(g.session, agreement.id, number, who))
    unit, term = line.report.unit, half_year(line.report.term)
    clinic = queries.clinics_of(g.session, agreement, [unit], term, who, today=local_date(g.now))[0]
    return CertificatesWhole(
        **dict(_line(line)),
        status=clinic.occurrence.status if clinic.occurrence is not None else None,
        statements=[_statement(said, unit) for said in clinic.statements],
    )


def _asked_about(key: str, term: Term) -> tuple[Agreement, Unit]:
    agreement = found(agreement_now())
    unit = next((one for one in clinics_in(term) if one.key == key), None)
    if unit is None:
        raise NotAClinic(field="unit", unit=key)
    return agreement, unit


def report(form: "NewCertificates") -> tuple[CertificatesLine, str]:
    """Take a municipality's figures, or their correction."""
    if not reports():
        raise Forbidden
    term = half_year(form.period)
    agreement, unit = _asked_about(form.unit, term)
    made = report_certificates(
        g.session,
        agreement=agreement,
        unit=unit,
        term=term,
        counts=counts_from(form),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    line = found(queries.one(g.session, agreement.id, made.id, reader()))
    return _line(line), f"/certificates/{made.id}"


def answer(form: "NewCertificateStatement") -> CertificateStatementLine:
    """Take what a clinic says about its figures."""
    term = half_year(form.period)
    agreement, unit = _asked_about(form.unit, term)
    said = state(
        g.session,
        agreement=agreement,
        unit=unit,
        term=term,
        text=form.text,
        person=myself(),
        now=g.now,
    )
    return _statement(said, unit)
