"""Efter mötet: that a meeting was held, who came, what it lifts, or that it was called off."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import Forbidden, NotFound, Refused, Stale
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import Organisation, Role
from atagande_calendar.meetings import held, lifted, queries
from atagande_calendar.meetings.attendance import MeetingAttendance, MeetingReport, Presence
from atagande_calendar.meetings.errors import NotAsked
from atagande_calendar.meetings.evidence import SUBJECTS, WAS_HELD
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState
from atagande_plugin.auth.access import FOLLOWERS, STEERING, roles
from atagande_plugin.web import kernel
from atagande_plugin.web.acting import myself
from atagande_plugin.web.paging import page_number, pages_of

if TYPE_CHECKING:
    from atagande_plugin.forms.attendance import CallOff, Close, Held, SpeakForParty

section = kernel.Section("attendance", __name__)

REPORTERS = roles(Role.ADMINISTRATOR, Role.CONVENER, Role.UNIT_CHIEF)
SPEAKERS = (Role.UNIT_CHIEF, Role.CONVENER)
PRESENCES = {
    Presence.PRESENT: N_("Var med"),
    Presence.DEPUTY: N_("Ersättare kom"),
    Presence.ABSENT: N_("Inte med"),
}
#: Empty rows for issues in the forms.
ROWS = 6
#: Lifted issues on a page of their own, and on the steering group's.
PAGE = 25
LATEST = 5


@dataclass(frozen=True, slots=True)
class After:
    """What a meeting's page says of what became of it."""

    may_report: bool
    has_begun: bool
    report: MeetingReport | None = None
    came: Sequence[MeetingAttendance] = ()
    issues: Sequence[Any] = ()
    said: Sequence[Any] = ()
    may_speak: bool = False
    lifts: bool = False
    presences: dict[Presence, str] = field(default_factory=lambda: PRESENCES)

    @property
    def people(self) -> int:
        """Return how many people came."""
        return sum(one.people for one in self.came)

    @property
    def parties(self) -> int:
        """Return how many parties were there."""
        return len({one.organisation_id for one in self.came if one.people})


def after_of(meeting: Meeting) -> After | None:
    """Return what became of a meeting; None for a draft and for kinds that nobody reports here."""
    if meeting.kind not in SUBJECTS or meeting.state is MeetingState.DRAFT:
        return None
    may_report = held.may_report(meeting, organisation_id=g.me.organisation_id, roles=g.me.roles)
    begun = meeting.starts_at <= g.now
    if not begun or meeting.state is MeetingState.CANCELLED:
        return After(may_report, begun)
    was_held, lifts = meeting.state in WAS_HELD, meeting.kind is MeetingKind.NETWORK
    said = lifted.said_of(g.session, meeting.id) if lifts else ()
    spoken = any(one.organisation_id == g.me.organisation_id for one in said)
    return After(
        may_report,
        begun,
        report=held.find_report(g.session, meeting.id) if was_held else None,
        came=_came(meeting.id) if was_held else (),
        issues=lifted.issues_of(g.session, meeting.id) if lifts else (),
        said=said,
        may_speak=g.me.has(*SPEAKERS)
        and not spoken
        and lifted.belongs(g.session, meeting, g.me.organisation_id),
        lifts=lifts,
    )


def _came(meeting_id: int) -> Sequence[MeetingAttendance]:
    found: Sequence[MeetingAttendance] = g.session.scalars(
        select(MeetingAttendance)
        .join(MeetingAttendance.organisation)
        .where(MeetingAttendance.meeting_id == meeting_id)
        .options(joinedload(MeetingAttendance.organisation), joinedload(MeetingAttendance.unit))
        .order_by(Organisation.position, MeetingAttendance.id)
    ).all()
    return found


def _meeting(number: int) -> Meeting:
    found = queries.one(g.session, g.me.association_id, number, drafts=False)
    if found is None or found.kind not in SUBJECTS:
        raise NotFound
    return found


