"""What happens to a SIP after it is booked: moved, called off, consent taken back."""

from datetime import date, datetime, time, timedelta
from random import Random

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.commitments.models import Occurrence, Status
from atagande_agreements.errors import NotFound, Refused, Stale
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.outside import add_outside_clinic
from atagande_agreements.parties.queries import clinics, people
from atagande_calendar.invitations.errors import NoLongerAsked, TooLate
from atagande_calendar.invitations.models import AnswerWay, Invitation, InvitationMessage, Partstat
from atagande_calendar.invitations.verbs import answer, require_open
from atagande_calendar.meetings.models import Meeting, MeetingState
from atagande_calendar.method import Method
from atagande_calendar.sip.changes import call_off_sip, heard, move_sip
from atagande_calendar.sip.errors import NotOfficeHours, SameTime, SipIsOver
from atagande_calendar.sip.models import Sip, SipCalledOff, SipStanding
from atagande_calendar.sip.verbs import book_sip, require_office_hours
from atagande_calendar.slots.errors import NotOffered, SlotTaken
from atagande_calendar.slots.models import SlotClaim
from atagande_calendar.slots.queries import free_slots, quarters
from support.booking import book, booked
from support.rivals import SLOT
from support.world import AF, CLINIC_CHIEF, CONVENER, OTHER_CONVENER, World

CLINIC = "sollentuna-mottagning"
OUTSIDE = "samordning@vardcentral.example"
NEXT = local_time(date(2026, 3, 10), time(9))


def claims(session: Session) -> list[object]:
    return sorted(session.scalars(select(SlotClaim.quarter_at)))


def sent(session: Session, sip: Sip) -> list[tuple[str, Method, int]]:
    rows = session.execute(
        select(Invitation.email, InvitationMessage.method, InvitationMessage.sequence)
        .join(InvitationMessage, InvitationMessage.invitation_id == Invitation.id)
        .where(Invitation.meeting_id == sip.meeting_id)
        .order_by(InvitationMessage.id)
    )
    return [(email, method, sequence) for email, method, sequence in rows]


def test_a_moved_sip_takes_the_new_slot_and_gives_the_old_one_back(world: World) -> None:
    number = booked(world, people=[AF])
    with world.writer() as session:
        sip = session.get_one(Sip, number)
        chief = session.scalars(
            select(Invitation).where(
                Invitation.meeting_id == sip.meeting_id, Invitation.email == CLINIC_CHIEF
            )
        ).one()
        answer(
            session,
            invitation=chief,
            partstat=Partstat.ACCEPTED,
            way=AnswerWay.LINK,
            now=world.now,
        )
        sending = move_sip(
            session,
            sip=sip,
            starts_at=NEXT,
            person=world.person(session, CONVENER),
            version=sip.version,
            now=world.now,
        )
        assert (sending.changed, sending.total) == (3, 3)
        assert claims(session) == quarters(NEXT, 60)
        assert SLOT in free_slots(session, sip.unit_id, after=SLOT - timedelta(seconds=1))
        assert {one.partstat for one in session.scalars(select(Invitation))} == {
            Partstat.NEEDS_ACTION
        }
        assert sent(session, sip)[3:] == [
            (CONVENER, Method.REQUEST, 1),
            (CLINIC_CHIEF, Method.REQUEST, 1),
            (AF, Method.REQUEST, 1),
        ]
        assert {one.event_on for one in session.scalars(select(Occurrence))} == {local_date(NEXT)}


def test_a_slot_that_another_has_is_refused_and_the_old_one_stays(world: World) -> None:
    booked(world, slot=NEXT, by=OTHER_CONVENER)
    number = booked(world)
    with world.writer() as session:
        sip = session.get_one(Sip, number)
        before = claims(session)
        with pytest.raises(SlotTaken) as refused:
            move_sip(
                session,
                sip=sip,
                starts_at=NEXT,
                person=world.person(session, CONVENER),
                version=sip.version,
                now=world.now,
            )
        assert len(refused.value.free) == 3
        assert claims(session) == before
        assert sip.meeting.starts_at == SLOT


@pytest.mark.parametrize(
    ("starts_at", "refusal"),
    [(SLOT, SameTime), (NEXT + timedelta(minutes=7), NotOffered)],
    ids=["where it is", "no slot of the clinic"],
)
def test_a_sip_moves_only_to_another_slot(
    world: World, starts_at: object, refusal: type[Exception]
) -> None:
    number = booked(world)
    with world.writer() as session:
        sip = session.get_one(Sip, number)
        with pytest.raises(refusal):
            move_sip(
                session,
                sip=sip,
                starts_at=starts_at,  # type: ignore[arg-type] # one of the moments above
                person=world.person(session, CONVENER),
                version=sip.version,
                now=world.now,
            )


