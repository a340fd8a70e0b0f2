"""Does what an answer by mail means, by the broker's judgement (docs/decisions/0019).

| judgement | what is done |
|---|---|
| answer | the person's answer; by a group mailbox it is kept and does not count |
| answer "delegated" | and the delegate is invited, if we know them |
| old time, stand-in | kept, and does not count |
| proposal | the wish is recorded, and the answer is "maybe" unless it says otherwise |
| refresh | the invitation is sent again, to the address that was asked |
| refused | nothing; someone looks at it |
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.parties.models import OrganisationKind, Person
from atagande_agreements.parties.queries import is_party
from atagande_calendar.invitations import sending, verbs
from atagande_calendar.invitations.errors import BadProposal, TooLate, TooManyProposals
from atagande_calendar.invitations.models import (
    AnswerWay,
    Invitation,
    InvitationAnswer,
    Partstat,
)
from atagande_calendar.invitations.replies import meant_by
from atagande_calendar.itip.broker import Asked, Effect, Incoming, Judgement, judge
from atagande_calendar.itip.mail_reading import Mail
from atagande_calendar.itip.reading import Reply
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.sip.models import Sip, SipStanding
from atagande_plugin.mail.models import Outcome

#: An invitation that was sent so lately is not sent again on request: two machines that answer
#: each other must not go on.
REFRESH_PAUSE = timedelta(minutes=10)
#: Nor more often than this for one SEQUENCE: who has the mail can ask for it again and again.
MOST_REFRESHED = 5
#: Others that one person can ask by mail to go instead; a secret that has been passed on must not
#: make us write to everyone.
MOST_DELEGATES = 3
#: Method -> why nothing could be made of it.
_REFUSED = {"REPLY": "no_answer", "COUNTER": "bad_proposal"}
#: Which outcome tells what became of a mail that speaks of several meetings.
_WEIGHT = (
    Outcome.QUARANTINED,
    Outcome.DELEGATED,
    Outcome.PROPOSED,
    Outcome.ANSWERED,
    Outcome.RESENT,
    Outcome.KEPT,
    Outcome.UNCHANGED,
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a mail, or of what it says of one meeting."""

    outcome: Outcome
    reason: str = ""


def take(session: Session, invitation: Invitation, mail: Mail, now: datetime) -> Taken:
    """Do what a mail to an invitation's own address means."""
    if mail.fault:
        if mail.automatic and mail.fault == "no_calendar":
            return Taken(Outcome.IGNORED, "automatic")
        return Taken(Outcome.QUARANTINED, mail.fault)
    if not mail.sender.address:
        return Taken(Outcome.QUARANTINED, "no_sender")
    taken: list[Taken] = []
    changed: dict[tuple[int | None, int], Meeting] = {}
    # What is said of one occurrence goes before what is said of the whole series.
    for reply in sorted(mail.replies, key=lambda reply: reply.recurrence_at is None):
        meant = meant_by(session, invitation, reply, now)
        if not meant:
            alone = reply.recurrence_at is None and _is_of_series(invitation, reply)
            taken.append(
                Taken(Outcome.UNCHANGED, "answered_alone")
                if alone
                else Taken(Outcome.QUARANTINED, "other_meeting")
            )
        for one in meant:
            taking = _Taking(session, one, reply, invitation, now)
            taken.append(taking.act())
            if taking.invited:
                changed[_calendar_of(one.meeting)] = one.meeting
    # Once for a series, so that a delegate gets one mail about all of it.
    for meeting in changed.values():
        sending.tell(session, meeting=meeting, now=now)
    return min(taken, key=lambda one: _WEIGHT.index(one.outcome))


def _calendar_of(meeting: Meeting) -> tuple[int | None, int]:
    """Return what tells the event in people's calendars that a meeting is, or is part of."""
    recurring = meeting.recurrence_at is not None
    return (meeting.series_id, 0) if recurring else (None, meeting.id)


def _is_of_series(invitation: Invitation, reply: Reply) -> bool:
    series = invitation.meeting.series
    return series is not None and reply.uid == series.uid


