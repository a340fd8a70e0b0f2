"""Delivery: to files, over SMTP, again after a fault, and never by two workers at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from threading import Barrier, Thread
from typing import Any, Self

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select

from atagande_agreements.outbox import enqueue
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_plugin.auth import links
from atagande_plugin.auth.models import LoginLink
from atagande_plugin.config import MailServer
from atagande_plugin.mail.transport import Files, Rejected, Smtp, TryLater, transport
from atagande_plugin.outbox.delivery import LEASE, MOST_TRIES, deliver, pause_after
from support.world import ADMINISTRATOR, CONVENER, World


@dataclass
class Wire:
    """A transport that remembers, and fails when told to."""

    sent: list[tuple[int, str, bytes]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send(self, number: int, sender: str, recipient: str, raw: bytes) -> None:
        assert re.fullmatch(r"samordning\+[a-z2-7]{32}@suvs\.example", sender)
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append((number, recipient, raw))


def queue(world: World, number: int = 1) -> None:
    """Queue that many sign-in links."""
    with world.writer() as session:
        for _ in range(number):
            links.ask_for_link(session, CONVENER, world.now)
        session.commit()


def rows(world: World) -> list[OutboxMessage]:
    with world.services.reader() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_a_message_is_sent_once(world: World) -> None:
    queue(world)
    wire = Wire()
    assert deliver(world.services, world.now, through=wire).sent == 1
    assert deliver(world.services, world.now, through=wire).sent == 0
    [row] = rows(world)
    assert row.state is OutboxState.SENT
    assert row.sent_at == world.now
    assert wire.sent == [(row.id, CONVENER, row.raw)]


def test_the_same_cause_queues_one_message(world: World) -> None:
    with world.writer() as session:
        person = world.person(session, ADMINISTRATOR)
        for _ in range(2):
            enqueue(
                session,
                unique_key="cause:1",
                kind="login_link",
                person=person,
                subject=("login_link", 1),
                now=world.now,
            )
        session.commit()
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_more_than_a_batch_is_delivered(sqlite_world: World) -> None:
    queue(sqlite_world, 120)
    assert deliver(sqlite_world.services, sqlite_world.now, through=Wire()).sent == 120


def test_the_bytes_of_a_batch_are_kept_before_the_first_of_them_leaves(world: World) -> None:
    queue(world, 3)
    kept: list[list[bytes | None]] = []

    class Looking(Wire):
        def send(self, number: int, sender: str, recipient: str, raw: bytes) -> None:
            kept.append([one.raw for one in rows(world)])
            super().send(number, sender, recipient, raw)

    wire = Looking()
    assert deliver(world.services, world.now, through=wire).sent == 3
    assert kept == [[raw for _, _, raw in wire.sent]] * 3


def test_each_is_noted_before_the_next_leaves_and_only_the_last_note_waits(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(sqlite_world, 3)
    noted: list[list[OutboxState]] = []
    unhurried: list[int] = []

    class Looking(Wire):
        def send(self, number: int, sender: str, recipient: str, raw: bytes) -> None:
            noted.append([one.state for one in rows(sqlite_world)])
            super().send(number, sender, recipient, raw)

    noter = sqlite_world.services.noter

    def counted() -> Any:
        unhurried.append(1)
        return noter()

    monkeypatch.setattr(sqlite_world.services, "noter", counted)
    deliver(sqlite_world.services, sqlite_world.now, through=Looking())
    assert noted == [[OutboxState.SENT] * n + [OutboxState.QUEUED] * (3 - n) for n in range(3)]
    assert len(unhurried) == 2
    assert {one.state for one in rows(sqlite_world)} == {OutboxState.SENT}


def test_a_temporary_fault_is_tried_again_with_the_same_bytes(world: World) -> None:
    queue(world)
    wire = Wire(faults=[TryLater("smtp_450")])
    assert deliver(world.services, world.now, through=wire).later == 1
    [row] = rows(world)
    assert (row.state, row.last_error, row.tries) == (OutboxState.QUEUED, "smtp_450", 1)
    kept = row.raw
    assert deliver(world.services, world.now, through=wire).sent == 0, "not before its time"
    world.now += pause_after(1)
    assert deliver(world.services, world.now, through=wire).sent == 1
    assert wire.sent[0][2] == kept


def test_the_pauses_grow_and_end() -> None:
    pauses = [pause_after(number) for number in range(1, 40)]
    assert pauses[0] == timedelta(minutes=1)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=6)


def test_after_many_tries_it_ends_as_failed(sqlite_world: World) -> None:
    queue(sqlite_world)
    wire = Wire(faults=[TryLater("smtp_connection") for _ in range(MOST_TRIES)])
    for _ in range(MOST_TRIES):
        deliver(sqlite_world.services, sqlite_world.now, through=wire)
        sqlite_world.now += timedelta(hours=6)
    [row] = rows(sqlite_world)
    assert (row.state, row.tries) == (OutboxState.FAILED, MOST_TRIES)


def test_a_refused_address_ends_as_failed_and_can_be_sent_again(sqlite_world: World) -> None:
    queue(sqlite_world)
    deliver(sqlite_world.services, sqlite_world.now, through=Wire(faults=[Rejected("smtp_550")]))
    [row] = rows(sqlite_world)
    assert row.state is OutboxState.FAILED
    admin = sqlite_world.client(ADMINISTRATOR)
    page = admin.get(f"/utskick/{row.id}").text
    assert "adressen inte finns" in page
    assert admin.post(f"/utskick/{row.id}/igen").status_code == 303
    assert admin.post(f"/utskick/{row.id}/igen").status_code == 409, "only what failed"
    assert deliver(sqlite_world.services, sqlite_world.now, through=Wire()).sent == 1


def test_one_bad_message_does_not_stop_the_others(sqlite_world: World) -> None:
    queue(sqlite_world, 3)
    wire = Wire(faults=[ValueError("broken")])
    summary = deliver(sqlite_world.services, sqlite_world.now, through=wire)
    assert (summary.sent, summary.failed) == (2, 1)


def test_a_crash_between_sending_and_marking_sends_the_same_mail_again(world: World) -> None:
    queue(world)

    class Crash(BaseException):
        pass

    @dataclass
    class Crashing(Wire):
        def send(self, number: int, sender: str, recipient: str, raw: bytes) -> None:
            super().send(number, sender, recipient, raw)
            raise Crash

    first, second = Crashing(), Wire()
    with pytest.raises(Crash):
        deliver(world.services, world.now, through=first)
    assert deliver(world.services, world.now, through=second).sent == 0, "still leased"
    world.now += LEASE + timedelta(seconds=1)
    assert deliver(world.services, world.now, through=second).sent == 1
    assert first.sent == second.sent, "the same bytes, so the same Message-ID"


def test_two_workers_send_each_message_once(world: World) -> None:
    queue(world, 60)
    wires, gate = [Wire(), Wire()], Barrier(2)

    def work(wire: Wire) -> None:
        gate.wait()
        deliver(world.services, world.now, through=wire)

    threads = [Thread(target=work, args=(wire,)) for wire in wires]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = [number for wire in wires for number, _, _ in wire.sent]
    assert sorted(sent) == sorted(set(sent))
    assert len(sent) == 60


def test_without_a_server_mail_becomes_files(sqlite_world: World) -> None:
    queue(sqlite_world)
    deliver(sqlite_world.services, sqlite_world.now)
    [row] = rows(sqlite_world)
    [file] = list((sqlite_world.settings.data_dir / "mail").iterdir())
    assert file.name == f"{row.id}.eml"
    assert file.read_bytes() == row.raw


@dataclass
class Server:
    """A real SMTP server on loopback; it refuses what it is told to."""

    mails: list[Envelope] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def smtp_server(smtp_allowed: Any, free_tcp_port: int) -> Iterator[tuple[Server, MailServer]]:  # noqa: ARG001 - opens the way
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=free_tcp_port)
    controller.start()
    yield handler, MailServer("127.0.0.1", free_tcp_port)
    controller.stop()


def test_mail_goes_over_smtp_byte_for_byte(
    sqlite_world: World, smtp_server: tuple[Server, MailServer]
) -> None:
    handler, server = smtp_server
    queue(sqlite_world, 2)
    assert deliver(sqlite_world.services, sqlite_world.now, through=Smtp(server)).sent == 2
    assert [mail.content for mail in handler.mails] == [row.raw for row in rows(sqlite_world)]
    senders = {mail.mail_from or "" for mail in handler.mails}
    assert len(senders) == 2, "each mail comes back to an address of its own"
    assert all(re.fullmatch(r"samordning\+[a-z2-7]{32}@suvs\.example", one) for one in senders)
    parsed = message_from_bytes(handler.mails[0].content or b"", policy=policy.default)
    assert parsed["To"].addresses[0].addr_spec == CONVENER


@pytest.mark.parametrize(
    ("answer", "state"),
    [("451 later", OutboxState.QUEUED), ("554 never", OutboxState.FAILED)],
)
def test_the_servers_answer_decides(
    sqlite_world: World,
    smtp_server: tuple[Server, MailServer],
    answer: str,
    state: OutboxState,
) -> None:
    handler, server = smtp_server
    handler.refusals.append(answer)
    queue(sqlite_world, 2)
    deliver(sqlite_world.services, sqlite_world.now, through=Smtp(server))
    assert [row.state for row in rows(sqlite_world)] == [state, OutboxState.SENT]


@pytest.mark.usefixtures("smtp_allowed")
def test_no_server_means_later(sqlite_world: World, free_tcp_port: int) -> None:
    queue(sqlite_world)
    nobody = Smtp(MailServer("127.0.0.1", free_tcp_port))
    assert deliver(sqlite_world.services, sqlite_world.now, through=nobody).later == 1


def test_settings_choose_the_way(sqlite_world: World) -> None:
    assert isinstance(transport(sqlite_world.settings), Files)
    with_server = replace(sqlite_world.settings, smtp=MailServer("mail.example", 25))
    assert isinstance(transport(with_server), Smtp)


def test_a_spent_link_is_not_sent(sqlite_world: World) -> None:
    queue(sqlite_world)
    with sqlite_world.writer() as session:
        session.scalars(select(LoginLink)).one().used_at = sqlite_world.now
        session.commit()
    assert deliver(sqlite_world.services, sqlite_world.now, through=Wire()).cancelled == 1
    [row] = rows(sqlite_world)
    assert row.state is OutboxState.CANCELLED


def test_the_page_hides_the_secrets_of_links(sqlite_world: World) -> None:
    queue(sqlite_world)
    deliver(sqlite_world.services, sqlite_world.now, through=Wire())
    [row] = rows(sqlite_world)
    page = sqlite_world.client(ADMINISTRATOR).get(f"/utskick/{row.id}").text
    assert "/logga-in/lank/…" in page
    assert sqlite_world.client(ADMINISTRATOR).get("/utskick").status_code == 200