def test_consent_taken_back_calls_it_off_for_everyone_under_the_same_identity(
    world: World,
) -> None:
    """Scenario 12, its second half."""
    number = booked(world, people=[AF])
    with world.writer() as session:
        sip = session.get_one(Sip, number)
        uid = sip.meeting.uid
        sending = call_off_sip(
            session,
            sip=sip,
            because=SipCalledOff.CONSENT,
            person=world.person(session, CONVENER),
            version=sip.version,
            now=world.now,
        )
        session.commit()
        assert sending.cancelled == sending.total == 3
        assert sip.consent_withdrawn_at == world.now
        assert sip.meeting.state is MeetingState.CANCELLED
        assert sip.meeting.uid == uid
        assert claims(session) == []
        assert [row[1:] for row in sent(session, sip)[3:]] == [(Method.CANCEL, 1)] * 3
        assert {one.status for one in session.scalars(select(Occurrence))} <= {
            Status.NOT_ASSESSABLE
        }
        queued = len(session.scalars(select(OutboxMessage)).all())
        with pytest.raises(SipIsOver):
            call_off_sip(
                session,
                sip=sip,
                because=SipCalledOff.CONSENT,
                person=world.person(session, CONVENER),
                version=sip.version,
                now=world.now,
            )
        assert len(session.scalars(select(OutboxMessage)).all()) == queued


def test_only_who_keeps_it_may_change_it_and_only_as_it_was_read(world: World) -> None:
    with world.writer() as session:
        sip = book(world, session)
        for email, version, refusal in (
            (OTHER_CONVENER, sip.version, NotFound),
            (CLINIC_CHIEF, sip.version, NotFound),
            (CONVENER, sip.version + 1, Stale),
        ):
            with pytest.raises(refusal):
                call_off_sip(
                    session,
                    sip=sip,
                    because=SipCalledOff.OTHER,
                    person=world.person(session, email),
                    version=version,
                    now=world.now,
                )


def test_a_sip_that_has_been_is_not_moved(world: World) -> None:
    number = booked(world)
    world.now = SLOT + timedelta(hours=2)
    with world.writer() as session:
        sip = session.get_one(Sip, number)
        with pytest.raises(SipIsOver):
            move_sip(
                session,
                sip=sip,
                starts_at=NEXT,
                person=world.person(session, CONVENER),
                version=sip.version,
                now=world.now,
            )


def test_a_time_is_proposed_to_a_clinic_outside_the_agreement_and_booked_by_its_yes(
    world: World,
) -> None:
    at = local_time(date(2026, 3, 5), time(10))
    with world.writer() as session:
        convener = world.person(session, CONVENER)
        unit = add_outside_clinic(
            session,
            name="Vårdcentralen Ån",
            address="Demogatan 1, Sollentuna",
            email="samordning@vardcentral.example",
            person=convener,
            now=world.now,
        )
        sip = book_sip(
            session,
            agreement=world.agreement(session),
            unit=unit,
            starts_at=at,
            minutes=60,
            people=[world.person(session, AF)],
            consent=True,
            purpose_ready=True,
            requested_on=date(2026, 2, 20),
            convener=convener,
            domain="atagande.example",
            now=world.now,
        )
        clinic = "samordning@vardcentral.example"
        assert sip.standing is SipStanding.PROPOSED
        assert claims(session) == []
        assert {email for email, _method, _sequence in sent(session, sip)} == {CONVENER, clinic}
        assert heard(session, meeting=sip.meeting, now=world.now).total == 0
        mailbox = session.scalars(select(Invitation).where(Invitation.email == clinic)).one()
        answer(
            session,
            invitation=mailbox,
            partstat=Partstat.ACCEPTED,
            way=AnswerWay.LINK,
            now=world.now,
        )
        assert heard(session, meeting=sip.meeting, now=world.now).invited == 1
        assert sip.standing is SipStanding.BOOKED
        assert {email for email, _method, _sequence in sent(session, sip)} == {CONVENER, clinic, AF}
        assert heard(session, meeting=sip.meeting, now=world.now).total == 0
        assert unit not in clinics(session, unit.association_id, date(2026, 3, 5))
        assert mailbox.person not in people(session, unit.association_id)