class _Taking:
    """What one event says of one invitation."""

    def __init__(
        self,
        session: Session,
        invitation: Invitation,
        reply: Reply,
        addressed: Invitation,
        now: datetime,
    ) -> None:
        self.session, self.invitation, self.now = session, invitation, now
        #: Someone else was invited instead, and has to be told.
        self.invited = False
        self.came: Incoming = reply.incoming
        self.whole_series = (
            reply.recurrence_at is None
            and _is_of_series(addressed, reply)
            and addressed.meeting.recurrence_at is not None
        )
        self.judgement: Judgement = judge(
            Asked(email=invitation.email, sequence=invitation.sequence),
            self.came,
        )

    def act(self) -> Taken:
        """Do what the judgement says."""
        effect = self.judgement.effect
        try:
            if effect is Effect.ANSWER:
                return self._answer(self.judgement.partstat)
            if effect is Effect.PROPOSAL:
                return self._propose()
        except TooLate:
            return self._keep("too_late")
        if effect is Effect.REFRESH:
            return self._refresh()
        if effect is Effect.REFUSED:
            return Taken(Outcome.QUARANTINED, _REFUSED.get(self.came.method, "refused_method"))
        return self._keep(effect.value)

    def _said(self) -> Partstat:
        """Return what was said; who asks for another time without more says "maybe"."""
        said = self.judgement.partstat
        return Partstat.TENTATIVE if said is Partstat.NEEDS_ACTION else said

    def _keep(self, reason: str) -> Taken:
        new = verbs.keep(
            self.session,
            invitation=self.invitation,
            partstat=self._said(),
            sequence=self.judgement.sequence,
            way=AnswerWay.MAIL,
            now=self.now,
            given_by=self.judgement.given_by,
            unverified=self.judgement.unverified,
        )
        return Taken(Outcome.KEPT if new else Outcome.UNCHANGED, reason)

    def _answer(self, said: Partstat) -> Taken:
        person = self.invitation.person
        if person.shared_mailbox:
            return self._keep("shared_mailbox")
        delegate = self._delegate() if said is Partstat.DELEGATED else None
        # The same answer from the calendar leaves standing who was said to come instead.
        stand_in = self.invitation.stand_in if said is self.invitation.partstat else ""
        changed = verbs.answer(
            self.session,
            invitation=self.invitation,
            partstat=said,
            way=AnswerWay.MAIL,
            now=self.now,
            stand_in=delegate.title if delegate else stand_in,
            unverified=self.judgement.unverified,
            given_by=self.judgement.given_by,
            whole_series=self.whole_series,
        )
        if not changed:
            return Taken(Outcome.UNCHANGED)
        if said is not Partstat.DELEGATED:
            return Taken(Outcome.ANSWERED)
        if delegate is None:
            # We never write to an address only because a mail says so.
            return Taken(Outcome.QUARANTINED, "unknown_delegate")
        invited = verbs.invite(
            self.session,
            meeting=self.invitation.meeting,
            person=delegate,
            attendance=self.invitation.attendance,
        )
        if self._is_proposed():
            invited.waiting = True
        self.invited = True
        return Taken(Outcome.DELEGATED)

    def _delegated(self) -> int:
        """Return how many times someone else has been asked by mail to go instead."""
        number = (
            select(func.count())
            .select_from(InvitationAnswer)
            .where(
                InvitationAnswer.invitation_id == self.invitation.id,
                InvitationAnswer.partstat == Partstat.DELEGATED,
                InvitationAnswer.way == AnswerWay.MAIL,
                InvitationAnswer.counted,
            )
        )
        return self.session.scalar(number) or 0

    def _is_proposed(self) -> bool:
        """Tell whether it is a SIP that a clinic outside the agreement has not said yes to."""
        proposed = select(Sip.id).where(
            Sip.meeting_id == self.invitation.meeting_id, Sip.standing == SipStanding.PROPOSED
        )
        return self.session.scalar(proposed) is not None

    def _delegate(self) -> Person | None:
        """Return whom the person asked to go instead, if it is someone we may invite."""
        meeting = self.invitation.meeting
        found = self.session.scalar(
            select(Person)
            .join(Person.organisation)
            .where(
                Person.association_id == self.invitation.association_id,
                Person.email == self.came.delegated_to,
                Person.active,
                is_party(),
                Person.id != self.invitation.person_id,
            )
            .options(joinedload(Person.organisation))
        )
        if found is None or self._delegated() >= MOST_DELEGATES:
            return None
        if (
            meeting.kind is MeetingKind.SIP
            and found.organisation.kind is OrganisationKind.ASSOCIATION
        ):
            return None
        removed = self.session.scalar(
            select(Invitation.id).where(
                Invitation.meeting_id == meeting.id,
                Invitation.person_id == found.id,
                Invitation.removed_at.is_not(None),
            )
        )
        # Whoever the convener has taken off the list is not put back by a mail.
        return found if removed is None else None

    def _propose(self) -> Taken:
        if self.came.proposed is None:  # pragma: no cover - the broker gives no such proposal
            return Taken(Outcome.QUARANTINED, "bad_proposal")
        starts_at, ends_at = self.came.proposed
        try:
            new = verbs.propose(
                self.session,
                invitation=self.invitation,
                starts_at=starts_at,
                minutes=int((ends_at - starts_at).total_seconds() // 60),
                way=AnswerWay.MAIL,
                now=self.now,
            )
        except (BadProposal, TooManyProposals):
            self._answer(self._said())
            return Taken(Outcome.QUARANTINED, "bad_proposal")
        answered = self._answer(self._said())
        return Taken(Outcome.PROPOSED) if new else answered

    def _refresh(self) -> Taken:
        told_at = self.invitation.told_at
        lately = told_at is not None and self.now - told_at < REFRESH_PAUSE
        times = sum(one.sequence == self.invitation.sequence for one in self.invitation.messages)
        if lately or times > MOST_REFRESHED:
            return Taken(Outcome.UNCHANGED, "sent_lately")
        again = sending.tell_again(self.session, invitation=self.invitation, now=self.now)
        return Taken(Outcome.RESENT) if again else Taken(Outcome.UNCHANGED, "too_late")
