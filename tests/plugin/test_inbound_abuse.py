"""A mail from the outside may be anything: it is bounded, noted, and nothing is lost."""

import io
import logging
import zipfile
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from atagande_calendar.invitations.models import Invitation, Partstat
from atagande_calendar.itip.mail_reading import LARGEST_MAIL, read_mail
from atagande_plugin.mail import taking
from atagande_plugin.mail.inbound import Received, receive
from atagande_plugin.mail.models import InboundMessage, Outcome
from atagande_plugin.observability import LOGGER
from support import replies
from support.booking import published
from support.replies import calendar, mail, mixed, part, posted
from support.world import CLINIC_CHIEF, World


def nested(depth: int) -> bytes:
    """Return a mail in a mail in a mail …"""
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (at, at)
        for at in range(depth)
    )
    return head + b"Content-Type: text/plain\r\n\r\nx"


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("0.ics", b"\x00" * 20_000_000)
    return packed.getvalue()


BAD = {
    "nothing": b"",
    "a nul": b"\x00",
    "one line": b"From: x\r\n\r\n",
    "no header": b"x" * 100,
    "too large": b"To: a@b.example\r\n\r\n" + b"x" * LARGEST_MAIL,
    "nested deep": nested(5_000),
    "nested messages": b"Content-Type: message/rfc822\r\n\r\n" * 5_000,
    "digests": b'Content-Type: multipart/digest; boundary="b"\r\n\r\n' + b"--b\r\n\r\n" * 1_000,
    "header bomb": b"".join(b"X-%d: y\r\n" % at for at in range(200_000)) + b"\r\n",
    "one long header": b"To: " + b"a+b@" * 1_000_000 + b"\r\n\r\n",
    "broken words": b"From: =?utf-8?b?////?= <x@y.example>\r\nTo: =?x?q?=?=\r\n\r\n",
    "bad parameters": b"Content-Type: text/calendar; method*0*=x'y'%ff; method*1=z\r\n\r\nBEGIN",
    "bad charset": b'Content-Type: text/calendar; charset="zip"\r\n\r\n\xff\xfe\x00',
    "eight bits": "From: Åsa <åsa@förbundet.example>\r\nTo: ö+ä@å\r\n\r\n".encode("latin-1"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.timeout(30)
def test_rubbish_is_noted_and_stops_nothing(sqlite_world: World, case: str) -> None:
    received = receive(sqlite_world.services, BAD[case])
    assert received.outcome is Outcome.QUARANTINED
    assert receive(sqlite_world.services, BAD[case]).repeated


def parts(number: int, facts: replies.Facts) -> bytes:
    body = MIMEMultipart("mixed")
    for _ in range(number):
        body.attach(MIMEText("x"))
    body.attach(part(calendar(facts), method="REPLY"))
    return posted(facts, body)


def test_an_answer_behind_a_thousand_parts_is_not_looked_for(sqlite_world: World) -> None:
    facts = replies.asked(sqlite_world)
    assert receive(sqlite_world.services, parts(1_000, facts)) == Received(
        Outcome.QUARANTINED, "no_calendar"
    )
    near = facts.but(message_id="<near@x.example>")
    assert receive(sqlite_world.services, parts(20, near)) == Received(Outcome.ANSWERED)


def test_attachments_are_never_unpacked(sqlite_world: World) -> None:
    facts = replies.asked(sqlite_world)
    packed = part(bomb(), "application/zip", name="svar.zip")
    raw = posted(facts, mixed(part(calendar(facts), method="REPLY"), packed))
    assert receive(sqlite_world.services, raw) == Received(Outcome.ANSWERED)


def test_a_mail_that_is_cut_off_is_put_before_people(sqlite_world: World) -> None:
    facts = replies.asked(sqlite_world)
    whole = mail(facts)
    assert receive(sqlite_world.services, whole[: len(whole) - 400]).outcome is (
        Outcome.QUARANTINED
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text * 1_000, "calendar_too_large"),
        (lambda text: text.replace(b"BEGIN:VEVENT", b"BEGIN:X\r\n" * 40), "unreadable_calendar"),
        (
            lambda text: text.replace(b"END:VCALENDAR", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 60),
            "too_many_events",
        ),
        (lambda text: text[: len(text) // 2], "unreadable_calendar"),
        (
            lambda text: text.replace(
                b"SEQUENCE", b"RECURRENCE-ID;TZID=Nowhere:20260101T100000\r\nSEQUENCE"
            ),
            "unreadable_calendar",
        ),
    ],
)
def test_a_calendar_out_of_bounds_is_not_read(
    sqlite_world: World, change: object, reason: str
) -> None:
    facts = replies.asked(sqlite_world)
    text = change(calendar(facts))  # type: ignore[operator]  # one of the functions above
    raw = posted(facts, mixed(part(text, method="REPLY")))
    assert receive(sqlite_world.services, raw) == Received(Outcome.QUARANTINED, reason)


def test_a_fault_of_ours_is_put_before_people_and_undone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = replies.asked(world)
    real = taking.take

    def broken(*arguments: object) -> object:
        real(*arguments)  # type: ignore[arg-type]  # passed on as they came
        raise RuntimeError("x")

    monkeypatch.setattr(taking, "take", broken)
    assert receive(world.services, mail(facts)) == Received(Outcome.QUARANTINED, "crash")
    with world.services.reader() as session:
        [row] = session.scalars(select(InboundMessage)).all()
        mine = session.scalars(select(Invitation).where(Invitation.email == CLINIC_CHIEF)).one()
    assert row.invitation_id == mine.id
    assert mine.partstat is Partstat.NEEDS_ACTION, "half of it was undone"


def test_without_a_database_nothing_is_taken_and_it_can_be_tried_again(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = replies.asked(sqlite_world)

    def gone(*_: object) -> object:
        raise OperationalError("x", {}, Exception("gone"))

    with monkeypatch.context() as patch:
        patch.setattr(taking, "take", gone)
        with pytest.raises(OperationalError):
            receive(sqlite_world.services, mail(facts))
    assert receive(sqlite_world.services, mail(facts)) == Received(Outcome.ANSWERED)


def test_the_log_holds_no_address_and_nothing_that_was_written(
    sqlite_world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LOGGER, "propagate", True)
    facts = replies.asked(sqlite_world)
    with caplog.at_level(logging.INFO, "atagande"):
        receive(sqlite_world.services, mail(facts))
    told = str([vars(record) for record in caplog.records if record.message == "mail_received"])
    assert "answered" in told
    for word in ("Hemligt", "Signe", CLINIC_CHIEF, facts.to, facts.uid):
        assert word not in told


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_to_a_mail_raises_or_answers_for_another(
    sqlite_world: World, data: st.DataObject
) -> None:
    world = sqlite_world
    with world.services.reader() as session:
        known = session.scalar(select(Invitation.meeting_id))
    number = known or published(world)
    facts = replies.facts_of(world, number)
    raw = bytearray(mail(facts))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=20))
    receive(world.services, bytes(raw))
    with world.services.reader() as session:
        others = session.scalar(
            select(func.count())
            .select_from(Invitation)
            .where(Invitation.email != CLINIC_CHIEF, Invitation.partstat != "NEEDS-ACTION")
        )
    assert others == 0


def test_an_address_with_a_personal_number_is_stored_nowhere(sqlite_world: World) -> None:
    facts = replies.asked(sqlite_world).but(sender="19121212-1212@annan.example")
    assert receive(sqlite_world.services, mail(facts)) == Received(Outcome.QUARANTINED, "no_sender")
    with sqlite_world.services.reader() as session:
        assert session.scalars(select(InboundMessage.sender)).all() == [""]


@pytest.mark.parametrize(
    "raw",
    [
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 20_000,
        b"Content-Type: Message/Delivery-Status\r\n\r\n" + b"A: b\r\n\r\n" * 50_000,
    ],
    ids=["parts", "groups of a report"],
)
def test_a_mail_of_very_many_small_pieces_is_not_taken_apart(raw: bytes) -> None:
    read = read_mail(raw)
    assert read.fault == "too_complex"
    assert len(list(read.message.walk())) <= 2
