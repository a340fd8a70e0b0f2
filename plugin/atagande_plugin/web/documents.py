"""Dokument: how each reads and has read, what differs, and what waits to be published."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.models import Occurrence
from atagande_agreements.documents import difference, queries, verbs
from atagande_agreements.documents.layout import blocks
from atagande_agreements.documents.models import DocumentUpdate, DocumentVersion
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Role
from atagande_plugin.auth.access import ADMINISTRATOR, FOLLOWERS, STEERING
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.chosen import Chosen, choose
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.documents import DecideUpdate, PublishVersion

section = kernel.Section("documents", __name__)

PATH = "/dokument"
#: Versions on one page of a document.
PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision that no version has carried out, with when it is due."""

    update: DocumentUpdate
    #: What it gave to keep; None when no commitment of the agreement follows it.
    occurrence: Occurrence | None

    @property
    def due(self) -> date | None:
        """Return the last local date to publish on; None while that is undecided."""
        return self.occurrence.due_on if self.occurrence else None


def chosen_agreement() -> Chosen:
    """Return the agreement that the address names; raise NotFound if there is none."""
    chosen = choose()
    if chosen is None:
        raise NotFound
    return chosen


def address(chosen: Chosen, key: str, more: str = "") -> str:
    """Return the address of a document, or of something below it."""
    return chosen.link(f"{PATH}/{quote(key)}{more}")


def _waiting(updates: Iterable[DocumentUpdate]) -> list[Waiting]:
    """Return decisions with when they are due, the most urgent first."""
    known = list(updates)
    judged = queries.judged(g.session, g.me.association_id, known)
    found = [Waiting(one, judged.get(one.decision_id)) for one in known]
    return sorted(found, key=lambda one: (one.due is None, one.due or one.update.decided_on))


@section.route_for(PATH, allow=FOLLOWERS)
def listing() -> str:
    """Show the agreement's documents and what is decided but not published."""
    chosen = choose()
    if chosen is None:
        return render_template("agreement/none.html")
    documents = queries.documents(g.session, chosen.agreement, chosen.version.id)
    return render_template(
        "documents/list.html",
        chosen=chosen,
        documents=documents,
        waiting=_waiting(update for one in documents for update in one.waiting),
        address=lambda key, more="": address(chosen, key, more),
        publishes=g.me.has(Role.ADMINISTRATOR),
        decides=g.me.has(Role.STEERING),
    )


def _found(chosen: Chosen, key: str) -> queries.Document:
    found = queries.document(g.session, chosen.agreement, chosen.version.id, key)
    if found is None:
        raise NotFound
    return found


def _version(chosen: Chosen, key: str, number: int) -> DocumentVersion:
    found = queries.version(g.session, chosen.agreement.id, key, number)
    if found is None:
        raise NotFound
    return found


@section.route_for(f"{PATH}/<key>", allow=FOLLOWERS)
def document(key: str) -> str:
    """Show a document as it reads now, with its versions."""
    chosen = chosen_agreement()
    found = _found(chosen, key)
    return _version_page(chosen, found, found.latest.number if found.latest else 0)


@section.route_for(f"{PATH}/<key>/<int:number>", allow=FOLLOWERS)
def version(key: str, number: int) -> str:
    """Show one version of a document, however old."""
    chosen = chosen_agreement()
    found = _found(chosen, key)
    if found.latest is None or not 1 <= number <= found.latest.number:
        raise NotFound
    return _version_page(chosen, found, number)


def _version_page(chosen: Chosen, found: queries.Document, number: int) -> str:
    """Show a version, or what to do first when `number` is 0 and there is none."""
    page, latest = page_number(), found.latest.number if found.latest else 0
    shown = _version(chosen, found.key, number) if number else None
    versions = queries.versions(
        g.session,
        chosen.agreement.id,
        found.key,
        size=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
    )
    carried = queries.carried_out(
        g.session,
        chosen.agreement.id,
        found.key,
        {number, *(one.number for one in versions)},
    )
    judged = queries.judged(
        g.session,
        g.me.association_id,
        [*found.waiting, *(one for ones in carried.values() for one in ones)],
    )
    here = address(chosen, found.key, f"/{number}" if number != latest else "")
    return render_template(
        "documents/page.html",
        chosen=chosen,
        document=found,
        version=shown,
        text=list(blocks(shown.text)) if shown else [],
        latest=latest,
        versions=versions,
        carried=carried,
        judged=judged,
        waiting=[Waiting(one, judged.get(one.decision_id)) for one in found.waiting],
        address=lambda more="": address(chosen, found.key, more),
        page_address=lambda number: f"{here}{'&' if '?' in here else '?'}sida={number}",
        page=page,
        pages=pages_of(latest, PAGE_SIZE),
        publishes=g.me.has(Role.ADMINISTRATOR),
        decides=g.me.has(Role.STEERING),
    )


