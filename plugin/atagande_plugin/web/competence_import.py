"""Competence as a file: the empty template, a chief's own data, and reading one in.

A file is read whole and shown before anything is stored. What is wrong in it is named cell by
cell; what is right waits an hour for a yes, and is then filed all at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from flask import Response, flash, g, redirect, render_template, request

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.models import Commitment
from atagande_agreements.competence import importing, queries, subjects, table
from atagande_agreements.competence.errors import EmptyFile, ReportInFuture
from atagande_agreements.competence.places import Place, places_for
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.register.models import Agreement
from atagande_plugin import csv_safe
from atagande_plugin.forms.reading import MESSAGES, BadInput
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import agreement_now, myself
from atagande_plugin.web.competence import (
    CHIEFS,
    place_name,
    subject_name,
)

section = kernel.Section("competence_import", __name__)
#: Dates of a report that its preview shows.
_DAYS = 12
_MEGABYTE = 1_000_000


def _largest() -> int:
    """Return the bytes of a request with the largest file, and the form around it."""
    return 8 * _MEGABYTE + 100_000


def _mine(on: date) -> tuple[Agreement, list[Place], Sequence[Commitment]]:
    """Return the agreement, the chief's places on a local date, and the clauses asked of them."""
    agreement = agreement_now()
    if agreement is None:
        raise NotFound
    clauses = queries.commitments(g.session, agreement.id)
    asked = {
        line.commitment.id
        for line in queries.lines(g.session, clauses, on, g.me)
        if line.place.answers_to(g.me)
    }
    places = places_for(g.session, myself(), on)
    return agreement, places, [one for one in clauses if one.id in asked]


def _form_page(
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,  # noqa: ARG001 - the kernel's signature
    found: table.Table | None = None,
) -> str:
    from atagande_plugin.sheets import MOST_BYTES  # noqa: PLC0415 - loaded on use: start-up time

    _, places, clauses = _mine(local_date(g.now))
    return render_template(
        "competence/import.html",
        table=found,
        faults=[_in_words(one) for one in found.faults] if found else [],
        units=[place.key for place in places],
        subjects=[subject_name(one) for one in clauses],
        most_rows=table.MOST_ROWS,
        megabytes=MOST_BYTES // _MEGABYTE,
        values=request.form,
        errors=errors or {},
    )


def _in_words(fault: table.Fault) -> dict[str, Any]:
    params = dict(fault.params) or None
    return {
        "row": fault.row,
        "column": fault.column,
        "message": g.words.text(fault.message, params),
        "next_step": g.words.text(fault.next_step, params),
    }


@section.route_for("/kompetens/import", allow=CHIEFS)
def choose_file() -> str:
    """Show the form for a file."""
    return _form_page()


@section.route_for(
    "/kompetens/import", allow=CHIEFS, methods=("POST",), again=_form_page, largest=_largest()
)
def read_file() -> Any:
    """Read a file; show what is wrong, or keep it for a yes."""
    from atagande_plugin.sheets import (  # noqa: PLC0415 - loaded on use: start-up time
        MOST_BYTES,
        read_sheet,
    )

    as_of = table.read_date(request.form.get("as_of", "").strip())
    if as_of is None:
        raise BadInput({"as_of": (MESSAGES["date_parsing"], {})})
    if as_of > local_date(g.now):
        raise ReportInFuture(field="as_of", day=as_of)
    agreement, places, clauses = _mine(as_of)
    if as_of < agreement.valid_from:
        raise BeforeAgreement(field="as_of", day=as_of, valid_from=agreement.valid_from)
    sent = request.files.get("file")
    if sent is None:
        raise EmptyFile(field="file")
    # One byte more than is taken tells that it is too much. The file's name is never looked at.
    found = table.read_table(
        read_sheet(sent.stream.read(MOST_BYTES + 1)),
        table.Known(
            places=places,
            own=frozenset(place.key for place in places if place.is_own(g.me)),
            subjects=subjects.names(clauses),
            asked=frozenset(one.subject for one in clauses),
            as_of=as_of,
            since=agreement.valid_from,
        ),
    )
    if found.fault_count:
        return _form_page(found=found), Refused.status
    kept = importing.prepare_import(
        g.session, agreement=agreement, as_of=as_of, table=found, person=myself(), now=g.now
    )
    return redirect(f"/kompetens/import/{kept.id}", 303)


