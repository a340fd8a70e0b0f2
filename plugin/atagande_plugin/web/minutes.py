"""Protokoll of the steering group's meetings: the draft, what is fixed, and corrections."""

from typing import TYPE_CHECKING, Any

from flask import Response, flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_agreements.parties.queries import organisation_names
from atagande_calendar.steering import contents, minutes, queries
from atagande_calendar.steering.contents import Contents
from atagande_calendar.steering.models import Minutes
from atagande_calendar.steering.queries import Around
from atagande_plugin.auth.access import FOLLOWERS, PREPARERS, STEERING
from atagande_plugin.minutes_pdf import PRESENCES, as_pdf
from atagande_plugin.steering_words import speech
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.steering import HEADINGS
from atagande_plugin.web.steering_meeting import meeting_of

if TYPE_CHECKING:
    from atagande_plugin.forms.steering import (
        BeginMinutes,
        CorrectMinutes,
        FixMinutes,
        WriteMinutes,
    )

section = kernel.Section("minutes", __name__)
PATH = "/styrgruppen/moten/<int:number>/protokoll"


def _prepares() -> bool:
    return PREPARERS.allows(g.me.roles)


def of_meeting(number: int) -> tuple[Around, list[Minutes]]:
    """Return a meeting and the versions of its minutes that the visitor sees."""
    around = meeting_of(number)
    found = [
        one
        for one in queries.minutes_of(g.session, number)
        if _prepares() or one.fixed_at is not None
    ]
    if not found and not _prepares():
        raise NotFound
    return around, found


def points_under(said: Contents) -> list[tuple[str, list[contents.Point]]]:
    """Return the points of minutes under the agenda's headings."""
    found = [
        (heading, [one for one in said.points if one.item.topic in topics])
        for _, heading, topics in HEADINGS
    ]
    return [one for one in found if one[1]]


def names_for(said: Contents) -> dict[str, str]:
    """Return the organisations' names by key, if a decision in the minutes chose one."""
    chosen = any(act.unit == "organisation" for one in said.decisions for act in one.acted)
    return dict(organisation_names(g.session, g.me.association_id)) if chosen else {}


def _page(
    number: int,
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,
    which: int | None = None,
) -> str:
    around, versions = of_meeting(number)
    one = versions[-1] if versions else None
    if which is not None:
        one = next((found for found in versions if found.number == which), None)
        if one is None:
            raise NotFound
    if one is None:
        return render_template(
            "steering/minutes_begin.html",
            around=around,
            has_come=around.met_on <= local_date(g.now),
            errors=errors or {},
        )
    said = minutes.saying(g.session, around, one)
    sent = dict(zip(request.form.getlist("item"), request.form.getlist("note"), strict=False))
    return render_template(
        "steering/minutes.html",
        around=around,
        one=one,
        versions=versions,
        said=said,
        headings=points_under(said),
        presences=PRESENCES,
        **speech(g.words, names_for(said)),
        editable=one.fixed_at is None and _prepares(),
        prepares=_prepares(),
        may_fix=g.me.has(Role.STEERING),
        notes=sent,
        changed=refusal is not None and refusal.code == "stale",
        general=contents.GENERAL,
        values=request.form,
        errors=errors or {},
    )


@section.route_for(PATH, allow=FOLLOWERS)
def minutes_page(number: int) -> str:
    """Show the latest version of a meeting's minutes: a draft only to those who prepare it."""
    return _page(number)


@section.route_for(f"{PATH}/<int:which>", allow=FOLLOWERS)
def minutes_version(number: int, which: int) -> str:
    """Show one version of the minutes."""
    return _page(number, which=which)


@section.route_for(f"{PATH}/<int:which>.pdf", allow=FOLLOWERS)
def minutes_pdf(number: int, which: int) -> Response:
    """Give fixed minutes as a tagged PDF."""
    _, versions = of_meeting(number)
    one = next((found for found in versions if found.number == which), None)
    if one is None or one.fixed_at is None:
        raise NotFound
    said = contents.of_text(one.content)
    made = as_pdf(
        said,
        tuple((heading, topics) for _, heading, topics in HEADINGS),
        digest=one.digest,
        fixed_at=one.fixed_at,
        names=names_for(said),
    )
    response = Response(made, content_type="application/pdf")
    day = local_date(said.starts_at)
    more = "" if which == 1 else f"-rattelse-{which - 1}"
    response.headers["Content-Disposition"] = f'inline; filename="protokoll-{day}{more}.pdf"'
    return response


@section.route_for(
    PATH, allow=PREPARERS, methods=("POST",), takes="steering.BeginMinutes", again=_page
)
def begin_minutes(number: int, form: "BeginMinutes") -> Any:
    """Begin the minutes with the agenda as it is now."""
    del form
    minutes.begin(g.session, around=meeting_of(number), person=myself(), now=g.now)
    flash(g.words.text(N_("Protokollet är påbörjat med dagordningen som den är nu.")), "success")
    return redirect(f"/styrgruppen/moten/{number}/protokoll", 303)


@section.route_for(
    f"{PATH}/anteckningar",
    allow=PREPARERS,
    methods=("POST",),
    takes="steering.WriteMinutes",
    lists=frozenset({"item", "note"}),
    again=_page,
)
def write_minutes(number: int, form: "WriteMinutes") -> Any:
    """Save what the draft says of its items."""
    minutes.write(
        g.session,
        around=meeting_of(number),
        number=form.number,
        notes=dict(zip(form.item, form.note, strict=False)),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    flash(g.words.text(N_("Anteckningarna är sparade.")), "success")
    return redirect(f"/styrgruppen/moten/{number}/protokoll", 303)


@section.route_for(
    f"{PATH}/justera",
    allow=STEERING,
    methods=("POST",),
    takes="steering.FixMinutes",
    again=_page,
)
def fix_minutes(number: int, form: "FixMinutes") -> Any:
    """Fix the minutes for good."""
    minutes.fix(
        g.session,
        around=meeting_of(number),
        number=form.number,
        function=form.function,
        fixed_on=form.fixed_on,
        diary_number=form.diary_number,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    flash(g.words.text(N_("Protokollet är justerat. Det ändras aldrig mer.")), "success")
    return redirect(f"/styrgruppen/moten/{number}/protokoll", 303)


@section.route_for(
    f"{PATH}/rattelse",
    allow=PREPARERS,
    methods=("POST",),
    takes="steering.CorrectMinutes",
    again=_page,
)
def correct_minutes(number: int, form: "CorrectMinutes") -> Any:
    """Begin a correction beside what is fixed."""
    minutes.correct(
        g.session,
        meeting=meeting_of(number).meeting,
        reason=form.reason,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Rättelsen är påbörjad. Det första protokollet står kvar.")), "success")
    return redirect(f"/styrgruppen/moten/{number}/protokoll", 303)
