"""Changed meetings, wishes for another time, trails and material. Never a SIP but its trail."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import g

from atagande_agreements.parties.queries import people
from atagande_calendar.invitations import proposals
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.invitations.told import Sending
from atagande_calendar.invitations.trail import Event, trail
from atagande_calendar.meetings.changes import (
    Facts,
    asked_to,
    change_meeting,
    delete_draft,
    preview_change,
)
from atagande_calendar.meetings.materials import add_material, materials_of, remove_material
from atagande_calendar.meetings.models import Meeting
from atagande_plugin.api import meeting_changes_shapes as shapes
from atagande_plugin.api import meetings
from atagande_plugin.api.common import found, known_people, party
from atagande_plugin.web.acting import myself
from atagande_plugin.web.meeting_changes import invitation_of, planned
from atagande_plugin.web.meetings import meeting_of
from atagande_plugin.web.trail import of_meeting, of_sip

if TYPE_CHECKING:
    from atagande_plugin.forms.meeting_changes import (
        AcceptProposal,
        AddMaterial,
        DeleteDraft,
        MeetingChange,
        OfInvitation,
    )

_FACTS = ("title", "starts_at", "minutes", "place", "agenda", "target_group")


def _changed(
    meeting: Meeting, sending: Sending, answer_again: int | None = None
) -> shapes.ChangedMeeting:
    whole = meetings.one(meeting.id).model_dump()
    sent = {
        name: getattr(sending, name) for name in ("invited", "changed", "reworded", "cancelled")
    }
    return shapes.ChangedMeeting.model_validate(
        whole | {"sent": sent, "answer_again": answer_again}
    )


def change(number: int, form: "MeetingChange") -> shapes.ChangedMeeting:
    """Change a meeting, or say what a change would send."""
    meeting = planned(number)
    given = {name: getattr(form, name) for name in _FACTS if getattr(form, name) is not None}
    asked = asked_to(g.session, meeting)
    if form.people is not None:
        staying = {one.id: one for one in asked if one.id in form.people}
        new = known_people([one for one in form.people if one not in staying], people)
        asked = [*staying.values(), *new]
    what: dict[str, Any] = {
        "meeting": meeting,
        "facts": replace(Facts.of(meeting), **given),
        "people": asked,
        "person": myself(),
        "version": form.version,
        "now": g.now,
    }
    if form.preview:
        preview = preview_change(g.session, **what)
        return _changed(meeting, preview.sending, preview.answer_again)
    return _changed(meeting, change_meeting(g.session, **what))


def delete(number: int, form: "DeleteDraft") -> shapes.DraftGone:
    """Throw a draft away."""
    delete_draft(
        g.session, meeting=planned(number), person=myself(), version=form.version, now=g.now
    )
    return shapes.DraftGone(id=number)


def proposed(number: int) -> shapes.ProposedTimes:
    """Return the times that wait for an answer."""
    return shapes.ProposedTimes(
        items=[
            shapes.ProposedTime(
                id=one.id,
                invitation=one.invitation_id,
                title=one.invitation.person.title,
                party=party(one.invitation.organisation, one.invitation.unit),
                starts_at=one.starts_at,
                minutes=one.minutes,
                way=one.way,
                at=one.at,
            )
            for one in proposals.open_proposals(g.session, planned(number).id)
        ]
    )


def accept(number: int, form: "AcceptProposal") -> shapes.ChangedMeeting:
    """Move a meeting to a time that someone has asked for."""
    meeting = planned(number)
    wished = proposals.find_open(g.session, meeting.id, form.proposal)
    sending = change_meeting(
        g.session,
        meeting=meeting,
        facts=replace(Facts.of(meeting), starts_at=wished.starts_at, minutes=wished.minutes),
        people=asked_to(g.session, meeting),
        person=myself(),
        version=form.version,
        now=g.now,
    )
    return _changed(meeting, sending)


def decline(number: int, form: "OfInvitation") -> shapes.ProposedTimes:
    """Say that the time stands."""
    invitation = invitation_of(planned(number), form.invitation)
    proposals.decline(g.session, invitation=invitation, person=myself(), now=g.now)
    return proposed(number)


def resend(number: int, form: "OfInvitation") -> shapes.InvitationTrail:
    """Send one person the present invitation again."""
    invitation = invitation_of(planned(number), form.invitation)
    sent = proposals.send_again(g.session, invitation=invitation, person=myself(), now=g.now)
    found(sent or None)
    g.session.expire(invitation)
    return _trail(of_meeting(number, form.invitation))


def meeting_trail(number: int, invitation: int) -> shapes.InvitationTrail:
    """Return all that has happened with one invitation to a meeting."""
    return _trail(of_meeting(number, invitation))


def sip_trail(number: int, invitation: int) -> shapes.InvitationTrail:
    """Return all that has happened with one invitation to a SIP."""
    return _trail(of_sip(number, invitation))


def _trail(invitation: Invitation) -> shapes.InvitationTrail:
    return shapes.InvitationTrail(
        invitation=invitation.id,
        title=invitation.person.title,
        party=party(invitation.organisation, invitation.unit),
        partstat=invitation.partstat,
        removed=invitation.removed_at is not None,
        items=[_step(event) for event in trail(invitation)],
    )


def _step(event: Event) -> shapes.TrailStep:
    return shapes.TrailStep(
        step=event.step,
        at=event.at,
        message=_message(event),
        answer=_answer(event),
        proposal=None
        if event.proposal is None
        else shapes.TrailProposal(
            starts_at=event.proposal.starts_at,
            minutes=event.proposal.minutes,
            state=event.proposal.state,
        ),
    )


def _message(event: Event) -> shapes.TrailMessage | None:
    if event.message is None:
        return None
    sent = event.message.message
    return shapes.TrailMessage(
        method=event.message.method,
        sequence=event.message.sequence,
        revision=event.message.revision,
        state=sent.state,
        sent_at=sent.sent_at,
        bounced_at=sent.bounced_at,
        fault=sent.last_error,
        starts_at=datetime.fromisoformat(event.said["starts_at"]),
        minutes=event.said["minutes"],
        place=event.said["place"],
        differs=sorted(event.changes),
    )


def _answer(event: Event) -> shapes.TrailAnswer | None:
    if event.answer is None:
        return None
    return shapes.TrailAnswer(
        partstat=event.answer.partstat,
        stand_in=event.answer.stand_in,
        way=event.answer.way,
        sequence=event.answer.sequence,
        unverified=event.answer.unverified,
        given_by=event.answer.given_by,
        why_not=event.why_not,
    )


def _materials(meeting: Meeting) -> shapes.MaterialList:
    return shapes.MaterialList(
        items=[
            shapes.Material(id=one.id, title=one.title, link=one.link, document=one.document)
            for one in materials_of(g.session, meeting.id)
        ]
    )


def materials(number: int) -> shapes.MaterialList:
    """Return what is to be read before a meeting."""
    return _materials(meeting_of(number))


def add(number: int, form: "AddMaterial") -> shapes.MaterialList:
    """Add a link or a document."""
    meeting = planned(number)
    add_material(
        g.session,
        meeting=meeting,
        title=form.title,
        link=form.link,
        document=form.document,
        person=myself(),
        now=g.now,
    )
    return _materials(meeting)


def remove(number: int, material: int) -> shapes.MaterialList:
    """Take a link away."""
    meeting = planned(number)
    remove_material(g.session, meeting=meeting, material_id=material, person=myself(), now=g.now)
    return _materials(meeting)
