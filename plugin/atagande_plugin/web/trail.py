"""Kedjan: all that has happened with one invitation, and its mails as their receiver sees them.

A meeting's are for those who see the meeting, a SIP's for those who see the SIP. Secrets of links
and addresses are hidden, so that nobody answers for another.
"""

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

from flask import g, render_template

from atagande_agreements.errors import NotFound
from atagande_agreements.i18n import N_
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.invitations.trail import one_of, trail
from atagande_calendar.invitations.why_not import Reason
from atagande_calendar.meetings.models import MeetingKind
from atagande_calendar.sip import queries as sips
from atagande_plugin.auth.access import CASE_HOLDERS, FOLLOWERS
from atagande_plugin.mail.render import Obsolete
from atagande_plugin.outbox.delivery import rendered
from atagande_plugin.services import services
from atagande_plugin.web import kernel, outbox
from atagande_plugin.web.answer import ANSWERS, WAYS
from atagande_plugin.web.meeting_state import is_earlier, may_change
from atagande_plugin.web.meetings import METHODS, meeting_of
from atagande_plugin.web.sip import seeing

section = kernel.Section("trail", __name__)

REASONS = {
    Reason.OLD_TIME: N_("Räknas inte: svaret gällde en äldre tid."),
    Reason.STAND_IN: N_("Räknas inte: någon annan än den som är kallad svarade."),
    Reason.SHARED_MAILBOX: N_("Automatiskt svar från gruppbrevlåda. Det räknas inte."),
    Reason.TOO_LATE: N_("Räknas inte: mötet hade varit eller var inställt."),
    Reason.MOVED: N_("Räknas inte längre: mötet fick en ny tid eller plats efter svaret."),
    Reason.CHANGED: N_("Ersatt av ett senare svar."),
}


def of_meeting(number: int, invitation: int) -> Invitation:
    """Return an invitation to a meeting that the person of this request sees."""
    found = one_of(g.session, meeting_of(number).id, invitation)
    if found is None:
        raise NotFound
    return found


def of_sip(number: int, invitation: int) -> Invitation:
    """Return an invitation to a SIP that the person of this request sees."""
    sip = sips.one(g.session, g.me.association_id, number, **seeing())
    found = one_of(g.session, sip.meeting_id, invitation) if sip is not None else None
    if found is None:
        raise NotFound
    return found


def _who(invitation: Invitation) -> str:
    """Return who it is; by function where the meeting is about a case."""
    person = invitation.person
    by_function = invitation.meeting.kind is MeetingKind.SIP and bool(person.title)
    party = invitation.unit or invitation.organisation
    return f"{person.title if by_function else person.name}, {party.name}"


def _span(said: dict[str, Any]) -> str:
    start = datetime.fromisoformat(said["starts_at"])
    text: str = g.words.span(start, start + timedelta(minutes=said["minutes"]))
    return text


def _page(invitation: Invitation, home: str) -> str:
    meeting = invitation.meeting
    return render_template(
        "trail/page.html",
        invitation=invitation,
        meeting=meeting,
        who=_who(invitation),
        events=trail(invitation),
        home=home,
        list_name=("/sip", N_("SIP")) if home.startswith("/sip") else ("/moten", N_("Möten")),
        earlier=is_earlier(invitation),
        again=home.startswith("/moten") and may_change(meeting) and invitation.removed_at is None,
        answers=ANSWERS,
        ways=WAYS,
        methods=METHODS,
        sending=outbox.STATES,
        reasons=REASONS,
        fault_text=outbox.fault_text,
        when=_span,
    )


@section.route_for("/moten/<int:number>/kallelser/<int:invitation>", allow=FOLLOWERS)
def meeting_trail(number: int, invitation: int) -> str:
    """Show all that has happened with one invitation to a meeting."""
    return _page(of_meeting(number, invitation), f"/moten/{number}")


@section.route_for("/sip/<int:number>/kallelser/<int:invitation>", allow=CASE_HOLDERS)
def sip_trail(number: int, invitation: int) -> str:
    """Show all that has happened with one invitation to a SIP."""
    return _page(of_sip(number, invitation), f"/sip/{number}")


def _mail(invitation: Invitation, message: int, home: str) -> str:
    row = next((one.message for one in invitation.messages if one.id == message), None)
    if row is None:
        raise NotFound
    subject = body = ""
    try:
        mail = message_from_bytes(rendered(services(), g.session, row), policy=policy.default)
    except Obsolete:
        pass
    else:
        part = mail.get_body(("plain",))
        subject = str(mail["Subject"])
        body = outbox.hide_secrets(part.get_content() if part else "")
    return render_template(
        "trail/mail.html",
        invitation=invitation,
        meeting=invitation.meeting,
        who=_who(invitation),
        message=row,
        subject=subject,
        body=body,
        sender=f"{g.me.association_name} <{services().settings.mail_from}>",
        home=home,
        state=outbox.STATES[row.state],
    )


@section.route_for(
    "/moten/<int:number>/kallelser/<int:invitation>/mejl/<int:message>", allow=FOLLOWERS
)
def meeting_mail(number: int, invitation: int, message: int) -> str:
    """Show one mail about a meeting as its receiver sees it."""
    return _mail(of_meeting(number, invitation), message, f"/moten/{number}")


@section.route_for(
    "/sip/<int:number>/kallelser/<int:invitation>/mejl/<int:message>", allow=CASE_HOLDERS
)
def sip_mail(number: int, invitation: int, message: int) -> str:
    """Show one mail about a SIP as its receiver sees it."""
    return _mail(of_sip(number, invitation), message, f"/sip/{number}")
