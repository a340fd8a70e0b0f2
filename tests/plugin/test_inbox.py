"""The mailbox is read once, in order, and no stop loses or doubles anything."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from atagande_calendar.invitations.models import Invitation, InvitationAnswer, Partstat
from atagande_plugin.jobs.models import JobRun
from atagande_plugin.jobs.scheduler import JOBS, Scheduler
from atagande_plugin.mail.imap import HANDLED, QUARANTINE, ImapSource
from atagande_plugin.mail.inbox import InboxSummary, MailboxFailed, read_inbox
from atagande_plugin.mail.models import InboundMessage, MailboxPosition
from support import replies
from support.imap_server import ImapServer, imap_server
from support.replies import mail
from support.world import CLINIC_CHIEF, World

__all__ = ["imap_server"]
DONE, ASIDE = f"&AMU-tagande/{HANDLED}", f"&AMU-tagande/{QUARANTINE}"


def read(world: World, server: ImapServer) -> InboxSummary:
    return read_inbox(world.services, ImapSource(server.mailbox))


def rows(world: World, table: type[Any]) -> list[Any]:
    with world.services.reader() as session:
        return list(session.scalars(select(table)))


def partstat(world: World) -> Partstat:
    with world.services.reader() as session:
        return session.scalars(
            select(Invitation.partstat).where(Invitation.email == CLINIC_CHIEF)
        ).one()


def test_answers_are_taken_in_order_and_moved(world: World, imap_server: ImapServer) -> None:
    facts = replies.asked(world)
    imap_server.held.add(
        mail(facts),
        b"From: x@else.example\r\nTo: y@suvs.example\r\n\r\nHej\r\n",
        mail(facts.but(partstat="DECLINED", message_id="<2@x.example>")),
    )
    assert read(world, imap_server) == InboxSummary(taken=3, quarantined=1)
    assert partstat(world) is Partstat.DECLINED
    assert imap_server.held.names() == {"INBOX": 0, DONE: 2, ASIDE: 1}
    assert read(world, imap_server) == InboxSummary()
    [position] = rows(world, MailboxPosition)
    assert (position.uid_validity, position.last_uid) == (1, 3)


def test_a_server_without_move_copies_and_takes_away_just_that(
    sqlite_world: World, imap_server: ImapServer
) -> None:
    imap_server.held.capabilities = "IMAP4rev1 UIDPLUS"
    imap_server.held.add(mail(replies.asked(sqlite_world)))
    read(sqlite_world, imap_server)
    assert imap_server.held.names() == {"INBOX": 0, DONE: 1}
    done = [one for one in imap_server.held.seen if one in {"COPY", "STORE", "EXPUNGE", "MOVE"}]
    assert done == ["COPY", "STORE", "EXPUNGE"]


@pytest.mark.parametrize(
    ("refused", "parent"),
    [
        (("&AMU",), "Atagande"),
        (("&AMU", "Atagande"), "INBOX/&AMU-tagande"),
    ],
)
def test_folders_are_made_where_the_server_lets_us(
    sqlite_world: World, imap_server: ImapServer, refused: tuple[str, ...], parent: str
) -> None:
    imap_server.held.refused = refused
    imap_server.held.add(b"From: x@else.example\r\n\r\nHej\r\n")
    read(sqlite_world, imap_server)
    name = "Karantan" if parent == "Atagande" else QUARANTINE
    assert imap_server.held.names() == {"INBOX": 0, f"{parent}/{name}": 1}


def test_without_any_folder_mails_stay_and_are_taken_once(
    sqlite_world: World, imap_server: ImapServer
) -> None:
    imap_server.held.refused = ("",)
    imap_server.held.add(mail(replies.asked(sqlite_world)))
    assert read(sqlite_world, imap_server).taken == 1
    assert read(sqlite_world, imap_server).taken == 0
    assert imap_server.held.names() == {"INBOX": 1}


@pytest.mark.parametrize("lost", ["FETCH", "MOVE", "SEARCH"])
def test_a_connection_that_breaks_midway_loses_and_doubles_nothing(
    world: World, imap_server: ImapServer, lost: str
) -> None:
    facts = replies.asked(world)
    imap_server.held.add(mail(facts), mail(facts.but(partstat="DECLINED", message_id="<2@x.y>")))
    imap_server.held.drops = [lost]
    with pytest.raises(MailboxFailed, match="imap_broken"):
        read(world, imap_server)
    read(world, imap_server)
    assert partstat(world) is Partstat.DECLINED
    assert len(rows(world, InvitationAnswer)) == 2
    assert len(rows(world, InboundMessage)) == 2
    assert imap_server.held.names() == {"INBOX": 0, DONE: 2}


def test_a_stop_between_the_commit_and_the_move_takes_nothing_twice(
    world: World, imap_server: ImapServer
) -> None:
    imap_server.held.add(mail(replies.asked(world)))

    class Killed(ImapSource):
        def put_away(self, *_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_inbox(world.services, Killed(imap_server.mailbox))
    assert partstat(world) is Partstat.ACCEPTED
    assert read(world, imap_server) == InboxSummary(taken=1)
    assert len(rows(world, InvitationAnswer)) == 1
    assert imap_server.held.names() == {"INBOX": 0, DONE: 1}


def test_a_mailbox_that_was_made_anew_is_read_from_its_start(
    world: World, imap_server: ImapServer
) -> None:
    facts = replies.asked(world)
    imap_server.held.refused = ("",)
    imap_server.held.add(mail(facts))
    read(world, imap_server)
    imap_server.held.uid_validity = 2
    imap_server.held.add(mail(facts.but(partstat="TENTATIVE", message_id="<2@x.example>")))
    assert read(world, imap_server).taken == 2
    assert partstat(world) is Partstat.TENTATIVE
    assert len(rows(world, InvitationAnswer)) == 2, "the first was known by its digest"


def test_of_a_mail_that_is_too_large_only_the_headers_are_fetched(
    sqlite_world: World, imap_server: ImapServer
) -> None:
    facts = replies.asked(sqlite_world)
    [uid] = imap_server.held.add(mail(facts))
    imap_server.held.sizes = {uid: 30_000_000}
    read(sqlite_world, imap_server)
    assert imap_server.held.sections == ["HEADER"]
    [row] = rows(sqlite_world, InboundMessage)
    assert (row.reason, row.size) == ("too_large", 30_000_000)
    assert row.invitation_id is not None, "its headers tell whose it is"
    assert imap_server.held.names() == {"INBOX": 0, ASIDE: 1}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"password": "fel"}, "imap_login"),
        ({"folder": "Borta"}, "imap_folder"),
        ({"port": 1}, "imap_connection"),
    ],
)
def test_what_keeps_us_out_has_a_code(
    sqlite_world: World, imap_server: ImapServer, changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(MailboxFailed) as caught:
        read_inbox(sqlite_world.services, ImapSource(replace(imap_server.mailbox, **changed)))
    assert caught.value.code == code


@pytest.fixture
def leader(sqlite_world: World) -> Scheduler:
    scheduler = Scheduler(sqlite_world.services)
    scheduler.beat()
    return scheduler


def test_the_job_reads_the_mailbox_and_says_in_words_what_is_wrong(
    sqlite_world: World, imap_server: ImapServer, leader: Scheduler
) -> None:
    world = sqlite_world
    assert JOBS["inbox"][0] == 60
    object.__setattr__(world.settings, "imap", imap_server.mailbox)
    imap_server.held.add(mail(replies.asked(world)))
    leader.run("inbox")
    [run] = rows(world, JobRun)
    assert (run.result, run.summary) == ("ok", '{"taken": 1, "quarantined": 0}')
    object.__setattr__(world.settings, "imap", replace(imap_server.mailbox, password="fel"))
    leader.run("inbox")
    [run] = rows(world, JobRun)
    assert run.result == "imap_login"
    page = world.client("administrator@suvs.example").get("/drift").text
    assert "Brevlådan godtar inte inloggningen" in page


def test_without_a_mailbox_there_is_no_such_job(sqlite_world: World, leader: Scheduler) -> None:
    with sqlite_world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(JobRun)) == 0
    assert "inbox" not in leader.jobs()
    assert "sweep" in leader.jobs()