def _to_report(number: int) -> Meeting:
    """Return a meeting that the person reports on."""
    meeting = _meeting(number)
    if not held.may_report(meeting, organisation_id=g.me.organisation_id, roles=g.me.roles):
        raise Forbidden
    return meeting


@dataclass(frozen=True, slots=True)
class _Row:
    """One party in the form."""

    key: str
    name: str
    asked: bool
    presence: str
    people: str
    #: What is saved by someone else and differs from what was written here.
    saved: MeetingAttendance | None = None


def _rows(meeting: Meeting, *, stale: bool) -> list[_Row]:
    """Return the form's rows: as written, else as saved, else as the answers suggest."""
    saved = {(one.organisation_id, one.unit_id): one for one in _came(meeting.id)}
    written = dict(
        zip(
            request.form.getlist("party"),
            zip(request.form.getlist("presence"), request.form.getlist("people"), strict=False),
            strict=False,
        )
    )
    rows = []
    for party in held.parties_of(g.session, meeting):
        organisation_id, unit_id = party.key
        key = f"{organisation_id}-{unit_id}" if unit_id else f"{organisation_id}"
        now = saved.get(party.key)
        presence, people = party.presence or "", f"{party.people}" if party.people else ""
        if saved:
            presence, people = (now.presence, f"{now.people}") if now else ("", "")
        known = (f"{presence}", people)
        mine = written.get(key, known)
        differs = stale and now is not None and (mine[0], mine[1] or "0") != known
        rows.append(_Row(key, party.name, party.asked, mine[0], mine[1], now if differs else None))
    return rows


