"""What meetings show of commitments: F1, F2, A1, A2, A3 and P1 of the shipped agreement.

Everything is worked out from the tables each time, so that a meeting that is reported, corrected
or called off, in any order, ends in the same verdicts.

1. A report is locked out from others of the same agreement while it is counted.
2. Who was there in an ended party's name was there for the party that had followed it that day.
   Of every term that a meeting belongs to, each party's meetings are counted: held and there,
   held, and not known. Not known is a published meeting that nobody has reported on, and one
   where the party isn't on the list or never got its invitation: neither is held against it.
3. A meeting's own occurrences are keyed on it: the summons of each clinic to a steering meeting,
   and each party's issues after a network meeting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.commitments.evidence import withdraw
from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence
from atagande_agreements.commitments.queries import agreement_in_force, owed
from atagande_agreements.commitments.terms import (
    convened_origin,
    convening,
    span_of,
    term_on,
)
from atagande_agreements.filing import Shown, Told, report
from atagande_agreements.parties.heirs import heirs
from atagande_agreements.parties.models import Organisation
from atagande_agreements.periods import Term
from atagande_agreements.register.models import Agreement
from atagande_agreements.rules import Outcome
from atagande_agreements.standing.evidence import with_reported
from atagande_calendar.meetings.attendance import (
    MeetingAttendance,
    MeetingReport,
    PartyLift,
    Presence,
)
from atagande_calendar.meetings.models import Meeting, MeetingKind, MeetingState
from atagande_calendar.meetings.presence import came_to
from atagande_calendar.meetings.summons import summoned

#: Kind of meeting -> the subject that the agreement file calls it by.
SUBJECTS = {
    MeetingKind.NETWORK: "network_meeting",
    MeetingKind.SEMINAR: "seminar",
    MeetingKind.STEERING: "steering_meeting",
}
WAS_HELD = (MeetingState.HELD, MeetingState.CLOSED)
_OUTCOMES = {
    Presence.PRESENT: Outcome.ATTENDED,
    Presence.DEPUTY: Outcome.DEPUTY,
    Presence.ABSENT: Outcome.ABSENT,
}


def origin(meeting_id: int) -> str:
    """Return what a meeting's own occurrences are keyed on."""
    return f"meeting:{meeting_id}"


def of_attendance(
    session: Session,
    *,
    meeting: Meeting,
    told: Told | None,
    now: datetime,
    before: date | None = None,
) -> None:
    """File what a meeting shows, once it is published and whenever what is known of it changes.

    `told` is None when nobody has reported anything: it was published, changed or called off.
    `before` is the local date it was moved from: the terms of that day are counted without it.
    """
    _alone(session, meeting.agreement_id)
    filing = _Filing(session, told, now)
    day = local_date(meeting.starts_at)
    for one in dict.fromkeys((day, before or day)):
        _terms(filing, meeting, one)
    if meeting.kind is MeetingKind.STEERING:
        _summonses(filing, meeting)
    if meeting.kind is MeetingKind.NETWORK:
        of_issues(session, meeting=meeting, told=None, now=now)


def of_issues(
    session: Session,
    *,
    meeting: Meeting,
    told: Told | None,
    now: datetime,
    organisation_id: int | None = None,
) -> None:
    """File whether a network meeting's issues have gone to the steering group, for each party.

    The meeting's list keeps it for all of them, a party's own word for that party alone;
    `organisation_id` says whose word it was. The time begins when the meeting is first reported as
    held; a correction does not begin it anew.
    """
    if meeting.state not in WAS_HELD:
        return
    held = session.execute(
        select(MeetingReport.lifted_on, MeetingReport.reported_at).where(
            MeetingReport.meeting_id == meeting.id
        )
    ).one_or_none()
    sent_on = held.lifted_on if held else None
    began_on = _first_reported(session, meeting) or (local_date(held.reported_at) if held else None)
    own = {
        row.organisation_id: row.said_on
        for row in session.execute(
            select(PartyLift.organisation_id, PartyLift.said_on).where(
                PartyLift.meeting_id == meeting.id
            )
        )
    }
    filing = _Filing(session, told, now)
    for duty in owed(
        session,
        meeting.agreement_id,
        rule="lifted_issues",
        subject=SUBJECTS[meeting.kind],
        organisation_id=organisation_id,
        on=local_date(meeting.starts_at),
    ):
        kept = [day for day in (sent_on, own.get(duty.organisation_id)) if day is not None]
        shown = Shown(kept_on=min(kept, default=None), asked_on=began_on)
        filing.report(duty, origin(meeting.id), local_date(meeting.starts_at), shown)


