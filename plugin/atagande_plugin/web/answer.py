"""Answering an invitation from its mail, without an account: the link's token is the key.

Mail scanners open links, so opening one changes nothing, however often.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from flask import Response, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.errors import Refused, Stale
from atagande_agreements.i18n import N_
from atagande_calendar.invitations.errors import (
    BadLink,
    CalledOff,
    NoLongerAsked,
    NothingProposed,
    TooLate,
)
from atagande_calendar.invitations.facts import said_of
from atagande_calendar.invitations.models import (
    AnswerWay,
    Attendance,
    Invitation,
    InvitationProposal,
    Partstat,
)
from atagande_calendar.invitations.queries import by_token
from atagande_calendar.invitations.verbs import (
    MOST_PROPOSED,
    answer,
    owes_replacement,
    propose,
    require_open,
)
from atagande_calendar.meetings.materials import materials_of
from atagande_calendar.meetings.models import MeetingKind
from atagande_calendar.method import Method
from atagande_calendar.sip.changes import heard, hold
from atagande_plugin.auth.access import PUBLIC
from atagande_plugin.mail.render import invitation_calendar
from atagande_plugin.services import services
from atagande_plugin.web import kernel
from atagande_plugin.web.series_rest import rest_of

if TYPE_CHECKING:
    from atagande_plugin.forms.answer import Answer

section = kernel.Section("answer", __name__)

PARTSTATS = {
    "yes": Partstat.ACCEPTED,
    "no": Partstat.DECLINED,
    "maybe": Partstat.TENTATIVE,
    "propose": Partstat.TENTATIVE,
}
#: Fields of the form that come as lists.
LISTS = frozenset({"day", "clock"})
#: Why there is nothing to answer -> what its page is headed.
GONE = {
    CalledOff: N_("Mötet är inställt"),
    NoLongerAsked: N_("Du är inte längre kallad"),
    TooLate: N_("Mötet har redan varit"),
}
#: Answer -> (word, class and shape of a status).
ANSWERS = {
    Partstat.ACCEPTED: (N_("Ja"), "met"),
    Partstat.DECLINED: (N_("Nej"), "not_met"),
    Partstat.TENTATIVE: (N_("Kanske"), "partly"),
    Partstat.DELEGATED: (N_("Skickar någon annan"), "partly"),
    Partstat.NEEDS_ACTION: (N_("Inte svarat"), "unreported"),
}
WAYS = {
    AnswerWay.LINK: N_("länken i mejlet"),
    AnswerWay.PAGE: N_("webbsidan"),
    AnswerWay.MAIL: N_("svar från kalendern"),
    AnswerWay.GRAPH: N_("Outlook eller Teams"),
}


@dataclass(frozen=True, slots=True)
class Ask:
    """What the form for an answer shows."""

    current: Partstat
    #: SEQUENCE of the time that is shown.
    sequence: int
    stand_in: str
    #: A no demands someone instead, or another time.
    owes: bool
    #: As they were written: day and clock of other times.
    times: Sequence[tuple[str, str]]
    #: Other times the person has asked for, of the time that holds.
    proposals: Sequence[InvitationProposal]
    #: The first day that can be asked for.
    first: date
    #: What the time and place were before the change that has to be answered; None if none.
    before: Mapping[str, Any] | None
    #: They have answered at some time, perhaps the time before.
    answered_before: bool


def take(invitation: Invitation, form: "Answer", way: AnswerWay) -> bool:
    """Record what a form answers to an invitation; return whether it changed anything.

    Another time that is asked for is a "kanske" to the one that holds.
    """
    changed, is_sip = False, invitation.meeting.kind is MeetingKind.SIP
    if is_sip:
        hold(g.session, invitation.meeting)
    if form.sequence is not None:
        g.session.refresh(invitation, ["sequence"], with_for_update=True)
        if form.sequence != invitation.sequence:
            raise Stale
    if form.answer == "propose":
        wished = [pair for pair in zip_longest(form.day, form.clock) if pair != (None, None)]
        if not wished:
            raise NothingProposed(field="day")
        for day, clock in wished:
            if day is None or clock is None:
                raise NothingProposed(field="day")
            changed |= propose(
                g.session,
                invitation=invitation,
                starts_at=local_time(day, clock),
                minutes=invitation.meeting.minutes,
                way=way,
                now=g.now,
            )
    answered = answer(
        g.session,
        invitation=invitation,
        partstat=PARTSTATS[form.answer],
        stand_in=form.stand_in,
        way=way,
        now=g.now,
    )
    if is_sip:
        heard(g.session, meeting=invitation.meeting, now=g.now)
    return changed or answered


def said(form: "Answer") -> str:
    """Return the thanks for an answer."""
    proposed = form.answer == "propose"
    text: str = g.words.text(
        N_("Tack. Ditt förslag är skickat till den som kallar.")
        if proposed
        else N_("Tack. Ditt svar är sparat.")
    )
    return text


def moved_from(invitation: Invitation) -> Mapping[str, Any] | None:
    """Return what time and place were before, when someone has a change to answer; else None."""
    if invitation.partstat is not Partstat.NEEDS_ACTION:
        return None
    for one in invitation.messages:
        if one.method is Method.REQUEST and one.sequence >= invitation.sequence:
            before = said_of(json.loads(one.message.payload), invitation.id).get("before")
            if before:
                start = datetime.fromisoformat(before["starts_at"])
                times = {
                    "starts_at": start,
                    "ends_at": start + timedelta(minutes=before["minutes"]),
                }
                return {**before, **times}
    return None


def form_values(invitation: Invitation | None, errors: dict[str, str] | None) -> dict[str, Any]:
    """Return what the templates that show an answer form need."""
    # A time is written in two fields; what is wrong with it is said at the first.
    at_first = {"starts_at": "day", "clock": "day"}
    return {
        "answers": ANSWERS,
        "ways": WAYS,
        "errors": {at_first.get(name, name): text for name, text in (errors or {}).items()},
        "ask": None if invitation is None else _ask(invitation),
    }


def _ask(invitation: Invitation) -> Ask:
    written = zip_longest(request.form.getlist("day"), request.form.getlist("clock"), fillvalue="")
    times = [*written, *[("", "")] * MOST_PROPOSED][:MOST_PROPOSED]
    return Ask(
        current=invitation.partstat,
        sequence=invitation.sequence,
        stand_in=request.form.get("stand_in", invitation.stand_in),
        owes=owes_replacement(invitation),
        times=times,
        proposals=[one for one in invitation.proposals if one.sequence == invitation.sequence],
        first=local_date(g.now),
        before=moved_from(invitation),
        answered_before=bool(invitation.answers),
    )


@contextmanager
def shown_or(refusal: Refused) -> Iterator[None]:
    """Raise `refusal` itself if the page that would show it again can't be shown."""
    try:
        yield
    except Refused as error:
        raise refusal from error


