"""Styrdokument: what the parties have decided elsewhere, and the commitments it bears on (W9)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request

from atagande_agreements.commitments.queries import commitments
from atagande_agreements.documents import governing, queries
from atagande_agreements.documents.models import GoverningDocument
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_plugin.auth.access import ADMINISTRATOR, FOLLOWERS
from atagande_plugin.web import documents, kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.chosen import Chosen
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.documents import ChangeGoverning, Governing, RemoveGoverning

section = kernel.Section("governing", __name__)
PATH = f"{documents.PATH}/styrdokument"
PAGE_SIZE = 50


@section.route_for(PATH, allow=FOLLOWERS)
def listing() -> str:
    """Show what governs the agreement, and the commitments each document bears on."""
    chosen, page = documents.chosen_agreement(), page_number()
    rows, total = queries.governing_documents(
        g.session, chosen.agreement.id, size=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    return render_template(
        "documents/governing.html",
        chosen=chosen,
        rows=rows,
        total=total,
        page=page,
        pages=pages_of(total, PAGE_SIZE),
        path=PATH,
        keeps=g.me.has(Role.ADMINISTRATOR),
    )


def _form_page(
    chosen: Chosen,
    document: GoverningDocument | None,
    errors: Mapping[str, str] | None,
    refusal: Refused | None,
) -> str:
    sent = request.form if request.method == "POST" else None
    fields = ("title", "issuer", "link")
    stands = {name: getattr(document, name) for name in fields} if document else {}
    picked = [one.commitment for one in document.clauses] if document else []
    return render_template(
        "documents/governing_form.html",
        chosen=chosen,
        document=document,
        commitments=commitments(g.session, chosen.version.id),
        values=sent if sent is not None else stands,
        picked=sent.getlist("commitments") if sent is not None else picked,
        # Someone was quicker: what stands there now.
        now_reads=document if isinstance(refusal, Stale) else None,
        errors=errors or {},
        path=PATH,
    )


@section.route_for(f"{PATH}/nytt", allow=ADMINISTRATOR)
def new() -> str:
    """Show the form for a governing document."""
    return _new_page()


def _new_page(
    errors: Mapping[str, str] | None = None, refusal: Refused | None = None, **_: Any
) -> str:
    return _form_page(documents.chosen_agreement(), None, errors, refusal)


@section.route_for(
    PATH,
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="documents.Governing",
    lists=frozenset({"commitments"}),
    again=_new_page,
)
def add(form: "Governing") -> Any:
    """Enter a governing document."""
    chosen = documents.chosen_agreement()
    governing.add(
        g.session,
        agreement=chosen.agreement,
        version_id=chosen.version.id,
        title=form.title,
        issuer=form.issuer,
        link=form.link,
        commitments=form.commitments,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Styrdokumentet är tillagt.")), "success")
    return redirect(chosen.link(PATH), 303)


def _found(chosen: Chosen, number: int) -> GoverningDocument:
    found = queries.governing_document(g.session, chosen.agreement.id, number)
    if found is None:
        raise NotFound
    return found


@section.route_for(f"{PATH}/<int:number>", allow=ADMINISTRATOR)
def edit(number: int) -> str:
    """Show the form for changing a governing document."""
    return _edit_page(number)


def _edit_page(
    number: int, errors: Mapping[str, str] | None = None, refusal: Refused | None = None
) -> str:
    chosen = documents.chosen_agreement()
    return _form_page(chosen, _found(chosen, number), errors, refusal)


@section.route_for(
    f"{PATH}/<int:number>",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="documents.ChangeGoverning",
    lists=frozenset({"commitments"}),
    again=_edit_page,
)
def change(number: int, form: "ChangeGoverning") -> Any:
    """Change a governing document."""
    chosen = documents.chosen_agreement()
    governing.change(
        g.session,
        document=_found(chosen, number),
        version_id=chosen.version.id,
        title=form.title,
        issuer=form.issuer,
        link=form.link,
        commitments=form.commitments,
        version=form.version,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Styrdokumentet är ändrat.")), "success")
    return redirect(chosen.link(PATH), 303)


@section.route_for(
    f"{PATH}/<int:number>/ta-bort",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="documents.RemoveGoverning",
    again=_edit_page,
)
def remove(number: int, form: "RemoveGoverning") -> Any:
    """Take a governing document from the list."""
    chosen = documents.chosen_agreement()
    governing.remove(
        g.session,
        document=_found(chosen, number),
        version=form.version,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Styrdokumentet är borttaget ur listan.")), "success")
    return redirect(chosen.link(PATH), 303)
