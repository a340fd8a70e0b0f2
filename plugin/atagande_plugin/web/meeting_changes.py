"""Changing a meeting: the form, what it would send, and the wishes for another time."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from atagande_agreements.civil_time import STOCKHOLM, local_time
from atagande_agreements.errors import Forbidden, NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Organisation, Person
from atagande_calendar.invitations import proposals
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.invitations.told import Sending
from atagande_calendar.meetings.changes import (
    Facts,
    Preview,
    asked_to,
    change_meeting,
    delete_draft,
    preview_change,
)
from atagande_calendar.meetings.errors import NotADraft
from atagande_calendar.meetings.models import Meeting, MeetingState
from atagande_plugin.mail import letters
from atagande_plugin.services import services
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.answer import shown_or
from atagande_plugin.web.attendance import REPORTERS
from atagande_plugin.web.meeting_planning import parties
from atagande_plugin.web.meeting_state import may_plan
from atagande_plugin.web.meetings import meeting_again, meeting_of

if TYPE_CHECKING:
    from atagande_plugin.forms.meeting_changes import (
        ChangeMeeting,
        DeleteDraft,
        MoveAsProposed,
        OfInvitation,
    )

section = kernel.Section("meeting_changes", __name__)

#: A fact's name -> what it is called on the page that shows old and new.
NAMES = {
    "title": N_("Rubrik"),
    "place": N_("Var"),
    "agenda": N_("Dagordning"),
    "target_group": N_("Målgruppen på dagordningen"),
}


def planned(number: int) -> Meeting:
    """Return a meeting that the person of this request plans."""
    meeting = meeting_of(number)
    if not may_plan(meeting):
        raise Forbidden
    return meeting


def what_is_sent(sending: Sending) -> str:
    """Return how many messages of each sort there are, in words; "" for none."""
    updates = sending.changed + sending.reworded
    parts = []
    if updates:
        parts.append(
            g.words.plural("%(num)s ändrad kallelse", "%(num)s ändrade kallelser", updates)
        )
    if sending.invited:
        parts.append(
            g.words.plural("%(num)s ny kallelse", "%(num)s nya kallelser", sending.invited)
        )
    if sending.cancelled:
        parts.append(g.words.plural("%(num)s avbokning", "%(num)s avbokningar", sending.cancelled))
    if len(parts) < 2:  # noqa: PLR2004 - one thing needs no "och"
        return "".join(parts)
    some = {"some": ", ".join(parts[:-1]), "last": parts[-1]}
    text: str = g.words.text(N_("%(some)s och %(last)s"), some)
    return text


def _sentences(preview: Preview) -> str:
    """Return what saving sends, to how many, and who has to answer again."""
    what = what_is_sent(preview.sending)
    if not what:
        text: str = g.words.text(
            N_("Ingenting är ändrat, så inget skickas.")
            if preview.same
            else N_("Ändringen står inte i kallelserna, så inget skickas.")
        )
        return text
    said = [g.words.text(N_("När du sparar skickas %(what)s."), {"what": what})]
    if preview.answer_again:
        said.append(
            g.words.plural(
                "%(num)s som svarat ja behöver svara igen.",
                "%(num)s som svarat ja behöver svara igen.",
                preview.answer_again,
            )
        )
    return " ".join(said)


def _values(meeting: Meeting, facts: Facts, people: Iterable[Person]) -> dict[str, Any]:
    """Return a meeting as the form has it."""
    start = facts.starts_at.astimezone(STOCKHOLM)
    return {
        "title": facts.title,
        "day": start.date().isoformat(),
        "clock": f"{start:%H:%M}",
        "minutes": str(facts.minutes),
        "place": facts.place,
        "agenda": facts.agenda,
        "target_group": "1" if facts.target_group else "",
        "people": [str(one.id) for one in people],
        "version": str(meeting.version),
    }


def _groups(asked: Sequence[Person]) -> list[tuple[Organisation, list[Person]]]:
    """Return everyone who can be asked, by party; also those who are, and could not be now."""
    groups = parties()
    known = {one.id for _organisation, group in groups for one in group}
    for one in asked:
        if one.id not in known:
            groups.append((one.organisation, [one]))
    return groups


def _change_page(
    number: int, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    meeting = planned(number)
    asked = asked_to(g.session, meeting)
    now = _values(meeting, Facts.of(meeting), asked)
    written = dict(request.form) | {"people": request.form.getlist("people")}
    stale = isinstance(refusal, Stale)
    return render_template(
        "meetings/change.html",
        meeting=meeting,
        draft=meeting.state is MeetingState.DRAFT,
        parties=_groups(asked),
        values=written if request.form else now,
        version=meeting.version if stale else written.get("version", meeting.version),
        # What someone else has saved meanwhile, beside what is written here.
        meanwhile=[name for name in NAMES if stale and now[name] != written.get(name, "")],
        moved_meanwhile=stale
        and any(now[name] != written.get(name) for name in ("day", "clock", "minutes")),
        names=NAMES,
        errors={
            "day" if name in {"starts_at", "clock"} else name: text
            for name, text in (errors or {}).items()
        },
    )


def _change_again(number: int, errors: dict[str, str], refusal: Refused) -> str:
    with shown_or(refusal):
        return _change_page(number, errors, refusal)


@section.route_for("/moten/<int:number>/andra", allow=REPORTERS)
def change_form(number: int) -> str:
    """Show the form with the meeting as it is."""
    return _change_page(number)


def _review(meeting: Meeting, facts: Facts, people: Sequence[Person], version: int) -> str:
    """Show in words what a change would send, and the mail itself."""
    preview = preview_change(
        g.session,
        meeting=meeting,
        facts=facts,
        people=people,
        person=myself(),
        version=version,
        now=g.now,
    )
    now = Facts.of(meeting).kept(meeting.kind)
    new = facts.kept(meeting.kind)
    return render_template(
        "meetings/review.html",
        meeting=meeting,
        preview=preview,
        sentences=_sentences(preview),
        now=now,
        new=new,
        names=[(name, label) for name, label in NAMES.items() if name != "target_group"],
        values=_values(meeting, new, people) | {"version": str(version)},
        letter=_letter(now, new, preview),
        sender=f"{g.me.association_name} <{services().settings.mail_from}>",
    )


def _letter(now: Facts, new: Facts, preview: Preview) -> letters.Content | None:
    """Return the mail to those who are asked already, or else to those who are asked now."""
    sending = preview.sending
    updated = sending.changed + sending.reworded > 0
    if not (updated or sending.invited):
        return None
    facts: dict[str, Any] = {
        "title": new.title,
        "starts_at": new.starts_at.isoformat(),
        "minutes": new.minutes,
        "place": new.place,
        "agenda": new.agenda,
    }
    if updated:
        before = {
            "title": now.title,
            "starts_at": now.starts_at.isoformat(),
            "minutes": now.minutes,
            "place": now.place,
        }
        facts |= {"update": True, "answer_anew": sending.changed > 0, "before": before}
    return letters.invitation(
        g.words,
        facts,
        address=f"{services().settings.base_url}/svara/…",
        summoned=True,
        private=False,
        reads_mail=services().settings.reads_mail,
    )


@section.route_for(
    "/moten/<int:number>/andra",
    allow=REPORTERS,
    methods=("POST",),
    takes="meeting_changes.ChangeMeeting",
    lists=frozenset({"people"}),
    again=_change_again,
)
def change(number: int, form: "ChangeMeeting") -> Any:
    """Show what a change sends, or carry it out; a draft tells nobody, so it is saved at once."""
    meeting = planned(number)
    if form.step == "edit":
        return _change_page(number)
    groups = _groups(asked_to(g.session, meeting))
    known = {one.id: one for _organisation, group in groups for one in group}
    if not known.keys() >= set(form.people):
        raise NotFound
    people = [known[one] for one in dict.fromkeys(form.people)]
    facts = Facts(
        title=form.title,
        starts_at=local_time(form.day, form.clock),
        minutes=form.minutes,
        place=form.place,
        agenda=form.agenda,
        target_group=form.target_group,
    )
    if form.step == "review" and meeting.state is not MeetingState.DRAFT:
        return _review(meeting, facts, people, form.version)
    sending = change_meeting(
        g.session,
        meeting=meeting,
        facts=facts,
        people=people,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    _flash(sending)
    return redirect(f"/moten/{number}", 303)


def _flash(sending: Sending) -> None:
    what = what_is_sent(sending)
    if what:
        flash(g.words.text(N_("Ändringen är sparad. %(what)s skickas."), {"what": what}), "success")
    else:
        flash(g.words.text(N_("Ändringen är sparad. Ingenting har skickats.")), "success")


def _draft(number: int) -> Meeting:
    meeting = planned(number)
    if meeting.state is not MeetingState.DRAFT:
        raise NotADraft
    return meeting


def _delete_page(number: int, errors: dict[str, str] | None = None, **_: Any) -> str:
    return render_template("meetings/delete.html", meeting=_draft(number), errors=errors or {})


@section.route_for("/moten/<int:number>/ta-bort", allow=REPORTERS)
def delete_form(number: int) -> str:
    """Ask whether a draft is to be thrown away."""
    return _delete_page(number)


@section.route_for(
    "/moten/<int:number>/ta-bort",
    allow=REPORTERS,
    methods=("POST",),
    takes="meeting_changes.DeleteDraft",
    again=_delete_page,
)
def delete(number: int, form: "DeleteDraft") -> Any:
    """Throw a draft away."""
    delete_draft(
        g.session, meeting=_draft(number), person=myself(), version=form.version, now=g.now
    )
    flash(g.words.text(N_("Utkastet är borttaget. Ingenting har skickats.")), "success")
    return redirect("/moten", 303)


def _meeting_again(number: int, errors: dict[str, str], refusal: Refused, **_: Any) -> str:
    """Show the meeting's page with what is wrong; no field on it is at fault."""
    return meeting_again(number, {"": " ".join(errors.values())}, refusal)