def _known(token: str) -> Invitation:
    """Return the invitation that a link opens, and speak its person's language."""
    invitation = by_token(g.session, services().settings.secret_key, token)
    if invitation is None:
        raise BadLink
    kernel.choose_language(invitation.person.language)
    return invitation


def open_invitation(token: str) -> Invitation:
    """Return the invitation that a link opens, as long as it can be answered."""
    invitation = _known(token)
    require_open(invitation, g.now)
    return invitation


def _gone(invitation: Invitation, refusal: TooLate) -> Response:
    """Say in words why there is nothing to answer any more."""
    meeting = invitation.meeting
    title, start, end = meeting.title, meeting.starts_at, meeting.ends_at
    if isinstance(refusal, NoLongerAsked) and invitation.messages:
        # What has become of it since is no longer theirs to know.
        said = said_of(json.loads(invitation.messages[-1].message.payload), invitation.id)
        title, start = said["title"], datetime.fromisoformat(said["starts_at"])
        end = start + timedelta(minutes=said["minutes"])
    page = render_template(
        "answer/gone.html",
        title=title,
        start=start,
        end=end,
        organisation=meeting.organisation,
        heading=GONE[type(refusal)],
        over=type(refusal) is TooLate,
    )
    response = kernel.unlisted(page)
    response.status_code = refusal.status
    return response


def _page(token: str, errors: dict[str, str] | None = None) -> Response:
    invitation = _known(token)
    try:
        require_open(invitation, g.now)
    except TooLate as refusal:
        return _gone(invitation, refusal)
    return kernel.unlisted(
        render_template(
            "answer/page.html",
            token=token,
            invitation=invitation,
            meeting=invitation.meeting,
            summoned=invitation.attendance is Attendance.SUMMONED,
            materials=materials_of(g.session, invitation.meeting_id),
            rest=rest_of(invitation),
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
    "/svara/<token>",
    allow=PUBLIC,
    methods=("POST",),
    takes="answer.Answer",
    lists=LISTS,
    again=_again,
)
def answer_link(token: str, form: "Answer") -> Any:
    """Record the answer; the same one twice changes nothing."""
    take(open_invitation(token), form, AnswerWay.LINK)
    return redirect(f"/svara/{token}/tack", 303)


@section.route_for("/svara/<token>/tack", allow=PUBLIC)
def answered(token: str) -> Any:
    """Thank for the answer, and say until when it can be changed."""
    invitation = _known(token)
    try:
        require_open(invitation, g.now)
    except TooLate as refusal:
        return _gone(invitation, refusal)
    if invitation.partstat is Partstat.NEEDS_ACTION:
        return redirect(f"/svara/{token}")
    return kernel.unlisted(
        render_template(
            "answer/thanks.html",
            token=token,
            rest=rest_of(invitation),
            invitation=invitation,
            meeting=invitation.meeting,
            **form_values(invitation, None),
        )
    )


@section.route_for("/svara/<token>/kalender.ics", allow=PUBLIC)
def answer_calendar(token: str) -> Response:
    """Give the calendar file, the same as in the mail."""
    invitation = open_invitation(token)
    if not invitation.messages:
        raise BadLink
    facts = json.loads(invitation.messages[-1].message.payload)
    calendar = invitation_calendar(g.session, services().settings, invitation, facts)
    response = kernel.unlisted(calendar)
    response.content_type = f"text/calendar; charset=utf-8; method={facts['method']}"
    response.headers["Content-Disposition"] = 'attachment; filename="kalender.ics"'
    return response
