"""An answer by mail counts as the invited person's own, and nothing else does."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.mime.text import MIMEText
from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import (
    AnswerWay,
    Invitation,
    InvitationAnswer,
    Partstat,
)
from atagande_calendar.invitations.why_not import Reason, why_not
from atagande_calendar.meetings.models import Meeting, MeetingState
from atagande_plugin.mail.inbound import Received, receive
from atagande_plugin.mail.models import InboundMessage, Outcome
from support import replies
from support.booking import answer_path, published
from support.replies import CLIENTS, Facts, mail, mixed, part, posted
from support.world import CLINIC_CHIEF, World

STRANGER = "nagon@annan.example"
#: Tuesday 31 March 2026, 10.00 in Stockholm.
LATER = datetime(2026, 3, 31, 8, tzinfo=UTC)


@pytest.fixture
def facts(world: World) -> Facts:
    """A published meeting with people asked, and what the clinic's chief's answer would hold."""
    return replies.asked(world)


def invitation(world: World, email: str = CLINIC_CHIEF) -> Invitation:
    with world.services.reader() as session:
        return session.scalars(select(Invitation).where(Invitation.email == email)).one()


def state(world: World) -> Any:
    """Return all that an answer could change."""
    with world.services.reader() as session:
        people = session.execute(
            select(
                Invitation.email, Invitation.partstat, Invitation.sequence, Invitation.stand_in
            ).order_by(Invitation.id)
        ).all()
        said = session.execute(
            select(
                InvitationAnswer.invitation_id, InvitationAnswer.partstat, InvitationAnswer.counted
            ).order_by(InvitationAnswer.id)
        ).all()
        meetings = session.execute(select(Meeting.starts_at, Meeting.sequence, Meeting.state)).all()
    return [tuple(one) for one in (*people, *said, *meetings)]


@pytest.mark.parametrize("client", CLIENTS)
def test_an_answer_as_each_client_writes_it_counts(world: World, facts: Facts, client: str) -> None:
    write: Callable[[Facts], bytes] = CLIENTS[client]
    assert receive(world.services, write(facts)) == Received(Outcome.ANSWERED)
    assert invitation(world).partstat is Partstat.ACCEPTED
    assert receive(world.services, write(facts)) == Received(Outcome.ANSWERED, repeated=True)
    again = write(facts.but(message_id="<two@psykiatri.example>"))
    assert receive(world.services, again) == Received(Outcome.UNCHANGED)
    with world.services.reader() as session:
        said = session.scalars(select(InvitationAnswer)).all()
    assert [(one.partstat, one.way, one.counted) for one in said] == [
        (Partstat.ACCEPTED, AnswerWay.MAIL, True)
    ]


def test_the_link_and_outlook_end_in_the_same_status_and_a_second_changes_nothing(
    world: World,
) -> None:
    """Scenario 15."""
    ends: list[tuple[Partstat, str, int | None]] = []
    for _ in range(2):
        number = published(world)
        theirs = replies.facts_of(world, number)
        path = answer_path(world, number, CLINIC_CHIEF)

        def link(path: str = path) -> bool:
            return bool(world.client().post(path, {"answer": "yes"}).status_code == 303)

        def reply(theirs: Facts = theirs, number: int = number) -> bool:
            raw = replies.outlook(theirs.but(message_id=f"<{number}-{len(ends)}@x.example>"))
            return receive(world.services, raw).outcome in {Outcome.ANSWERED, Outcome.UNCHANGED}

        first, second = (link, reply) if not ends else (reply, link)
        assert first()
        with world.services.reader() as session:
            mine = session.scalars(
                select(Invitation).where(
                    Invitation.meeting_id == number, Invitation.email == CLINIC_CHIEF
                )
            ).one()
            ends.append((mine.partstat, mine.stand_in, mine.answered_sequence))
        before = state(world)
        assert second()
        assert state(world) == before, "the second changed something"
    assert ends[0] == ends[1] == (Partstat.ACCEPTED, "", 0)


#: What differs from a true answer -> (outcome, reason, the person's status, kept but not counted).
TABLE: dict[str, tuple[dict[str, Any], Outcome, str, Partstat, int]] = {
    "declined": ({"partstat": "DECLINED"}, Outcome.ANSWERED, "", Partstat.DECLINED, 0),
    "tentative": ({"partstat": "TENTATIVE"}, Outcome.ANSWERED, "", Partstat.TENTATIVE, 0),
    "small letters": ({"partstat": "accepted"}, Outcome.ANSWERED, "", Partstat.ACCEPTED, 0),
    "sequence ahead": ({"sequence": 7}, Outcome.ANSWERED, "", Partstat.ACCEPTED, 0),
    "sequence absurd": ({"sequence": 10**30}, Outcome.ANSWERED, "", Partstat.ACCEPTED, 0),
    "assistant": (
        {
            "sender": "assistent@psykiatri.example",
            "parameters": ';SENT-BY="mailto:assistent@psykiatri.example"',
        },
        Outcome.ANSWERED,
        "",
        Partstat.ACCEPTED,
        0,
    ),
    "assistant elsewhere": (
        {"sender": STRANGER, "parameters": f';SENT-BY="mailto:{STRANGER}"'},
        Outcome.KEPT,
        "stand_in",
        Partstat.NEEDS_ACTION,
        1,
    ),
    "another attendee": (
        {"attendee": STRANGER, "sender": STRANGER},
        Outcome.KEPT,
        "stand_in",
        Partstat.NEEDS_ACTION,
        1,
    ),
    "another sender": (
        {"sender": STRANGER},
        Outcome.KEPT,
        "stand_in",
        Partstat.NEEDS_ACTION,
        1,
    ),
    "no status": (
        {"partstat": "NEEDS-ACTION"},
        Outcome.QUARANTINED,
        "no_answer",
        Partstat.NEEDS_ACTION,
        0,
    ),
    "unknown status": (
        {"partstat": "PERHAPS"},
        Outcome.QUARANTINED,
        "no_answer",
        Partstat.NEEDS_ACTION,
        0,
    ),
    "another meeting": (
        {"uid": "annat@else.example"},
        Outcome.QUARANTINED,
        "other_meeting",
        Partstat.NEEDS_ACTION,
        0,
    ),
    "their request": (
        {"method": "REQUEST"},
        Outcome.QUARANTINED,
        "refused_method",
        Partstat.NEEDS_ACTION,
        0,
    ),
    "their cancel": (
        {"method": "CANCEL"},
        Outcome.QUARANTINED,
        "refused_method",
        Partstat.NEEDS_ACTION,
        0,
    ),
    "counter without a time": (
        {"method": "COUNTER"},
        Outcome.QUARANTINED,
        "bad_proposal",
        Partstat.NEEDS_ACTION,
        0,
    ),
    "refresh at once": (
        {"method": "REFRESH"},
        Outcome.UNCHANGED,
        "sent_lately",
        Partstat.NEEDS_ACTION,
        0,
    ),
    "unknown delegate": (
        {"partstat": "DELEGATED", "parameters": f';DELEGATED-TO="mailto:{STRANGER}"'},
        Outcome.QUARANTINED,
        "unknown_delegate",
        Partstat.DELEGATED,
        0,
    ),
    "false token": (
        {"to": f"samordning+{'a' * 32}@suvs.example"},
        Outcome.QUARANTINED,
        "unknown_token",
        Partstat.NEEDS_ACTION,
        0,
    ),
    "no token": (
        {"to": "samordning@suvs.example"},
        Outcome.QUARANTINED,
        "unknown_token",
        Partstat.NEEDS_ACTION,
        0,
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_each_row_of_the_decision_table(world: World, facts: Facts, case: str) -> None:
    changed, outcome, reason, partstat, kept = TABLE[case]
    outside = state(world)
    assert receive(world.services, mail(facts.but(**changed))) == Received(outcome, reason)
    mine = invitation(world)
    assert mine.partstat is partstat
    with world.services.reader() as session:
        said = session.scalars(select(InvitationAnswer)).all()
        [row] = session.scalars(select(InboundMessage)).all()
        mails = len(session.scalars(select(OutboxMessage)).all())
    assert sum(not one.counted for one in said) == kept
    assert all(one.unverified for one in said), "nobody vouched for any of them"
    assert (row.outcome, row.reason, row.private) == (outcome, reason, False)
    assert [one for one in state(world) if one[0] != CLINIC_CHIEF][: len(outside) - 2] == [
        one for one in outside if one[0] != CLINIC_CHIEF
    ][: len(outside) - 2], "someone else's answer changed"
    before = state(world)
    receive(world.services, mail(facts.but(**changed)))
    receive(world.services, mail(facts.but(message_id="<2@x.example>", **changed)))
    assert state(world) == before, "a repeat changed something"
    with world.services.reader() as session:
        assert len(session.scalars(select(OutboxMessage)).all()) == mails


def test_an_answer_to_an_earlier_time_is_kept_and_does_not_count(
    world: World, facts: Facts
) -> None:
    with world.writer() as session:
        for one in session.scalars(select(Invitation)):
            one.sequence = 2
        session.commit()
    assert receive(world.services, mail(facts.but(sequence=1))) == Received(
        Outcome.KEPT, "old_time"
    )
    assert invitation(world).partstat is Partstat.NEEDS_ACTION
    with world.services.reader() as session:
        said = session.scalars(select(InvitationAnswer)).one()
        mine = session.get_one(Invitation, said.invitation_id)
        assert why_not(said, mine) is Reason.OLD_TIME


def test_an_answer_after_the_meeting_is_kept(world: World, facts: Facts) -> None:
    with world.writer() as session:
        session.scalars(select(Meeting)).one().state = MeetingState.CANCELLED
        session.commit()
    assert receive(world.services, mail(facts)) == Received(Outcome.KEPT, "too_late")
    with world.services.reader() as session:
        said = session.scalars(select(InvitationAnswer)).one()
        mine = session.get_one(Invitation, said.invitation_id)
        assert why_not(said, mine) is Reason.TOO_LATE


def test_a_group_mailboxs_own_accept_is_nobodys_answer_but_its_link_is(
    world: World, facts: Facts
) -> None:
    with world.writer() as session:
        world.person(session, CLINIC_CHIEF).shared_mailbox = True
        session.commit()
    assert receive(world.services, mail(facts)) == Received(Outcome.KEPT, "shared_mailbox")
    mine = invitation(world)
    assert mine.partstat is Partstat.NEEDS_ACTION
    with world.services.reader() as session:
        said = session.scalars(select(InvitationAnswer)).one()
        mine = session.get_one(Invitation, said.invitation_id)
        assert why_not(said, mine) is Reason.SHARED_MAILBOX
    path = answer_path(world, mine.meeting_id, CLINIC_CHIEF)
    world.client().post(path, {"answer": "yes"})
    assert invitation(world).partstat is Partstat.ACCEPTED


def test_a_forwarded_reply_is_no_reply(world: World, facts: Facts) -> None:
    assert receive(world.services, replies.forwarded(facts)) == Received(
        Outcome.QUARANTINED, "no_calendar"
    )


def test_automatic_answers_are_counted_and_do_nothing_else(world: World, facts: Facts) -> None:
    away = facts.but(headers=("Auto-Submitted: auto-replied",))
    raw = posted(away, MIMEText("Jag är ledig."))
    assert receive(world.services, raw) == Received(Outcome.IGNORED, "automatic")
    assert invitation(world).partstat is Partstat.NEEDS_ACTION
    genuine = mail(facts.but(headers=("Auto-Submitted: auto-replied",)))
    assert receive(world.services, genuine) == Received(Outcome.ANSWERED)


def test_an_answer_in_outlooks_own_box_has_a_reason_of_its_own(
    sqlite_world: World,
) -> None:
    facts = replies.asked(sqlite_world)
    box = part(b"\x78\x9f\x3e\x22", "application/ms-tnef", name="winmail.dat")
    raw = posted(facts, mixed(MIMEText("Ja"), box))
    assert receive(sqlite_world.services, raw) == Received(Outcome.QUARANTINED, "winmail")


def test_nothing_that_someone_wrote_is_kept(world: World, facts: Facts) -> None:
    receive(world.services, mail(facts))
    with world.services.reader() as session:
        kept = json.dumps(
            [
                str(vars(one))
                for table in (InvitationAnswer, InboundMessage)
                for one in session.scalars(select(table))
            ]
        )
    for word in ("Hemligt", "Jag kommer", "Signe", "Nätverk"):
        assert word not in kept


def test_a_calendar_answer_leaves_the_stand_in_of_the_same_no(world: World, facts: Facts) -> None:
    path = answer_path(world, invitation(world).meeting_id, CLINIC_CHIEF)
    world.client().post(path, {"answer": "no", "stand_in": "Biträdande enhetschef"})
    declined = mail(facts.but(partstat="DECLINED"))
    assert receive(world.services, declined) == Received(Outcome.UNCHANGED)
    assert invitation(world).stand_in == "Biträdande enhetschef"
