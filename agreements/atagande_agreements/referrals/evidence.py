"""What a referral shows: AF1-AF3 of Arbetsförmedlingen, K5-K7 of the municipality.

What happens once a party has ended is owed by its heir; what happened before stays with the old.

Everything is worked out from the whole row each time, so any order of the same reports ends in the
same verdict. The occurrences are keyed on the row's number and tell no reference.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.commitments.models import Obligation, Occurrence
from atagande_agreements.commitments.queries import owed
from atagande_agreements.commitments.terms import span_of, term_on
from atagande_agreements.filing import Shown, Told, hold, report
from atagande_agreements.parties.heirs import Heirs, heirs
from atagande_agreements.parties.models import Person
from atagande_agreements.referrals.models import Assessment, AttendedBy, Referral, Wish
from atagande_agreements.rules import Outcome

#: (rule, subject) of the commitments.
CONTACT = ("effort_within", "af_contact")
ASSESSMENT = ("service_within", "af_assessment")
PLAN = ("service_within", "af_plan")
CONSENT = ("case_gate", "first_meeting_consent")
MATERIAL = ("prepared_before", "first_meeting_material")
ATTENDED = ("share_of_cases", "first_meeting_attended")
OF_AF = (CONTACT, ASSESSMENT, PLAN)
OF_MUNICIPALITY = (CONSENT, MATERIAL)


#: Not withdrawn before anyone said who was at the first meeting: then nobody ever can.
STILL_COUNTED = or_(Referral.withdrawn_on.is_(None), Referral.attended_by.is_not(None))


@dataclass(frozen=True, slots=True)
class Stand:
    """What a referral says of one commitment."""

    #: Local date of the event; None while there is nothing to keep.
    event_on: date | None
    #: Local date of what keeps it; None while nothing does.
    kept_on: date | None
    outcome: Outcome = Outcome.NONE


#: What a referral says, by (rule, subject) of the commitment.
Stands = dict[tuple[str, str], Stand]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a referral adds to its half-year's first meetings (K5)."""

    #: None when there is no meeting, the client wanted to go alone, or the referral was withdrawn
    #: and nobody has said who was there.
    meeting_on: date | None = None
    attended_by: AttendedBy | None = None


def origin(referral_id: int) -> str:
    """Return what the occurrences of a referral are keyed on."""
    return f"referral:{referral_id}"


def stands(referral: Referral) -> Stands:
    """Return what a referral says of each commitment that a single case can keep."""
    suited = referral.assessment is Assessment.SUITS
    meeting_on = referral.meeting_on
    return {
        CONTACT: Stand(referral.referred_on, referral.contacted_on),
        ASSESSMENT: Stand(referral.contacted_on, referral.assessed_on),
        PLAN: Stand(referral.assessed_on if suited else None, referral.planned_on),
        CONSENT: Stand(meeting_on, referral.consent_on, Outcome.KEPT),
        MATERIAL: Stand(meeting_on, referral.material_on),
    }


def counted(referral: Referral) -> Counted:
    """Return what a referral adds to its half-year's first meetings."""
    if referral.meeting_on is None or referral.wish is Wish.ALONE:
        return Counted()
    if referral.withdrawn_on is not None and referral.attended_by is None:
        return Counted()
    return Counted(referral.meeting_on, referral.attended_by)


def show(
    session: Session,
    *,
    referral: Referral,
    before: Stands,
    counted_before: Counted,
    person: Person,
    now: datetime,
) -> None:
    """File what is different from `before`, which is empty for a referral that is new."""
    after = stands(referral)
    for kind, stand in after.items():
        was = before.get(kind)
        if stand == was:
            continue
        if stand.event_on is not None:
            if was is not None and was.event_on not in {None, stand.event_on}:
                _leave(session, referral, kind, was.event_on, stand.event_on, now=now)
            _file(session, referral, kind, stand, person=person, now=now)
        elif was is not None and was.event_on is not None:
            # It was there, and is no more: nothing is owed.
            void = Stand(was.event_on, None, Outcome.VOID)
            _file(session, referral, kind, void, person=person, now=now)
    counts = counted(referral)
    if counts != counted_before:
        days = {counted_before.meeting_on, counts.meeting_on} - {None}
        told = None
        if counts.meeting_on is not None and counts.attended_by is not None:
            told = Told(_source(referral), counts.meeting_on, person)
        count_meetings(session, referral, {day for day in days if day is not None}, told, now)


def _source(referral: Referral) -> str:
    return f"referral:{referral.id}:v{referral.version}"


