"""Answers by mail: repeated, mixed up and to a series, they end in what each person said."""

from datetime import date, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from atagande_agreements.civil_time import local_time
from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import Invitation, InvitationAnswer, Partstat
from atagande_calendar.itip.recurrence import Rule
from atagande_calendar.meetings.models import Meeting, MeetingKind
from atagande_calendar.meetings.series import (
    SeriesFacts,
    meetings_of,
    plan_series,
    publish_series,
)
from atagande_plugin.mail.inbound import Received, receive
from atagande_plugin.mail.models import Outcome
from support import replies
from support.booking import published
from support.replies import Facts, calendar, mail, mixed, part, posted
from support.world import ADMINISTRATOR, AF, CLINIC_CHIEF, CONVENER, World

WORDS = st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE"])


def said(world: World, meeting_id: int) -> dict[str, Partstat]:
    with world.services.reader() as session:
        rows = session.scalars(select(Invitation).where(Invitation.meeting_id == meeting_id))
        return {one.email: one.partstat for one in rows}


def at_sequence(world: World, meeting_id: int, sequence: int) -> None:
    """Let everyone have been told that SEQUENCE last."""
    with world.writer() as session:
        session.get_one(Meeting, meeting_id).sequence = sequence
        for one in session.scalars(select(Invitation).where(Invitation.meeting_id == meeting_id)):
            one.sequence = sequence
        session.commit()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(WORDS, min_size=3, max_size=3),
    order=st.permutations(range(3)),
    repeats=st.lists(st.integers(1, 3), min_size=3, max_size=3),
    from_whom=st.lists(
        st.sampled_from([CLINIC_CHIEF, CONVENER, AF]), min_size=3, max_size=3, unique=True
    ),
)
def test_mails_of_different_sequence_end_in_the_same_state_in_any_order(
    sqlite_world: World,
    words: list[str],
    order: list[int],
    repeats: list[int],
    from_whom: list[str],
) -> None:
    world, who = sqlite_world, from_whom[0]
    ends = []
    for times, places in (([1, 1, 1], range(3)), (repeats, order)):
        number = published(world, people=[CLINIC_CHIEF, CONVENER, AF])
        at_sequence(world, number, 2)
        facts = replies.facts_of(world, number, who)
        for sequence in places:
            for _ in range(times[sequence]):
                one = facts.but(
                    sequence=sequence,
                    partstat=words[sequence],
                    message_id=f"<{number}-{sequence}-{_}@x.example>",
                )
                receive(world.services, mail(one))
        ends.append(said(world, number))
    assert ends[0] == ends[1]
    assert ends[0][who] is Partstat(words[2]), "the one to the present time counts"
    assert {one for email, one in ends[0].items() if email != who} == {Partstat.NEEDS_ACTION}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    came=st.lists(
        st.tuples(st.sampled_from([CLINIC_CHIEF, CONVENER, AF]), WORDS), min_size=1, max_size=6
    )
)
def test_each_mail_changes_its_senders_own_answer_and_the_last_one_stands(
    sqlite_world: World, came: list[tuple[str, str]]
) -> None:
    world = sqlite_world
    number = published(world, people=[CLINIC_CHIEF, CONVENER, AF])
    expected = said(world, number)
    facts = {email: replies.facts_of(world, number, email) for email in expected}
    for at, (email, word) in enumerate(came):
        one = facts[email].but(partstat=word, message_id=f"<{number}-{at}@x.example>")
        raw = mail(one)
        for _ in range(2):
            receive(world.services, raw)
        expected[email] = Partstat(word)
        assert said(world, number) == expected
    with world.services.reader() as session:
        kept = session.scalars(select(InvitationAnswer.partstat)).all()
    assert len(kept) >= len(set(came))


def series(world: World) -> tuple[list[int], Facts]:
    """Publish a weekly series of three; return its meetings and the chief's answer to all of it."""
    with world.writer() as session:
        person = world.person(session, ADMINISTRATOR)
        whole = plan_series(
            session,
            agreement=world.agreement(session),
            facts=SeriesFacts(
                kind=MeetingKind.NETWORK, title="Nätverksmöte", minutes=60, place="Turebergshuset"
            ),
            starts=[local_time(date(2026, 3, 24), time(9))],
            rule=Rule.parse("FREQ=WEEKLY;BYDAY=TU;COUNT=3"),
            convener=person.organisation,
            people=[world.person(session, email) for email in (CLINIC_CHIEF, CONVENER)],
            person=person,
            domain="atagande.example",
            now=world.now,
        )
        publish_series(session, series=whole, person=person, version=whole.version, now=world.now)
        meetings = meetings_of(session, whole)
        numbers, uid = [one.id for one in meetings], whole.uid
        session.commit()
    return numbers, replies.facts_of(world, numbers[0]).but(uid=uid)


