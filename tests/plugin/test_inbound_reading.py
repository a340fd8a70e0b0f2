"""Answers by mail are read as clients write them, and vouched for by our own server alone."""

import io
import json
from collections.abc import Callable
from email import message_from_bytes, policy
from email.mime.text import MIMEText
from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.outbox.models import OutboxMessage
from atagande_calendar.invitations.models import InvitationAnswer
from atagande_plugin.cli.root import run
from atagande_plugin.config import Mailbox
from atagande_plugin.mail.inbound import Received, receive
from atagande_plugin.mail.models import Outcome
from atagande_plugin.outbox.delivery import rendered
from support import replies
from support.booking import published
from support.replies import calendar, mail, mixed, part, posted
from support.world import CLINIC_CHIEF, World

PASS = "Authentication-Results: mx.suvs.example; dmarc=pass header.from=psykiatri.example"


@pytest.mark.parametrize(
    ("headers", "vouched"),
    [
        ((PASS,), True),
        ((PASS.replace("pass", "fail"),), False),
        ((PASS.replace("mx.suvs", "mx.attacker"),), False),
        ((PASS.replace("pass", "none"), PASS), False),
        ((PASS.replace("mx.suvs", "other"), PASS), True),
        ((PASS.replace("psykiatri", "annan"),), False),
        (("Authentication-Results: mx.suvs.example; spf=pass (x; dmarc=pass)",), False),
        (('Authentication-Results: mx.suvs.example; spf=fail reason="; dmarc=pass"',), False),
    ],
)
def test_only_our_own_servers_word_vouches(
    sqlite_world: World, headers: tuple[str, ...], *, vouched: bool
) -> None:
    world, facts = sqlite_world, replies.asked(sqlite_world)
    object.__setattr__(world.settings, "mail_authserv_id", "mx.suvs.example")
    assert receive(world.services, mail(facts.but(headers=headers))).outcome is Outcome.ANSWERED
    with world.services.reader() as session:
        [said] = session.scalars(select(InvitationAnswer)).all()
    assert said.unverified is not vouched


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text + b"\x00\x00",
        lambda text: text.replace(b"\r\n", b"\n"),
        lambda text: text.decode().encode("latin-1"),
        lambda text: text.decode().encode("utf-16"),
        lambda text: text.replace(b"ATTENDEE;", b'ATTENDEE;CN=Hallman, "Signe":'[:-1] + b";"),
        lambda text: text.replace(b"DTSTAMP:20260302T090000Z\r\n", b""),
        lambda text: text.replace(b"METHOD:", b"X-NOTHING\r\nMETHOD:"),
        lambda text: text.replace(b"mailto:", b"urn:uuid:1", 1).replace(
            b"PARTSTAT", b"EMAIL=" + CLINIC_CHIEF.encode() + b";PARTSTAT"
        ),
    ],
)
def test_what_clients_get_wrong_does_not_cost_the_answer(
    sqlite_world: World, change: Callable[[bytes], bytes]
) -> None:
    facts = replies.asked(sqlite_world)
    body = part(change(calendar(facts)), charset="us-ascii", method="REPLY")
    raw = posted(facts, mixed(MIMEText("Ja"), body))
    assert receive(sqlite_world.services, raw) == Received(Outcome.ANSWERED)


def test_the_command_line_takes_a_mail_and_says_what_became_of_it(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = replies.asked(sqlite_world)
    for name, value in {
        "DATA_DIR": str(sqlite_world.settings.data_dir),
        "DATABASE_URL": sqlite_world.settings.database_url,
        "SECRET_KEY": sqlite_world.settings.secret_key.decode(),
    }.items():
        monkeypatch.setenv(f"ATAGANDE_{name}", value)

    def told(raw: bytes) -> Any:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        assert run(["mail", "receive"]) == 0
        return json.loads(capsys.readouterr().out)

    assert told(b"To: nobody@else.example") == {
        "outcome": "quarantined",
        "reason": "unknown_token",
        "repeated": False,
    }
    # The command asks the real clock, so the meeting of this world has long been held.
    assert told(mail(facts))["outcome"] in {"answered", "kept"}


@pytest.mark.parametrize("reads", [True, False])
def test_an_invitation_promises_what_is_true_of_answers_from_calendars(
    sqlite_world: World, *, reads: bool
) -> None:
    world = sqlite_world
    box = Mailbox("127.0.0.1", 1, "u", "p", "plain") if reads else None
    object.__setattr__(world.settings, "imap", box)
    published(world, people=[CLINIC_CHIEF])
    with world.services.reader() as session:
        row = session.scalars(select(OutboxMessage)).one()
        sent = message_from_bytes(rendered(world.services, session, row), policy=policy.default)
    text = sent.get_body(("plain",))
    calendar_part = next(one for one in sent.walk() if one.get_content_type() == "text/calendar")
    assert text is not None
    promise = "Du kan också svara direkt i din kalender. Svaret räknas lika."
    assert (promise in text.get_content()) is reads
    assert ("Svar från kalendern läses inte automatiskt." in text.get_content()) is not reads
    refuses = "X-MICROSOFT-DISALLOW-COUNTER:TRUE" in calendar_part.get_content()
    assert refuses is not reads, "another time is offered only where the wish is read"