@section.route_for(f"{PATH}/<key>/jamfor", allow=FOLLOWERS)
def compare(key: str) -> Any:
    """Go to the comparison that the form asks for."""
    chosen = chosen_agreement()
    first, second = (request.args.get(name, "") for name in ("fran", "till"))
    if not (first.isascii() and first.isdigit() and second.isascii() and second.isdigit()):
        raise NotFound
    return redirect(address(chosen, key, f"/{first}-{second}"), 303)


@section.route_for(f"{PATH}/<key>/<int:first>-<int:second>", allow=FOLLOWERS)
def differing(key: str, first: int, second: int) -> str:
    """Show what differs between two versions."""
    chosen = chosen_agreement()
    found = _found(chosen, key)
    if found.latest is None or first == second or max(first, second) > found.latest.number:
        raise NotFound
    old, new = _version(chosen, key, first), _version(chosen, key, second)
    lines = difference.difference(old.text, new.text)
    return render_template(
        "documents/difference.html",
        chosen=chosen,
        document=found,
        old=old,
        new=new,
        runs=list(difference.shortened(lines)),
        counts={sign: sum(one.sign is sign for one in lines) for sign in difference.Sign},
        address=lambda more="": address(chosen, key, more),
    )


@section.route_for(f"{PATH}/<key>/beslut", allow=STEERING)
def decision(key: str) -> str:
    """Show the form for a decision to update a document."""
    return _decision_page(key)


def _decision_page(
    key: str, errors: Mapping[str, str] | None = None, refusal: Refused | None = None
) -> str:
    del refusal  # its words are in `errors`
    chosen = chosen_agreement()
    found = _found(chosen, key)
    return render_template(
        "documents/decide.html",
        chosen=chosen,
        document=found,
        waiting=_waiting(found.waiting),
        values=request.form,
        errors=errors or {},
        address=lambda more="": address(chosen, key, more),
    )


@section.route_for(
    f"{PATH}/<key>/beslut",
    allow=STEERING,
    methods=("POST",),
    takes="documents.DecideUpdate",
    again=_decision_page,
)
def decide(key: str, form: "DecideUpdate") -> Any:
    """Record what the steering group decided to change in a document."""
    chosen = chosen_agreement()
    verbs.decide_update(
        g.session,
        agreement=chosen.agreement,
        document=_found(chosen, key),
        paragraph=form.paragraph,
        decided_on=form.decided_on,
        note=form.note,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Beslutet är infört och väntar på en ny version.")), "success")
    return redirect(address(chosen, key), 303)


@section.route_for(f"{PATH}/<key>/ny", allow=ADMINISTRATOR)
def new(key: str) -> str:
    """Show the form for the next version of a document, with the text as it reads now."""
    return _new_page(key)


def _new_page(
    key: str, errors: Mapping[str, str] | None = None, refusal: Refused | None = None
) -> str:
    chosen = chosen_agreement()
    found = _found(chosen, key)
    last = _version(chosen, key, found.latest.number) if found.latest else None
    sent = request.form
    waiting = _waiting(found.waiting)
    fresh = {
        "text": last.text if last else "",
        "link": last.link if last else "",
        "published_on": local_date(g.now).isoformat(),
    }
    # What came after the version that the sent text was written from.
    newer = last if last is not None and isinstance(refusal, Stale) else None
    return render_template(
        "documents/publish.html",
        chosen=chosen,
        document=found,
        last=last,
        newer=newer,
        waiting=waiting,
        values=sent if request.method == "POST" else fresh,
        picked=sent.getlist("updates")
        if request.method == "POST"
        else [str(one.update.id) for one in waiting],
        first_day=last.published_on if last else chosen.agreement.valid_from,
        errors=errors or {},
        address=lambda more="": address(chosen, key, more),
    )


@section.route_for(
    f"{PATH}/<key>/ny",
    allow=ADMINISTRATOR,
    methods=("POST",),
    takes="documents.PublishVersion",
    lists=frozenset({"updates"}),
    again=_new_page,
)
def publish(key: str, form: "PublishVersion") -> Any:
    """PublishVersion the next version of a document."""
    chosen = chosen_agreement()
    version = verbs.publish(
        g.session,
        agreement=chosen.agreement,
        document=_found(chosen, key),
        text=form.text,
        link=form.link,
        published_on=form.published_on,
        updates=form.updates,
        after=form.after,
        person=myself(),
        now=g.now,
    )
    text = N_("Version %(number)s är publicerad. Den ändras aldrig mer.")
    flash(g.words.text(text, {"number": version.number}), "success")
    return redirect(address(chosen, key), 303)