def _held_page(
    number: int, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    meeting = _to_report(number)
    report = held.find_report(g.session, meeting.id)
    return render_template(
        "attendance/form.html",
        meeting=meeting,
        report=report,
        rows=_rows(meeting, stale=isinstance(refusal, Stale)),
        version=report.version if report else 0,
        target_group="target_group" in request.form if errors else meeting.target_group,
        presences=PRESENCES,
        errors=errors or {},
        writable=meeting.state in {MeetingState.PUBLISHED, MeetingState.HELD}
        and meeting.starts_at <= g.now,
    )


@section.route_for("/moten/<int:number>/narvaro", allow=REPORTERS)
def attendance_form(number: int) -> str:
    """Show who came, filled in from the answers."""
    return _held_page(number)


@section.route_for(
    "/moten/<int:number>/narvaro",
    allow=REPORTERS,
    methods=("POST",),
    takes="attendance.Held",
    lists=frozenset({"party", "presence", "people"}),
    again=_held_page,
)
def report_attendance(number: int, form: "Held") -> Any:
    """Report the meeting as held, or correct the report."""
    meeting = _to_report(number)
    if not len(form.party) == len(form.presence) == len(form.people):
        raise NotAsked
    came = []
    for party, presence, people in zip(form.party, form.presence, form.people, strict=True):
        organisation, _, unit = party.partition("-")
        if presence:
            came.append(
                held.Came(
                    int(organisation), int(unit) if unit else None, Presence(presence), people
                )
            )
    held.report_held(
        g.session,
        meeting=meeting,
        came=came,
        target_group=form.target_group,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    flash(g.words.text(N_("Närvaron är sparad.")), "success")
    lifts = meeting.kind is MeetingKind.NETWORK
    return redirect(f"/moten/{number}/fragor" if lifts else f"/moten/{number}", 303)


@section.route_for(
    "/moten/<int:number>/stall-in",
    allow=REPORTERS,
    methods=("POST",),
    takes="attendance.CallOff",
)
def call_off(number: int, form: "CallOff") -> Any:
    """Call a published meeting off, and tell everyone who was asked."""
    sent = held.call_off(
        g.session,
        meeting=_to_report(number),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    text = g.words.plural(
        "Mötet är inställt och %(num)s avbokning skickas.",
        "Mötet är inställt och %(num)s avbokningar skickas.",
        sent,
    )
    flash(text, "success")
    return redirect(f"/moten/{number}", 303)


def _issues_page(
    number: int, errors: dict[str, str] | None = None, refusal: Refused | None = None
) -> str:
    del refusal
    meeting = _meeting(number)
    after = after_of(meeting)
    if after is None or not (after.may_report or after.may_speak):
        raise NotFound
    texts = request.form.getlist("texts")
    raised = request.form.getlist("raised_by")
    return render_template(
        "attendance/issues.html",
        meeting=meeting,
        after=after,
        closes=after.may_report and meeting.state is MeetingState.HELD,
        parties=_organisations(meeting) if after.may_report else (),
        texts=texts + [""] * (ROWS - len(texts)),
        raised=raised + [""] * (max(ROWS, len(texts)) - len(raised)),
        nothing="nothing" in request.form,
        lifted_on=request.form.get("lifted_on", local_date(g.now).isoformat()),
        errors=errors or {},
    )


def _organisations(meeting: Meeting) -> list[tuple[int, str]]:
    """Return the organisations that can have raised an issue, by number and name."""
    found = {one.organisation.id: one.organisation for one in held.parties_of(g.session, meeting)}
    return [(number, one.name) for number, one in found.items()]


@section.route_for("/moten/<int:number>/fragor", allow=REPORTERS)
def issues_form(number: int) -> str:
    """Show the forms that pass issues on: the meeting's, and one's own party's."""
    return _issues_page(number)


@section.route_for(
    "/moten/<int:number>/fragor",
    allow=REPORTERS,
    methods=("POST",),
    takes="attendance.Close",
    lists=frozenset({"texts", "raised_by"}),
    again=_issues_page,
)
def close(number: int, form: "Close") -> Any:
    """Close a held meeting; a network meeting with its issues, or with none to lift."""
    meeting = _to_report(number)
    known = dict(_organisations(meeting))
    issues = []
    for place, text in enumerate(form.texts):
        raised = form.raised_by[place] if place < len(form.raised_by) else ""
        if not text:
            continue
        organisation = int(raised) if raised.isascii() and raised.isdigit() else None
        if raised and organisation not in known:
            raise NotFound
        issues.append(lifted.Issue(text, organisation))
    lifted.close_meeting(
        g.session,
        meeting=meeting,
        issues=issues,
        nothing=form.nothing,
        lifted_on=form.lifted_on or local_date(g.now),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    flash(g.words.text(N_("Mötet är avslutat.")), "success")
    return redirect(f"/moten/{number}", 303)


@section.route_for(
    "/moten/<int:number>/var-part",
    allow=roles(*SPEAKERS),
    methods=("POST",),
    takes="attendance.SpeakForParty",
    lists=frozenset({"texts"}),
    again=_issues_page,
)
def speak(number: int, form: "SpeakForParty") -> Any:
    """Lift issues for one's own party, or say that there are none."""
    lifted.speak_for_party(
        g.session,
        meeting=_meeting(number),
        texts=[text for text in form.texts if text],
        nothing=form.nothing,
        person=myself(),
        now=g.now,
    )
    flash(g.words.text(N_("Tack. Ert svar är skickat till styrgruppen.")), "success")
    return redirect(f"/moten/{number}", 303)


@section.route_for("/moten/lyfta-fragor", allow=FOLLOWERS)
def lifted_issues() -> str:
    """Show every issue that was lifted, newest first."""
    page = page_number()
    issues, total = lifted.latest(
        g.session, g.me.association_id, size=PAGE, offset=(page - 1) * PAGE
    )
    return render_template(
        "attendance/lifted.html",
        issues=issues,
        total=total,
        page=page,
        pages=pages_of(total, PAGE),
        for_steering=STEERING.allows(g.me.roles),
    )
