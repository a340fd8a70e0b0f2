"""Digests in a world: the days go by, the jobs run, and the mail leaves."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy

from sqlalchemy import select

from atagande_agreements.civil_time import local_date, local_time
from atagande_agreements.ladder import digests
from atagande_agreements.ladder.digest_models import DigestItem
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.sweep import sweep
from atagande_plugin.mail.transport import Transport
from atagande_plugin.outbox.delivery import DeliverySummary, deliver
from support.world import World

#: The day that the enquiries of `miss` give their deviations.
OPENED = date(2026, 4, 16)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Digest:
    """A digest that has left."""

    day: date
    to: str
    subject: str
    text: str
    html: str


def at(world: World, day: date, clock: time = time(11)) -> None:
    """Set the world's clock to a local time."""
    world.now = local_time(day, clock)


def jobs(world: World) -> None:
    """Run the jobs that have to do with digests, as the scheduler does."""
    sweep(world.writer, world.now)
    with world.writer() as session, session.begin():
        digests.queue(session, world.now)


def run(world: World, through: Transport | None = None) -> DeliverySummary:
    """Run the jobs and deliver."""
    jobs(world)
    return deliver(world.services, world.now, through=through)


def rows(world: World) -> list[OutboxMessage]:
    """Return the outbox rows of digests."""
    with world.services.reader() as session:
        return list(
            session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.kind == "digest")
                .order_by(OutboxMessage.id)
            )
        )


def sent(world: World, to: str | None = None) -> list[Digest]:
    """Return the digests that have left, to someone or to all."""
    found = []
    for row in rows(world):
        if row.state is OutboxState.SENT and to in {None, row.recipient}:
            assert row.raw is not None
            assert row.sent_at is not None
            found.append(read(row.raw, row.sent_at, row.recipient))
    return found


def read(raw: bytes, at_: datetime, to: str) -> Digest:
    """Read a digest as a mail program does."""
    mail = message_from_bytes(raw, policy=policy.default)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return Digest(
        local_date(at_.astimezone(UTC)),
        to,
        str(mail["Subject"]),
        plain.get_content().replace("\r\n", "\n"),
        html.get_content(),
    )


def told(world: World) -> Counter[tuple[int, str]]:
    """Return how often each person was told each thing."""
    with world.services.reader() as session:
        return Counter(
            (row.person_id, row.thing)
            for row in session.execute(select(DigestItem.person_id, DigestItem.thing))
        )