def _first_reported(session: Session, meeting: Meeting) -> date | None:
    """Return the local date that a network meeting was first reported as held, or None."""
    return session.scalar(
        select(func.min(Occurrence.asked_on)).where(
            Occurrence.obligation_id.in_(
                select(Obligation.id).where(Obligation.agreement_id == meeting.agreement_id)
            ),
            Occurrence.origin == origin(meeting.id),
        )
    )


def called_off(session: Session, *, meeting: Meeting, now: datetime) -> None:
    """Take back what a meeting asked of anyone, and count its terms without it."""
    of_attendance(session, meeting=meeting, told=None, now=now)
    withdraw(session, association_id=meeting.association_id, origin=origin(meeting.id), now=now)


def decided_convener(session: Session, association_id: int, day: date) -> Organisation | None:
    """Return who convenes the network by decision on a local date, or None."""
    agreement = agreement_in_force(session, association_id, day)
    if agreement is None:
        return None
    duties = owed(
        session,
        agreement.id,
        rule="attends_per_period",
        subject=SUBJECTS[MeetingKind.NETWORK],
    )
    for duty in duties[:1]:
        owing = convening(session, duty.commitment, day)
        return None if owing is None else session.get_one(Organisation, owing.organisation_id)
    return None


def _alone(session: Session, agreement_id: int) -> None:
    """Wait for others who count the same agreement's meetings, so that no count is lost.

    The weaker lock (FOR NO KEY UPDATE) lets everyone else refer to the agreement meanwhile.
    """
    session.execute(
        select(Agreement.id).where(Agreement.id == agreement_id).with_for_update(key_share=True)
    )


@dataclass(frozen=True, slots=True)
class _Filing:
    """What all that is filed at one time has in common."""

    session: Session
    told: Told | None
    now: datetime

    def report(self, duty: Obligation, origin: str, event_on: date, shown: Shown) -> int:
        """File what is shown of one occurrence; return its number."""
        occurrence = report(
            self.session,
            obligation=duty,
            origin=origin,
            event_on=event_on,
            shown=shown,
            told=self.told,
            now=self.now,
        )
        return occurrence.id


@dataclass(frozen=True, slots=True)
class _Held:
    """A meeting of a term, as its parties' counts need it."""

    id: int
    day: date
    #: False: published, and nobody has reported on it.
    held: bool
    target_group: bool
    #: Organisation -> whether it was there; one that is not known is left out.
    there: dict[int, bool]


def _terms(filing: _Filing, meeting: Meeting, day: date) -> None:
    """Count the terms that a meeting on a local date belongs to."""
    session, subject = filing.session, SUBJECTS[meeting.kind]
    duties = [
        (duty, term_on(session, duty.commitment, day))
        for rule in ("held_per_period", "attends_each", "attends_per_period")
        for duty in owed(session, meeting.agreement_id, rule=rule, subject=subject)
    ]
    if not duties:
        return
    first = min(term.first for _duty, term in duties)
    last = max(term.last for _duty, term in duties)
    found = _held_in(session, meeting.agreement_id, meeting.kind, first, last)
    convened: set[int] = set()
    for duty, term in duties:
        commitment = duty.commitment
        if commitment.rule == "attends_per_period" and commitment.id not in convened:
            convened.add(commitment.id)
            _convener(filing, commitment, term, found)
        span = span_of(duty, term)
        if span is None or duty.by_decision:
            continue
        within = [one for one in found if span[0] <= one.day <= span[1]]
        shown = (
            _as_arranger(within, meeting.kind)
            if commitment.rule == "held_per_period"
            else _as_party(within, duty.organisation_id)
        )
        if commitment.rule == "held_per_period" and meeting.kind is MeetingKind.STEERING:
            shown = with_reported(session, meeting.agreement_id, *span, held=shown)
        filing.report(duty, term.origin, span[1], shown)


