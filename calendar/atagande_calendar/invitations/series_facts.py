"""What a message about a series says, frozen when it is queued."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.facts import said_of
from atagande_calendar.invitations.models import Invitation, InvitationMessage
from atagande_calendar.invitations.series_members import Pending, is_first
from atagande_calendar.invitations.series_models import MeetingSeriesTold
from atagande_calendar.invitations.told import SHOWN
from atagande_calendar.meetings.models import MeetingSeries
from atagande_calendar.method import Method


def _said(invitation: Invitation) -> dict[str, Any]:
    """Return what is said of one occurrence, frozen."""
    meeting = invitation.meeting
    return {
        "invitation": invitation.id,
        "starts_at": meeting.starts_at.isoformat(),
        "minutes": meeting.minutes,
        "title": meeting.title,
        "place": meeting.place,
        "agenda": meeting.agenda,
        "recurrence_at": meeting.recurrence_at.isoformat() if meeting.recurrence_at else None,
    }


def facts_of(series: MeetingSeries, each: Pending, row: MeetingSeriesTold) -> dict[str, Any]:
    """Return what a message says, frozen: what leaves is what was true when it was queued."""
    message, known = each.message, each.member.invitations
    facts: dict[str, Any] = {
        "invitation": each.primary.id,
        "series": series.id,
        "told": row.id,
        "number": row.messages,
        "uid": series.uid,
        "method": message.method.value,
        "sequence": message.sequence,
        "stamp": message.stamp.isoformat(),
        "answer_anew": bool(message.anew),
        "anew": sorted(known[at].id for at in message.anew),
    }
    if message.recurrence_at is not None:
        return facts | _said(known[message.recurrence_at])
    return facts | {
        "recurrence_at": None,
        "rrule": series.rrule,
        "starts_at": series.starts_at.isoformat(),
        "minutes": series.minutes,
        "title": series.title,
        "place": series.place,
        "agenda": series.agenda,
        "occurrences": [_said(known[at]) for at in sorted(each.series.asked)],
        "gone": [_said(known[at]) for at in sorted(message.gone)],
    }


def changed_facts(each: Pending, last: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what was last said otherwise, by invitation, and whether it is an update."""
    if each.message.method is Method.CANCEL or is_first(each):
        return {}
    before = {}
    for at in each.message.anew:
        invitation = each.member.invitations[at]
        was = last.get(invitation.id)
        if was is not None and was["method"] == Method.REQUEST:
            now = _said(invitation)
            if any(was[name] != now[name] for name in SHOWN):
                before[str(invitation.id)] = {name: was[name] for name in SHOWN}
    return {"update": True, "earlier": before}


def last_said(session: Session, numbers: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """Return what the last message about each invitation said of it."""
    latest = (
        select(func.max(InvitationMessage.id))
        .where(InvitationMessage.invitation_id.in_(numbers))
        .group_by(InvitationMessage.invitation_id)
    )
    rows = session.execute(
        select(InvitationMessage.invitation_id, InvitationMessage.method, OutboxMessage.payload)
        .join(OutboxMessage, OutboxMessage.id == InvitationMessage.outbox_message_id)
        .where(InvitationMessage.id.in_(latest))
    )
    read: dict[str, Any] = {}
    found: dict[int, Mapping[str, Any]] = {}
    for number, method, payload in rows:
        if payload not in read:
            read[payload] = json.loads(payload)
        found[number] = {**said_of(read[payload], number), "method": method}
    return found