def _preview(
    number: int,
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,  # noqa: ARG001 - the kernel's signature
) -> str:
    person = myself()
    kept = importing.waiting_import(g.session, number=number, person=person, now=g.now)
    _, places, clauses = _mine(kept.as_of)
    known = {place.key: place for place in places}
    names = {one.subject: subject_name(one) for one in clauses}
    reports = queries.standings(g.session, kept.agreement_id, {person.organisation_id})
    rows = []
    for one in importing.prepared(kept):
        place, days = known.get(one.place), one.numbers.by_date()
        if place is None:
            continue
        rows.append(
            {
                "place": place_name(place),
                "subject": names.get(one.subject, one.subject),
                "numbers": one.numbers,
                "trained": sum(days.values()),
                "named": len(one.numbers.named()),
                "days": list(days.items())[-_DAYS:],
                "more_days": max(len(days) - _DAYS, 0),
                "last": reports.get((*place.ids, one.subject), queries.Standing()).report,
            }
        )
    return render_template(
        "competence/preview.html",
        kept=kept,
        rows=rows,
        notices=[_in_words(one) for one in importing.notices(kept)],
        errors=errors or {},
    )


@section.route_for("/kompetens/import/<int:number>", allow=CHIEFS)
def preview(number: int) -> Any:
    """Show what a file says, and what it would replace."""
    kept = importing.waiting_import(g.session, number=number, person=myself(), now=g.now)
    if kept.confirmed_at is not None:
        return redirect("/kompetens", 303)
    return _preview(number)


@section.route_for(
    "/kompetens/import/<int:number>", allow=CHIEFS, methods=("POST",), again=_preview
)
def confirm(number: int) -> Any:
    """File all that the file says."""
    filed = importing.confirm_import(g.session, number=number, person=myself(), now=g.now)
    if filed:
        text = g.words.plural(
            N_("%(num)s rapport ur filen är sparad."),
            N_("%(num)s rapporter ur filen är sparade."),
            filed,
        )
    else:
        text = g.words.text(N_("Filen var redan sparad."))
    flash(text, "success")
    return redirect("/kompetens", 303)


def _as_file(rows: Iterable[Sequence[object]], name: str) -> Response:
    return Response(
        csv_safe.as_csv([table.COLUMNS, *rows]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@section.route_for("/kompetens/mall.csv", allow=CHIEFS)
def template() -> Response:
    """Give an empty file with a row for each of the chief's places and subjects."""
    _, places, clauses = _mine(local_date(g.now))
    rows = [(place.key, one.subject, "", "0", "", "") for place in places for one in clauses]
    return _as_file(rows, "kompetens-mall.csv")


@section.route_for("/kompetens/mina-uppgifter.csv", allow=CHIEFS)
def own_data() -> Response:
    """Give the chief's last reports, with the names that are theirs alone to see."""
    return _as_file(_own_rows(), "kompetens.csv")


def _own_rows() -> Iterator[tuple[str, ...]]:
    agreement, places, clauses = _mine(local_date(g.now))
    reports = queries.standings(g.session, agreement.id, {g.me.organisation_id})
    for place in places:
        for subject in dict.fromkeys(one.subject for one in clauses):
            report = reports.get((*place.ids, subject), queries.Standing()).report
            if report is None:
                continue
            names = queries.names_of(g.session, report, g.me, place)
            yield from table.as_rows(place, subject, queries.numbers_of(report, names))
