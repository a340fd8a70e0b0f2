"""Which parties were at meetings, by the party that each was on the meeting's day."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.heirs import Heirs, heirs
from atagande_calendar.invitations.models import Invitation, InvitationMessage, Partstat
from atagande_calendar.meetings.attendance import MeetingAttendance, Presence
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.method import Method


def came_to(session: Session, meetings: Sequence[Meeting]) -> dict[int, dict[int, bool]]:
    """Return, by meeting and organisation, whether it was there.

    An absence counts only if the party had got an invitation.
    """
    there: dict[int, dict[int, bool]] = {}
    if not meetings:
        return there
    days = {one.id: local_date(one.starts_at) for one in meetings}
    ways = heirs(session, meetings[0].association_id)
    reached = _reached(session, days, ways)
    for row in session.execute(
        select(
            MeetingAttendance.meeting_id,
            MeetingAttendance.organisation_id,
            MeetingAttendance.presence,
        ).where(MeetingAttendance.meeting_id.in_(days))
    ):
        was_there = row.presence is not Presence.ABSENT
        place = ways.organisation_on(row.organisation_id, days[row.meeting_id])
        of_meeting = there.setdefault(row.meeting_id, {})
        if was_there or (row.meeting_id, place) in reached:
            of_meeting[place] = of_meeting.get(place, False) or was_there
    return there


def _reached(session: Session, days: Mapping[int, date], ways: Heirs) -> set[tuple[int, int]]:
    """Return (meeting, organisation) where an invitation was sent and stayed, or was answered."""
    sent = (
        select(InvitationMessage.id)
        .join(OutboxMessage, OutboxMessage.id == InvitationMessage.outbox_message_id)
        .where(
            InvitationMessage.invitation_id == Invitation.id,
            InvitationMessage.method == Method.REQUEST,
            # An invitation to a time that no longer holds tells nobody when to come.
            InvitationMessage.sequence >= Invitation.sequence,
            OutboxMessage.state == OutboxState.SENT,
            OutboxMessage.bounced_at.is_(None),
        )
        .exists()
    )
    rows = session.execute(
        select(Invitation.meeting_id, Invitation.organisation_id).where(
            Invitation.meeting_id.in_(days),
            Invitation.removed_at.is_(None),
            sent | (Invitation.partstat != Partstat.NEEDS_ACTION),
        )
    )
    return {
        (row.meeting_id, ways.organisation_on(row.organisation_id, days[row.meeting_id]))
        for row in rows
    }
