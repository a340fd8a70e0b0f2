"""Enquiries: only the municipality that asks and the clinic that is asked reach one."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from atagande_agreements.commitments.models import Obligation, Occurrence
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.enquiries import queries
from atagande_agreements.enquiries.errors import NotAClinic
from atagande_agreements.enquiries.evidence import origin
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.enquiries.verbs import (
    answer_enquiry,
    correct_answer,
    forward_enquiry,
    register_enquiry,
)
from atagande_agreements.errors import Forbidden
from atagande_agreements.parties.models import OrganisationKind
from atagande_plugin.api import shapes
from atagande_plugin.api.common import found, part
from atagande_plugin.forms.api_lists import EnquiryPage
from atagande_plugin.web.acting import myself
from atagande_plugin.web.enquiries import viewer

if TYPE_CHECKING:
    from atagande_plugin.forms.enquiries import Answer, Forwarding, NewEnquiry


def _lines(rows: Sequence[Enquiry]) -> list[shapes.EnquiryLine]:
    """Return enquiries with how each stands, by one query for them all."""
    judged = g.session.execute(
        select(Occurrence, Deviation.id)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .outerjoin(Deviation, Deviation.occurrence_id == Occurrence.id)
        .where(
            Obligation.association_id == g.me.association_id,
            Obligation.unit_id.in_({one.unit_id for one in rows}),
            Occurrence.origin.in_([origin(one.id) for one in rows]),
        )
        .order_by(Occurrence.id.desc())
    )
    standing = {occurrence.origin: (occurrence, number) for occurrence, number in judged}
    lines = []
    for row in rows:
        occurrence, deviation = standing.get(origin(row.id), (None, None))
        lines.append(
            shapes.EnquiryLine(
                id=row.id,
                reference=row.reference,
                organisation=row.organisation.key,
                unit=row.unit.key,
                channel=row.channel,
                addressee=row.addressee,
                sent_on=row.sent_on,
                answered_on=row.answered_on,
                forwarded_on=row.forwarded_on,
                registered_at=row.registered_at,
                status=occurrence.status if occurrence else None,
                due_on=occurrence.due_on if occurrence else None,
                days_late=occurrence.days_late if occurrence else None,
                deviation=deviation,
                version=row.version,
            )
        )
    return lines


def listed(asked: EnquiryPage) -> shapes.EnquiryList:
    """Return the caller's enquiries."""
    query = (
        select(Enquiry)
        .where(viewer().owns())
        .options(joinedload(Enquiry.unit), joinedload(Enquiry.organisation))
    )
    if asked.waiting:
        query = query.where(Enquiry.answered_on.is_(None))
    rows, following = part(query, Enquiry.id, asked)
    return shapes.EnquiryList(items=_lines(rows), next=following)


def one(number: int) -> shapes.EnquiryLine:
    """Return one enquiry."""
    return _lines([found(queries.one(g.session, viewer(), number))])[0]


def register(form: "NewEnquiry") -> tuple[shapes.EnquiryLine, str]:
    """Register an enquiry."""
    if g.me.organisation_kind is not OrganisationKind.MUNICIPALITY:
        raise Forbidden
    asked = queries.clinic_agreement(g.session, g.me.association_id, form.unit)
    if asked is None:
        raise NotAClinic(field="unit", unit=form.unit)
    unit, agreement = asked
    enquiry = register_enquiry(
        g.session,
        agreement=agreement,
        unit=unit,
        person=myself(),
        sent_on=form.sent_on,
        reference=form.reference,
        channel=form.channel,
        addressee=form.addressee,
        now=g.now,
    )
    return one(enquiry.id), f"/enquiries/{enquiry.id}"


def _change(number: int, verb: Callable[..., object], **facts: object) -> shapes.EnquiryLine:
    """Change one of the caller's enquiries, and return it as it is then."""
    enquiry = found(queries.one(g.session, viewer(), number))
    verb(g.session, enquiry=enquiry, person=myself(), now=g.now, **facts)
    g.session.flush()
    return one(number)


def answer(number: int, form: "Answer") -> shapes.EnquiryLine:
    """Record the date an answer came."""
    return _change(number, answer_enquiry, version=form.version, answered_on=form.answered_on)


def correct(number: int, form: "Answer") -> shapes.EnquiryLine:
    """Correct the date an answer came."""
    return _change(number, correct_answer, version=form.version, answered_on=form.answered_on)


def forward(number: int, form: "Forwarding") -> shapes.EnquiryLine:
    """Record that another therapist passed the question on."""
    return _change(number, forward_enquiry, version=form.version, forwarded_on=form.forwarded_on)
