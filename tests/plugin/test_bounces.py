"""What comes back tells which mail it was, and is never held against who did not get it."""

from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.civil_time import local_date
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.parties.heirs import heirs
from atagande_calendar.invitations.models import Invitation, Partstat
from atagande_calendar.meetings.models import Meeting
from atagande_calendar.meetings.presence import _reached
from atagande_calendar.sip.models import Sip
from atagande_plugin.mail.inbound import Received, receive
from atagande_plugin.mail.models import InboundMessage, Outcome
from atagande_plugin.mail.render import bounce_address
from atagande_plugin.outbox.delivery import deliver
from support import replies
from support.booking import booked, published
from support.replies import bounce
from support.world import ADMINISTRATOR, CLINIC_CHIEF, CONVENER, World

BARE = (
    "Return-Path: <>\r\nDelivered-To: {to}\r\nFrom: {sender}\r\nTo: {to}\r\n"
    "Message-ID: <bare@mx.example>\r\nSubject: Undelivered\r\n{extra}\r\n{text}\r\n"
)


def sent(world: World, email: str = CLINIC_CHIEF) -> tuple[int, str]:
    """Deliver all; return the number of a person's mail and the address it comes back to."""
    deliver(world.services, world.now)
    with world.services.reader() as session:
        row = session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == email)).one()
        return row.id, bounce_address(world.settings, row)


def row(world: World, number: int) -> OutboxMessage:
    with world.services.reader() as session:
        return session.get_one(OutboxMessage, number)


def reached(world: World, email: str = CLINIC_CHIEF) -> bool:
    """Tell whether a party counts as having got its invitation."""
    with world.services.reader() as session:
        mine = session.scalars(select(Invitation).where(Invitation.email == email)).one()
        meeting = session.get_one(Meeting, mine.meeting_id)
        days = {meeting.id: local_date(meeting.starts_at)}
        found = _reached(session, days, heirs(session, meeting.association_id))
        return (meeting.id, mine.organisation_id) in found


def test_a_delivery_report_marks_the_mail_and_the_party_is_not_held_to_it(world: World) -> None:
    published(world, people=[CLINIC_CHIEF])
    number, back = sent(world)
    assert reached(world)
    assert receive(world.services, bounce(back)) == Received(Outcome.BOUNCED, "not_delivered")
    message = row(world, number)
    assert (message.state, message.bounced_at, message.bounce_code) == (
        OutboxState.SENT,
        world.now,
        "5.1.1",
    )
    assert not reached(world), "what we could not deliver is not counted against anyone"
    again = bounce(back).replace(b"<dsn-", b"<dsn2-")
    assert receive(world.services, again) == Received(Outcome.UNCHANGED, "not_delivered")
    with world.services.reader() as session:
        assert session.scalars(select(Invitation.partstat)).all() == [Partstat.NEEDS_ACTION]


def test_the_administrator_sees_it_in_words_and_can_send_again(world: World) -> None:
    published(world, people=[CLINIC_CHIEF])
    number, back = sent(world)
    receive(world.services, bounce(back))
    visitor = world.client(ADMINISTRATOR)
    page = visitor.get("/utskick?visa=bounced").text
    assert "Kom inte fram" in page
    assert "adressen inte finns" in page
    assert "1 mejl kom inte fram" in visitor.get("/").text
    assert "1 brev kom inte fram" in visitor.get("/drift").text
    assert "Försök skicka igen" in visitor.get(f"/utskick/{number}").text
    assert visitor.post(f"/utskick/{number}/igen").status_code == 303
    assert row(world, number).bounced_at is None
    assert deliver(world.services, world.now).sent == 1


def test_a_delay_is_noted_and_is_no_failure(world: World) -> None:
    published(world, people=[CLINIC_CHIEF])
    number, back = sent(world)
    late = bounce(back, action="delayed", status="4.4.1")
    assert receive(world.services, late) == Received(Outcome.BOUNCED, "delayed")
    message = row(world, number)
    assert (message.bounced_at, message.bounce_code) == (None, "4.4.1")
    assert reached(world)
    receive(world.services, bounce(back, status="5.4.7"))
    assert row(world, number).bounce_code == "5.4.7"


@pytest.mark.parametrize(
    ("sender", "extra", "text", "expected"),
    [
        ("MAILER-DAEMON@mx.example", "", "550 5.1.1 no such user", ("bounced", "5.1.1")),
        ("postmaster@mx.example", "", "550 no such user", ("bounced", "5.0.0")),
        ("mailer-daemon@mx.example", "", "nothing to go by", ("bounced", "5.0.0")),
        ("noreply@mx.example", "", "Diagnostic: 5.2.2 mailbox full", ("bounced", "5.2.2")),
        (
            "chef@psykiatri.example",
            "Auto-Submitted: auto-replied\r\n",
            "Jag är ledig 5.1.2027.",
            ("ignored", ""),
        ),
        (
            "chef@psykiatri.example",
            "Auto-Submitted: auto-generated\r\n",
            "Jag är ledig.",
            ("ignored", ""),
        ),
        ("chef@psykiatri.example", "", "Jag kommer!", ("quarantined", "")),
    ],
)
def test_bare_bounces_and_what_only_looks_like_one(
    sqlite_world: World, sender: str, extra: str, text: str, expected: tuple[str, str]
) -> None:
    world = sqlite_world
    published(world, people=[CLINIC_CHIEF])
    number, back = sent(world)
    raw = BARE.format(to=back, sender=sender, extra=extra, text=text).encode()
    assert receive(world.services, raw).outcome.value == expected[0]
    assert row(world, number).bounce_code == expected[1]


def test_a_report_of_success_changes_nothing(sqlite_world: World) -> None:
    published(sqlite_world, people=[CLINIC_CHIEF])
    number, back = sent(sqlite_world)
    done = bounce(back, action="delivered", status="2.0.0")
    assert receive(sqlite_world.services, done) == Received(Outcome.IGNORED, "delivered")
    assert row(sqlite_world, number).bounce_code == ""


def test_nobody_can_make_a_mail_come_back_without_its_secret(sqlite_world: World) -> None:
    facts = replies.asked(sqlite_world, people=[CLINIC_CHIEF])
    number, back = sent(sqlite_world)
    for to in (facts.to, f"samordning+{'a' * 32}@suvs.example", "samordning@suvs.example"):
        assert receive(sqlite_world.services, bounce(to)).outcome is not Outcome.BOUNCED
    assert row(sqlite_world, number).bounced_at is None
    assert back != facts.to


def test_a_sips_mail_that_came_back_is_for_its_convener_alone(world: World) -> None:
    booked(world)
    number, back = sent(world)
    receive(world.services, bounce(back))
    with world.services.reader() as session:
        [noted] = session.scalars(select(InboundMessage)).all()
    assert noted.private
    administrator = world.client(ADMINISTRATOR)
    for path in ("/inkorg?visa=alla", "/utskick", "/utskick?visa=bounced"):
        assert CLINIC_CHIEF not in administrator.get(path).text
    assert administrator.get(f"/utskick/{number}").status_code == 404
    assert "Någon kallelse till SIP gick inte fram" in administrator.get("/drift").text
    page: Any = world.client(CONVENER).get(f"/sip/{_sip(world)}").text
    assert "1 kallelse gick inte fram" in page


def _sip(world: World) -> int:
    with world.services.reader() as session:
        return session.scalars(select(Sip.id)).one()
