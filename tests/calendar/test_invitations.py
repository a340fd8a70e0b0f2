"""Answers: ordered as they come, and a repeat changes nothing."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.audit.models import AuditEntry
from atagande_calendar.invitations.errors import TooLate
from atagande_calendar.invitations.models import (
    AnswerWay,
    Invitation,
    InvitationAnswer,
    Partstat,
)
from atagande_calendar.invitations.queries import by_token
from atagande_calendar.invitations.tokens import Purpose, make_token
from atagande_calendar.invitations.verbs import answer
from atagande_calendar.meetings.models import Meeting, MeetingState
from support.booking import invitation, plan, publish, published
from support.world import CLINIC_CHIEF, World

ANSWERS = st.tuples(
    st.sampled_from([Partstat.ACCEPTED, Partstat.DECLINED, Partstat.TENTATIVE]),
    st.sampled_from(["", "Biträdande enhetschef"]),
)


def of(session: Session, number: int) -> list[InvitationAnswer]:
    return list(
        session.scalars(
            select(InvitationAnswer)
            .where(InvitationAnswer.invitation_id == number)
            .order_by(InvitationAnswer.id)
        )
    )


def test_an_answer_is_kept_with_how_it_came_and_told_in_the_history(world: World) -> None:
    meeting = published(world)
    with world.writer() as session:
        mine = invitation(session, meeting, CLINIC_CHIEF)
        assert answer(
            session,
            invitation=mine,
            partstat=Partstat.DECLINED,
            stand_in="  Biträdande enhetschef ",
            way=AnswerWay.PAGE,
            now=world.now,
        )
        session.commit()
        number = mine.id
    with world.services.reader() as session:
        mine = session.get_one(Invitation, number)
        assert mine.partstat is Partstat.DECLINED
        assert mine.stand_in == "Biträdande enhetschef"
        assert (mine.answered_at, mine.answered_sequence) == (world.now, 0)
        assert [one.way for one in of(session, number)] == [AnswerWay.PAGE]
        told = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "invitation.answered")
        ).one()
        assert told.person_id == mine.person_id


def test_a_stand_in_comes_only_with_a_no(sqlite_world: World) -> None:
    meeting = published(sqlite_world)
    with sqlite_world.writer() as session:
        mine = invitation(session, meeting, CLINIC_CHIEF)
        answer(
            session,
            invitation=mine,
            partstat=Partstat.ACCEPTED,
            stand_in="Någon annan",
            way=AnswerWay.LINK,
            now=sqlite_world.now,
        )
        assert mine.stand_in == ""


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    given_answers=st.lists(ANSWERS, min_size=1, max_size=5),
    repeats=st.lists(st.integers(1, 4), min_size=5, max_size=5),
    ways=st.lists(st.sampled_from(AnswerWay), min_size=20, max_size=20),
)
def test_repeating_answers_by_any_way_ends_in_the_same_state(
    sqlite_world: World,
    given_answers: list[tuple[Partstat, str]],
    repeats: list[int],
    ways: list[AnswerWay],
) -> None:
    world = sqlite_world
    with world.writer() as session:
        meeting = plan(world, session)
        publish(world, session, meeting)
        outcomes = []
        for times in ([1] * 5, repeats):
            mine = invitation(session, meeting.id, CLINIC_CHIEF)
            mine.partstat = Partstat.NEEDS_ACTION
            mine.answered_at = mine.answered_sequence = None
            mine.stand_in = ""
            session.flush()
            before = len(of(session, mine.id))
            way = iter(ways)
            moment = world.now
            for (partstat, stand_in), number in zip(given_answers, times, strict=False):
                for repeat in range(number):
                    moment += timedelta(minutes=1)
                    changed = answer(
                        session,
                        invitation=mine,
                        partstat=partstat,
                        stand_in=stand_in,
                        way=next(way),
                        now=moment,
                    )
                    assert not (changed and repeat), "a repeat changed something"
            history = [(one.partstat, one.stand_in) for one in of(session, mine.id)[before:]]
            outcomes.append((mine.partstat, mine.stand_in, mine.answered_sequence, history))
        assert outcomes[0] == outcomes[1]
        last, stand_in = given_answers[-1]
        assert outcomes[0][0] is last
        assert outcomes[0][1] == (stand_in if last is Partstat.DECLINED else "")


@pytest.mark.parametrize("state", [MeetingState.CANCELLED, MeetingState.HELD, MeetingState.CLOSED])
def test_what_is_over_or_called_off_takes_no_answers(
    sqlite_world: World, state: MeetingState
) -> None:
    number = published(sqlite_world)
    with sqlite_world.writer() as session:
        session.get_one(Meeting, number).state = state
        session.flush()
        mine = invitation(session, number, CLINIC_CHIEF)
        with pytest.raises(TooLate):
            answer(
                session,
                invitation=mine,
                partstat=Partstat.ACCEPTED,
                way=AnswerWay.LINK,
                now=sqlite_world.now,
            )
        assert mine.partstat is Partstat.NEEDS_ACTION


def test_a_token_opens_its_own_invitation_only(sqlite_world: World) -> None:
    world = sqlite_world
    key = world.settings.secret_key
    with world.writer() as session:
        meeting = plan(world, session)
        mine = invitation(session, meeting.id, CLINIC_CHIEF)
        token = make_token(key, Purpose.ANSWER, mine.id, mine.nonce)
        assert by_token(session, key, token) is None, "a draft has no links"
        publish(world, session, meeting)
        assert by_token(session, key, token) is mine
        assert by_token(session, key, token.upper()) is mine
        wrong = [
            "",
            "x",
            "å" * 32,
            "1" * 32,
            "a" * 32,
            token[:-1],
            token[:-1] + ("a" if token[-1] != "a" else "b"),
            make_token(key, Purpose.REPLY, mine.id, mine.nonce),
            make_token(key, Purpose.ANSWER, mine.id + 1, mine.nonce),
            make_token(key, Purpose.ANSWER, mine.id, "another"),
            make_token(b"another key", Purpose.ANSWER, mine.id, mine.nonce),
        ]
        assert [one for one in wrong if by_token(session, key, one) is not None] == []
        mine.nonce = "revoked"
        session.flush()
        assert by_token(session, key, token) is None
