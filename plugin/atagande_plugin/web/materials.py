"""Material: links to what those who come to a meeting read beforehand."""

from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_
from atagande_calendar.meetings.materials import (
    add_material,
    documents_of,
    materials_of,
    remove_material,
)
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.answer import shown_or
from atagande_plugin.web.attendance import REPORTERS
from atagande_plugin.web.meeting_changes import planned

if TYPE_CHECKING:
    from atagande_plugin.forms.meeting_changes import AddMaterial

section = kernel.Section("materials", __name__)


def _page(number: int, errors: dict[str, str] | None = None) -> str:
    meeting = planned(number)
    return render_template(
        "meetings/material.html",
        meeting=meeting,
        materials=materials_of(g.session, meeting.id),
        documents=documents_of(g.session, meeting.agreement_id),
        values=request.form,
        errors=errors or {},
    )


def _again(number: int, errors: dict[str, str], refusal: Refused, **_: Any) -> str:
    with shown_or(refusal):
        return _page(number, errors)


@section.route_for("/moten/<int:number>/material", allow=REPORTERS)
def material_form(number: int) -> str:
    """Show the links and the form for another."""
    return _page(number)


@section.route_for(
    "/moten/<int:number>/material",
    allow=REPORTERS,
    methods=("POST",),
    takes="meeting_changes.AddMaterial",
    again=_again,
)
def add(number: int, form: "AddMaterial") -> Any:
    """Add a link or a document."""
    add_material(
        g.session,
        meeting=planned(number),
        title=form.title,
        link=form.link,
        document=form.document,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Materialet är tillagt.")), "success")
    return redirect(f"/moten/{number}#material", 303)


@section.route_for(
    "/moten/<int:number>/material/<int:material>/ta-bort",
    allow=REPORTERS,
    methods=("POST",),
    takes="signin.Nothing",
    again=_again,
)
def remove(number: int, material: int, form: Any) -> Any:  # noqa: ARG001 - the form has no fields
    """Take a link away."""
    remove_material(
        g.session, meeting=planned(number), material_id=material, person=myself(), now=g.now
    )
    flash(g.words.text(N_("Materialet är borttaget.")), "success")
    return redirect(f"/moten/{number}#material", 303)
