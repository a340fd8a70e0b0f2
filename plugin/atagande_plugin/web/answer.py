"""Answering an invitation from its mail, without an account: the link's token is the key.

Mail scanners open links, so opening one changes nothing, however often.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask import Response, g, make_response, redirect, render_template, request

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_
from atagande_calendar.invitations.errors import BadLink, TooLate
from atagande_calendar.invitations.models import AnswerWay, Attendance, Invitation, Partstat
from atagande_calendar.invitations.queries import by_token
from atagande_calendar.invitations.verbs import answer, can_be_answered
from atagande_plugin.auth.access import PUBLIC
from atagande_plugin.mail.render import invitation_calendar
from atagande_plugin.services import services
from atagande_plugin.web import kernel

if TYPE_CHECKING:
    from atagande_plugin.forms.answer import Answer

section = kernel.Section("answer", __name__)

PARTSTATS = {
    "yes": Partstat.ACCEPTED,
    "no": Partstat.DECLINED,
    "maybe": Partstat.TENTATIVE,
}
#: Answer -> (word, class and shape of a status).
ANSWERS = {
    Partstat.ACCEPTED: (N_("Ja"), "met"),
    Partstat.DECLINED: (N_("Nej"), "not_met"),
    Partstat.TENTATIVE: (N_("Kanske"), "partly"),
    Partstat.NEEDS_ACTION: (N_("Inte svarat"), "unreported"),
}
WAYS = {
    AnswerWay.LINK: N_("länken i mejlet"),
    AnswerWay.PAGE: N_("webbsidan"),
    AnswerWay.MAIL: N_("svar från kalendern"),
    AnswerWay.GRAPH: N_("Outlook eller Teams"),
}


def take(invitation: Invitation, form: "Answer", way: AnswerWay) -> bool:
    """Record what a form answers to an invitation; return whether it changed anything."""
    return answer(
        g.session,
        invitation=invitation,
        partstat=PARTSTATS[form.answer],
        stand_in=form.stand_in,
        way=way,
        now=g.now,
    )


def form_values(invitation: Invitation | None, errors: dict[str, str] | None) -> dict[str, Any]:
    """Return what the templates that show an answer form need."""
    known = invitation.stand_in if invitation else ""
    return {
        "answers": ANSWERS,
        "ways": WAYS,
        "errors": errors or {},
        "stand_in": request.form.get("stand_in", known),
    }


@contextmanager
def shown_or(refusal: Refused) -> Iterator[None]:
    """Raise `refusal` itself if the page that would show it again can't be shown."""
    try:
        yield
    except Refused as error:
        raise refusal from error


def _open(token: str) -> Invitation:
    """Return the invitation that a link opens, and speak its person's language."""
    invitation = by_token(g.session, services().settings.secret_key, token)
    if invitation is None:
        raise BadLink
    kernel.choose_language(invitation.person.language)
    if not can_be_answered(invitation.meeting, g.now):
        raise TooLate
    return invitation


def _unlisted(body: Any) -> Response:
    """Return a page that no search engine keeps.

    The referrer stays on our own site by the service's policy. A stricter one would make
    browsers send the answer without its origin, and it would be refused.
    """
    response = make_response(body)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(token: str, errors: dict[str, str] | None = None) -> Response:
    invitation = _open(token)
    return _unlisted(
        render_template(
            "answer/page.html",
            token=token,
            invitation=invitation,
            meeting=invitation.meeting,
            summoned=invitation.attendance is Attendance.SUMMONED,
            **form_values(invitation, errors),
        )
    )


def _again(token: str, errors: dict[str, str], refusal: Refused) -> Response:
    with shown_or(refusal):
        return _page(token, errors)


@section.route_for("/svara/<token>", allow=PUBLIC)
def answer_page(token: str) -> Response:
    """Show what is asked, and what has been answered."""
    return _page(token)


@section.route_for(
    "/svara/<token>", allow=PUBLIC, methods=("POST",), takes="answer.Answer", again=_again
)
def answer_link(token: str, form: "Answer") -> Any:
    """Record the answer; the same one twice changes nothing."""
    take(_open(token), form, AnswerWay.LINK)
    return redirect(f"/svara/{token}/tack", 303)


@section.route_for("/svara/<token>/tack", allow=PUBLIC)
def answered(token: str) -> Any:
    """Thank for the answer, and say until when it can be changed."""
    invitation = _open(token)
    if invitation.partstat is Partstat.NEEDS_ACTION:
        return redirect(f"/svara/{token}")
    return _unlisted(
        render_template(
            "answer/thanks.html",
            token=token,
            invitation=invitation,
            meeting=invitation.meeting,
            **form_values(invitation, None),
        )
    )


@section.route_for("/svara/<token>/kalender.ics", allow=PUBLIC)
def answer_calendar(token: str) -> Response:
    """Give the calendar file, the same as in the mail."""
    invitation = _open(token)
    if not invitation.messages:
        raise BadLink
    facts = json.loads(invitation.messages[-1].message.payload)
    calendar = invitation_calendar(g.session, services().settings, invitation, facts)
    response = _unlisted(calendar)
    response.content_type = f"text/calendar; charset=utf-8; method={facts['method']}"
    response.headers["Content-Disposition"] = 'attachment; filename="kalender.ics"'
    return response
