"""A meeting of the steering group: its agenda, and the decisions that act on nothing else."""

from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_agreements.register.models import Agreement
from atagande_calendar.meetings.attendance import LiftedIssue
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.steering import agenda, queries, verbs
from atagande_calendar.steering.contents import agenda_of
from atagande_calendar.steering.models import AgendaItem
from atagande_calendar.steering.queries import Around
from atagande_plugin.auth.access import PREPARERS, STEERING
from atagande_plugin.steering_words import speech
from atagande_plugin.web import guard, kernel
from atagande_plugin.web.acting import myself, the_agreement
from atagande_plugin.web.steering import under_headings

if TYPE_CHECKING:
    from atagande_plugin.forms.steering import (
        AddAgendaItem,
        ChangeAgendaItem,
        DecideOther,
        HeldAgendaItem,
    )

section = kernel.Section("steering_meeting", __name__)


def meeting_of(number: int) -> Around:
    """Return one of the group's meetings that is told to those who come; raise NotFound."""
    found = queries.around(
        g.session, g.me.association_id, number, drafts=g.me.has(Role.ADMINISTRATOR)
    )
    if found is None:
        raise NotFound
    return found


def _agenda(
    number: int,
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,
    item: int | None = None,
) -> str:
    del refusal  # its words are in `errors`
    around = meeting_of(number)
    meeting = around.meeting
    minutes = queries.latest_minutes(g.session, number)
    has_begun = meeting.starts_at <= g.now
    if minutes is None:
        found = agenda.gather(
            g.session,
            association_id=g.me.association_id,
            agreement_id=meeting.agreement_id,
            meeting_id=meeting.id,
            since=around.before.starts_at if around.before else None,
            today=local_date(g.now),
            until=max(around.met_on, local_date(g.now)),
        )
        items, more = list(found.items), found.more
    else:
        items, more = agenda_of(minutes), False
    return render_template(
        "steering/agenda.html",
        around=around,
        meeting=meeting,
        headings=under_headings(items),
        count=len(items),
        more=more,
        minutes=minutes,
        has_begun=has_begun,
        own={f"own:{one.id}": one for one in queries.own_items(g.session, number)}
        if minutes is None
        else {},
        decisions=queries.decisions_of(g.session, number),
        can_decide=g.me.has(Role.STEERING) and has_begun,
        tried=item,
        values=request.form,
        errors=errors or {},
        **speech(g.words),
    )


@section.route_for("/styrgruppen/moten/<int:number>", allow=PREPARERS)
def agenda_page(number: int) -> str:
    """Show a meeting's agenda."""
    return _agenda(number)


@section.route_for(
    "/styrgruppen/moten/<int:number>/punkter",
    allow=PREPARERS,
    methods=("POST",),
    takes="steering.AddAgendaItem",
    again=_agenda,
)
def add_item(number: int, form: "AddAgendaItem") -> Any:
    """Put an own item on the agenda."""
    verbs.add_item(
        g.session,
        meeting=meeting_of(number).meeting,
        title=form.title,
        text=form.text,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Punkten står på dagordningen.")), "success")
    return redirect(f"/styrgruppen/moten/{number}#egna", 303)


def _item(number: int, item: int) -> AgendaItem:
    found: AgendaItem | None = g.session.get(AgendaItem, item)
    if found is None or found.meeting_id != number:
        raise NotFound
    return found


@section.route_for(
    "/styrgruppen/moten/<int:number>/punkter/<int:item>",
    allow=PREPARERS,
    methods=("POST",),
    takes="steering.ChangeAgendaItem",
    again=_agenda,
)
def change_item(number: int, item: int, form: "ChangeAgendaItem") -> Any:
    """Change an own item's words."""
    verbs.change_item(
        g.session,
        meeting=meeting_of(number).meeting,
        item=_item(number, item),
        title=form.title,
        text=form.text,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    flash(g.words.text(N_("Punkten är ändrad.")), "success")
    return redirect(f"/styrgruppen/moten/{number}#egna", 303)


@section.route_for(
    "/styrgruppen/moten/<int:number>/punkter/<int:item>/upp",
    allow=PREPARERS,
    methods=("POST",),
    takes="steering.HeldAgendaItem",
    again=_agenda,
)
def move_item(number: int, item: int, form: "HeldAgendaItem") -> Any:
    """Let an own item change place with the one before it."""
    verbs.move_item(
        g.session,
        meeting=meeting_of(number).meeting,
        item=_item(number, item),
        version=form.version,
    )
    return redirect(f"/styrgruppen/moten/{number}#egna", 303)


@section.route_for(
    "/styrgruppen/moten/<int:number>/punkter/<int:item>/ta-bort",
    allow=PREPARERS,
    methods=("POST",),
    takes="steering.HeldAgendaItem",
    again=_agenda,
)
def remove_item(number: int, item: int, form: "HeldAgendaItem") -> Any:
    """Take an own item off the agenda."""
    verbs.remove_item(
        g.session,
        meeting=meeting_of(number).meeting,
        item=_item(number, item),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    flash(g.words.text(N_("Punkten är borttagen.")), "success")
    return redirect(f"/styrgruppen/moten/{number}#egna", 303)


def about_of(text: str) -> LiftedIssue | AgendaItem | None:
    """Return the issue or own item that a key names, None for none; raise NotFound."""
    if not text:
        return None
    kind, _, number = text.partition(":")
    known: dict[str, type[LiftedIssue | AgendaItem]] = {"issue": LiftedIssue, "own": AgendaItem}
    model = known.get(kind)
    if model is None or not number.isascii() or not number.isdigit():
        raise NotFound
    found: LiftedIssue | AgendaItem | None = g.session.get(model, int(number))
    if found is None or found.association_id != g.me.association_id:
        raise NotFound
    return found


def _decision_form(errors: dict[str, str] | None = None, refusal: Refused | None = None) -> str:
    del refusal
    source = request.form if request.method == "POST" else request.args
    about = about_of(source.get("about", ""))
    return render_template(
        "steering/decide.html",
        about=about,
        key=source.get("about", ""),
        words=(about.text if isinstance(about, LiftedIssue) else about.title) if about else "",
        values=source,
        errors=errors or {},
    )


@section.route_for("/styrgruppen/beslut/nytt", allow=STEERING)
def decision_form() -> str:
    """Show the form of a decision about an issue, an own item or neither."""
    return _decision_form()


@section.route_for(
    "/styrgruppen/beslut/nytt",
    allow=STEERING,
    methods=("POST",),
    takes="steering.DecideOther",
    again=_decision_form,
)
def decide_other(form: "DecideOther") -> Any:
    """Enter a decision."""
    about = about_of(form.about)
    agreement = agreement_of(about)
    decision = verbs.decide_other(
        g.session,
        agreement=agreement,
        paragraph=form.paragraph,
        decided_on=form.decided_on,
        note=form.note,
        person=myself(),
        now=g.now,
        about=about,
        diary_number=form.diary_number,
    )
    text = N_("%(paragraph)s är införd i beslutsregistret.")
    flash(g.words.text(text, {"paragraph": decision.paragraph}), "success")
    target = guard.safe_next(form.next) if form.next else f"/styrgruppen/beslut/{decision.id}"
    return redirect(target, 303)


def agreement_of(about: LiftedIssue | AgendaItem | None) -> Agreement:
    """Return the agreement that the item's meeting is about; the association's without one."""
    if about is None:
        return the_agreement()
    meeting = g.session.get_one(Meeting, about.meeting_id)
    agreement: Agreement = g.session.get_one(Agreement, meeting.agreement_id)
    return agreement
