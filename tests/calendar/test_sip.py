"""Booking a SIP: what is demanded, what is refused, and what leaves the house."""

import json
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atagande_agreements.civil_time import local_time
from atagande_agreements.errors import Refused
from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import Attendance, Invitation
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.slots.errors import SlotTaken
from atagande_calendar.slots.models import SlotClaim
from atagande_plugin.mail.render import invitation_calendar
from support.booking import book
from support.rivals import SLOT
from support.world import AF, CLINIC_CHIEF, CONVENER, FK, READER, World


def rows(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_booking_has_the_clinics_place_sixty_minutes_and_a_neutral_subject(world: World) -> None:
    with world.writer() as session:
        sip = book(world, session, people=[AF])
        unit = world.unit(session, "sollentuna-mottagning")
        meeting = sip.meeting
        assert meeting.place == f"{unit.name}, {unit.address}"
        assert meeting.minutes == 60
        assert meeting.title == f"Samverkansmöte 60 min – ref {sip.reference}"
        assert meeting.agenda == ""
        assert rows(session, SlotClaim) == 4


def test_the_calendar_file_says_nothing_about_anyone(world: World) -> None:
    """Scenario 8."""
    with world.writer() as session:
        sip = book(world, session, people=[AF])
        session.commit()
        messages = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        assert len(messages) == 3
        for message in messages:
            facts = json.loads(message.payload)
            invited = session.get_one(Invitation, facts["invitation"])
            text = invitation_calendar(session, world.settings, invited, facts).decode()
            unfolded = text.replace("\r\n ", "")
            lines = dict(line.split(":", 1) for line in unfolded.splitlines() if ":" in line)
            assert lines["SUMMARY"] == f"Samverkansmöte 60 min – ref {sip.reference}"
            assert lines["CLASS"] == "PRIVATE"
            assert "DESCRIPTION" not in lines
            assert "COMMENT" not in lines
            assert unfolded.count("ATTENDEE") == 1, "only the receiver"
            assert set(facts) == {
                *("invitation", "method", "sequence", "starts_at", "minutes"),
                *("title", "place", "agenda", "stamp", "revision", "answer_anew"),
            }


def test_the_two_principals_are_called_and_others_invited(world: World) -> None:
    """Scenario 13, its first half."""
    with world.writer() as session:
        sip = book(world, session, people=[AF, FK])
        asked = {
            one.email: one.attendance
            for one in session.scalars(
                select(Invitation).where(Invitation.meeting_id == sip.meeting_id)
            )
        }
    assert asked == {
        CONVENER: Attendance.SUMMONED,
        CLINIC_CHIEF: Attendance.SUMMONED,
        AF: Attendance.INVITED,
        FK: Attendance.INVITED,
    }


def test_someone_named_twice_is_asked_once(world: World) -> None:
    with world.writer() as session:
        book(world, session, people=[CONVENER, CLINIC_CHIEF, CLINIC_CHIEF])
        assert rows(session, Invitation) == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"minutes": 75}, "sip_too_long"),
        ({"minutes": 61}, "sip_too_long"),
        ({"minutes": 0}, "sip_too_long"),
        ({"consent": False}, "sip_no_consent"),
        ({"purpose_ready": False}, "sip_no_purpose"),
        ({"unit": "upplands-vasby-ek"}, "not_a_clinic"),
        ({"requested_on": date(2026, 3, 3)}, "sip_requested_in_future"),
        ({"requested_on": date(2019, 1, 1)}, "before_agreement"),
        ({"slot": SLOT + timedelta(minutes=15)}, "slot_not_offered"),
        ({"slot": SLOT - timedelta(hours=1)}, "slot_not_offered"),
        ({"slot": SLOT - timedelta(days=7)}, "slot_not_offered"),
        ({"slot": local_time(date(2026, 3, 7), time(9))}, "slot_not_offered"),
        ({"slot": local_time(date(2027, 3, 2), time(9))}, "slot_not_offered"),
        ({"people": [READER]}, "sip_not_for"),
        ({"by": READER}, "sip_not_convener"),
        ({"by": AF}, "sip_not_convener"),
    ],
)
def test_what_is_refused_leaves_nothing(
    sqlite_world: World, wrong: dict[str, Any], code: str
) -> None:
    """Scenario 9, and the server's half of 12."""
    with sqlite_world.writer() as session:
        with pytest.raises(Refused) as refused:
            book(sqlite_world, session, **wrong)
        assert refused.value.code == code
        for table in (Meeting, Invitation, OutboxMessage, SlotClaim):
            assert rows(session, table) == 0


def test_exactly_sixty_minutes_are_accepted_and_so_is_a_shorter_meeting(world: World) -> None:
    with world.writer() as session:
        book(world, session, minutes=60)
        book(world, session, minutes=30, slot=SLOT + timedelta(hours=1))
        assert rows(session, SlotClaim) == 6


def test_a_clinic_where_nobody_gets_the_summons_can_not_be_booked(sqlite_world: World) -> None:
    with sqlite_world.writer() as session:
        sqlite_world.person(session, CLINIC_CHIEF).active = False
        session.flush()
        with pytest.raises(Refused) as refused:
            book(sqlite_world, session)
        assert refused.value.code == "sip_clinic_without_chief"


def test_a_taken_slot_gives_the_next_three_after_it(world: World) -> None:
    with world.writer() as session:
        book(world, session, slot=SLOT + timedelta(hours=1))
        session.commit()
    with world.writer() as session:
        with pytest.raises(SlotTaken) as taken:
            book(world, session, slot=SLOT + timedelta(hours=1))
        afternoon = local_time(date(2026, 3, 5), time(13))
        assert taken.value.free == (
            SLOT + timedelta(hours=2),
            afternoon,
            afternoon + timedelta(hours=1),
        )
        assert rows(session, Meeting) == 1, "no stray meeting in the same transaction"


def test_the_lead_time_is_kept_with_the_first_slot_that_was_offered(world: World) -> None:
    with world.writer() as session:
        late = local_time(date(2026, 6, 2), time(9))
        sip = book(world, session, slot=late, requested_on=date(2026, 3, 2))
        assert sip.first_offered_at == SLOT
        assert sip.meeting.starts_at == late
        assert sip.requested_on == date(2026, 3, 2)
