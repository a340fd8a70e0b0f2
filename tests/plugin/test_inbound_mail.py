"""An answer by mail counts as the invited person's own, and nothing else does."""

import io
import json
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_agreements.errors import Refused
from atagande_calendar.invitations.models import AnswerWay, Invitation, InvitationAnswer, Partstat
from atagande_calendar.meetings.models import Meeting
from atagande_plugin.cli.root import run
from atagande_plugin.mail.inbound import LARGEST_MESSAGE, receive
from atagande_plugin.mail.render import reply_address
from support.booking import published
from support.world import CLINIC_CHIEF, World

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Prov//Kalender//SV
METHOD:{method}
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260302T090000Z
SEQUENCE:{sequence}
ATTENDEE;PARTSTAT={partstat}:mailto:{attendee}
SUMMARY:Accepterat: Nätverksmöte
COMMENT:Hemligt ord
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def asked(world: World) -> dict[str, Any]:
    """A published meeting with one person asked, and the facts a true reply would have."""
    published(world, people=[CLINIC_CHIEF])
    with world.services.reader() as session:
        invitation = session.scalars(select(Invitation)).one()
        meeting = session.scalars(select(Meeting)).one()
        return {
            "to": reply_address(world.settings, invitation),
            "uid": meeting.uid,
            "sequence": meeting.sequence,
            "attendee": CLINIC_CHIEF,
            "sender": CLINIC_CHIEF,
            "partstat": "ACCEPTED",
            "method": "REPLY",
        }


def mail(facts: dict[str, Any], **changed: Any) -> bytes:
    filled = facts | changed
    message = EmailMessage()
    message["From"] = f"Signe Hallman <{filled['sender']}>"
    message["To"] = f"Samordning <{filled['to']}>"
    message["Subject"] = "Accepterat"
    message.set_content("Jag kommer.")
    message.add_alternative(
        CALENDAR.format(**filled).replace("\n", "\r\n").encode(),
        maintype="text",
        subtype="calendar",
        params={"method": filled["method"], "charset": "utf-8"},
    )
    return message.as_bytes()


def partstat(world: World) -> Partstat:
    with world.services.reader() as session:
        return session.scalars(select(Invitation.partstat)).one()


def test_an_accept_by_mail_is_the_same_answer_as_by_link(
    world: World, asked: dict[str, Any]
) -> None:
    assert receive(world.services, mail(asked)) is True
    assert partstat(world) is Partstat.ACCEPTED
    assert receive(world.services, mail(asked)) is False, "the same mail twice"
    assert receive(world.services, mail(asked, partstat="DECLINED")) is True
    with world.services.reader() as session:
        answers = session.scalars(select(InvitationAnswer).order_by(InvitationAnswer.id)).all()
    assert [(one.partstat, one.way) for one in answers] == [
        (Partstat.ACCEPTED, AnswerWay.MAIL),
        (Partstat.DECLINED, AnswerWay.MAIL),
    ]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"to": "samordning@suvs.example"}, "mail_not_for_us"),
        ({"to": f"samordning+{'a' * 32}@suvs.example"}, "mail_not_for_us"),
        ({"sender": "someone@else.example"}, "mail_not_the_invited"),
        ({"attendee": "someone@else.example"}, "mail_not_the_invited"),
        ({"uid": "another@else.example"}, "mail_not_the_invited"),
        ({"partstat": "NEEDS-ACTION"}, "mail_no_answer"),
        ({"partstat": "PERHAPS"}, "mail_no_answer"),
        ({"method": "REQUEST"}, "mail_no_answer"),
        ({"method": "CANCEL"}, "mail_no_answer"),
    ],
)
def test_what_is_not_the_invited_persons_answer_changes_nothing(
    world: World, asked: dict[str, Any], changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as caught:
        receive(world.services, mail(asked, **changed))
    assert caught.value.code == code
    assert partstat(world) is Partstat.NEEDS_ACTION


def test_an_answer_to_an_earlier_time_is_not_counted(world: World, asked: dict[str, Any]) -> None:
    with world.writer() as session:
        session.scalars(select(Meeting)).one().sequence = 2
        session.commit()
    with pytest.raises(Refused) as caught:
        receive(world.services, mail(asked))
    assert caught.value.code == "mail_old_time"


def test_a_forwarded_reply_is_no_reply(world: World, asked: dict[str, Any]) -> None:
    outer = EmailMessage()
    outer["From"] = CLINIC_CHIEF
    outer["To"] = asked["to"]
    outer.set_content("Se nedan")
    inner = EmailMessage()
    inner.set_content("x")
    inner.add_alternative(CALENDAR.format(**asked).encode(), maintype="text", subtype="calendar")
    outer.add_attachment(inner)
    with pytest.raises(Refused) as caught:
        receive(world.services, outer.as_bytes())
    assert caught.value.code == "mail_no_answer"


@pytest.mark.parametrize(
    "raw", [b"", b"\x00", b"From: x\r\n\r\n", b"x" * 100, b"To: a+b@c\r\n\r\nBEGIN:VCALENDAR"]
)
def test_rubbish_is_refused_in_words(sqlite_world: World, raw: bytes) -> None:
    with pytest.raises(Refused):
        receive(sqlite_world.services, raw)


def test_a_message_without_end_is_not_read(sqlite_world: World) -> None:
    with pytest.raises(Refused):
        receive(sqlite_world.services, b"x" * (LARGEST_MESSAGE + 1))


def test_nothing_of_the_mail_but_the_answer_is_kept(world: World, asked: dict[str, Any]) -> None:
    receive(world.services, mail(asked))
    with world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(InvitationAnswer)) == 1
        kept = json.dumps([str(vars(one)) for one in session.scalars(select(InvitationAnswer))])
    assert "Hemligt" not in kept


def test_the_command_line_takes_a_mail_from_standard_input(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    published(sqlite_world, people=[CLINIC_CHIEF])
    for name, value in {
        "DATA_DIR": str(sqlite_world.settings.data_dir),
        "DATABASE_URL": sqlite_world.settings.database_url,
        "SECRET_KEY": sqlite_world.settings.secret_key.decode(),
    }.items():
        monkeypatch.setenv(f"ATAGANDE_{name}", value)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"To: nobody@else.example")))
    assert run(["mail", "receive"]) == 1
    assert "inte ställt till någon av våra kallelser" in capsys.readouterr().err
