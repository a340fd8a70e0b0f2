"""Invites people and takes their answers. What is sent to them leaves by `sending.tell`."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.parties.models import OrganisationKind, Person
from atagande_calendar.invitations.errors import (
    BadProposal,
    CalledOff,
    NeedsReplacement,
    NoLongerAsked,
    TooLate,
    TooManyProposals,
)
from atagande_calendar.invitations.models import (
    AnswerWay,
    Attendance,
    Invitation,
    InvitationAnswer,
    InvitationProposal,
    Partstat,
    ProposalState,
)
from atagande_calendar.meetings.models import (
    LONGEST_MINUTES,
    SIP_MINUTES,
    Meeting,
    MeetingKind,
    MeetingState,
)

#: Other times that one person can ask for on our pages while they wait for an answer.
MOST_PROPOSED = 3
#: Open ones that one person can ask for by mail, where no refusal is seen.
MOST_BY_MAIL = 20
#: How far ahead a time can be asked for.
FARTHEST_PROPOSED = timedelta(days=400)
#: Ways by which a person sees what is asked for: our own pages.
_SEEN = frozenset({AnswerWay.LINK, AnswerWay.PAGE})


def invite(
    session: Session, *, meeting: Meeting, person: Person, attendance: Attendance
) -> Invitation:
    """Ask a person to a meeting, also one who was removed from it. Nothing is sent by this.

    Someone who is asked anew has not answered, and gets other links than before.
    """
    known = session.scalar(
        select(Invitation).where(
            Invitation.meeting_id == meeting.id, Invitation.person_id == person.id
        )
    )
    if known is None:
        known = Invitation(
            association_id=meeting.association_id,
            meeting_id=meeting.id,
            person_id=person.id,
            organisation_id=person.organisation_id,
            unit_id=person.unit_id,
            email=person.email,
            attendance=attendance,
            nonce=secrets.token_hex(8),
        )
        session.add(known)
    elif known.removed_at is not None:
        known.removed_at = None
        known.attendance = attendance
        known.nonce = secrets.token_hex(8)
        known.partstat = Partstat.NEEDS_ACTION
        known.stand_in = ""
        known.answered_at = known.answered_sequence = None
    session.flush()
    return known


def can_be_answered(meeting: Meeting, now: datetime) -> bool:
    """Tell whether a meeting takes answers: it is published and not over."""
    return meeting.state is MeetingState.PUBLISHED and now < meeting.ends_at


def require_open(invitation: Invitation, now: datetime) -> None:
    """Raise why an invitation takes no answer: TooLate, CalledOff or NoLongerAsked."""
    if invitation.removed_at is not None or invitation.waiting:
        raise NoLongerAsked
    if invitation.meeting.state is MeetingState.CANCELLED:
        raise CalledOff
    if not can_be_answered(invitation.meeting, now):
        raise TooLate


def owes_replacement(invitation: Invitation) -> bool:
    """Tell whether a no demands someone instead, or another time: a kallad's to a SIP does.

    Not the convener's own, who can call it off, and not that of a clinic outside the agreement,
    which owes nothing.
    """
    meeting = invitation.meeting
    return (
        meeting.kind is MeetingKind.SIP
        and invitation.attendance is Attendance.SUMMONED
        and invitation.person_id != meeting.created_by_id
        and invitation.organisation.kind is not OrganisationKind.OUTSIDE
    )


def answer(
    session: Session,
    *,
    invitation: Invitation,
    partstat: Partstat,
    way: AnswerWay,
    now: datetime,
    stand_in: str = "",
    unverified: bool = False,
    given_by: str = "",
    whole_series: bool = False,
) -> bool:
    """Record a person's answer; return whether it changed anything. A repeat does not.

    The row is locked first, so that the same answer twice at one moment is a repeat too.
    `given_by` is the address of who answered for the person, if another did; `unverified` says
    that it came by mail and nobody vouched for the sender; `whole_series` that it was said of all
    meetings of a series at once.
    """
    meeting = invitation.meeting
    _lock(session, invitation)
    gone = invitation.removed_at is not None or invitation.waiting
    if not can_be_answered(meeting, now) or gone:
        raise TooLate
    takes_place = partstat in {Partstat.DECLINED, Partstat.DELEGATED}
    stand_in = stand_in.strip() if takes_place else ""
    same = (invitation.partstat, invitation.stand_in, invitation.answered_sequence)
    if same == (partstat, stand_in, invitation.sequence):
        return False
    bare = partstat is Partstat.DECLINED and not stand_in and way in _SEEN
    if bare and owes_replacement(invitation) and not _proposed(session, invitation):
        raise NeedsReplacement(field="stand_in")
    before = invitation.partstat
    invitation.partstat = partstat
    invitation.stand_in = stand_in
    invitation.answered_at = now
    invitation.answered_sequence = invitation.sequence
    session.add(
        InvitationAnswer(
            invitation_id=invitation.id,
            partstat=partstat,
            stand_in=stand_in,
            sequence=invitation.sequence,
            way=way,
            at=now,
            unverified=unverified,
            given_by=given_by,
            whole_series=whole_series,
        )
    )
    session.flush()
    _record(session, invitation, "invitation.answered", now, partstat=(before, partstat), way=way)
    return True


def keep(
    session: Session,
    *,
    invitation: Invitation,
    partstat: Partstat,
    sequence: int,
    way: AnswerWay,
    now: datetime,
    given_by: str = "",
    unverified: bool = False,
) -> bool:
    """Keep an answer that does not count: to an older time, or from someone who was not asked.

    Return whether it said anything new; a repeat does not. The person's own answer stands. No
    more than `MOST_BY_MAIL` are kept: anyone can put any address in a mail.
    """
    _lock(session, invitation)
    kept = session.execute(
        select(InvitationAnswer.partstat, InvitationAnswer.sequence, InvitationAnswer.given_by)
        .where(
            InvitationAnswer.invitation_id == invitation.id,
            InvitationAnswer.counted.is_(False),
        )
        .limit(MOST_BY_MAIL)
    ).all()
    if len(kept) == MOST_BY_MAIL or (partstat, sequence, given_by) in [tuple(one) for one in kept]:
        return False
    session.add(
        InvitationAnswer(
            invitation_id=invitation.id,
            partstat=partstat,
            sequence=sequence,
            way=way,
            at=now,
            counted=False,
            unverified=unverified,
            given_by=given_by,
        )
    )
    session.flush()
    return True


def propose(
    session: Session,
    *,
    invitation: Invitation,
    starts_at: datetime,
    minutes: int,
    way: AnswerWay,
    now: datetime,
) -> bool:
    """Record that a person would rather have another time; return whether that is new.

    The meeting stays where it is until who convenes it moves it (RFC 5546 §3.2.7).
    """
    meeting = invitation.meeting
    _lock(session, invitation)
    require_open(invitation, now)
    longest = SIP_MINUTES if meeting.kind is MeetingKind.SIP else LONGEST_MINUTES
    if not now < starts_at <= now + FARTHEST_PROPOSED or not 0 < minutes <= longest:
        raise BadProposal(field="starts_at")
    whole = not starts_at.second and not starts_at.microsecond
    if not whole or (starts_at, minutes) == (meeting.starts_at, meeting.minutes):
        raise BadProposal(field="starts_at")
    known = session.scalar(
        select(InvitationProposal.id).where(
            InvitationProposal.invitation_id == invitation.id,
            InvitationProposal.sequence == invitation.sequence,
            InvitationProposal.starts_at == starts_at,
            InvitationProposal.minutes == minutes,
        )
    )
    if known is not None:
        return False
    most = MOST_PROPOSED if way in _SEEN else MOST_BY_MAIL
    if _proposed(session, invitation) >= most:
        raise TooManyProposals(field="day", most=most)
    session.add(
        InvitationProposal(
            invitation_id=invitation.id,
            sequence=invitation.sequence,
            starts_at=starts_at,
            minutes=minutes,
            way=way,
            at=now,
        )
    )
    session.flush()
    _record(session, invitation, "invitation.proposed", now, starts_at=(None, starts_at), way=way)
    return True


def _proposed(session: Session, invitation: Invitation) -> int:
    """Return how many other times the person has asked for, that still wait for an answer."""
    return (
        session.scalar(
            select(func.count())
            .select_from(InvitationProposal)
            .where(
                InvitationProposal.invitation_id == invitation.id,
                InvitationProposal.sequence == invitation.sequence,
                InvitationProposal.state == ProposalState.OPEN,
            )
        )
        or 0
    )


def remove(session: Session, *, invitation: Invitation, now: datetime) -> None:
    """No longer ask a person to a meeting. `sending.tell` takes it out of their calendar."""
    if invitation.removed_at is None:
        invitation.removed_at = now
        session.flush()


def _lock(session: Session, invitation: Invitation) -> None:
    """Read an invitation's answer and what it was told anew, and hold it until the commit.

    Who changes the meeting holds its invitations too, so once this one is held the meeting is read
    as it stands: called off, moved.
    """
    session.refresh(
        invitation,
        [
            "partstat",
            "stand_in",
            "answered_at",
            "answered_sequence",
            "sequence",
            "removed_at",
            "waiting",
        ],
        with_for_update=True,
    )
    session.refresh(invitation.meeting, ["state", "starts_at", "minutes", "sequence", "version"])


def _record(
    session: Session,
    invitation: Invitation,
    action: str,
    now: datetime,
    *,
    way: AnswerWay,
    **changes: tuple[object, object],
) -> None:
    audit.record(
        session,
        audit.Change(
            association_id=invitation.association_id,
            at=now,
            actor=audit.Actor.of(invitation.person),
            action=action,
            object_type="meeting",
            object_id=invitation.meeting_id,
            changes={**changes, "way": (None, way)},
        ),
    )
