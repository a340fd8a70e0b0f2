"""SIP bookings. The association's own people are kept out, whatever roles they have."""

from typing import TYPE_CHECKING, Any

from flask import g

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import agreement_in_force
from atagande_calendar.invitations.queries import of_meeting
from atagande_calendar.sip import queries
from atagande_calendar.sip.models import Sip
from atagande_calendar.sip.verbs import book_sip
from atagande_plugin.api import shapes
from atagande_plugin.api.clinics import clinic
from atagande_plugin.api.common import asked_people, found, known_people, part_of
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.services import services
from atagande_plugin.web.acting import myself
from atagande_plugin.web.sip import require_case_holder, seeing

if TYPE_CHECKING:
    from atagande_plugin.forms.api_input import BookSip

#: Bookings that a person may have in all; a party books a few a week.
_MOST = 100_000


def _facts(row: Sip) -> dict[str, Any]:
    return {
        "id": row.id,
        "reference": row.reference,
        "unit": row.unit.key,
        "organisation": row.organisation.key,
        "state": row.meeting.state,
        "starts_at": row.meeting.starts_at,
        "minutes": row.meeting.minutes,
        "place": row.meeting.place,
        "requested_on": row.requested_on,
        "first_offered_at": row.first_offered_at,
    }


def listed(asked: Page) -> shapes.SipList:
    """Return the bookings the caller sees."""
    all_ = queries.bookings(g.session, g.me.association_id, **seeing(), limit=_MOST)
    rows, following = part_of(all_, asked)
    return shapes.SipList(
        items=[shapes.SipLine.model_validate(_facts(row)) for row in rows], next=following
    )


def one(number: int) -> shapes.SipWhole:
    """Return one booking."""
    row = found(queries.one(g.session, g.me.association_id, number, **seeing()))
    return shapes.SipWhole.model_validate(
        _facts(row)
        | {
            "uid": row.meeting.uid,
            "sequence": row.meeting.sequence,
            "invitations": asked_people(of_meeting(g.session, row.meeting_id)),
        }
    )


def book(form: "BookSip") -> tuple[shapes.SipWhole, str]:
    """Book a slot and queue the invitations."""
    require_case_holder()
    sip = book_sip(
        g.session,
        agreement=found(agreement_in_force(g.session, g.me.association_id, local_date(g.now))),
        unit=clinic(form.unit),
        starts_at=form.slot,
        minutes=form.minutes,
        people=known_people(form.people, queries.people),
        consent=form.consent,
        purpose_ready=form.purpose_ready,
        requested_on=form.requested_on,
        convener=myself(),
        domain=services().settings.host,
        now=g.now,
        venue=form.venue,
        venue_reason=form.venue_reason,
    )
    return one(sip.id), f"/sips/{sip.id}"
