"""Self-reports and preparatory services, as each caller may see them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound
from atagande_agreements.followup.figures import Figures
from atagande_agreements.followup.period import Period
from atagande_agreements.parties.models import Organisation
from atagande_agreements.standing import queries
from atagande_agreements.standing import services as offered
from atagande_agreements.standing.models import PreparatoryService, SelfReport, Subject
from atagande_plugin.api.common import found, part
from atagande_plugin.api.standing_shapes import (
    AwaitingLine,
    AwaitingList,
    SelfReportLine,
    SelfReportList,
    ServiceLine,
    ServiceList,
)
from atagande_plugin.web.acting import myself, the_agreement
from atagande_plugin.web.services_offered import offered as offer_of
from atagande_plugin.web.standing import published_of, take, told

if TYPE_CHECKING:
    from atagande_plugin.forms.standing import NewSelfReport, ReportPage, Service, ServicePage


def _line(report: SelfReport, figures: Mapping[Period, Figures]) -> SelfReportLine:
    counts = told(report, figures).counts
    hidden = {"number" if name == "unasked" else name for name in counts.hidden}
    return SelfReportLine(
        id=report.id,
        organisation=report.organisation.key,
        subject=report.subject,
        term=report.term,
        first_on=report.first_on,
        last_on=report.last_on,
        reported_on=report.reported_on,
        works=report.works,
        people=counts.people,
        women=counts.women,
        men=counts.men,
        rehabilitated=counts.rehabilitated,
        number=counts.unasked if report.subject is Subject.UNASKED else report.number,
        hidden=sorted(hidden),
        comment=report.comment,
        reported_at=report.reported_at,
        revision=report.revision,
    )


def listed(asked: "ReportPage") -> SelfReportList:
    """Return what counts of every party's reports."""
    agreement = the_agreement()
    query = queries.of_all(agreement.id, asked.term).options(joinedload(SelfReport.organisation))
    rows, following = part(query, SelfReport.id, asked)
    figures = published_of(agreement, rows)
    return SelfReportList(items=[_line(row, figures) for row in rows], next=following)


def awaiting() -> AwaitingList:
    """Return what the caller's party has to report now."""
    lines = queries.awaiting(
        g.session,
        g.me.organisation_id,
        g.me.unit_id,
        local_date(g.now),
        agreement_id=the_agreement().id,
    )
    return AwaitingList(
        items=[
            AwaitingLine(
                subject=line.subject,
                commitment=line.key,
                term=line.window.term.key,
                first_on=line.window.first,
                last_on=line.window.last,
                due_on=line.window.due_on,
                closes_on=line.window.closes_on,
            )
            for line in lines
        ]
    )


def one(number: int) -> SelfReportLine:
    """Return one revision: the last of anyone's, or any of the caller's own."""
    agreement = the_agreement()
    last = queries.of_all(agreement.id).where(SelfReport.id == number)
    own = select(SelfReport).where(
        SelfReport.id == number,
        SelfReport.association_id == g.me.association_id,
        SelfReport.organisation_id == g.me.organisation_id,
    )
    loaded = joinedload(SelfReport.organisation)
    row = g.session.scalars(last.options(loaded)).one_or_none()
    if row is None:
        row = g.session.scalars(own.options(loaded)).one_or_none()
    report = found(row)
    return _line(report, published_of(agreement, [report]))


def report(form: "NewSelfReport") -> tuple[SelfReportLine, str]:
    """Report a term, or correct it."""
    given = take(the_agreement(), form.subject, form.term, form)
    return one(given.id), f"/self-reports/{given.id}"


def _service(row: PreparatoryService) -> ServiceLine:
    return ServiceLine(
        id=row.id,
        organisation=row.organisation.key,
        name=row.name,
        purpose=row.purpose,
        place=row.place,
        contact=row.contact,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        ends_soon=offered.ends_soon(row, local_date(g.now)),
        version=row.version,
    )


def services(asked: "ServicePage") -> ServiceList:
    """Return the municipalities' services."""
    query = offered.listed(g.me.association_id, local_date(g.now), ended=asked.ended)
    if asked.organisation is not None:
        query = query.where(Organisation.key == asked.organisation)
    rows, following = part(query.order_by(None), PreparatoryService.id, asked)
    return ServiceList(items=[_service(row) for row in rows], next=following)


def service(number: int) -> ServiceLine:
    """Return one service."""
    return _service(found(offered.one(g.session, g.me.association_id, number)))


def add_service(form: "Service") -> tuple[ServiceLine, str]:
    """Put a service on the list of the caller's municipality."""
    row = offered.add_service(g.session, offer=offer_of(form), person=myself(), now=g.now)
    return service(row.id), f"/services/{row.id}"


def change_service(number: int, form: "Service") -> ServiceLine:
    """Change a service of the caller's municipality."""
    row = found(offered.one(g.session, g.me.association_id, number))
    if row.organisation_id != g.me.organisation_id:
        raise NotFound
    offered.change_service(
        g.session,
        service=row,
        offer=offer_of(form),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    g.session.flush()
    return service(number)
