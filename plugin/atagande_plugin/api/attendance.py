"""What became of a meeting: who came, what was lifted, or that it was called off."""

from typing import TYPE_CHECKING, Any

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from atagande_agreements.civil_time import local_date
from atagande_agreements.errors import NotFound
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.parties.queries import is_party
from atagande_calendar.meetings import held, lifted, queries
from atagande_calendar.meetings.attendance import LiftedIssue, MeetingAttendance
from atagande_calendar.meetings.evidence import SUBJECTS
from atagande_calendar.meetings.models import Meeting
from atagande_plugin.api import attendance_shapes as shapes
from atagande_plugin.api.common import found, part, party
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.web.acting import myself

if TYPE_CHECKING:
    from atagande_plugin.forms.attendance import (
        CallOff,
        CloseMeeting,
        ReportHeld,
        SpeakForParty,
    )


def _meeting(number: int) -> Meeting:
    meeting = found(queries.one(g.session, g.me.association_id, number, drafts=False))
    if meeting.kind not in SUBJECTS:
        raise NotFound
    return meeting


def _issue(row: LiftedIssue) -> shapes.Lifted:
    return shapes.Lifted(
        id=row.id,
        meeting=row.meeting_id,
        text=row.text,
        organisation=row.organisation.key if row.organisation else None,
        lifted_on=row.lifted_on,
    )


def _facts(meeting: Meeting) -> dict[str, Any]:
    report = held.find_report(g.session, meeting.id)
    rows = g.session.scalars(
        select(MeetingAttendance)
        .where(MeetingAttendance.meeting_id == meeting.id)
        .options(joinedload(MeetingAttendance.organisation), joinedload(MeetingAttendance.unit))
        .order_by(MeetingAttendance.id)
    ).all()
    return {
        "meeting": meeting.id,
        "state": meeting.state,
        "target_group": meeting.target_group,
        "attendance": [
            shapes.Attended(
                party=party(one.organisation, one.unit), presence=one.presence, people=one.people
            )
            for one in rows
        ],
        "reported_at": report.reported_at if report else None,
        "lifted_on": report.lifted_on if report else None,
        "nothing_lifted": bool(report and report.nothing_lifted),
        "issues": [_issue(one) for one in lifted.issues_of(g.session, meeting.id)],
        "parties": [
            shapes.Spoken(
                organisation=one.organisation.key,
                nothing=one.nothing_lifted,
                said_on=one.said_on,
            )
            for one in lifted.said_of(g.session, meeting.id)
        ],
        "version": report.version if report else 0,
    }


def one(number: int) -> shapes.MeetingAfter:
    """Return what became of a meeting."""
    return shapes.MeetingAfter.model_validate(_facts(_meeting(number)))


def _organisation(key: str) -> Organisation:
    row: Organisation | None = g.session.scalar(
        select(Organisation).where(
            Organisation.association_id == g.me.association_id,
            Organisation.key == key,
            is_party(),
        )
    )
    return found(row)


def _unit(key: str) -> Unit:
    row: Unit | None = g.session.scalar(
        select(Unit)
        .join(Unit.organisation)
        .where(Unit.association_id == g.me.association_id, Unit.key == key, is_party())
    )
    return found(row)


def report(number: int, form: "ReportHeld") -> shapes.MeetingAfter:
    """Report a meeting as held, or correct the report."""
    meeting = _meeting(number)
    held.report_held(
        g.session,
        meeting=meeting,
        came=[
            held.Came(
                _organisation(one.organisation).id,
                _unit(one.unit).id if one.unit else None,
                one.presence,
                one.people,
            )
            for one in form.attendance
        ],
        target_group=form.target_group,
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return shapes.MeetingAfter.model_validate(_facts(meeting))


def call_off(number: int, form: "CallOff") -> shapes.CalledOff:
    """Call a published meeting off."""
    meeting = _meeting(number)
    queued = held.call_off(
        g.session, meeting=meeting, person=myself(), version=form.version, now=g.now
    )
    return shapes.CalledOff.model_validate(_facts(meeting) | {"queued": queued})


def close(number: int, form: "CloseMeeting") -> shapes.MeetingAfter:
    """Close a held meeting."""
    meeting = _meeting(number)
    lifted.close_meeting(
        g.session,
        meeting=meeting,
        issues=[
            lifted.Issue(one.text, _organisation(one.organisation).id if one.organisation else None)
            for one in form.issues
        ],
        nothing=form.nothing,
        lifted_on=form.lifted_on or local_date(g.now),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return shapes.MeetingAfter.model_validate(_facts(meeting))


def speak(number: int, form: "SpeakForParty") -> shapes.MeetingAfter:
    """Lift issues for the caller's own party, or say that there are none."""
    meeting = _meeting(number)
    lifted.speak_for_party(
        g.session,
        meeting=meeting,
        texts=[text for text in form.texts if text],
        nothing=form.nothing,
        person=myself(),
        now=g.now,
    )
    return shapes.MeetingAfter.model_validate(_facts(meeting))


def issues(asked: Page) -> shapes.LiftedList:
    """Return what was lifted to the steering group."""
    query = (
        select(LiftedIssue)
        .where(LiftedIssue.association_id == g.me.association_id)
        .options(joinedload(LiftedIssue.organisation))
    )
    rows, following = part(query, LiftedIssue.id, asked)
    return shapes.LiftedList(items=[_issue(row) for row in rows], next=following)
