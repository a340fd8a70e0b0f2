"""Beslutsregistret: every decision with what it acted on, its meeting and its dissents."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response, flash, g, redirect, render_template, request
from sqlalchemy import select

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Organisation, Role
from atagande_agreements.parties.queries import is_party, organisation_names
from atagande_agreements.steering.models import DecisionKind
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.steering import queries, verbs
from atagande_calendar.steering.queries import Registered, Wanted
from atagande_plugin.auth.access import FOLLOWERS, PREPARERS, STEERING
from atagande_plugin.csv_safe import as_csv
from atagande_plugin.steering_words import speech, told
from atagande_plugin.translation import words
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.steering import GiveDissent, PutUnderMeeting

section = kernel.Section("decisions", __name__)

PATH = "/styrgruppen/beslut"
#: Decisions on one page, and in the file.
PAGE_SIZE = 25
MOST_IN_FILE = 10_000
#: Longest words to search for.
LONGEST = 80
KINDS = {
    DecisionKind.PARAMETER: N_("Mätvärde"),
    DecisionKind.CLOSE_DEVIATION: N_("Avvikelse stängs"),
    DecisionKind.MEASURE: N_("Åtgärd"),
    DecisionKind.ESCALATE: N_("Nästa steg i trappan"),
    DecisionKind.REOPEN_DEVIATION: N_("Avvikelse öppnas igen"),
    DecisionKind.DOCUMENT: N_("Dokument"),
    DecisionKind.LADDER: N_("Trappans steg"),
    DecisionKind.RETENTION: N_("Gallring"),
    DecisionKind.OTHER: N_("Övrigt"),
}


def _wanted() -> Wanted:
    """Return what of the register the address asks for; what it can't have is left out."""
    kind = request.args.get("slag", "")
    return Wanted(
        year=request.args.get("ar", type=int),
        kind=DecisionKind(kind) if kind in set(DecisionKind) else None,
        words=request.args.get("sok", "").strip()[:LONGEST],
    )


def _address(wanted: Wanted, path: str = PATH, **more: object) -> str:
    said = {"ar": wanted.year, "slag": wanted.kind, "sok": wanted.words, **more}
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{path}?{query}" if query else path


@section.route_for(PATH, allow=FOLLOWERS)
def register() -> str:
    """Show the register, newest first."""
    years = queries.years(g.session, g.me.association_id)
    asked = _wanted()
    wanted = asked if asked.year in years else Wanted(None, asked.kind, asked.words)
    page = page_number()
    rows, total = queries.register(
        g.session,
        g.me.association_id,
        wanted,
        size=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
    )
    return render_template(
        "steering/register.html",
        rows=rows,
        total=total,
        wanted=wanted,
        years=years,
        kinds=KINDS,
        **speech(g.words, _names(rows)),
        page=page,
        pages=pages_of(total, PAGE_SIZE),
        address=lambda number: _address(wanted, sida=number),
        file=_address(wanted, f"{PATH}.csv"),
        prepares=PREPARERS.allows(g.me.roles),
        can_decide=g.me.has(Role.STEERING),
    )


def _names(rows: list[Registered]) -> dict[str, str]:
    """Return the organisations' names by key, if any decision chose one."""
    chosen = any(act.unit == "organisation" for row in rows for act in row.acted)
    return dict(organisation_names(g.session, g.me.association_id)) if chosen else {}


@section.route_for(f"{PATH}.csv", allow=FOLLOWERS)
def register_csv() -> Response:
    """Give the same decisions as CSV, one row each, as Swedish spreadsheets read it."""
    rows, _ = queries.register(g.session, g.me.association_id, _wanted(), size=MOST_IN_FILE)
    swedish, names = words("sv"), _names(rows)
    table: list[tuple[object, ...]] = [
        (
            "Paragraf",
            "Beslutsdatum",
            "Diarienummer",
            "Slag",
            "Gäller",
            "Beslut",
            "Möte",
            "Särskilda uttalanden",
        )
    ]
    table += [
        (
            one.decision.paragraph,
            one.decision.decided_on,
            one.decision.diary_number,
            KINDS[one.decision.kind],
            " ".join(told(swedish, act, names).line for act in one.acted),
            one.decision.note,
            local_date(one.meeting.starts_at) if one.meeting else "",
            " | ".join(f"{said.organisation.name}: {said.text}" for said in one.dissents),
        )
        for one in rows
    ]
    response = Response(as_csv(table), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="beslut.csv"'
    return response


def _found(number: int) -> Registered:
    found = queries.one(g.session, g.me.association_id, number)
    if found is None:
        raise NotFound
    return found


def _decision_page(
    number: int, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    del refusal  # its words are in `errors`
    found = _found(number)
    prepares = PREPARERS.allows(g.me.roles)
    parties: list[tuple[str, str]] = []
    if prepares:
        said = {one.organisation_id for one in found.dissents}
        parties = [
            (one.key, one.name)
            for one in g.session.scalars(
                select(Organisation)
                .where(Organisation.association_id == g.me.association_id, is_party())
                .order_by(Organisation.position, Organisation.id)
            )
            if one.id not in said
        ]
    return render_template(
        "steering/decision.html",
        one=found,
        kinds=KINDS,
        **speech(g.words, _names([found])),
        parties=parties,
        prepares=prepares,
        can_decide=g.me.has(Role.STEERING),
        values=request.form,
        errors=errors or {},
    )


@section.route_for(f"{PATH}/<int:number>", allow=FOLLOWERS)
def decision(number: int) -> str:
    """Show one decision."""
    return _decision_page(number)


@section.route_for(
    f"{PATH}/<int:number>/uttalande",
    allow=PREPARERS,
    methods=("POST",),
    takes="steering.GiveDissent",
    again=_decision_page,
)
def give_dissent(number: int, form: "GiveDissent") -> Any:
    """Enter a party's särskilt uttalande."""
    found = _found(number)
    verbs.dissent(
        g.session,
        decision=found.decision,
        party=party_of(form.party),
        text=form.text,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Uttalandet är infört och ändras inte mer.")), "success")
    return redirect(f"{PATH}/{number}", 303)


def party_of(key: str) -> Organisation:
    """Return a party of the agreement by its key; raise NotFound."""
    found: Organisation | None = g.session.scalar(
        select(Organisation).where(
            Organisation.association_id == g.me.association_id,
            Organisation.key == key,
            is_party(),
        )
    )
    if found is None:
        raise NotFound(field="party")
    return found


@section.route_for(
    f"{PATH}/<int:number>/mote",
    allow=STEERING,
    methods=("POST",),
    takes="steering.PutUnderMeeting",
    again=_decision_page,
)
def put_under_meeting(number: int, form: "PutUnderMeeting") -> Any:
    """Put a decision under the meeting that took it."""
    found = _found(number)
    meeting = g.session.get(Meeting, form.meeting)
    if meeting is None or meeting.association_id != g.me.association_id:
        raise NotFound
    verbs.attach(g.session, decision=found.decision, meeting=meeting, now=g.now)
    flash(g.words.text(N_("Beslutet står nu under mötet.")), "success")
    return redirect(f"{PATH}/{number}", 303)