def occurrence(facts: Facts, at: str) -> Facts:
    return facts.but(lines=(f"RECURRENCE-ID:{at}",), message_id=f"<{at}@x.example>")


def chiefs(world: World, numbers: list[int]) -> list[Partstat]:
    return [said(world, number)[CLINIC_CHIEF] for number in numbers]


def test_an_answer_to_one_occurrence_is_to_that_one(world: World) -> None:
    numbers, facts = series(world)
    # In Stockholm's time, written as UTC: compared as the same moment.
    second = occurrence(facts.but(partstat="DECLINED"), "20260331T070000Z")
    assert receive(world.services, mail(second)) == Received(Outcome.ANSWERED)
    assert chiefs(world, numbers) == [
        Partstat.NEEDS_ACTION,
        Partstat.DECLINED,
        Partstat.NEEDS_ACTION,
    ]
    none = occurrence(facts, "20260401T070000Z")
    assert receive(world.services, mail(none)) == Received(Outcome.QUARANTINED, "other_meeting")


def test_the_moment_of_an_occurrence_may_be_written_in_any_zone(sqlite_world: World) -> None:
    numbers, facts = series(sqlite_world)
    text = calendar(facts).replace(
        b"SEQUENCE:",
        b"RECURRENCE-ID;TZID=W. Europe Standard Time:20260331T090000\r\nSEQUENCE:",
    )
    raw = posted(facts, mixed(part(text, method="REPLY")))
    assert receive(sqlite_world.services, raw) == Received(Outcome.ANSWERED)
    assert chiefs(sqlite_world, numbers)[1] is Partstat.ACCEPTED


def test_an_answer_to_the_series_leaves_what_was_answered_for_itself_and_what_has_been(
    world: World,
) -> None:
    numbers, facts = series(world)
    receive(world.services, mail(occurrence(facts.but(partstat="DECLINED"), "20260331T070000Z")))
    world.now += timedelta(days=25)
    assert receive(world.services, mail(facts)) == Received(Outcome.ANSWERED)
    assert chiefs(world, numbers) == [
        Partstat.NEEDS_ACTION,
        Partstat.DECLINED,
        Partstat.ACCEPTED,
    ]
    assert said(world, numbers[2])[CONVENER] is Partstat.NEEDS_ACTION
    maybe = facts.but(partstat="TENTATIVE", message_id="<maybe@x.example>")
    receive(world.services, mail(maybe))
    assert chiefs(world, numbers)[1:] == [Partstat.DECLINED, Partstat.TENTATIVE]


def test_a_mail_may_answer_the_series_and_one_of_it_otherwise(sqlite_world: World) -> None:
    numbers, facts = series(sqlite_world)
    one = calendar(occurrence(facts.but(partstat="DECLINED"), "20260407T070000Z"))
    event = one[one.index(b"BEGIN:VEVENT") : one.index(b"END:VCALENDAR")]
    text = calendar(facts).replace(b"END:VCALENDAR", event + b"END:VCALENDAR")
    raw = posted(facts, mixed(part(text, method="REPLY")))
    assert receive(sqlite_world.services, raw) == Received(Outcome.ANSWERED)
    assert chiefs(sqlite_world, numbers) == [
        Partstat.ACCEPTED,
        Partstat.ACCEPTED,
        Partstat.DECLINED,
    ]


@pytest.mark.parametrize("number", [1, 2])
def test_any_occurrences_own_address_serves(sqlite_world: World, number: int) -> None:
    numbers, facts = series(sqlite_world)
    theirs = replies.facts_of(sqlite_world, numbers[number])
    assert receive(sqlite_world.services, mail(facts.but(to=theirs.to))).outcome is (
        Outcome.ANSWERED
    )
    assert chiefs(sqlite_world, numbers) == [Partstat.ACCEPTED] * 3


def test_a_delegate_to_a_series_gets_one_mail_about_all_of_it(world: World) -> None:
    numbers, facts = series(world)
    raw = mail(facts.but(partstat="DELEGATED", parameters=f';DELEGATED-TO="mailto:{AF}"'))
    assert receive(world.services, raw) == Received(Outcome.DELEGATED)
    assert chiefs(world, numbers) == [Partstat.DELEGATED] * 3
    assert [said(world, number)[AF] for number in numbers] == [Partstat.NEEDS_ACTION] * 3
    with world.services.reader() as session:
        sent = session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == AF)).all()
    assert len(sent) == 1
