"""What a real Postfix says of mail it can't deliver comes back to the invitation it was."""

from email import message_from_bytes

import pytest
from sqlalchemy import select

from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_plugin.mail.inbox import inbox_job
from atagande_plugin.outbox.delivery import deliver
from support.booking import published
from support.mail_server import MailServer, connected
from support.world import AF, CLINIC_CHIEF, FK, World

pytestmark = pytest.mark.usefixtures("smtp_allowed")

GONE, NOBODY = "gone@kommun.example", "nobody@kommun.example"


@pytest.fixture
def posting(sqlite_world: World, mail_server: MailServer) -> World:
    """A service whose mail goes through a real server."""
    sqlite_world.services.settings = connected(sqlite_world.settings, mail_server)
    return sqlite_world


def messages(world: World) -> dict[str, OutboxMessage]:
    with world.services.reader() as session:
        found = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "invitation"))
        return {message.recipient: message for message in found}


def test_a_bounce_is_shown_at_the_invitation_that_did_not_arrive(
    posting: World, mail_server: MailServer
) -> None:
    with posting.writer() as session:
        posting.person(session, AF).email = GONE
        session.commit()
    published(posting, people=[CLINIC_CHIEF, GONE])
    assert deliver(posting.services, posting.now).sent == 2
    # Postfix takes it, and learns afterwards that nothing leads there.
    bounce = mail_server.mailbox(posting.settings.mail_from).wait(
        lambda mail: mail.get_content_type() == "multipart/report"
    )
    assert message_from_bytes(bounce)["Auto-Submitted"] == "auto-replied"
    assert inbox_job(posting.services)["taken"] == 1
    found = messages(posting)
    assert found[GONE].bounce_code.startswith("5.")
    assert found[CLINIC_CHIEF].bounce_code == ""
    mail_server.mailbox(CLINIC_CHIEF).wait_count(1)


def test_an_address_that_the_server_refuses_at_once_ends_the_message(posting: World) -> None:
    with posting.writer() as session:
        posting.person(session, FK).email = NOBODY
        session.commit()
    published(posting, people=[NOBODY, CLINIC_CHIEF])
    summary = deliver(posting.services, posting.now)
    assert (summary.sent, summary.failed) == (1, 1)
    refused = messages(posting)[NOBODY]
    assert (refused.state, refused.last_error) == (OutboxState.FAILED, "smtp_550")
