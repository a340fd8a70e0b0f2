"""Changing a meeting: who is told, what stands, and what it shows of commitments."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from email import message_from_string, policy
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.civil_time import local_time
from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence
from atagande_agreements.errors import Forbidden, NotFound, Refused, Stale
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_calendar.invitations.models import (
    AnswerWay,
    Invitation,
    InvitationMessage,
    Partstat,
)
from atagande_calendar.invitations.told import Sending
from atagande_calendar.invitations.verbs import answer
from atagande_calendar.meetings.changes import (
    Facts,
    asked_to,
    change_meeting,
    delete_draft,
    preview_change,
)
from atagande_calendar.meetings.errors import (
    BadLength,
    HasBegun,
    InThePast,
    NobodyInvited,
    NotADraft,
    NotStanding,
    NoWorkingDay,
)
from atagande_calendar.meetings.held import call_off
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.method import Method
from atagande_plugin.outbox.delivery import deliver
from support.booking import PEOPLE, booked, invitation, plan, published
from support.meetings import standing, steering
from support.world import (
    ADMINISTRATOR,
    AF,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CLINIC_CHIEF,
    READER,
    World,
)

MOVED = local_time(date(2026, 3, 25), time(13))


def change(
    world: World,
    session: Session,
    number: int,
    *,
    people: Sequence[str] | None = None,
    by: str = ADMINISTRATOR,
    version: int | None = None,
    **facts: Any,
) -> Sending:
    meeting = session.get_one(Meeting, number)
    return change_meeting(
        session,
        meeting=meeting,
        facts=replace(Facts.of(meeting), **facts),
        people=asked_to(session, meeting)
        if people is None
        else [world.person(session, email) for email in people],
        person=world.person(session, by),
        version=meeting.version if version is None else version,
        now=world.now,
    )


def changed(world: World, number: int, **what: Any) -> Sending:
    with world.writer() as session:
        sending = change(world, session, number, **what)
        session.commit()
    return sending


def yes(world: World, number: int, *emails: str) -> None:
    with world.writer() as session:
        for email in emails:
            answer(
                session,
                invitation=invitation(session, number, email),
                partstat=Partstat.ACCEPTED,
                way=AnswerWay.LINK,
                now=world.now,
            )
        session.commit()


def messages(world: World, number: int, email: str) -> list[tuple[Method, int]]:
    with world.services.reader() as session:
        found = invitation(session, number, email)
        return [(one.method, one.sequence) for one in found.messages]


def partstat(world: World, number: int, email: str) -> Partstat:
    with world.services.reader() as session:
        return invitation(session, number, email).partstat


def count(world: World, table: Any) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_moved_meeting_is_one_update_to_each_and_is_answered_anew(world: World) -> None:
    """Scenario 5, its last part: one event updated, never two."""
    number = published(world)
    deliver(world.services, world.now)
    yes(world, number, CLINIC_CHIEF, FK)
    with world.services.reader() as session:
        uid = session.get_one(Meeting, number).uid
    assert changed(world, number, starts_at=MOVED) == Sending(changed=len(PEOPLE))
    for email in PEOPLE:
        assert messages(world, number, email) == [(Method.REQUEST, 0), (Method.REQUEST, 1)]
        assert partstat(world, number, email) is Partstat.NEEDS_ACTION
    deliver(world.services, world.now)
    with world.services.reader() as session:
        meeting = session.get_one(Meeting, number)
        assert (meeting.uid, meeting.sequence, meeting.starts_at) == (uid, 1, MOVED)
        texts = [
            row.raw.replace(b"\r\n ", b"").decode()
            for row in session.scalars(select(OutboxMessage))
            if row.raw is not None
        ]
    assert len(texts) == 2 * len(PEOPLE)
    told = session_entries(world, "meeting.changed")
    assert "2026-03-24T08:00:00+00:00" in told[0]
    assert "2026-03-25T12:00:00+00:00" in told[0]
    assert changed(world, number, starts_at=MOVED) == Sending(), "the same again says nothing"


def session_entries(world: World, action: str) -> list[str]:
    with world.services.reader() as session:
        return list(session.scalars(select(AuditEntry.changes).where(AuditEntry.action == action)))


def test_other_words_keep_the_sequence_and_the_answers(world: World) -> None:
    number = published(world)
    yes(world, number, CLINIC_CHIEF)
    assert changed(world, number, agenda="Nya frågor\r\nOch en till") == Sending(reworded=5)
    assert messages(world, number, CLINIC_CHIEF) == [(Method.REQUEST, 0), (Method.REQUEST, 0)]
    assert partstat(world, number, CLINIC_CHIEF) is Partstat.ACCEPTED
    assert changed(world, number, agenda="Nya frågor\nOch en till") == Sending()


def test_who_is_removed_gets_a_cancel_and_who_is_added_an_invitation(world: World) -> None:
    number = published(world)
    yes(world, number, FK)
    rest = [email for email in PEOPLE if email != FK]
    assert changed(world, number, people=[*rest, READER]) == Sending(invited=1, cancelled=1)
    assert messages(world, number, FK) == [(Method.REQUEST, 0), (Method.CANCEL, 1)]
    assert messages(world, number, READER)[-1][0] is Method.REQUEST
    assert messages(world, number, AF) == [(Method.REQUEST, 0)], "nobody else is told"
    with world.services.reader() as session:
        before = invitation(session, number, FK).nonce
    assert changed(world, number, people=[*rest, READER, FK]) == Sending(invited=1)
    assert messages(world, number, FK)[-1] == (Method.REQUEST, 2)
    with world.services.reader() as session:
        again = invitation(session, number, FK)
        assert (again.partstat, again.removed_at) == (Partstat.NEEDS_ACTION, None)
        assert again.nonce != before, "an old link opens nothing"


def test_a_draft_is_changed_without_a_mail(world: World) -> None:
    with world.writer() as session:
        number = plan(world, session).id
        session.commit()
    assert changed(world, number, starts_at=MOVED, people=[FK, READER]) == Sending()
    assert count(world, OutboxMessage) == 0
    with world.services.reader() as session:
        meeting = session.get_one(Meeting, number)
        assert {one.email for one in asked_to(session, meeting)} == {FK, READER}
    assert count(world, Invitation) == 2


def test_a_draft_can_be_thrown_away_and_a_published_meeting_not(world: World) -> None:
    with world.writer() as session:
        meeting = plan(world, session)
        delete_draft(
            session,
            meeting=meeting,
            person=world.person(session, ADMINISTRATOR),
            version=meeting.version,
            now=world.now,
        )
        session.commit()
    assert count(world, Meeting) == count(world, Invitation) == 0
    number = published(world)
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        with pytest.raises(NotADraft):
            delete_draft(
                session,
                meeting=meeting,
                person=world.person(session, ADMINISTRATOR),
                version=meeting.version,
                now=world.now,
            )


def test_the_preview_says_what_saving_sends_and_keeps_nothing(world: World) -> None:
    number = published(world)
    yes(world, number, CLINIC_CHIEF, AF)
    with world.writer() as session:
        meeting = session.get_one(Meeting, number)
        people = [one for one in asked_to(session, meeting) if one.email != FK]
        found = preview_change(
            session,
            meeting=meeting,
            facts=replace(Facts.of(meeting), starts_at=MOVED),
            people=[*people, world.person(session, READER)],
            person=world.person(session, ADMINISTRATOR),
            version=meeting.version,
            now=world.now,
        )
        session.commit()
    assert found.sending == Sending(invited=1, changed=4, cancelled=1)
    assert found.answer_again == 2
    assert [one.email for one in found.added] == [READER]
    assert [one.email for one in found.removed] == [FK]
    assert count(world, OutboxMessage) == len(PEOPLE)
    with world.services.reader() as session:
        meeting = session.get_one(Meeting, number)
        assert meeting.starts_at != MOVED
        assert invitation(session, number, FK).removed_at is None
        assert session.scalar(select(func.count()).select_from(InvitationMessage)) == 5


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        ({"starts_at": local_time(date(2026, 4, 3), time(9))}, NoWorkingDay),
        ({"starts_at": local_time(date(2026, 2, 3), time(9))}, InThePast),
        ({"minutes": 5}, BadLength),
        ({"people": []}, NobodyInvited),
        ({"version": 1}, Stale),
        ({"by": READER}, Forbidden),
        ({"by": CONVENER}, Forbidden),
    ],
)
def test_what_can_not_be_is_refused_and_nobody_is_told(
    sqlite_world: World, what: dict[str, Any], refusal: type[Refused]
) -> None:
    number = published(sqlite_world)
    with pytest.raises(refusal):
        changed(sqlite_world, number, **what)
    assert count(sqlite_world, OutboxMessage) == len(PEOPLE)


def test_what_has_begun_or_is_called_off_stays_as_it_was(sqlite_world: World) -> None:
    number = published(sqlite_world)
    off = published(sqlite_world)
    with sqlite_world.writer() as session:
        meeting = session.get_one(Meeting, off)
        call_off(
            session,
            meeting=meeting,
            person=sqlite_world.person(session, ADMINISTRATOR),
            version=meeting.version,
            now=sqlite_world.now,
        )
        session.commit()
    with pytest.raises(NotStanding):
        changed(sqlite_world, off, starts_at=MOVED)
    sqlite_world.now = local_time(date(2026, 3, 24), time(9))
    with pytest.raises(HasBegun):
        changed(sqlite_world, number, agenda="För sent")


def test_a_sip_is_not_changed_here(sqlite_world: World) -> None:
    booked(sqlite_world)
    with sqlite_world.services.reader() as session:
        number = session.scalars(select(Meeting.id)).one()
    with pytest.raises(NotFound):
        changed(sqlite_world, number, agenda="Fritext")


def test_a_meeting_moved_twice_before_the_mail_leaves_tells_what_was_known(world: World) -> None:
    number = published(world)
    deliver(world.services, world.now)
    yes(world, number, FK)
    changed(world, number, starts_at=MOVED)
    changed(world, number, agenda="Andra frågor")
    deliver(world.services, world.now)
    with world.services.reader() as session:
        sent = [
            row.raw.decode()
            for row in session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.recipient == FK, OutboxMessage.state == OutboxState.SENT)
                .order_by(OutboxMessage.id)
            )
            if row.raw is not None
        ]
    assert len(sent) == 2, "what a later message replaces does not leave"
    mail = message_from_string(sent[1], policy=policy.default)
    part = mail.get_body(("plain",))
    assert part is not None
    text = part.get_content()
    assert "Svara igen" in text
    assert "Förut: tisdag 24 mars 2026" in text


def occurrences(world: World, commitment: str, origin: str) -> list[Occurrence]:
    with world.services.reader() as session:
        return list(
            session.scalars(
                select(Occurrence)
                .join(Obligation, Obligation.id == Occurrence.obligation_id)
                .join(Commitment, Commitment.id == Obligation.commitment_id)
                .where(Commitment.key == commitment, Occurrence.origin == origin)
                .order_by(Occurrence.id)
            )
        )


def test_a_move_into_another_year_moves_what_the_year_counts(world: World) -> None:
    number = published(world, starts_at=local_time(date(2026, 12, 15), time(9)))

    def unknown(year: int) -> set[int]:
        return {one.unknown for one in occurrences(world, "A2", f"period:{year}")}

    assert unknown(2026) == {1}
    changed(world, number, starts_at=local_time(date(2027, 1, 19), time(9)))
    assert unknown(2026) == {0}
    assert unknown(2027) == {1}
    changed(world, number, starts_at=local_time(date(2026, 12, 16), time(9)))
    assert (unknown(2026), unknown(2027)) == ({1}, {0})


def test_a_moved_steering_meeting_is_summoned_to_anew(world: World) -> None:
    """P1: notice counts from when the chief was told of the time that holds."""
    day = date(2026, 4, 28)
    number = steering(world, day, [CLINIC_CHIEF, ADMINISTRATOR])
    (before,) = occurrences(world, "P1", f"meeting:{number}")
    assert (before.event_on, before.asked_on) == (day, date(2026, 3, 2))
    world.now += timedelta(days=10)
    moved = date(2026, 5, 5)
    changed(world, number, starts_at=local_time(moved, time(9)))
    (after,) = occurrences(world, "P1", f"meeting:{number}")
    assert after.id == before.id, "the same occurrence follows its meeting"
    assert (after.event_on, after.asked_on) == (moved, date(2026, 3, 12))
    world.now += timedelta(days=5)
    changed(world, number, place="Rum 2")
    (after,) = occurrences(world, "P1", f"meeting:{number}")
    assert after.asked_on == date(2026, 3, 12), "another room is no other summons"


def test_a_clinic_that_is_no_longer_summoned_owes_nothing(world: World) -> None:
    number = steering(world, date(2026, 4, 28), [CLINIC_CHIEF, OTHER_CLINIC_CHIEF, ADMINISTRATOR])
    assert len(occurrences(world, "P1", f"meeting:{number}")) == 2
    changed(world, number, people=[OTHER_CLINIC_CHIEF, ADMINISTRATOR])
    said = {str(one.outcome) for one in occurrences(world, "P1", f"meeting:{number}")}
    assert said == {"void", ""}
    changed(world, number, people=[CLINIC_CHIEF, OTHER_CLINIC_CHIEF, ADMINISTRATOR])
    said = {str(one.outcome) for one in occurrences(world, "P1", f"meeting:{number}")}
    assert said == {""}
    assert standing(world, "P1")
