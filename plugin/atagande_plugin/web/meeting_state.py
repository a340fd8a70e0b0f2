"""What the person of a request can do with a meeting, and how its answers stand."""

from collections.abc import Sequence
from itertools import groupby

from flask import g

from atagande_calendar.invitations.models import (
    Invitation,
    InvitationAnswer,
    InvitationProposal,
)
from atagande_calendar.meetings.held import may_report
from atagande_calendar.meetings.models import Meeting, MeetingState


def may_plan(meeting: Meeting) -> bool:
    """Tell whether the person of this request plans a meeting: a draft, its time, its material."""
    return may_report(meeting, organisation_id=g.me.organisation_id, roles=g.me.roles)


def may_change(meeting: Meeting) -> bool:
    """Tell whether the person of this request can change a meeting now."""
    coming = meeting.state is MeetingState.PUBLISHED and meeting.starts_at > g.now
    return (coming or meeting.state is MeetingState.DRAFT) and may_plan(meeting)


def by_person(
    proposals: Sequence[InvitationProposal],
) -> list[tuple[Invitation, list[InvitationProposal]]]:
    """Return other times that are asked for, by who asks."""
    groups = groupby(proposals, lambda one: one.invitation)
    return [(invitation, list(group)) for invitation, group in groups]


def latest_answer(invitation: Invitation) -> InvitationAnswer | None:
    """Return the last answer that was the person's own, to whatever time."""
    own = [one for one in invitation.answers if one.counted]
    return own[-1] if own else None


def is_earlier(invitation: Invitation) -> bool:
    """Tell whether a person's last answer was to a time that no longer holds."""
    answer = latest_answer(invitation)
    return answer is not None and answer.sequence < invitation.sequence
