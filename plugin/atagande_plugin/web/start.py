"""The start page: what is asked of you today, what comes, and how it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import g, render_template
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import contains_eager

from atagande_agreements.civil_time import end_of_day, local_date
from atagande_agreements.commitments import queries as commitments
from atagande_agreements.commitments.models import Status
from atagande_agreements.deviations import queries as deviations
from atagande_agreements.deviations.models import reference
from atagande_agreements.deviations.rules import reply_due
from atagande_agreements.followup import party
from atagande_agreements.followup import queries as followup
from atagande_agreements.followup.party import Expected
from atagande_agreements.followup.status import tally
from atagande_agreements.parties.models import Role
from atagande_calendar.invitations.models import Invitation, Partstat
from atagande_calendar.meetings.evidence import SUBJECTS
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState
from atagande_calendar.sip.models import Sip
from atagande_plugin.auth.access import (
    CASE_HOLDERS,
    FOLLOWERS,
    MEMBERS,
    OPERATIONS,
    SPEAKERS,
)
from atagande_plugin.web import kernel, outbox
from atagande_plugin.web.acting import acting
from atagande_plugin.web.chosen import Chosen, choose
from atagande_plugin.web.occurrences import OF_ATTENDANCE, place_of

section = kernel.Section("start", __name__)

#: How far ahead *På gång* looks, in calendar days.
DAYS = 30
#: How many of a kind are listed one by one.
MOST = 5


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for the person: what kind, and what its words need."""

    kind: str
    href: str
    #: The thing itself: a deviation, an invitation or a meeting.
    thing: Any = None
    #: How many, where several are one task.
    number: int = 1
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Going:
    """How a party's obligations stand this year."""

    name: str
    counts: dict[Status, int]
    total: int
    href: str


@section.route_for("/", allow=MEMBERS)
def start() -> str:
    """Show the start page of the person's role."""
    today = local_date(g.now)
    follows = FOLLOWERS.allows(g.me.roles)
    chosen = choose() if follows else None
    rows = _meetings()
    meetings = [row for row in rows if row[0].starts_at > g.now]
    places = _places(meetings)
    expected = _expected(today) if follows else []
    tasks = [
        *_of_deviations(),
        *_reports([one for one in expected if one.is_awaited(today)], today),
        *_attendance([meeting for meeting, _ in rows if meeting.starts_at <= g.now]),
        *_invitations(meetings, places),
        *_of_steering(today),
        *_drafts(meetings),
    ]
    if OPERATIONS.allows(g.me.roles):
        tasks += _failed()
    last = end_of_day(today + timedelta(days=DAYS))
    coming = [
        invitation
        for meeting, invitation in meetings
        if invitation is not None
        and meeting.state is MeetingState.PUBLISHED
        and meeting.starts_at < last
        and (
            invitation.partstat in {Partstat.ACCEPTED, Partstat.TENTATIVE}
            or (invitation.partstat is Partstat.NEEDS_ACTION and _booked_by_me(meeting))
        )
    ]
    return render_template(
        "start/page.html",
        tasks=tasks,
        coming=coming,
        due=[one for one in expected if not one.is_awaited(today)],
        chosen=chosen,
        going=_going(chosen) if chosen else [],
        places=places,
        reference=reference,
        days=DAYS,
    )


def _of_deviations() -> list[Task]:
    """Return the deviations that wait for the reply of the person's own party, and its measures."""
    if not SPEAKERS.allows(g.me.roles):
        return []
    replies: list[Task] = []
    measures: list[Task] = []
    number = {"reply": 0, "measure": 0}
    for one, measure, of_kind in deviations.asked_of(
        g.session, g.me.association_id, acting(), most=MOST
    ):
        href = f"/avvikelser/{one.id}"
        if measure is None:
            number["reply"] = of_kind
            replies.append(Task("reply", href, one, due=reply_due(one)))
        else:
            number["measure"] = of_kind
            measures.append(Task("measure", href, one, due=measure.due_on))
    if number["reply"] > MOST:
        replies = [Task("replies", "/avvikelser", number=number["reply"])]
    if number["measure"] > MOST:
        measures = [Task("measures", "/avvikelser?lage=atgard", number=number["measure"])]
    return replies + measures


def _expected(today: date) -> list[Expected]:
    return party.expected(
        g.session,
        association_id=g.me.association_id,
        organisation_id=g.me.organisation_id,
        unit_id=g.me.unit_id,
        now=g.now,
        today=today,
        days=DAYS,
    )


def _reports(rows: Sequence[Expected], today: date) -> list[Task]:
    """Return what the person's own party has not reported, one task for each place to do it."""
    if not (SPEAKERS.allows(g.me.roles) or CASE_HOLDERS.allows(g.me.roles)):
        return []
    places: dict[str, list[Expected]] = {}
    for row in rows:
        # A half-year's competence can't be filed when its time is over.
        if row.rule == "competence" and row.due_on < today:
            continue
        if row.rule in OF_ATTENDANCE:
            continue
        if place := place_of(row.rule, row.subject):
            places.setdefault(place, []).append(row)
    return [
        Task(
            "report",
            _exact(place, found),
            found,
            number=sum(one.number for one in found),
            due=found[0].due_on,
        )
        for place, found in places.items()
    ]


def _exact(place: str, found: Sequence[Expected]) -> str:
    """Return the page of the one case that waits; the list of its kind if there are several."""
    kind, _, number = found[0].origin.partition(":")
    alone = len(found) == 1 and found[0].number == 1 and number.isdigit()
    return f"{place}/{number}" if alone and kind in {"referral", "enquiry"} else place


