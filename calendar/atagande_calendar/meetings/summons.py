"""When each clinic's chief was summoned to a steering meeting (P1)."""

import json
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.heirs import Heirs
from atagande_agreements.parties.models import Role, RoleGrant
from atagande_calendar.invitations.facts import said_of
from atagande_calendar.invitations.models import Attendance, Invitation, InvitationMessage
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.method import Method


def summoned(
    session: Session, meeting: Meeting, ways: Heirs, now: datetime
) -> dict[int, date | None]:
    """Return, by unit, the local date its chief was summoned; None if the summons never got there.

    What counts is when the chief was first told of the present time: a meeting that is moved is
    summoned to anew, another room is not. What waits to leave counts as sent until the meeting
    begins, and not after.
    """
    rows = session.execute(
        select(
            Invitation.id,
            Invitation.unit_id,
            Invitation.answered_at,
            InvitationMessage.method,
            OutboxMessage.state,
            OutboxMessage.queued_at,
            OutboxMessage.sent_at,
            OutboxMessage.bounced_at,
            OutboxMessage.payload,
        )
        .join(RoleGrant, RoleGrant.person_id == Invitation.person_id)
        .outerjoin(InvitationMessage, InvitationMessage.invitation_id == Invitation.id)
        .outerjoin(OutboxMessage, OutboxMessage.id == InvitationMessage.outbox_message_id)
        .where(
            Invitation.meeting_id == meeting.id,
            Invitation.removed_at.is_(None),
            Invitation.unit_id.is_not(None),
            Invitation.attendance == Attendance.SUMMONED,
            RoleGrant.role == Role.UNIT_CHIEF,
        )
        .order_by(Invitation.id, InvitationMessage.id.desc())
    ).all()
    starts = meeting.starts_at.isoformat()

    days: dict[int, list[date]] = {}
    for _number, group in groupby(rows, lambda row: row.id):
        messages = list(group)
        known = days.setdefault(
            ways.unit_on(messages[0].unit_id, local_date(meeting.starts_at)), []
        )
        for row in messages:
            if row.method is not Method.REQUEST:
                break
            if said_of(json.loads(row.payload), row.id)["starts_at"] != starts:
                break
            came = row.state is OutboxState.SENT and row.bounced_at is None
            if came and row.sent_at is not None:
                known.append(local_date(row.sent_at))
            elif row.answered_at is not None:
                known.append(local_date(row.answered_at))
            elif row.state is OutboxState.QUEUED and now < meeting.starts_at:
                known.append(local_date(row.queued_at))
    return {unit: min(found, default=None) for unit, found in days.items()}