@pytest.mark.parametrize(
    "at",
    [
        local_time(date(2026, 3, 7), time(10)),
        local_time(date(2026, 3, 5), time(7, 30)),
        local_time(date(2026, 3, 5), time(16, 30)),
        local_time(date(2026, 1, 5), time(10)),
        local_time(date(2027, 3, 5), time(10)),
        local_time(date(2026, 3, 5), time(10, 0, 30)),
    ],
    ids=["a Saturday", "before eight", "past five", "past", "too far ahead", "half a minute"],
)
def test_a_time_outside_office_hours_is_not_proposed(world: World, at: datetime) -> None:
    with pytest.raises(NotOfficeHours):
        require_office_hours(at, 60, world.now)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_the_claims_are_those_of_the_standing_bookings(
    sqlite_world: World, seed: int
) -> None:
    world, chance = sqlite_world, Random(seed)  # noqa: S311 - no secret, and the same each time
    with world.writer() as session:
        slots = free_slots(session, world.unit(session, CLINIC).id, after=world.now, limit=6)
        sips: list[Sip] = []
        for _ in range(25):
            sip = chance.choice(sips) if sips else None
            try:
                match chance.choice(("book", "move", "move", "call off")):
                    case "book":
                        by = chance.choice((CONVENER, OTHER_CONVENER))
                        sips.append(book(world, session, slot=chance.choice(slots), by=by))
                    case "move" if sip:
                        move_sip(
                            session,
                            sip=sip,
                            starts_at=chance.choice(slots),
                            person=sip.convener,
                            version=sip.version,
                            now=world.now,
                        )
                    case "call off" if sip:
                        call_off_sip(
                            session,
                            sip=sip,
                            because=chance.choice(list(SipCalledOff)),
                            person=sip.convener,
                            version=sip.version,
                            now=world.now,
                        )
            except Refused:
                pass
            standing = [one for one in sips if one.meeting.state is MeetingState.PUBLISHED]
            wanted = [q for one in standing for q in quarters(one.meeting.starts_at, 60)]
            assert claims(session) == sorted(wanted)


def proposed(world: World, session: Session) -> Sip:
    """Propose a time to a clinic outside the agreement, with AF asked too."""
    convener = world.person(session, CONVENER)
    unit = add_outside_clinic(
        session,
        name="Vårdcentralen Ån",
        address="Demogatan 1, Sollentuna",
        email=OUTSIDE,
        person=convener,
        now=world.now,
    )
    return book(world, session, unit=unit, slot=SLOT, people=[AF])


def say_yes(world: World, session: Session, sip: Sip) -> None:
    mailbox = session.scalars(
        select(Invitation).where(
            Invitation.meeting_id == sip.meeting_id, Invitation.email == OUTSIDE
        )
    ).one()
    answer(
        session, invitation=mailbox, partstat=Partstat.ACCEPTED, way=AnswerWay.LINK, now=world.now
    )


def test_another_time_at_a_clinic_outside_is_the_others_when_it_has_said_yes_again(
    world: World,
) -> None:
    with world.writer() as session:
        sip = proposed(world, session)
        say_yes(world, session, sip)
        heard(session, meeting=sip.meeting, now=world.now)
        sending = move_sip(
            session,
            sip=sip,
            starts_at=NEXT,
            person=sip.convener,
            version=sip.version,
            now=world.now,
        )
        assert (sip.standing, sending.changed, sending.cancelled) == (SipStanding.PROPOSED, 2, 1)
        told = session.execute(
            select(InvitationMessage.method, OutboxMessage.payload)
            .join(Invitation, Invitation.id == InvitationMessage.invitation_id)
            .join(OutboxMessage, OutboxMessage.id == InvitationMessage.outbox_message_id)
            .where(Invitation.email == AF)
            .order_by(InvitationMessage.id)
        ).all()
        assert [method for method, _payload in told] == [Method.REQUEST, Method.CANCEL]
        assert NEXT.isoformat() not in told[-1].payload, "the proposed time is not theirs yet"
        theirs = session.scalars(select(Invitation).where(Invitation.email == AF)).one()
        with pytest.raises(NoLongerAsked):
            require_open(theirs, world.now)
        with pytest.raises(TooLate):
            answer(
                session,
                invitation=theirs,
                partstat=Partstat.ACCEPTED,
                way=AnswerWay.MAIL,
                now=world.now,
            )
        say_yes(world, session, sip)
        assert heard(session, meeting=sip.meeting, now=world.now).invited == 1
        assert theirs.method is Method.REQUEST


def test_a_yes_that_comes_while_the_meeting_is_called_off_books_nothing(world: World) -> None:
    with world.writer() as session:
        sip = proposed(world, session)
        # What this session has read is older than what another has committed since.
        session.execute(
            update(Meeting)
            .where(Meeting.id == sip.meeting_id)
            .values(state=MeetingState.CANCELLED, version=Meeting.version + 1)
            .execution_options(synchronize_session=False)
        )
        with pytest.raises(TooLate):
            say_yes(world, session, sip)
        mailbox = session.scalars(select(Invitation).where(Invitation.email == OUTSIDE)).one()
        mailbox.partstat, mailbox.answered_at = Partstat.ACCEPTED, world.now
        mailbox.answered_sequence = mailbox.sequence
        assert heard(session, meeting=sip.meeting, now=world.now).total == 0
        assert sip.standing is SipStanding.PROPOSED