@section.route_for(
    "/moten/<int:number>/forslag/<int:proposal>/flytta",
    allow=REPORTERS,
    methods=("POST",),
    takes="meeting_changes.MoveAsProposed",
    again=_meeting_again,
)
def move_as_proposed(number: int, proposal: int, form: "MoveAsProposed") -> str:
    """Show what it would send to move the meeting to a time that someone has asked for."""
    meeting = planned(number)
    wished = proposals.find_open(g.session, meeting.id, proposal)
    facts = replace(Facts.of(meeting), starts_at=wished.starts_at, minutes=wished.minutes)
    return _review(meeting, facts, asked_to(g.session, meeting), form.version)


def invitation_of(meeting: Meeting, number: int) -> Invitation:
    """Return one of a meeting's invitations."""
    found: Invitation | None = g.session.scalar(
        select(Invitation)
        .where(Invitation.id == number, Invitation.meeting_id == meeting.id)
        .options(joinedload(Invitation.meeting), joinedload(Invitation.person))
    )
    if found is None:
        raise NotFound
    return found


@section.route_for(
    "/moten/<int:number>/forslag/nej",
    allow=REPORTERS,
    methods=("POST",),
    takes="meeting_changes.OfInvitation",
    again=_meeting_again,
)
def decline_proposals(number: int, form: "OfInvitation") -> Any:
    """Say that the time stands to someone who would rather have another."""
    meeting = planned(number)
    invitation = invitation_of(meeting, form.invitation)
    proposals.decline(g.session, invitation=invitation, person=myself(), now=g.now)
    flash(
        g.words.text(
            N_("%(who)s får besked om att tiden står kvar."), {"who": invitation.person.name}
        ),
        "success",
    )
    return redirect(f"/moten/{number}", 303)


@section.route_for(
    "/moten/<int:number>/kallelser/igen",
    allow=REPORTERS,
    methods=("POST",),
    takes="meeting_changes.OfInvitation",
    again=_meeting_again,
)
def send_invitation_again(number: int, form: "OfInvitation") -> Any:
    """Send one person the present invitation again."""
    meeting = planned(number)
    invitation = invitation_of(meeting, form.invitation)
    if not proposals.send_again(g.session, invitation=invitation, person=myself(), now=g.now):
        raise NotFound
    flash(
        g.words.text(N_("Kallelsen skickas igen till %(who)s."), {"who": invitation.person.name}),
        "success",
    )
    return redirect(f"/moten/{number}", 303)
