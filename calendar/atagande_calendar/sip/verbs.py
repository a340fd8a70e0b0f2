"""Books a SIP."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import (
    OFFICE_CLOSES,
    OFFICE_OPENS,
    STOCKHOLM,
    is_working_day,
    local_date,
)
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.enquiries.errors import NotAClinic
from atagande_agreements.enquiries.verbs import new_reference
from atagande_agreements.errors import NotFound
from atagande_agreements.parties.models import OrganisationKind, Person, Unit, UnitKind
from atagande_agreements.parties.outside import is_outside, mailboxes
from atagande_agreements.register.models import Agreement
from atagande_calendar.invitations.models import Attendance
from atagande_calendar.invitations.sending import tell
from atagande_calendar.invitations.verbs import invite
from atagande_calendar.meetings.models import SIP_MINUTES, Meeting, MeetingKind, MeetingState
from atagande_calendar.meetings.verbs import new_uid
from atagande_calendar.sip.after import keeps
from atagande_calendar.sip.errors import (
    NeedlessReason,
    NobodyAtClinic,
    NoConsent,
    NoPurpose,
    NoReason,
    NotAConvener,
    NotForSip,
    NotOfficeHours,
    RequestedInFuture,
    TooLong,
)
from atagande_calendar.sip.evidence import show_case
from atagande_calendar.sip.models import Sip, SipStanding, SipVenue, VenueReason
from atagande_calendar.sip.queries import chiefs_of
from atagande_calendar.slots.holds import make_room, require_offered, slot_taken
from atagande_calendar.slots.models import SlotClaim
from atagande_calendar.slots.queries import HORIZON_DAYS, free_slots, quarters

#: The two principals, who owe each other a presence.
PRINCIPALS = (OrganisationKind.MUNICIPALITY, OrganisationKind.REGION)
_LONGEST_PLACE = 300


def attendance_of(person: Person) -> Attendance:
    """Return how a person is asked: the two principals are kallade, others are inbjudna.

    A prescribing clinic outside the agreement is health care's too.

    Socialtjänstlagen (2025:400) 10 kap. and hälso- och sjukvårdslagen (2017:30) 16 kap. 4 § bind
    the municipality and the region.
    """
    called = person.organisation.kind in (*PRINCIPALS, OrganisationKind.OUTSIDE)
    return Attendance.SUMMONED if called else Attendance.INVITED


def title_of(reference: str, minutes: int) -> str:
    """Return the neutral subject of a SIP's invitations; it names nobody and no illness."""
    return f"Samverkansmöte {minutes} min – ref {reference}"


#: What stands in the invitations where there is no address to give.
ONLINE_PLACE = "Digitalt möte. Den sammankallande skickar länken."
ELSEWHERE_PLACE = "Annan plats. Den sammankallande meddelar var."


def place_of(unit: Unit, venue: SipVenue = SipVenue.CLINIC, convener: Person | None = None) -> str:
    """Return where a SIP is held, as it stands in the invitations.

    Always made by us from what is known of the parties: nobody writes an address in free text.
    """
    if venue is SipVenue.ONLINE:
        return ONLINE_PLACE
    if venue is SipVenue.ELSEWHERE:
        return ELSEWHERE_PLACE
    if venue is SipVenue.CONVENER and convener is not None:
        if convener.unit is None:
            return convener.organisation.name
        unit = convener.unit
    place = f"{unit.name}, {unit.address}" if unit.address else unit.name
    return place[:_LONGEST_PLACE]


def _check_venue(venue: SipVenue, reason: VenueReason | None) -> None:
    if venue is SipVenue.CLINIC and reason is not None:
        raise NeedlessReason(field="venue_reason")
    if venue is not SipVenue.CLINIC and reason is None:
        raise NoReason(field="venue_reason")


def require_office_hours(starts_at: datetime, minutes: int, now: datetime) -> None:
    """Refuse a time that can't be proposed: in the past, too far off, outside office hours."""
    start = starts_at.astimezone(STOCKHOLM)
    end = (starts_at + timedelta(minutes=minutes)).astimezone(STOCKHOLM)
    day = start.date()
    ahead = now < starts_at and day <= local_date(now) + timedelta(days=HORIZON_DAYS)
    within = is_working_day(day) and start.time() >= OFFICE_OPENS and end.time() <= OFFICE_CLOSES
    whole = not start.second and not start.microsecond
    if not ahead or not within or not whole or end.date() != day:
        raise NotOfficeHours(field="slot")


def _check_requested(requested_on: date, agreement: Agreement, now: datetime) -> None:
    if requested_on > local_date(now):
        raise RequestedInFuture(field="requested_on", day=requested_on)
    if requested_on < agreement.valid_from:
        raise BeforeAgreement(
            field="requested_on", day=requested_on, valid_from=agreement.valid_from
        )


