"""Changing a series: first what it would send and to how many, then the change itself."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import STOCKHOLM
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Person
from atagande_agreements.parties.queries import people
from atagande_calendar.invitations.told import Sending
from atagande_calendar.meetings.models import Meeting, MeetingSeries
from atagande_calendar.meetings.series_changes import SeriesChange, change_series
from atagande_calendar.meetings.series_people import add_person, call_off_series, remove_person
from atagande_calendar.meetings.series_scope import Scope, preview, to_come
from atagande_plugin.auth.access import ADMINISTRATOR
from atagande_plugin.services import services
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.answer import shown_or
from atagande_plugin.web.meeting_changes import what_is_sent
from atagande_plugin.web.series import series_again, series_of

if TYPE_CHECKING:
    from atagande_plugin.forms.series import CallOffSeries, ChangeSeries, OfSeries, PersonOfSeries

section = kernel.Section("series_changes", __name__)

SCOPES = {
    Scope.ONE: N_("Bara det här mötet"),
    Scope.LATER: N_("Det här och alla senare"),
    Scope.ALL: N_("Alla möten som är kvar"),
}
_FIELDS = ("title", "clock", "minutes", "place", "agenda")


def one_of(meetings: Sequence[Meeting], number: int) -> Meeting:
    """Return one of a series' meetings; raise NotFound for any other."""
    found = next((one for one in meetings if one.id == number), None)
    if found is None:
        raise NotFound
    return found


def _to_change(number: int) -> tuple[MeetingSeries, Meeting]:
    """Return a series and the meeting that the form or the address names, if it is to come."""
    series, _meetings = series_of(number)
    asked = request.form.get("meeting") or request.args.get("mote", "")
    coming = to_come(g.session, series, g.now)
    return series, one_of(coming, int(asked) if asked.isdigit() else 0)


def _form_page(number: int, errors: dict[str, str] | None = None, **_: Any) -> str:
    series, meeting = _to_change(number)
    start = meeting.starts_at.astimezone(STOCKHOLM)
    return render_template(
        "series/change.html",
        series=series,
        meeting=meeting,
        scopes=[(key.value, g.words.text(words)) for key, words in SCOPES.items()],
        values={
            "title": meeting.title,
            "clock": f"{start:%H:%M}",
            "minutes": meeting.minutes,
            "place": meeting.place,
            "agenda": meeting.agenda,
            "scope": Scope.LATER.value,
            **request.form,
        },
        errors={
            "clock" if name == "starts_at" else name: text for name, text in (errors or {}).items()
        },
    )


def _form_again(number: int, errors: dict[str, str], refusal: Refused) -> str:
    with shown_or(refusal):
        return _form_page(number, errors)


@section.route_for("/moten/serier/<int:number>/andra", allow=ADMINISTRATOR)
def series_change_form(number: int) -> str:
    """Show the form with one meeting of a series as it is."""
    return _form_page(number)


def change_of(form: "ChangeSeries", meeting: Meeting) -> SeriesChange:
    """Return what a form changes: what differs from the meeting it was opened at.

    What was left alone stays as each of the other meetings has it.
    """
    start = meeting.starts_at.astimezone(STOCKHOLM)
    now: Mapping[str, Any] = {
        "title": meeting.title,
        "clock": start.time(),
        "minutes": meeting.minutes,
        "place": meeting.place,
        "agenda": "\n".join(meeting.agenda.splitlines()),
    }
    wanted = {name: getattr(form, name) for name in _FIELDS}
    if wanted["agenda"] is not None:
        wanted["agenda"] = "\n".join(wanted["agenda"].splitlines())
    return SeriesChange(**{name: value for name, value in wanted.items() if value != now[name]})


def changed(form: "ChangeSeries", series: MeetingSeries, meeting: Meeting) -> Sending:
    """Carry out a change that a form or a call of the API asks for."""
    return change_series(
        g.session,
        series=series,
        at=meeting,
        scope=form.scope,
        change=change_of(form, meeting),
        person=myself(),
        version=form.version,
        domain=services().settings.host,
        now=g.now,
    )


@section.route_for(
    "/moten/serier/<int:number>/andra",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="series.ChangeSeries",
    again=_form_again,
)
def series_change(number: int, form: "ChangeSeries") -> Any:
    """Show what a change sends, or carry it out."""
    series, meeting = _to_change(number)
    return _carried(
        series,
        form.sure,
        lambda: changed(form, series, meeting),
        heading=N_("Ändra serien"),
        label=N_("Spara och skicka"),
        lines=[_about(form, meeting), *_differences(form, meeting)],
        back=f"/moten/serier/{number}/andra?mote={meeting.id}",
    )


def _about(form: "OfSeries", meeting: Meeting) -> str:
    day = g.words.day(meeting.starts_at.astimezone(STOCKHOLM).date(), weekday=True)
    return f"{g.words.text(SCOPES[form.scope])}: {day}"


