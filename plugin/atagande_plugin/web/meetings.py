"""Möten: what is planned, who is asked, what was sent and what came back.

A SIP is never among them. A draft is seen by the administrator who makes it, and by nobody else
before it is published.
"""

from collections.abc import Iterable, Sequence
from datetime import date, time
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import (
    Role,
)
from atagande_calendar.invitations.models import AnswerWay, Invitation, Partstat
from atagande_calendar.invitations.proposals import open_proposals
from atagande_calendar.invitations.queries import of_meeting, of_person
from atagande_calendar.invitations.verbs import can_be_answered
from atagande_calendar.meetings import queries
from atagande_calendar.meetings.materials import materials_of
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState
from atagande_calendar.meetings.verbs import publish_meeting
from atagande_calendar.method import Method
from atagande_calendar.steering.queries import latest_minutes
from atagande_plugin.auth.access import ADMINISTRATOR, FOLLOWERS, PREPARERS
from atagande_plugin.mail import letters
from atagande_plugin.services import services
from atagande_plugin.translation import words
from atagande_plugin.web import kernel, outbox
from atagande_plugin.web.acting import myself
from atagande_plugin.web.answer import LISTS, form_values, said, shown_or, take
from atagande_plugin.web.attendance import after_of
from atagande_plugin.web.meeting_state import by_person, may_change, may_plan
from atagande_plugin.web.paging import page_number

if TYPE_CHECKING:
    from atagande_plugin.forms.answer import Answer
    from atagande_plugin.forms.meetings import Publish

section = kernel.Section("meetings", __name__)

#: Past meetings on one page.
PAGE = 24

KINDS = {
    MeetingKind.NETWORK: N_("Nätverksmöte"),
    MeetingKind.SEMINAR: N_("Lunch- eller frukostseminarium"),
    MeetingKind.STEERING: N_("Styrgruppsmöte"),
    MeetingKind.AF_FIRST: N_("Första möte med Arbetsförmedlingen"),
}
STATES = {
    MeetingState.DRAFT: N_("Utkast"),
    MeetingState.PUBLISHED: N_("Publicerat"),
    MeetingState.HELD: N_("Genomfört"),
    MeetingState.CLOSED: N_("Avslutat"),
    MeetingState.CANCELLED: N_("Inställt"),
}
METHODS = {
    Method.REQUEST: N_("Kallelse"),
    Method.CANCEL: N_("Avbokning"),
}


def _drafts() -> bool:
    return bool(g.me.has(Role.ADMINISTRATOR))


def _by_month(meetings: Iterable[Meeting]) -> list[tuple[str, list[Meeting]]]:
    """Return (month in words, meetings) in the order the meetings have."""
    from babel.dates import format_date  # noqa: PLC0415 - loaded on use: start-up time

    def month(meeting: Meeting) -> date:
        return local_date(meeting.starts_at).replace(day=1)

    return [
        (format_date(first, "LLLL y", locale=g.words.language).capitalize(), list(group))
        for first, group in groupby(meetings, month)
    ]


@section.route_for("/moten", allow=FOLLOWERS)
def meetings() -> str:
    """Show the meetings that come, and below them those that have been."""
    page = page_number()
    midnight = local_time(local_date(g.now), time())
    coming = queries.upcoming(g.session, g.me.association_id, since=midnight, drafts=_drafts())
    been = queries.past(
        g.session,
        g.me.association_id,
        before=midnight,
        drafts=_drafts(),
        limit=PAGE + 1,
        offset=(page - 1) * PAGE,
    )
    more, been = len(been) > PAGE, been[:PAGE]
    shown = [meeting.id for meeting in (*coming, *been)]
    mine = queries.answers_of(g.session, g.me.person_id, shown)
    return render_template(
        "meetings/list.html",
        coming=_by_month(coming),
        been=_by_month(been),
        following=next((one for one in coming if can_be_answered(one, g.now)), None),
        waiting=sum(
            mine.get(one.id) is Partstat.NEEDS_ACTION and can_be_answered(one, g.now)
            for one in coming
        ),
        counts=queries.answers(g.session, shown),
        no_answers=queries.Answers(),
        mine=mine,
        kinds=KINDS,
        states=STATES,
        page=page,
        more=more,
        may_plan=_drafts(),
        **form_values(None, None),
    )


def meeting_of(number: int) -> Meeting:
    """Return a meeting that the person of this request sees; raise NotFound for any other."""
    found = queries.one(g.session, g.me.association_id, number, drafts=_drafts())
    if found is None:
        raise NotFound
    return found