def _asked(
    session: Session, unit: Unit, convener: Person, people: Sequence[Person]
) -> list[Person]:
    """Return everyone who is asked, each once: the convener and the clinic's chiefs first.

    A clinic outside the agreement is asked through its mailbox.
    """
    chiefs = mailboxes(session, unit.id) if is_outside(unit) else chiefs_of(session, unit.id)
    if not chiefs:
        raise NobodyAtClinic(field="unit", unit=unit.name)
    asked = list(dict.fromkeys([convener, *chiefs, *people]))
    if any(one.organisation.kind is OrganisationKind.ASSOCIATION for one in asked):
        raise NotForSip(field="people")
    return asked


def book_sip(
    session: Session,
    *,
    agreement: Agreement,
    unit: Unit,
    starts_at: datetime,
    minutes: int,
    people: Sequence[Person],
    consent: bool,
    purpose_ready: bool,
    requested_on: date,
    convener: Person,
    domain: str,
    now: datetime,
    venue: SipVenue = SipVenue.CLINIC,
    venue_reason: VenueReason | None = None,
    follows: Sip | None = None,
) -> Sip:
    """Book a slot at the prescribing clinic and queue the invitations.

    At a clinic outside the agreement a time is proposed rather than booked: any within office
    hours, and nobody but the clinic hears of it before the clinic has said yes. `follows` is the
    meeting that this one follows up; consent is asked for anew.

    Besides `people`, the convener and the clinic's unit chiefs are always asked. The slot is the
    clinic's also when the meeting is held elsewhere, which needs a reason (A6).

    Of several who book the same slot at once, the key on the claimed quarters lets one through;
    the others get SlotTaken with the next free slots and leave nothing behind. The convener's own
    hold becomes the booking; another's keeps everyone else out until it runs out.
    """
    if convener.organisation.kind not in PRINCIPALS:
        raise NotAConvener
    if minutes > SIP_MINUTES or minutes <= 0:
        raise TooLong(field="minutes", minutes=minutes)
    if not consent:
        raise NoConsent(field="consent")
    if not purpose_ready:
        raise NoPurpose(field="purpose_ready")
    if unit.kind is not UnitKind.CLINIC or unit.association_id != agreement.association_id:
        raise NotAClinic(field="unit", unit=unit.name)
    _check_venue(venue, venue_reason)
    _check_requested(requested_on, agreement, now)
    if follows is not None and not keeps(follows, convener):
        raise NotFound
    proposed = is_outside(unit)
    asked = _asked(session, unit, convener, people)
    if proposed:
        require_office_hours(starts_at, minutes, now)
        earliest = [starts_at]
    else:
        make_room(
            session,
            unit_id=unit.id,
            starts_at=starts_at,
            minutes=minutes,
            person_id=convener.id,
            now=now,
        )
        require_offered(session, unit.id, starts_at, now)
        earliest = free_slots(session, unit.id, after=now, limit=1)
    reference = new_reference()
    meeting = Meeting(
        association_id=agreement.association_id,
        agreement_id=agreement.id,
        kind=MeetingKind.SIP,
        state=MeetingState.PUBLISHED,
        title=title_of(reference, minutes),
        starts_at=starts_at,
        minutes=minutes,
        place=place_of(unit, venue, convener),
        agenda="",
        organisation_id=convener.organisation_id,
        uid=new_uid(domain),
        created_by_id=convener.id,
        created_at=now,
        published_at=now,
    )
    try:
        with session.begin_nested():
            session.add(meeting)
            session.flush()
            session.add_all(
                SlotClaim(unit_id=unit.id, quarter_at=quarter, meeting_id=meeting.id)
                for quarter in ([] if proposed else quarters(starts_at, minutes))
            )
            session.flush()
    except IntegrityError as error:
        raise slot_taken(
            session, unit_id=unit.id, starts_at=starts_at, minutes=minutes, now=now
        ) from error
    sip = Sip(
        association_id=agreement.association_id,
        meeting_id=meeting.id,
        reference=reference,
        unit_id=unit.id,
        organisation_id=convener.organisation_id,
        convener_id=convener.id,
        requested_on=requested_on,
        first_offered_at=earliest[0] if earliest else starts_at,
        consent_confirmed_at=now,
        purpose_ready=purpose_ready,
        venue=venue,
        venue_reason=venue_reason,
        standing=SipStanding.PROPOSED if proposed else SipStanding.BOOKED,
        follows_id=follows.id if follows is not None else None,
    )
    sip.meeting = meeting
    session.add(sip)
    session.flush()
    show_case(session, sip=sip, person=convener, now=now)
    for person in asked:
        invitation = invite(
            session, meeting=meeting, person=person, attendance=attendance_of(person)
        )
        invitation.waiting = proposed and person != convener and person.unit_id != unit.id
    tell(session, meeting=meeting, now=now)
    audit.record(
        session,
        audit.Change(
            association_id=agreement.association_id,
            at=now,
            actor=audit.Actor.of(convener),
            action="sip.booked",
            object_type="sip",
            object_id=sip.id,
            changes={
                "starts_at": (None, starts_at),
                "unit": (None, unit.key),
                "venue": (None, venue),
                "venue_reason": (None, venue_reason),
            },
        ),
    )
    return sip