def steering_held(session: Session, agreement_id: int, first: date, last: date) -> Shown:
    """Return what is known here of the steering meetings from `first` to `last` (local dates).

    Others who count the agreement's meetings wait until the transaction is over.
    """
    _alone(session, agreement_id)
    kind = MeetingKind.STEERING
    return _as_arranger(_held_in(session, agreement_id, kind, first, last), kind)


def _convener(filing: _Filing, commitment: Commitment, term: Term, found: Sequence[_Held]) -> None:
    """Count the convener's year: that the meetings are held at all."""
    decided_by = min(term.last, local_date(filing.now))
    owing = convening(filing.session, commitment, decided_by, until=term.last)
    if owing is None:
        return
    within = [one for one in found if term.first <= one.day <= term.last]
    held = sum(one.held for one in within)
    shown = Shown(counted=held, total=held, unknown=len(within) - held, outcome=Outcome.CONVENES)
    filing.report(owing, convened_origin(term), term.last, shown)


def _as_arranger(within: Sequence[_Held], kind: MeetingKind) -> Shown:
    """Return what was held; of steering meetings those with the target group on the agenda."""
    held = [one for one in within if one.held]
    counted = [one for one in held if one.target_group or kind is not MeetingKind.STEERING]
    return Shown(counted=len(counted), total=len(held), unknown=len(within) - len(held))


def _as_party(within: Sequence[_Held], organisation_id: int) -> Shown:
    """Return what a party was at, of what was held and is known."""
    known = [one.there[organisation_id] for one in within if organisation_id in one.there]
    return Shown(counted=sum(known), total=len(known), unknown=len(within) - len(known))


def _held_in(
    session: Session, agreement_id: int, kind: MeetingKind, first: date, last: date
) -> list[_Held]:
    """Return the meetings of a kind that stand, from `first` to `last` (local dates)."""
    meetings = session.scalars(
        select(Meeting)
        .where(
            Meeting.agreement_id == agreement_id,
            Meeting.kind == kind,
            Meeting.state.in_((MeetingState.PUBLISHED, *WAS_HELD)),
            Meeting.starts_at >= local_time(first, time()),
            Meeting.starts_at < local_time(last + timedelta(days=1), time()),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
    there = came_to(session, [one for one in meetings if one.state in WAS_HELD])
    return [
        _Held(
            id=one.id,
            day=local_date(one.starts_at),
            held=one.state in WAS_HELD,
            target_group=one.target_group,
            there=there.get(one.id, {}),
        )
        for one in meetings
    ]


def _summonses(filing: _Filing, meeting: Meeting) -> None:
    """File what became of each clinic's summons to a steering meeting.

    A clinic that is no longer summoned, or that another is in the place of on the meeting's new
    day, owes nothing.
    """
    if meeting.state is MeetingState.CANCELLED:
        return
    day, ways = local_date(meeting.starts_at), heirs(filing.session, meeting.association_id)
    asked_on = summoned(filing.session, meeting, ways, filing.now)
    came: dict[int, list[Presence]] = {}
    for row in filing.session.execute(
        select(MeetingAttendance.unit_id, MeetingAttendance.presence).where(
            MeetingAttendance.meeting_id == meeting.id, MeetingAttendance.unit_id.is_not(None)
        )
    ):
        came.setdefault(ways.unit_on(row.unit_id, day), []).append(row.presence)
    # Of two clinics that have merged, the one that came stands for both.
    outcomes = {
        unit: _OUTCOMES[min(said, key=list(_OUTCOMES).index)] for unit, said in came.items()
    }
    owing: set[int] = set()
    for duty in owed(
        filing.session,
        meeting.agreement_id,
        rule="attends_when_summoned",
        subject=SUBJECTS[meeting.kind],
        on=day,
    ):
        if duty.unit_id in asked_on:
            shown = Shown(
                asked_on=asked_on[duty.unit_id],
                outcome=outcomes.get(duty.unit_id, Outcome.NONE),
            )
            owing.add(filing.report(duty, origin(meeting.id), day, shown))
    withdraw(
        filing.session,
        association_id=meeting.association_id,
        origin=origin(meeting.id),
        now=filing.now,
        but=owing,
    )
