"""Reports: asked for, followed and fetched."""

from typing import TYPE_CHECKING

from flask import Response, g
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from atagande_agreements.reports import contents, queries
from atagande_agreements.reports.models import Report
from atagande_plugin.api.common import found, part
from atagande_plugin.api.reports_shapes import (
    IssuedReportList,
    ReportFileLine,
    ReportLine,
    ReportWhole,
)
from atagande_plugin.web.reports import as_download, ask, issued_file

if TYPE_CHECKING:
    from atagande_plugin.forms.reports import AskForReport, ReportPage


def _line(report: Report) -> ReportLine:
    return ReportLine(
        id=report.id,
        agreement=report.agreement.key,
        period=report.period.code,
        first=report.first_on,
        last=report.last_on,
        title=report.title,
        language=report.language,
        diary_number=report.diary_number,
        state=report.state,
        progress=report.progress,
        fault=report.fault,
        asked_at=report.asked_at,
        issued_at=report.issued_at,
        replaces=report.replaces_id,
        files=[
            ReportFileLine(format=one.format, size=one.size, sha256=one.sha256)
            for one in report.files
        ],
    )


def listed(asked: "ReportPage") -> IssuedReportList:
    """Return the association's reports."""
    query = (
        select(Report)
        .where(Report.association_id == g.me.association_id)
        .options(joinedload(Report.agreement), selectinload(Report.files))
    )
    rows, following = part(query, Report.id, asked)
    return IssuedReportList(items=[_line(one) for one in rows], next=following)


def ask_for(form: "AskForReport") -> tuple[ReportLine, str]:
    """Ask for a report."""
    report = ask(form)
    return _line(report), f"/reports/{report.id}"


def one(number: int) -> ReportWhole:
    """Return one report."""
    report = found(queries.whole(g.session, g.me.association_id, number))
    return ReportWhole(
        **dict(_line(report)),
        replaced_by=queries.replaced_by(g.session, report.id),
        contents=dict(contents.read(report.data)) if report.data is not None else None,
    )


def file(number: int, format: str) -> Response:  # noqa: A002 - the name in the address
    """Give a file as it was issued."""
    report = found(queries.whole(g.session, g.me.association_id, number))
    return as_download(report, issued_file(number, format))
