"""What happens to a SIP after it is booked: moved, called off, consent taken back, followed up.

Only who keeps the case changes it; others find nothing there. All that people need to know of it
leaves by `sending.tell`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from atagande_agreements import audit
from atagande_agreements.commitments.evidence import withdraw
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.parties.models import OrganisationKind, Person
from atagande_agreements.parties.outside import is_outside
from atagande_calendar.invitations.models import Invitation, Partstat
from atagande_calendar.invitations.sending import tell
from atagande_calendar.invitations.told import Sending
from atagande_calendar.invitations.verbs import invite, remove
from atagande_calendar.meetings.models import Meeting, MeetingState
from atagande_calendar.sip.after import keeps
from atagande_calendar.sip.errors import NotForSip, SameTime, SipIsOver
from atagande_calendar.sip.evidence import origin, show_case
from atagande_calendar.sip.models import Sip, SipCalledOff, SipStanding
from atagande_calendar.sip.verbs import attendance_of, require_office_hours
from atagande_calendar.slots.holds import make_room, require_offered, slot_taken
from atagande_calendar.slots.models import SlotClaim
from atagande_calendar.slots.queries import quarters


def can_change(sip: Sip, now: datetime) -> bool:
    """Tell whether a booking can still be moved or called off."""
    standing = sip.meeting.state is MeetingState.PUBLISHED and sip.result is None
    return standing and sip.meeting.starts_at > now


def require_open(session: Session, sip: Sip, person: Person, version: int, now: datetime) -> None:
    """Lock a booking for a change; raise unless its keeper may still change it.

    Raises NotFound for anyone else, SipIsOver when it has been, was called off or reported, and
    Stale when it was changed in between.
    """
    if not keeps(sip, person):
        raise NotFound
    # By name: what the rows were read with may be outer joins, which PostgreSQL can't hold.
    session.refresh(sip, ["standing", "result", "called_off", "version"], with_for_update=True)
    session.refresh(
        sip.meeting, ["state", "starts_at", "minutes", "sequence", "version"], with_for_update=True
    )
    if not can_change(sip, now):
        raise SipIsOver
    if sip.version != version:
        raise Stale


def move_sip(
    session: Session, *, sip: Sip, starts_at: datetime, person: Person, version: int, now: datetime
) -> Sending:
    """Move a booking to another of the clinic's slots; return what is sent.

    The old slot is given back and the new one taken in one transaction. Who loses a race for the
    new one gets SlotTaken with the next free slots, and still has the old.
    """
    require_open(session, sip, person, version, now)
    meeting, before = sip.meeting, sip.meeting.starts_at
    if starts_at == before:
        raise SameTime(field="slot")
    called_back = Sending()
    if is_outside(sip.unit):
        called_back = _propose(session, sip, starts_at, now)
    else:
        _take(session, sip, starts_at, person, now)
    meeting.starts_at = starts_at
    # The row of the booking says the same as before, but a form that was read earlier is stale.
    flag_modified(sip, "standing")
    session.flush()
    show_case(session, sip=sip, person=person, now=now)
    sending = tell(session, meeting=meeting, now=now)
    _record(session, sip, "sip.moved", person, now, starts_at=(before, starts_at))
    return replace(sending, cancelled=sending.cancelled + called_back.cancelled)


def _propose(session: Session, sip: Sip, starts_at: datetime, now: datetime) -> Sending:
    """Ask a clinic outside the agreement for another time; the others hear when it says yes.

    Those who had the time before it get a CANCEL: nobody keeps an hour free for what the clinic
    has not agreed to. Call it before the meeting is moved, so that the CANCEL says the old time.
    """
    require_office_hours(starts_at, sip.meeting.minutes, now)
    sip.standing = SipStanding.PROPOSED
    for other in session.scalars(
        select(Invitation).where(
            Invitation.meeting_id == sip.meeting_id,
            Invitation.person_id != sip.convener_id,
            Invitation.unit_id.is_distinct_from(sip.unit_id),
        )
    ):
        other.waiting = True
    return tell(session, meeting=sip.meeting, now=now)


def hold(session: Session, meeting: Meeting) -> None:
    """Hold a booking until the commit, so that an answer waits for a change that is under way.

    Call it before the answer: who changes a booking holds it before its invitations.
    """
    session.execute(select(Sip.id).where(Sip.meeting_id == meeting.id).with_for_update())


def heard(session: Session, *, meeting: Meeting, now: datetime) -> Sending:
    """Take in what a clinic outside the agreement has answered; return what is sent.

    Its yes makes the proposed time a booking, and everyone else is told. Call it after every
    answer; without anything new it changes and sends nothing.
    """
    sip = session.scalar(
        select(Sip)
        .where(Sip.meeting_id == meeting.id, Sip.standing == SipStanding.PROPOSED)
        .with_for_update()
    )
    if sip is None or meeting.state is not MeetingState.PUBLISHED:
        return Sending()
    yes = session.scalar(
        select(Invitation.id)
        .where(
            Invitation.meeting_id == meeting.id,
            Invitation.unit_id == sip.unit_id,
            Invitation.partstat == Partstat.ACCEPTED,
            Invitation.answered_sequence == Invitation.sequence,
        )
        .limit(1)
    )
    if yes is None:
        return Sending()
    sip.standing = SipStanding.BOOKED
    for waiting in session.scalars(
        select(Invitation).where(Invitation.meeting_id == meeting.id, Invitation.waiting)
    ):
        waiting.waiting = False
    _record(session, sip, "sip.accepted", sip.convener, now, standing=("proposed", "booked"))
    return tell(session, meeting=meeting, now=now)


def _take(session: Session, sip: Sip, starts_at: datetime, person: Person, now: datetime) -> None:
    """Give back the quarters of a booking and take those of another start."""
    minutes = sip.meeting.minutes
    make_room(
        session,
        unit_id=sip.unit_id,
        starts_at=starts_at,
        minutes=minutes,
        person_id=person.id,
        now=now,
    )
    require_offered(session, sip.unit_id, starts_at, now)
    try:
        with session.begin_nested():
            release(session, sip)
            session.add_all(
                SlotClaim(unit_id=sip.unit_id, quarter_at=quarter, meeting_id=sip.meeting_id)
                for quarter in quarters(starts_at, minutes)
            )
            session.flush()
    except IntegrityError as error:
        raise slot_taken(
            session, unit_id=sip.unit_id, starts_at=starts_at, minutes=minutes, now=now
        ) from error


def ask_people(
    session: Session,
    *,
    sip: Sip,
    people: Sequence[Person],
    person: Person,
    version: int,
    now: datetime,
) -> Sending:
    """Let the others who are asked be `people`; return what is sent.

    The convener and the clinic always stay. Who is added gets a REQUEST, who is removed a CANCEL,
    and nobody else hears of it. Raises NotForSip for the association's own.
    """
    require_open(session, sip, person, version, now)
    if any(one.organisation.kind is OrganisationKind.ASSOCIATION for one in people):
        raise NotForSip(field="people")
    asked = session.scalars(
        select(Invitation)
        .where(Invitation.meeting_id == sip.meeting_id, Invitation.removed_at.is_(None))
        .with_for_update()
    ).all()
    wanted = {one.id for one in people}
    for invitation in asked:
        stays = invitation.person_id == sip.convener_id or invitation.unit_id == sip.unit_id
        if not stays and invitation.person_id not in wanted:
            remove(session, invitation=invitation, now=now)
    known = {one.person_id for one in asked}
    for one in people:
        if one.id not in known:
            added = invite(session, meeting=sip.meeting, person=one, attendance=attendance_of(one))
            added.waiting = sip.standing is SipStanding.PROPOSED
    # A form that was read before this is stale.
    flag_modified(sip, "standing")
    sending = tell(session, meeting=sip.meeting, now=now)
    _record(
        session,
        sip,
        "sip.people",
        person,
        now,
        invited=(None, sending.invited),
        removed=(None, sending.cancelled),
    )
    return sending


def release(session: Session, sip: Sip) -> None:
    """Give the quarters that a booking has taken back to the clinic."""
    session.execute(
        delete(SlotClaim)
        .where(SlotClaim.meeting_id == sip.meeting_id)
        .execution_options(synchronize_session="fetch")
    )


def call_off_sip(
    session: Session,
    *,
    sip: Sip,
    because: SipCalledOff,
    person: Person,
    version: int,
    now: datetime,
) -> Sending:
    """Call a booking off: the slot is free again and everyone who was told gets a CANCEL.

    Nothing is asked of anyone for a meeting that was never held. Consent that was taken back is
    a reason of its own; after it nothing but the CANCEL is sent.
    """
    require_open(session, sip, person, version, now)
    sip.called_off = because
    if because is SipCalledOff.CONSENT:
        sip.consent_withdrawn_at = now
    sip.meeting.state = MeetingState.CANCELLED
    release(session, sip)
    session.flush()
    withdraw(session, association_id=sip.association_id, origin=origin(sip.id), now=now)
    sending = tell(session, meeting=sip.meeting, now=now)
    _record(session, sip, "sip.called_off", person, now, called_off=(None, because))
    return sending


def _record(
    session: Session,
    sip: Sip,
    action: str,
    person: Person,
    now: datetime,
    **changes: tuple[object, object],
) -> None:
    audit.record(
        session,
        audit.Change(
            association_id=sip.association_id,
            at=now,
            actor=audit.Actor.of(person),
            action=action,
            object_type="sip",
            object_id=sip.id,
            changes=dict(changes),
        ),
    )
