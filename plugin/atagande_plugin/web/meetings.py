"""Möten: what is planned, who is asked, what was sent and what came back.

A SIP is never among them. A draft is seen by the administrator who makes it, and by nobody else
before it is published.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request
from sqlalchemy import select

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.commitments.queries import agreement_in_force
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import (
    Organisation,
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
    UnitKind,
)
from atagande_agreements.parties.queries import people
from atagande_calendar.invitations.models import AnswerWay, Invitation, Partstat
from atagande_calendar.invitations.queries import of_meeting, of_person
from atagande_calendar.invitations.verbs import can_be_answered
from atagande_calendar.meetings import queries
from atagande_calendar.meetings.evidence import decided_convener
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState
from atagande_calendar.meetings.verbs import plan_meeting, publish_meeting
from atagande_calendar.method import Method
from atagande_plugin.auth.access import ADMINISTRATOR, FOLLOWERS
from atagande_plugin.mail import letters
from atagande_plugin.services import services
from atagande_plugin.translation import words
from atagande_plugin.web import kernel, outbox
from atagande_plugin.web.acting import myself
from atagande_plugin.web.answer import form_values, shown_or, take
from atagande_plugin.web.attendance import after_of
from atagande_plugin.web.paging import page_number

if TYPE_CHECKING:
    from atagande_plugin.forms.answer import Answer
    from atagande_plugin.forms.meetings import Plan, Publish

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


def _parties() -> list[tuple[Organisation, list[Person]]]:
    """Return everyone who can be asked, by party."""
    found = people(g.session, g.me.association_id)
    return [
        (organisation, list(group))
        for organisation, group in groupby(found, lambda person: person.organisation)
    ]


@dataclass(frozen=True, slots=True)
class Usual:
    """How a kind of meeting usually is."""

    #: In the address.
    word: str
    #: What the form is called.
    heading: str
    title: str
    clock: str
    minutes: int


#: What can be planned by hand, the most usual first.
USUAL = {
    MeetingKind.NETWORK: Usual(
        "natverk", N_("Planera nätverksmöte"), "Nätverksmöte SGI=0", "09:00", 120
    ),
    MeetingKind.SEMINAR: Usual(
        "seminarium", N_("Planera seminarium"), "Lunchseminarium SGI=0", "12:00", 60
    ),
    MeetingKind.STEERING: Usual(
        "styrgrupp", N_("Planera styrgruppsmöte"), "Styrgruppsmöte", "13:00", 120
    ),
}


def _is_usual(kind: MeetingKind, person: Person, roles: Collection[Role]) -> bool:
    """Tell whether a person is usually asked to a kind of meeting.

    To a steering meeting: its members, and the clinics' unit chiefs (P1). Otherwise everyone who
    comes from a party.
    """
    if kind is not MeetingKind.STEERING:
        return person.organisation.kind is not OrganisationKind.ASSOCIATION
    clinic = person.unit is not None and person.unit.kind is UnitKind.CLINIC
    return Role.STEERING in roles or (clinic and Role.UNIT_CHIEF in roles)


def _usual_people(kind: MeetingKind, parties: list[tuple[Organisation, list[Person]]]) -> list[str]:
    """Return the numbers of those who are usually asked, as the form has them."""
    grants: dict[int, set[Role]] = defaultdict(set)
    if kind is MeetingKind.STEERING:
        numbers = [person.id for _organisation, group in parties for person in group]
        for row in g.session.execute(
            select(RoleGrant.person_id, RoleGrant.role).where(RoleGrant.person_id.in_(numbers))
        ):
            grants[row.person_id].add(row.role)
    return [
        str(person.id)
        for _organisation, group in parties
        for person in group
        if _is_usual(kind, person, grants[person.id])
    ]


def _usual_title(kind: MeetingKind) -> str:
    """Return what such a meeting is usually called; the steering group has a name of its own."""
    if kind is MeetingKind.STEERING:
        agreement = agreement_in_force(g.session, g.me.association_id, local_date(g.now))
        if agreement is not None and agreement.steering_name:
            return agreement.steering_name
    return USUAL[kind].title


def _planned_kind() -> MeetingKind:
    """Return the kind that the form is about: as it was sent, or as the address says."""
    if request.form.get("kind") in USUAL:
        return MeetingKind(request.form["kind"])
    asked = request.args.get("slag", "")
    return next((kind for kind, usual in USUAL.items() if usual.word == asked), MeetingKind.NETWORK)


def _plan_page(errors: dict[str, str] | None = None, **_: Any) -> str:
    parties = _parties()
    kind = _planned_kind()
    return render_template(
        "meetings/plan.html",
        parties=parties,
        kind=kind,
        kinds=KINDS,
        usual=USUAL,
        target_group=errors is None or "target_group" in request.form,
        values={
            "title": _usual_title(kind),
            "clock": USUAL[kind].clock,
            "minutes": USUAL[kind].minutes,
            **request.form,
        },
        chosen=_usual_people(kind, parties) if errors is None else request.form.getlist("people"),
        # The start is written in two fields; what is wrong with it is said at the first.
        errors={
            "day" if name == "starts_at" else name: text for name, text in (errors or {}).items()
        },
    )


@section.route_for("/moten/nytt", allow=ADMINISTRATOR)
def plan_form() -> str:
    """Show the form for a new meeting, filled in as its kind usually is."""
    return _plan_page()


def convener_of(kind: MeetingKind) -> Organisation:
    """Return who convenes a meeting that is planned: the administrator's own organisation.

    For the network it is whom the steering group has decided on, once it has.
    """
    own: Organisation = g.session.get_one(Organisation, g.me.organisation_id)
    if kind is not MeetingKind.NETWORK:
        return own
    return decided_convener(g.session, g.me.association_id, local_date(g.now)) or own


@section.route_for(
    "/moten",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="meetings.Plan",
    lists=frozenset({"people"}),
    again=_plan_page,
)
def plan(form: "Plan") -> Any:
    """Keep a meeting as a draft."""
    agreement = agreement_in_force(g.session, g.me.association_id, local_date(g.now))
    known = {person.id: person for person in people(g.session, g.me.association_id)}
    if agreement is None or not known.keys() >= set(form.people):
        raise NotFound
    meeting = plan_meeting(
        g.session,
        agreement=agreement,
        kind=form.kind,
        title=form.title,
        starts_at=local_time(form.day, form.clock),
        minutes=form.minutes,
        place=form.place,
        agenda=form.agenda,
        target_group=form.target_group,
        convener=convener_of(form.kind),
        people=[known[number] for number in form.people],
        person=myself(),
        domain=services().settings.host,
        now=g.now,
    )
    flash(g.words.text(N_("Utkastet är sparat. Ingenting har skickats.")), "success")
    return redirect(f"/moten/{meeting.id}", 303)


def _meeting(number: int) -> Meeting:
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
    )


def returned(invitations: Sequence[Invitation]) -> list[dict[str, Any]]:
    """Return everything that came back, newest first."""
    found = [
        {"invitation": invitation, "answer": answer}
        for invitation in invitations
        for answer in invitation.answers
    ]
    return sorted(found, key=lambda one: (one["answer"].at, one["answer"].id), reverse=True)


def _meeting_page(number: int, errors: dict[str, str] | None = None) -> str:
    meeting = _meeting(number)
    invitations = of_meeting(g.session, meeting.id)
    mine = next((one for one in invitations if one.person_id == g.me.person_id), None)
    is_open = can_be_answered(meeting, g.now)
    return render_template(
        "meetings/page.html",
        meeting=meeting,
        invitations=invitations,
        mine=mine if is_open else None,
        answered=sum(one.partstat is not Partstat.NEEDS_ACTION for one in invitations),
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
        **form_values(mine, errors),
    )


def _meeting_again(number: int, errors: dict[str, str], refusal: Refused) -> str:
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
    again=_meeting_again,
)
def publish(number: int, form: "Publish") -> Any:
    """Publish a draft: one invitation to each person who is asked."""
    sent = publish_meeting(
        g.session,
        meeting=_meeting(number),
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
    again=_meeting_again,
)
def answer_meeting(number: int, form: "Answer") -> Any:
    """Record the signed-in person's own answer."""
    meeting = _meeting(number)
    invitation = of_person(g.session, meeting.id, g.me.person_id)
    if invitation is None:
        raise NotFound
    take(invitation, form, AnswerWay.PAGE)
    flash(g.words.text(N_("Tack. Ditt svar är sparat.")), "success")
    return redirect(f"/moten/{number}", 303)
