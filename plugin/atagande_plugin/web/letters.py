"""Pages of letters: the library that the association keeps, and a letter to print."""

from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import Forbidden, NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.letters import queries
from atagande_agreements.letters.text import PLACEHOLDERS, blocks
from atagande_agreements.letters.verbs import add_letter, change_letter
from atagande_agreements.parties.models import Unit
from atagande_plugin.auth.access import ADMINISTRATOR, CASE_HOLDERS
from atagande_plugin.translation import words
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.enquiries import asks, found

if TYPE_CHECKING:
    from atagande_plugin.forms.letters import ChangeLetter, NewLetter

section = kernel.Section("letters", __name__)

#: What a preview is filled in with.
SAMPLE = {
    "referens": "A7K2-MQ9X",
    "mottagning": "Sollentuna psykiatriska mottagning",
    "kommun": "Upplands Väsby kommun",
    "enhet": "Enheten för ekonomiskt bistånd",
}


@section.route_for("/forfragningar/<int:enquiry_id>/brev/<mall>", allow=CASE_HOLDERS)
def letter(enquiry_id: int, mall: str) -> str:
    """Show a letter to the clinic that was asked, ready to print. Only who asks writes letters."""
    enquiry = found(enquiry_id)
    if not asks():
        raise Forbidden
    template = queries.letter(g.session, g.me.association_id, mall)
    if template is None or not template.in_use:
        raise NotFound
    sender = g.session.get(Unit, g.me.unit_id) if g.me.unit_id is not None else None
    # A letter goes to a Swedish clinic, whatever language its writer reads the page in.
    swedish = words("sv")
    today = local_date(g.now)
    values = {
        "referens": enquiry.reference,
        "mottagning": enquiry.unit.name,
        "kommun": enquiry.organisation.name,
        "enhet": sender.name if sender is not None else enquiry.organisation.name,
        "skickad": swedish.day(enquiry.sent_on),
        "datum": swedish.day(today),
    }
    return render_template(
        "letters/letter.html",
        enquiry=enquiry,
        letter=template,
        blocks=blocks(template.body, values),
        sender=sender,
        values=values,
    )


@section.route_for("/brevmallar", allow=ADMINISTRATOR)
def listing() -> str:
    """Show the library."""
    return render_template(
        "letters/list.html", letters=queries.letters_of(g.session, g.me.association_id)
    )


def _new_page(
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,  # noqa: ARG001 - the errors say it
) -> str:
    return render_template(
        "letters/edit.html",
        letter=None,
        values=request.form,
        placeholders=PLACEHOLDERS,
        errors=errors or {},
    )


@section.route_for("/brevmallar/ny", allow=ADMINISTRATOR)
def new() -> str:
    """Show the form for a new template."""
    return _new_page()


@section.route_for(
    "/brevmallar",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="letters.NewLetter",
    again=_new_page,
)
def add(form: "NewLetter") -> Any:
    """Add a template."""
    template = add_letter(
        g.session,
        name=form.name,
        body=form.body,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Brevmallen är tillagd.")), "success")
    return redirect(f"/brevmallar/{template.key}", 303)


def _page(mall: str, errors: dict[str, str] | None = None, refusal: Refused | None = None) -> str:
    template = queries.letter(g.session, g.me.association_id, mall)
    if template is None:
        raise NotFound
    history = queries.history(g.session, g.me.association_id, mall)
    day = words("sv").day(local_date(g.now))
    values: Any = request.form
    if request.method == "GET":
        values = {"name": template.name, "body": template.body, "in_use": template.in_use}
    return render_template(
        "letters/edit.html",
        letter=template,
        values=values,
        history=history,
        is_shipped=any(one.key == mall for one in queries.shipped()),
        blocks=blocks(template.body, SAMPLE | {"skickad": day, "datum": day}),
        placeholders=PLACEHOLDERS,
        changed=history[:1] if isinstance(refusal, Stale) else [],
        errors=errors or {},
    )


@section.route_for("/brevmallar/<mall>", allow=ADMINISTRATOR)
def show(mall: str) -> str:
    """Show a template with its history and a preview."""
    return _page(mall)


@section.route_for(
    "/brevmallar/<mall>",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="letters.ChangeLetter",
    again=_page,
)
def change(mall: str, form: "ChangeLetter") -> Any:
    """Change a template."""
    change_letter(
        g.session,
        key=mall,
        name=form.name,
        body=form.body,
        in_use=form.in_use,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    flash(
        g.words.text(N_("Brevmallen är sparad. Brev som redan är utskrivna ändras inte.")),
        "success",
    )
    return redirect(f"/brevmallar/{mall}", 303)