def _file(
    session: Session,
    referral: Referral,
    kind: tuple[str, str],
    stand: Stand,
    *,
    person: Person,
    now: datetime,
) -> None:
    told = None if stand.kept_on is None else Told(_source(referral), stand.kept_on, person)
    # A condition for booking is kept by its outcome; the day of the consent stands in its evidence.
    kept_on = None if kind == CONSENT else stand.kept_on
    event_on = stand.event_on or referral.referred_on
    for obligation in _owed(session, referral, kind, on=event_on):
        report(
            session,
            obligation=obligation,
            origin=origin(referral.id),
            event_on=event_on,
            shown=Shown(kept_on=kept_on, outcome=stand.outcome),
            told=told,
            now=now,
        )


def _leave(
    session: Session,
    referral: Referral,
    kind: tuple[str, str],
    was_on: date,
    event_on: date,
    *,
    now: datetime,
) -> None:
    """Say that nothing is owed by a party whose event has moved to another's days."""
    staying = {one.id for one in _owed(session, referral, kind, on=event_on)}
    for obligation in _owed(session, referral, kind, on=was_on):
        if obligation.id not in staying:
            report(
                session,
                obligation=obligation,
                origin=origin(referral.id),
                event_on=was_on,
                shown=Shown(outcome=Outcome.VOID),
                told=None,
                now=now,
            )


def _owed(
    session: Session, referral: Referral, kind: tuple[str, str], on: date
) -> list[Obligation]:
    """Return what is owed by who was the party on an event's local date."""
    rule, subject = kind
    place = None
    if kind not in OF_AF:
        ways = heirs(session, referral.association_id)
        place = ways.organisation_on(referral.organisation_id, on)
    return owed(
        session,
        referral.agreement_id,
        rule=rule,
        subject=subject,
        organisation_id=place,
        on=on,
    )


def count_meetings(
    session: Session, referral: Referral, days: Iterable[date], told: Told | None, now: datetime
) -> None:
    """Count the first meetings of the half-years that `days` (local dates) belong to.

    A meeting that is booked and not reported is unknown from the start: when the half-year ends,
    all of them have been.
    """
    ways = heirs(session, referral.association_id)
    duties: dict[Obligation, set[date]] = {}
    for day in days:
        for obligation in _owed(session, referral, ATTENDED, on=day):
            duties.setdefault(obligation, set()).add(day)
    for obligation in sorted(duties, key=lambda one: one.id):
        hold(session, obligation)
        own_days = duties[obligation]
        for term in {term_on(session, obligation.commitment, day) for day in own_days}:
            span = span_of(obligation, term)
            if span is None:
                continue
            within = told is not None and span[0] <= told.effective_on <= span[1]
            report(
                session,
                obligation=obligation,
                origin=term.origin,
                event_on=span[1],
                shown=_meetings(session, ways, obligation, span),
                told=told if within else None,
                now=now,
            )


def _meetings(
    session: Session, ways: Heirs, obligation: Obligation, span: tuple[date, date]
) -> Shown:
    """Return how many of a span's first meetings the municipality was at, its own and taken on."""
    place = obligation.organisation_id
    taken_on = [
        and_(Referral.organisation_id == old, Referral.meeting_on >= since)
        for old, since in ways.gone_into(place).items()
    ]
    went = Referral.attended_by.in_((AttendedBy.SOCIAL_SECRETARY, AttendedBy.COACH))
    row = session.execute(
        select(
            func.count(case((went, 1))),
            func.count(Referral.attended_by),
            func.count(),
        ).where(
            Referral.agreement_id == obligation.agreement_id,
            or_(Referral.organisation_id == place, *taken_on),
            Referral.meeting_on.between(*span),
            or_(Referral.wish.is_(None), Referral.wish != Wish.ALONE),
            STILL_COUNTED,
        )
    ).one()
    return Shown(counted=row[0], total=row[1], unknown=row[2] - row[1])


def withdraw_open(session: Session, *, referral: Referral, now: datetime) -> None:
    """Say of what is still open that nothing is owed; what is settled stays as it was."""
    kinds = [*OF_AF, *OF_MUNICIPALITY]
    duties = [
        one.id
        for rule, subject in kinds
        for one in owed(session, referral.agreement_id, rule=rule, subject=subject)
    ]
    found = session.scalars(
        select(Occurrence)
        .where(
            Occurrence.obligation_id.in_(duties),
            Occurrence.origin == origin(referral.id),
            Occurrence.settled_at.is_(None),
        )
        .options(joinedload(Occurrence.obligation).joinedload(Obligation.commitment))
    ).all()
    for one in found:
        report(
            session,
            obligation=one.obligation,
            origin=one.origin,
            event_on=one.event_on,
            shown=Shown(kept_on=one.kept_on, outcome=Outcome.VOID),
            told=None,
            now=now,
        )
