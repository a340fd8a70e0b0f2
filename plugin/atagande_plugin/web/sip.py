"""SIP: the bookings, seen only by those who hold the case."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template

from atagande_agreements.civil_time import local_date, moment_key
from atagande_agreements.errors import Forbidden, NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.outbox.verbs import requeue
from atagande_agreements.parties.models import OrganisationKind, Role
from atagande_agreements.parties.outside import is_outside
from atagande_calendar.invitations.models import AnswerWay, Invitation, Partstat
from atagande_calendar.invitations.queries import of_meeting, of_person
from atagande_calendar.invitations.verbs import can_be_answered
from atagande_calendar.meetings.queries import Answers, answers, answers_of
from atagande_calendar.sip import queries
from atagande_calendar.sip.after import keeps
from atagande_calendar.sip.changes import can_change
from atagande_calendar.sip.models import Sip
from atagande_plugin.auth.access import CASE_HOLDERS, CONVENER
from atagande_plugin.mail.reasons import words_of
from atagande_plugin.web import inbox, kernel, outbox, sip_state, sip_venue
from atagande_plugin.web.acting import myself
from atagande_plugin.web.answer import LISTS, form_values, said, shown_or, take
from atagande_plugin.web.meetings import METHODS, returned

if TYPE_CHECKING:
    from atagande_plugin.forms.answer import Answer

section = kernel.Section("sip", __name__)


def require_case_holder() -> None:
    """Keep the association's own people out, whatever roles they have been given."""
    if g.me.organisation_kind is OrganisationKind.ASSOCIATION:
        raise Forbidden


def seeing() -> dict[str, Any]:
    """Return whose bookings the person of this request sees, as the queries take it."""
    require_case_holder()
    return {"person_id": g.me.person_id, "unit_id": g.me.led_unit_id}


@section.route_for("/sip", allow=CASE_HOLDERS)
def sips() -> str:
    """Show the bookings that are one's own, or calls to one's own unit."""
    found = queries.bookings(g.session, g.me.association_id, **seeing())
    shown = [one.meeting_id for one in found]
    mine, person = answers_of(g.session, g.me.person_id, shown), myself()
    coming = [one for one in reversed(found) if one.meeting.ends_at > g.now]
    return render_template(
        "sip/list.html",
        coming=coming,
        been=[one for one in found if one.meeting.ends_at <= g.now],
        waiting=sum(
            mine.get(one.meeting_id) is Partstat.NEEDS_ACTION
            and one.convener_id != g.me.person_id
            and can_be_answered(one.meeting, g.now)
            for one in coming
        ),
        counts=answers(g.session, shown),
        no_answers=Answers(),
        mine=mine,
        kept={one.id for one in found if keeps(one, person)},
        may_book=g.me.has(Role.CONVENER),
        **form_values(None, None),
    )


def _sip(number: int) -> Sip:
    found = queries.one(g.session, g.me.association_id, number, **seeing())
    if found is None:
        raise NotFound
    return found


def _days(first: date, last: datetime) -> int:
    return (local_date(last) - first).days


def _sip_page(number: int, errors: dict[str, str] | None = None) -> str:
    sip = _sip(number)
    own = keeps(sip, myself())
    everyone = of_meeting(g.session, sip.meeting_id)
    invitations = [one for one in everyone if one.removed_at is None]
    mine = next((one for one in invitations if one.person_id == g.me.person_id), None)
    return render_template(
        "sip/page.html",
        waiting=inbox.waiting_of(sip.meeting_id) if own else (),
        words_of=words_of,
        sip=sip,
        meeting=sip.meeting,
        invitations=invitations,
        removed=[one for one in everyone if one.removed_at is not None],
        mine=mine if can_be_answered(sip.meeting, g.now) else None,
        own=own,
        failed=len(_failed(everyone)),
        answered=sum(one.partstat is not Partstat.NEEDS_ACTION for one in invitations),
        returned=returned(everyone),
        wait=_days(sip.requested_on, sip.meeting.starts_at),
        offered=_days(sip.requested_on, sip.first_offered_at),
        reason=sip_venue.reason_of(sip),
        wishes=sip_state.wishes_of(sip) if own and can_change(sip, g.now) else [],
        outside=is_outside(sip.unit),
        slot_key=moment_key,
        followed=sip.follows.reference if sip.follows else "",
        sentence=sip_state.sentence(sip, invitations),
        called_off=sip_state.called_off_in_words(sip),
        declined=sip_state.clinic_declined(sip, invitations),
        may_change=can_change(sip, g.now),
        been=sip.meeting.starts_at <= g.now,
        results=sip_venue.labels(sip_venue.RESULTS),
        sending=outbox.STATES,
        methods=METHODS,
        **form_values(mine, errors),
    )


def _sip_again(number: int, errors: dict[str, str], refusal: Refused) -> str:
    with shown_or(refusal):
        return _sip_page(number, errors)


@section.route_for("/sip/<int:number>", allow=CASE_HOLDERS)
def sip_page(number: int) -> str:
    """Show one booking, without anything about the person it is for."""
    return _sip_page(number)


def _failed(invitations: Sequence[Invitation]) -> list[OutboxMessage]:
    """Return the mails of a booking that could not be delivered."""
    return [
        sent.message
        for invitation in invitations
        for sent in invitation.messages
        if sent.message.state is OutboxState.FAILED or sent.message.bounced_at is not None
    ]


@section.route_for(
    "/sip/<int:number>/skicka-igen",
    allow=CONVENER,
    methods=("POST",),
    takes="signin.Nothing",
)
def send_again(number: int, form: Any) -> Any:  # noqa: ARG001 - the form has no fields
    """Put a booking's failed mails back in the queue; only who keeps it can see to them."""
    sip = _sip(number)
    person = myself()
    if not keeps(sip, person):
        raise NotFound
    for message in _failed(of_meeting(g.session, sip.meeting_id)):
        requeue(g.session, message=message, person=person, now=g.now)
    flash(g.words.text(N_("Kallelserna skickas igen.")), "success")
    return redirect(f"/sip/{number}", 303)


@section.route_for(
    "/sip/<int:number>/svar",
    allow=CASE_HOLDERS,
    methods=("POST",),
    takes="answer.Answer",
    lists=LISTS,
    again=_sip_again,
)
def answer_sip(number: int, form: "Answer") -> Any:
    """Record the signed-in person's own answer."""
    invitation = of_person(g.session, _sip(number).meeting_id, g.me.person_id)
    if invitation is None:
        raise NotFound
    take(invitation, form, AnswerWay.PAGE)
    flash(said(form), "success")
    return redirect(f"/sip/{number}", 303)
