"""Telling people what is true of a meeting: exactly those who need it, and once."""

import json
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import (
    AnswerWay,
    Attendance,
    Invitation,
    InvitationProposal,
    Partstat,
    ProposalState,
)
from atagande_calendar.invitations.sending import tell, tell_again
from atagande_calendar.invitations.told import Sending
from atagande_calendar.invitations.verbs import answer, invite, propose, remove
from atagande_calendar.meetings.models import Meeting, MeetingState
from atagande_calendar.method import Method
from atagande_plugin.outbox.delivery import deliver
from support.booking import PEOPLE, invitation, published
from support.world import AF, CLINIC_CHIEF, FK, READER, World


def facts(session: Session) -> list[dict[str, object]]:
    return [
        json.loads(row.payload)
        for row in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    ]


def yes(world: World, session: Session, meeting: Meeting, email: str) -> Invitation:
    found = invitation(session, meeting.id, email)
    answer(
        session,
        invitation=found,
        partstat=Partstat.ACCEPTED,
        way=AnswerWay.LINK,
        now=world.now,
    )
    return found


def test_telling_twice_sends_once(world: World) -> None:
    number = published(world)
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        assert tell(session, meeting=meeting, now=world.now) == Sending()
        meeting.starts_at += timedelta(days=1)
        assert tell(session, meeting=meeting, now=world.now) == Sending(changed=len(PEOPLE))
        assert tell(session, meeting=meeting, now=world.now) == Sending()
        assert meeting.sequence == 1


def test_a_move_asks_everyone_anew_and_says_where_it_was(world: World) -> None:
    number = published(world)
    deliver(world.services, world.now)
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        chief = yes(world, session, meeting, CLINIC_CHIEF)
        before = meeting.starts_at
        meeting.starts_at += timedelta(days=1)
        tell(session, meeting=meeting, now=world.now)
        assert (chief.partstat, chief.answered_at) == (Partstat.NEEDS_ACTION, None)
        assert [one.sequence for one in chief.answers] == [0], "the history stands"
        said = facts(session)[-1]
        assert said["before"] == {
            "starts_at": before.isoformat(),
            "minutes": 120,
            "place": meeting.place,
            "title": meeting.title,
        }
        assert (said["sequence"], said["first"]) == (1, ["REQUEST", 0, 0])


def test_other_words_leave_the_answers_alone(world: World) -> None:
    number = published(world)
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        chief = yes(world, session, meeting, CLINIC_CHIEF)
        meeting.agenda = "Läget i kommunerna\nÖvrigt"
        assert tell(session, meeting=meeting, now=world.now) == Sending(reworded=len(PEOPLE))
        assert (chief.partstat, chief.answered_sequence) == (Partstat.ACCEPTED, 0)
        said = facts(session)[-1]
        assert (said["sequence"], said["revision"]) == (0, 1)


def test_only_who_is_removed_or_added_hears_of_it(world: World) -> None:
    number = published(world)
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        gone = invitation(session, number, FK)
        remove(session, invitation=gone, now=world.now)
        invite(
            session,
            meeting=meeting,
            person=world.person(session, READER),
            attendance=Attendance.SUMMONED,
        )
        assert tell(session, meeting=meeting, now=world.now) == Sending(invited=1, cancelled=1)
        first = gone.nonce
        back = invite(
            session,
            meeting=meeting,
            person=world.person(session, FK),
            attendance=Attendance.INVITED,
        )
        assert back is gone
        assert back.nonce != first, "the old links open nothing"
        assert tell(session, meeting=meeting, now=world.now) == Sending(invited=1)
        assert [(one.method, one.sequence) for one in gone.messages] == [
            (Method.REQUEST, 0),
            (Method.CANCEL, 1),
            (Method.REQUEST, 2),
        ]


def test_what_a_later_message_has_replaced_never_leaves(world: World) -> None:
    number = published(world)
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        meeting.starts_at += timedelta(days=1)
        tell(session, meeting=meeting, now=world.now)
        session.commit()
    summary = deliver(world.services, world.now)
    assert (summary.sent, summary.cancelled) == (len(PEOPLE), len(PEOPLE))


def test_a_new_time_settles_the_wishes_for_another(world: World) -> None:
    number = published(world)
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        wished = meeting.starts_at + timedelta(days=1)
        for email, starts_at in ((AF, wished), (FK, wished + timedelta(hours=1))):
            found = invitation(session, number, email)
            for _ in range(2):
                propose(
                    session,
                    invitation=found,
                    starts_at=starts_at,
                    minutes=120,
                    way=AnswerWay.LINK,
                    now=world.now,
                )
        meeting.starts_at = wished
        tell(session, meeting=meeting, now=world.now)
        states = session.scalars(
            select(InvitationProposal.state).order_by(InvitationProposal.id)
        ).all()
        assert states == [ProposalState.ACCEPTED, ProposalState.DECLINED]


def test_the_present_invitation_can_be_sent_again_to_one(world: World) -> None:
    number = published(world)
    with world.writer() as session:
        found = yes(world, session, session.get_one(Meeting, number), AF)
        assert tell_again(session, invitation=found, now=world.now)
        assert tell_again(session, invitation=found, now=world.now)
        assert [(one.sequence, one.revision) for one in found.messages] == [(0, 0), (0, 1), (0, 2)]
        assert found.partstat is Partstat.ACCEPTED
        remove(session, invitation=found, now=world.now)
        assert not tell_again(session, invitation=found, now=world.now)


def test_a_meeting_is_not_called_off_for_who_never_heard_of_it(world: World) -> None:
    number = published(world, people=PEOPLE[:2])
    deliver(world.services, world.now)
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        invite(
            session,
            meeting=meeting,
            person=world.person(session, FK),
            attendance=Attendance.INVITED,
        )
        tell(session, meeting=meeting, now=world.now)
        meeting.state = MeetingState.CANCELLED
        tell(session, meeting=meeting, now=world.now)
        session.commit()
    summary = deliver(world.services, world.now)
    assert (summary.sent, summary.cancelled) == (2, 2)
