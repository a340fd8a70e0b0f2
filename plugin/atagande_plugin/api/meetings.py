"""Meetings of the association; a SIP is never among them."""

from typing import TYPE_CHECKING, Any

from flask import g
from sqlalchemy.orm import joinedload

from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import agreement_in_force
from atagande_agreements.parties.models import Role
from atagande_agreements.parties.queries import people
from atagande_calendar.invitations.queries import of_meeting
from atagande_calendar.meetings import queries
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.meetings.verbs import plan_meeting, publish_meeting
from atagande_plugin.api import shapes
from atagande_plugin.api.common import asked_people, found, known_people, part
from atagande_plugin.forms.api_lists import Page
from atagande_plugin.services import services
from atagande_plugin.web.acting import myself
from atagande_plugin.web.meeting_planning import convener_of

if TYPE_CHECKING:
    from atagande_plugin.forms.api_input import PlanMeeting
    from atagande_plugin.forms.meetings import Publish


def _drafts() -> bool:
    """Tell whether the caller sees drafts: only those who make them do."""
    return bool(g.me.has(Role.ADMINISTRATOR))


def _facts(row: Meeting, answers: queries.Answers) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "title": row.title,
        "starts_at": row.starts_at,
        "minutes": row.minutes,
        "place": row.place,
        "convener": row.organisation.key,
        "asked": answers.asked,
        "answered": answers.answered,
        "version": row.version,
    }


def listed(asked: Page) -> shapes.MeetingList:
    """Return the meetings."""
    query = queries.listed(g.me.association_id, drafts=_drafts()).options(
        joinedload(Meeting.organisation)
    )
    rows, following = part(query, Meeting.id, asked)
    answers = queries.answers(g.session, [row.id for row in rows])
    nobody = queries.Answers()
    items = [
        shapes.MeetingLine.model_validate(_facts(row, answers.get(row.id, nobody))) for row in rows
    ]
    return shapes.MeetingList(items=items, next=following)


def _meeting(number: int) -> Meeting:
    return found(queries.one(g.session, g.me.association_id, number, drafts=_drafts()))


def _whole(row: Meeting) -> dict[str, Any]:
    invitations = of_meeting(g.session, row.id)
    answers = queries.answers(g.session, [row.id]).get(row.id, queries.Answers())
    return _facts(row, answers) | {
        "agenda": row.agenda,
        "target_group": row.target_group,
        "uid": row.uid,
        "sequence": row.sequence,
        "invitations": asked_people(invitations),
    }


def one(number: int) -> shapes.MeetingWhole:
    """Return one meeting."""
    return shapes.MeetingWhole.model_validate(_whole(_meeting(number)))


def plan(form: "PlanMeeting") -> tuple[shapes.MeetingWhole, str]:
    """Keep a meeting as a draft."""
    meeting = plan_meeting(
        g.session,
        agreement=found(agreement_in_force(g.session, g.me.association_id, local_date(g.now))),
        kind=form.kind,
        title=form.title,
        starts_at=form.starts_at,
        minutes=form.minutes,
        place=form.place,
        agenda=form.agenda,
        target_group=form.target_group,
        convener=convener_of(form.kind),
        people=known_people(form.people, people),
        person=myself(),
        domain=services().settings.host,
        now=g.now,
    )
    return one(meeting.id), f"/meetings/{meeting.id}"


def publish(number: int, form: "Publish") -> shapes.Published:
    """Publish a draft and say how many invitations were queued."""
    row = _meeting(number)
    queued = publish_meeting(
        g.session, meeting=row, person=myself(), version=form.version, now=g.now
    )
    return shapes.Published.model_validate(_whole(row) | {"queued": queued})