def _meetings() -> Sequence[Any]:
    """Return coming meetings: drafts for the administrator, published ones the person is asked to.

    Before them, for the administrator, those that have been and wait for a report of attendance.
    Rows of (meeting, the person's invitation or None). A SIP is only ever shown to someone who
    holds cases and is asked to it.
    """
    mine = and_(
        Invitation.meeting_id == Meeting.id,
        Invitation.person_id == g.me.person_id,
        Invitation.removed_at.is_(None),
        # Not to be known of before a clinic outside the agreement has said yes.
        ~Invitation.waiting,
    )
    asked = and_(Invitation.id.is_not(None), Meeting.state == MeetingState.PUBLISHED)
    if not CASE_HOLDERS.allows(g.me.roles):
        asked = and_(asked, Meeting.kind != MeetingKind.SIP)
    shown = and_(asked, Meeting.starts_at > g.now)
    if g.me.has(Role.ADMINISTRATOR):
        draft = and_(
            Meeting.state == MeetingState.DRAFT,
            Meeting.kind != MeetingKind.SIP,
            Meeting.starts_at > g.now,
        )
        unreported = and_(
            Meeting.state == MeetingState.PUBLISHED,
            Meeting.kind.in_(list(SUBJECTS)),
            Meeting.starts_at <= g.now,
            Meeting.starts_at > g.now - timedelta(days=party.ASKED_FOR),
        )
        shown = or_(shown, draft, unreported)
    rows: Sequence[Any] = (
        g.session.execute(
            select(Meeting, Invitation)
            .outerjoin(Invitation, mine)
            .where(Meeting.association_id == g.me.association_id, shown)
            .options(contains_eager(Invitation.meeting))
            .order_by(Meeting.starts_at, Meeting.id)
            .limit(100)
        )
        .unique()
        .all()
    )
    return rows


def _attendance(meetings: Sequence[Meeting]) -> list[Task]:
    """Return the meetings that have been and wait for the administrator's report, as one task."""
    if not meetings:
        return []
    last = meetings[-1]
    href = f"/moten/{last.id}/narvaro" if len(meetings) == 1 else "/moten#been"
    return [Task("attendance", href, last, number=len(meetings))]


def _invitations(meetings: Sequence[Any], places: Mapping[int, str]) -> list[Task]:
    return [
        Task("invitation", places[meeting.id], invitation)
        for meeting, invitation in meetings
        if invitation is not None
        and meeting.state is MeetingState.PUBLISHED
        and invitation.partstat is Partstat.NEEDS_ACTION
        and not _booked_by_me(meeting)
    ]


def _booked_by_me(meeting: Meeting) -> bool:
    """Tell whether it is a SIP that the person booked: nobody asks them whether they come."""
    return bool(meeting.kind is MeetingKind.SIP and meeting.created_by_id == g.me.person_id)


def _places(meetings: Sequence[Any]) -> dict[int, str]:
    """Return the address of each meeting's page."""
    places = {meeting.id: f"/moten/{meeting.id}" for meeting, _ in meetings}
    cases = [meeting.id for meeting, _ in meetings if meeting.kind is MeetingKind.SIP]
    if cases:
        found = g.session.execute(select(Sip.meeting_id, Sip.id).where(Sip.meeting_id.in_(cases)))
        places |= {row.meeting_id: f"/sip/{row.id}" for row in found}
    return places


def _drafts(meetings: Sequence[Any]) -> list[Task]:
    return [
        Task("draft", f"/moten/{meeting.id}", meeting)
        for meeting, _ in meetings
        if meeting.state is MeetingState.DRAFT
    ]


def _of_steering(today: date) -> list[Task]:
    if not g.me.has(Role.STEERING):
        return []
    found = (
        (
            "decide",
            "/styrgruppen",
            followup.count_awaiting_decision(g.session, g.me.association_id, today),
        ),
        (
            "undecided",
            "/overenskommelsen#obeslutade",
            commitments.count_undecided(g.session, g.me.association_id),
        ),
    )
    return [Task(kind, href, number=number) for kind, href, number in found if number]


def _failed() -> list[Task]:
    """Return the mails that did not get through, as one task; not those of a SIP."""
    of_state = dict.fromkeys(("failed", outbox.BOUNCED), 0) | outbox.counts()
    number = of_state["failed"] + of_state[outbox.BOUNCED]
    view = "failed" if of_state["failed"] else outbox.BOUNCED
    href = f"/utskick?visa={view}" if g.me.has(Role.ADMINISTRATOR) else "/drift"
    return [Task("failed", href, number=number)] if number else []


def _going(chosen: Chosen) -> list[Going]:
    """Return how it goes for the person's own unit and organisation, where they owe something."""
    rows = followup.clauses(g.session, chosen.version.id, chosen.period)
    duties = followup.duties(
        g.session,
        agreement_id=chosen.agreement.id,
        version_id=chosen.version.id,
        period=chosen.period,
        judged=followup.judged_of(rows),
        organisation_id=g.me.organisation_id,
    )
    names = {None: g.me.organisation_name}
    if g.me.unit_id is not None:
        names[g.me.unit_id] = g.me.unit_name
    found = []
    for unit_id, name in reversed(names.items()):
        counts = tally(one for (_, _, unit), one in duties.standings.items() if unit == unit_id)
        if total := sum(counts.values()):
            found.append(Going(name, counts, total, chosen.link("/matris")))
    return found