def mail_of(meeting: Meeting, *, summoned: bool, language: str) -> letters.Content:
    """Return the mail that a meeting's invitation will be, without anyone's own link."""
    return letters.invitation(
        words(language),
        {
            "title": meeting.title,
            "starts_at": meeting.starts_at.isoformat(),
            "minutes": meeting.minutes,
            "place": meeting.place,
            "agenda": meeting.agenda,
        },
        address=f"{services().settings.base_url}/svara/…",
        summoned=summoned,
        private=meeting.kind is MeetingKind.SIP,
        reads_mail=services().settings.reads_mail,
    )


def returned(invitations: Sequence[Invitation]) -> list[dict[str, Any]]:
    """Return everything that came back, newest first."""
    found = [
        {"invitation": invitation, "answer": answer}
        for invitation in invitations
        for answer in invitation.answers
    ]
    return sorted(found, key=lambda one: (one["answer"].at, one["answer"].id), reverse=True)


def _group_pages(meeting: Meeting) -> list[tuple[str, str]]:
    """Return (address, label) of a steering meeting's agenda and minutes, as the visitor may."""
    if meeting.kind is not MeetingKind.STEERING or meeting.state is MeetingState.CANCELLED:
        return []
    base = f"/styrgruppen/moten/{meeting.id}"
    minutes = latest_minutes(g.session, meeting.id)
    # A correction that is not fixed stands beside minutes that are.
    fixed = minutes is not None and (minutes.fixed_at is not None or minutes.number > 1)
    prepares = PREPARERS.allows(g.me.roles)
    pages = [(base, g.words.text(N_("Dagordningen som den står nu")))] if prepares else []
    if fixed or (prepares and meeting.starts_at <= g.now):
        pages.append((f"{base}/protokoll", g.words.text(N_("Protokollet"))))
    return pages


def _meeting_page(number: int, errors: dict[str, str] | None = None) -> str:
    meeting = meeting_of(number)
    invitations = of_meeting(g.session, meeting.id)
    asked = [one for one in invitations if one.removed_at is None]
    mine = next((one for one in asked if one.person_id == g.me.person_id), None)
    is_open = can_be_answered(meeting, g.now)
    changes = may_change(meeting)
    return render_template(
        "meetings/page.html",
        meeting=meeting,
        invitations=asked,
        removed=[one for one in invitations if one.removed_at is not None],
        mine=mine if is_open else None,
        may_change=changes,
        may_plan=may_plan(meeting),
        proposals=by_person(open_proposals(g.session, meeting.id)) if changes else (),
        materials=materials_of(g.session, meeting.id),
        answered=sum(one.partstat is not Partstat.NEEDS_ACTION for one in asked),
        returned=returned(invitations),
        letter=mail_of(meeting, summoned=True, language=g.words.language)
        if meeting.state is MeetingState.DRAFT
        else None,
        sender=f"{g.me.association_name} <{services().settings.mail_from}>",
        may_publish=_drafts() and meeting.state is MeetingState.DRAFT,
        kinds=KINDS,
        states=STATES,
        sending=outbox.STATES,
        methods=METHODS,
        after=after_of(meeting),
        group_pages=_group_pages(meeting),
        **form_values(mine, errors),
    )


def meeting_again(number: int, errors: dict[str, str], refusal: Refused) -> str:
    """Show the meeting's page again with what is wrong."""
    with shown_or(refusal):
        return _meeting_page(number, errors)


@section.route_for("/moten/<int:number>", allow=FOLLOWERS)
def meeting_page(number: int) -> str:
    """Show a meeting: facts, who is asked, what was sent and what came back."""
    return _meeting_page(number)


@section.route_for(
    "/moten/<int:number>/publicera",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="meetings.Publish",
    again=meeting_again,
)
def publish(number: int, form: "Publish") -> Any:
    """Publish a draft: one invitation to each person who is asked."""
    sent = publish_meeting(
        g.session,
        meeting=meeting_of(number),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    text = g.words.plural(
        "Mötet är publicerat och %(num)s kallelse skickas.",
        "Mötet är publicerat och %(num)s kallelser skickas.",
        sent,
    )
    flash(text, "success")
    return redirect(f"/moten/{number}", 303)


@section.route_for(
    "/moten/<int:number>/svar",
    allow=FOLLOWERS,
    methods=("POST",),
    takes="answer.Answer",
    lists=LISTS,
    again=meeting_again,
)
def answer_meeting(number: int, form: "Answer") -> Any:
    """Record the signed-in person's own answer."""
    meeting = meeting_of(number)
    invitation = of_person(g.session, meeting.id, g.me.person_id)
    if invitation is None:
        raise NotFound
    take(invitation, form, AnswerWay.PAGE)
    flash(said(form), "success")
    return redirect(f"/moten/{number}", 303)
