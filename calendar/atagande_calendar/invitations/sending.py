"""Tells people what is true of a meeting: the one way that invitations leave.

Change the rows first (time, place, agenda, state, who is asked), then call `tell`. It compares
what each person was last told with what is true now, and queues a REQUEST, an update or a CANCEL
for exactly those who need one. Called again it sends nothing.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.outbox import Draft, enqueue_new
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_calendar.invitations import recurring
from atagande_calendar.invitations.models import Invitation, InvitationMessage
from atagande_calendar.invitations.told import (
    SHOWN,
    Sending,
    forget_answer,
    settle_proposals,
    snapshot_of,
    told_of,
)
from atagande_calendar.itip.broker import Outgoing, Told, outgoing
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingSeries, MeetingState
from atagande_calendar.method import Method


@dataclass(slots=True)
class _Heard:
    """What someone has been able to read of a meeting so far."""

    #: What the last message that left said; None when none has.
    last: dict[str, Any] | None = None
    #: One that has not left yet, and that the next replaces, asked for another answer.
    answer_anew: bool = False


def pending(
    session: Session, *, meeting: Meeting, now: datetime
) -> list[tuple[Invitation, Outgoing]]:
    """Return the messages that `tell` would queue, with whose they are; changes nothing.

    A draft tells nobody, and neither does a meeting that has been held.
    """
    if meeting.recurrence_at is not None and meeting.series is not None:
        return _pending_of_series(session, meeting.series, now)
    if meeting.state not in {MeetingState.PUBLISHED, MeetingState.CANCELLED}:
        return []
    invitations = session.scalars(
        select(Invitation)
        .where(Invitation.meeting_id == meeting.id)
        .options(joinedload(Invitation.person))
        .order_by(Invitation.id)
        .with_for_update(of=Invitation)
        .execution_options(populate_existing=True)
    ).all()
    snapshot = snapshot_of(meeting)
    found = []
    for invitation in invitations:
        message = outgoing(
            told_of(invitation),
            snapshot,
            asked=invitation.removed_at is None and not invitation.waiting,
            highest=meeting.sequence,
            now=now,
        )
        if message is not None:
            found.append((invitation, message))
    return found


def _pending_of_series(
    session: Session, series: MeetingSeries, now: datetime
) -> list[tuple[Invitation, Outgoing]]:
    """Return the messages of a whole series, each with the invitation that addresses it."""
    return [
        (
            one.primary,
            Outgoing(
                method=one.message.method,
                sequence=one.message.sequence,
                significance="",
                wording="",
                stamp=one.message.stamp,
                answer_anew=bool(one.message.anew or one.message.gone),
            ),
        )
        for one in recurring.pending_series(session, series=series, now=now)
    ]


def counted(messages: Sequence[tuple[Invitation, Outgoing]]) -> Sending:
    """Return how many of each sort there are among messages that are still to be told."""
    invited = changed = reworded = cancelled = 0
    for invitation, message in messages:
        if message.method is Method.CANCEL:
            cancelled += 1
        elif invitation.method in {None, Method.CANCEL}:
            invited += 1
        elif message.answer_anew:
            changed += 1
        else:
            reworded += 1
    return Sending(invited, changed, reworded, cancelled)


def tell(session: Session, *, meeting: Meeting, now: datetime) -> Sending:
    """Queue what each person's calendar needs to be true; return how many of each sort.

    An answer to another time or place no longer counts: it goes back to "inte svarat", and stays
    in the history.
    """
    session.flush()
    if meeting.recurrence_at is not None and meeting.series is not None:
        return recurring.tell_series(session, series=meeting.series, now=now)
    messages = pending(session, meeting=meeting, now=now)
    sending = counted(messages)
    _queue(session, meeting, messages, now)
    return sending


def tell_again(
    session: Session, *, invitation: Invitation, now: datetime, time_stands: bool = False
) -> bool:
    """Send one person the present invitation again, as it is; return whether there is one.

    For a REFRESH (RFC 5546 §3.2.6), a mail that never came, and (`time_stands`) the answer to a
    COUNTER that is not accepted: common clients don't understand DECLINECOUNTER (§3.2.8).
    """
    meeting = invitation.meeting
    told = told_of(invitation)
    standing = meeting.state is MeetingState.PUBLISHED and invitation.removed_at is None
    if told is None or told.method is Method.CANCEL or not standing:
        return False
    if meeting.recurrence_at is not None:
        said = {"again": True, "time_stands": time_stands}
        return recurring.tell_occurrence_again(session, invitation=invitation, now=now, said=said)
    told = Told(
        method=told.method,
        sequence=told.sequence,
        significance=told.significance,
        wording="",
        at=told.at,
    )
    message = outgoing(told, snapshot_of(meeting), asked=True, highest=meeting.sequence, now=now)
    if message is None:  # pragma: no cover - no words are equal to none
        return False
    _queue(
        session,
        meeting,
        [(invitation, message)],
        now,
        again={"again": True, "time_stands": time_stands},
    )
    return True


def _queue(
    session: Session,
    meeting: Meeting,
    messages: Sequence[tuple[Invitation, Outgoing]],
    now: datetime,
    *,
    again: dict[str, Any] | None = None,
) -> None:
    """Queue messages; `again` is what is said of one that is only sent again."""
    if not messages:
        return
    numbers = [invitation.id for invitation, _message in messages]
    heard = _heard(session, numbers)
    revisions = _revisions(session, numbers)
    drafts, rows = [], []
    for invitation, message in messages:
        key = (invitation.id, message.method, message.sequence)
        revision = revisions.get(key, -1) + 1
        drafts.append(
            Draft(
                unique_key=f"itip:{invitation.id}:{message.method}:{message.sequence}:{revision}",
                # A SIP's mails are kept apart, since the association's people may not see them.
                kind="sip_invitation" if meeting.kind is MeetingKind.SIP else "invitation",
                person=invitation.person,
                address=invitation.email,
                subject=("meeting", meeting.id),
                payload=_facts(meeting, invitation, message, revision)
                | _changed(meeting, message, heard[invitation.id])
                | (again or {}),
            )
        )
        rows.append((invitation, message, revision))
    queued = enqueue_new(session, drafts, now=now)
    for (invitation, message, revision), outbox in zip(rows, queued, strict=True):
        session.add(
            InvitationMessage(
                invitation_id=invitation.id,
                method=message.method,
                sequence=message.sequence,
                revision=revision,
                outbox_message_id=outbox.id,
            )
        )
        _note(invitation, message)
    highest = max(message.sequence for _invitation, message in messages)
    meeting.sequence = max(meeting.sequence, highest)
    session.flush()
    answered = [
        invitation.id
        for invitation, message in messages
        if message.answer_anew or message.method is Method.CANCEL
    ]
    settle_proposals(session, meeting, answered, now)


def _note(invitation: Invitation, message: Outgoing) -> None:
    """Keep what the person is told by a message."""
    invitation.method = message.method
    invitation.sequence = message.sequence
    invitation.significance = message.significance
    invitation.wording = message.wording
    invitation.told_at = message.stamp
    if message.answer_anew:
        forget_answer(invitation)


def _facts(
    meeting: Meeting, invitation: Invitation, message: Outgoing, revision: int
) -> dict[str, Any]:
    """Return what a message says, frozen: what leaves is what was true when it was queued."""
    return {
        "invitation": invitation.id,
        "method": message.method.value,
        "sequence": message.sequence,
        "revision": revision,
        "starts_at": meeting.starts_at.isoformat(),
        "minutes": meeting.minutes,
        "title": meeting.title,
        "place": meeting.place,
        "agenda": meeting.agenda,
        "stamp": message.stamp.isoformat(),
        "answer_anew": message.answer_anew,
    }


def _changed(meeting: Meeting, message: Outgoing, heard: _Heard) -> dict[str, Any]:
    """Return what the last message said otherwise, and which was the first in the matter."""
    last = heard.last
    if last is None:
        return {}
    first = last.get("first", [last["method"], last["sequence"], last.get("revision", 0)])
    found: dict[str, Any] = {"first": first}
    if message.method is Method.REQUEST and last["method"] == Method.REQUEST:
        present = {
            "starts_at": meeting.starts_at.isoformat(),
            "minutes": meeting.minutes,
            "place": meeting.place,
            "title": meeting.title,
        }
        before = {name: last[name] for name in SHOWN}
        found["update"] = True
        found["answer_anew"] = message.answer_anew or heard.answer_anew
        if before != present:
            found["before"] = before
    return found


def _heard(session: Session, invitation_ids: Collection[int]) -> dict[int, _Heard]:
    """Return what each person has been able to read.

    A message that still waits to leave is replaced by the next one (`mail.render`), so the next
    one says all that has changed since the last that left.
    """
    found = {number: _Heard() for number in invitation_ids}
    rows = session.execute(
        select(
            InvitationMessage.invitation_id,
            OutboxMessage.payload,
            OutboxMessage.state,
            OutboxMessage.tries,
        )
        .join(OutboxMessage, OutboxMessage.id == InvitationMessage.outbox_message_id)
        .where(InvitationMessage.invitation_id.in_(invitation_ids))
        .order_by(InvitationMessage.id)
    )
    for number, payload, state, tries in rows:
        facts = json.loads(payload)
        waits = state is OutboxState.QUEUED and tries == 0
        if waits or state is OutboxState.CANCELLED:
            found[number].answer_anew |= bool(facts.get("answer_anew"))
        else:
            found[number] = _Heard(facts)
    return found


def _revisions(
    session: Session, invitation_ids: Collection[int]
) -> dict[tuple[int, Method, int], int]:
    """Return the last revision of each (invitation, method, sequence) that was sent."""
    rows = session.execute(
        select(
            InvitationMessage.invitation_id,
            InvitationMessage.method,
            InvitationMessage.sequence,
            func.max(InvitationMessage.revision),
        )
        .where(InvitationMessage.invitation_id.in_(invitation_ids))
        .group_by(
            InvitationMessage.invitation_id,
            InvitationMessage.method,
            InvitationMessage.sequence,
        )
    )
    return {(number, method, sequence): top for number, method, sequence, top in rows}