def _differences(form: "ChangeSeries", meeting: Meeting) -> list[str]:
    """Return what a change makes different, one line each."""
    change = change_of(form, meeting)
    start = meeting.starts_at.astimezone(STOCKHOLM)
    lines: list[tuple[str, object, object]] = []
    if change.title is not None:
        lines.append((N_("Rubrik: %(old)s → %(new)s"), meeting.title, change.title))
    if change.clock is not None:
        new = datetime.combine(start.date(), change.clock, STOCKHOLM)
        clock = g.words.clock
        lines.append((N_("Klockslag: %(old)s → %(new)s"), clock(start), clock(new)))
    if change.minutes is not None:
        lines.append((N_("Minuter: %(old)s → %(new)s"), meeting.minutes, change.minutes))
    if change.place is not None:
        lines.append((N_("Plats: %(old)s → %(new)s"), meeting.place, change.place))
    if change.agenda is not None:
        lines.append((N_("Dagordningen ändras."), "", ""))
    return [g.words.text(text, {"old": old or "–", "new": new or "–"}) for text, old, new in lines]


def _carried(
    series: MeetingSeries,
    sure: bool,  # noqa: FBT001 - a form's own field
    act: Callable[[], Sending],
    *,
    heading: str,
    label: str,
    lines: Sequence[str],
    back: str,
) -> Any:
    """Carry something out that was shown before, or show what it would send."""
    number = series.id
    if sure:
        sending = act()
        what = what_is_sent(sending)
        text = (
            g.words.text(N_("Ändringen är sparad. %(what)s skickas."), {"what": what})
            if what
            else g.words.text(N_("Ändringen är sparad. Ingenting har skickats."))
        )
        flash(text, "success")
        return redirect(f"/moten/serier/{number}", 303)
    title = series.title
    what = what_is_sent(preview(g.session, act))
    fields = [
        (name, value) for name, value in request.form.items() if name not in {"sure", "_token"}
    ]
    return render_template(
        "series/confirm.html",
        number=number,
        title=title,
        heading=g.words.text(heading),
        label=g.words.text(label if what else heading),
        lines=lines,
        what=what,
        action=request.path,
        fields=[one for one in fields if not one[0].startswith("_")],
        back=back,
    )


def _off_page(number: int, errors: dict[str, str] | None = None, **_: Any) -> str:
    series, meeting = _to_change(number)
    return render_template(
        "series/call_off.html",
        series=series,
        meeting=meeting,
        scopes=[(key.value, g.words.text(words)) for key, words in SCOPES.items()],
        scope=request.form.get("scope", Scope.ONE.value),
        errors=errors or {},
    )


def _off_again(number: int, errors: dict[str, str], refusal: Refused) -> str:
    with shown_or(refusal):
        return _off_page(number, errors)


@section.route_for("/moten/serier/<int:number>/stall-in", allow=ADMINISTRATOR)
def series_call_off_form(number: int) -> str:
    """Ask how much of a series is called off."""
    return _off_page(number)


@section.route_for(
    "/moten/serier/<int:number>/stall-in",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="series.CallOffSeries",
    again=_off_again,
)
def series_call_off(number: int, form: "CallOffSeries") -> Any:
    """Show what calling off sends, or carry it out."""
    series, meeting = _to_change(number)
    return _carried(
        series,
        form.sure,
        lambda: called_off(form, series, meeting),
        heading=N_("Ställ in"),
        label=N_("Ställ in och skicka besked"),
        lines=[_about(form, meeting)],
        back=f"/moten/serier/{number}",
    )


def called_off(form: "OfSeries", series: MeetingSeries, meeting: Meeting) -> Sending:
    """Call off what a form or a call of the API asks for."""
    return call_off_series(
        g.session,
        series=series,
        at=meeting,
        scope=form.scope,
        person=myself(),
        version=form.version,
        now=g.now,
    )


@section.route_for(
    "/moten/serier/<int:number>/personer",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="series.PersonOfSeries",
    again=series_again,
)
def series_people(number: int, form: "PersonOfSeries") -> Any:
    """Show what it sends to add or remove someone, or carry it out."""
    series, _meetings = series_of(number)
    adds = form.action == "add"
    person = someone(form.person)
    return _carried(
        series,
        form.sure,
        lambda: with_person(form, series, person),
        heading=N_("Kalla till serien") if adds else N_("Ta bort ur serien"),
        label=N_("Kalla") if adds else N_("Ta bort"),
        lines=[f"{person.name}, {person.organisation.name}"],
        back=f"/moten/serier/{number}",
    )


def someone(number: int) -> Person:
    """Return a person of the association; raise NotFound for any other number."""
    found: Person | None = g.session.get(Person, number)
    if found is None or found.association_id != g.me.association_id:
        raise NotFound
    return found


def with_person(form: "PersonOfSeries", series: MeetingSeries, person: Person) -> Sending:
    """Add or remove someone, as a form or a call of the API asks."""
    by: dict[str, Any] = {
        "series": series,
        "person": myself(),
        "version": form.version,
        "now": g.now,
    }
    if form.action == "remove":
        return remove_person(g.session, removed_person=person, **by)
    if person.id not in {one.id for one in people(g.session, g.me.association_id)}:
        raise NotFound
    return add_person(g.session, added_person=person, **by)
