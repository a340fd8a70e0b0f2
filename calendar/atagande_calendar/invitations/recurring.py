"""Tells people what is true of a series with a regular rule; `sending.tell` comes here for it.

Change the rows first, as for one meeting. Each person has one recurring event, so that what is
sent is one message about the whole, or one about each occurrence that changed
(`itip.series_broker`). What was told of an occurrence stands on the person's invitation to it,
what was told of the whole in `MeetingSeriesTold`.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atagande_agreements.outbox import Draft, enqueue_new
from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import Invitation, InvitationMessage
from atagande_calendar.invitations.series_facts import changed_facts, facts_of, last_said
from atagande_calendar.invitations.series_members import (
    Member,
    Pending,
    is_first,
    members,
    series_of,
)
from atagande_calendar.invitations.series_models import MeetingSeriesTold
from atagande_calendar.invitations.told import Sending, forget_answer, settle_proposals
from atagande_calendar.itip.series_broker import (
    outgoing_series,
    whole_again,
)
from atagande_calendar.meetings.models import Meeting, MeetingSeries
from atagande_calendar.method import Method

KIND = "series_invitation"


def pending_series(session: Session, *, series: MeetingSeries, now: datetime) -> list[Pending]:
    """Return the messages that `tell_series` would queue; changes nothing."""
    found = []
    for member in members(session, series, lock=True):
        stands = series_of(series, member.asked())
        messages = outgoing_series(
            member.told, stands, highest=series.sequence, now=now, fixed=member.held
        )
        found += [Pending(member, stands, message) for message in messages]
    return found


def counted_series(messages: Collection[Pending]) -> Sending:
    """Return how many mails of each sort there are."""
    cancelled = sum(one.message.method is Method.CANCEL for one in messages)
    asking = [one for one in messages if one.message.method is Method.REQUEST]
    invited = sum(is_first(one) for one in asking)
    changed = sum(
        bool(one.message.anew or one.message.gone) and not is_first(one) for one in asking
    )
    return Sending(invited, changed, len(asking) - invited - changed, cancelled)


def tell_series(session: Session, *, series: MeetingSeries, now: datetime) -> Sending:
    """Queue what each person's calendar needs to be true; return how many mails of each sort.

    The answer to an occurrence whose time or place did not change stands.
    """
    session.flush()
    messages = pending_series(session, series=series, now=now)
    sending = counted_series(messages)
    _queue(session, series, messages, now)
    return sending


def tell_occurrence_again(
    session: Session, *, invitation: Invitation, now: datetime, said: Mapping[str, Any]
) -> bool:
    """Send one person the series again as it is, or the one occurrence; see `sending.tell_again`.

    Who has the whole gets the whole: that is what the calendar program asks for.
    """
    series = invitation.meeting.series
    if series is None:  # pragma: no cover - the constraint recurrence_within_series
        return False
    known = members(session, series, lock=True)
    (member,) = [one for one in known if one.person.id == invitation.person_id]
    told, stands = member.told, series_of(series, member.asked())
    at = invitation.meeting.recurrence_at
    if at is None or at not in stands.asked or at not in told.occurrences:
        return False
    if told.whole is not None and told.whole.method is Method.REQUEST:
        messages = [whole_again(told, stands, highest=series.sequence, now=now)]
    else:
        forgotten = replace(told.occurrences[at], wording="")
        told = replace(told, occurrences={**told.occurrences, at: forgotten})
        messages = [
            one
            for one in outgoing_series(told, stands, highest=series.sequence, now=now)
            if one.recurrence_at == at
        ]
    pending = [Pending(member, stands, message) for message in messages]
    _queue(session, series, pending, now, said=said)
    return bool(messages)


def _queue(
    session: Session,
    series: MeetingSeries,
    messages: Sequence[Pending],
    now: datetime,
    *,
    said: Mapping[str, Any] | None = None,
) -> None:
    if not messages:
        return
    numbers = [one.id for each in messages for one in each.member.invitations.values()]
    last, revisions = last_said(session, numbers), _revisions(session, numbers)
    drafts, counts = [], []
    for each in messages:
        row = _row(session, series, each.member)
        row.messages += 1
        counts.append(row.messages)
        drafts.append(
            Draft(
                unique_key=f"itip-series:{row.id}:{row.messages}",
                kind=KIND,
                person=each.member.person,
                address=each.primary.email,
                subject=("meeting", each.primary.meeting_id),
                payload=facts_of(series, each, row) | changed_facts(each, last) | dict(said or {}),
            )
        )
    queued = enqueue_new(session, drafts, now=now)
    for each, outbox in zip(messages, queued, strict=True):
        _note(session, each, outbox, revisions)
    series.sequence = max(series.sequence, *(each.message.sequence for each in messages))
    session.flush()
    settled: dict[Meeting, list[int]] = defaultdict(list)
    for each in messages:
        for at in each.message.anew | each.message.gone:
            invitation = each.member.invitations[at]
            settled[invitation.meeting].append(invitation.id)
    for meeting, answered in settled.items():
        settle_proposals(session, meeting, answered, now)


def _row(session: Session, series: MeetingSeries, member: Member) -> MeetingSeriesTold:
    """Return what a person was told of a series; made when it is the first time."""
    if member.row is None:
        member.row = MeetingSeriesTold(
            series_id=series.id, person_id=member.person.id, sequence=0, messages=0
        )
        session.add(member.row)
        session.flush()
    return member.row


def _note(
    session: Session, each: Pending, outbox: OutboxMessage, revisions: dict[int, int]
) -> None:
    """Keep what the person is told by a message."""
    message, row = each.message, each.member.row
    if message.whole is not None and row is not None:
        row.method = message.whole.method
        row.sequence = message.whole.sequence
        row.significance = message.whole.significance
        row.wording = message.whole.wording
        row.told_at = message.whole.at
        row.outbox_message_id = outbox.id
    for at, told in message.told.items():
        invitation = each.member.invitations[at]
        invitation.method = told.method
        invitation.sequence = told.sequence
        invitation.significance = told.significance
        invitation.wording = told.wording
        invitation.told_at = told.at
        if at in message.anew:
            forget_answer(invitation)
        revisions[invitation.id] = revisions.get(invitation.id, -1) + 1
        session.add(
            InvitationMessage(
                invitation_id=invitation.id,
                method=told.method,
                sequence=message.sequence,
                revision=revisions[invitation.id],
                outbox_message_id=outbox.id,
            )
        )


def _revisions(session: Session, numbers: Collection[int]) -> dict[int, int]:
    """Return the last revision of each invitation's messages."""
    rows = session.execute(
        select(InvitationMessage.invitation_id, func.max(InvitationMessage.revision))
        .where(InvitationMessage.invitation_id.in_(numbers))
        .group_by(InvitationMessage.invitation_id)
    )
    return {row[0]: row[1] for row in rows}
