"""Delivers the outbox.

1. Claim a batch: put a lease on rows that are due and that nobody holds. On PostgreSQL rows that
   another worker is claiming are passed over; on SQLite the write lock puts workers in order.
2. Write the batch's bytes and keep them, in one commit that is on the disk before the first of
   them leaves, so that a second try after a crash sends the same mail with the same Message-ID.
3. Hand them over one by one, and mark each sent in a commit of its own. A crash in between sends
   one once more, which the Message-ID and the calendar's UID and SEQUENCE make harmless. Only the
   batch's last commit waits for the disk (docs/decisions/0024-one-wait-per-batch.md).
   The envelope's sender is an address of the message's own, so that a bounce tells which it is.
4. A temporary fault puts it back with a growing pause; a permanent one, or too many tries, ends it
   as failed, and the administrator's pages show it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements.ladder.digests import forget_told, note_told
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_plugin.mail.digests import Round
from atagande_plugin.mail.render import (
    Obsolete,
    Written,
    bounce_address,
    prefetch,
    require_current,
    write,
)
from atagande_plugin.mail.transport import DeliveryError, Rejected, Transport, TryLater, transport
from atagande_plugin.observability import LOGGER, log_crash
from atagande_plugin.services import Services

BATCH = 50
LEASE = timedelta(minutes=10)
#: Tries before a message is given up: about two days with the pauses below.
MOST_TRIES = 12
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)


_TABLE = OutboxMessage.metadata.tables[OutboxMessage.__tablename__]
#: Statements of every message, made once: making one takes longer than the database does.
_MINE = (_TABLE.c.id == bindparam("number"), _TABLE.c.lease == bindparam("own"))
_STANDS = select(_TABLE.c.lease, _TABLE.c.state).where(_TABLE.c.id == bindparam("number"))
_KEEP = update(_TABLE).where(*_MINE, _TABLE.c.raw.is_(None)).values(raw=bindparam("bytes"))
_LEFT = (
    update(_TABLE)
    .where(*_MINE)
    .values(
        state=OutboxState.SENT,
        sent_at=bindparam("at"),
        last_error="",
        lease=None,
        leased_until=None,
    )
)


@dataclass(slots=True)
class DeliverySummary:
    """What a delivery did, in numbers of messages."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    cancelled: int = 0


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after the `tries`-th try: doubled each time, six hours at most."""
    doublings = max(tries - 1, 0)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)


def deliver(
    services: Services, now: datetime | None = None, *, through: Transport | None = None
) -> DeliverySummary:
    """Deliver everything that is due; return what became of it."""
    with through or transport(services.settings) as way:
        worker = _Worker(services, way, now)
        while len(claimed := worker.claim()) > 0:
            messages = worker.write(claimed)
            for message in messages:
                worker.deliver(message, last=message is messages[-1])
            if len(claimed) < BATCH:
                break
    return worker.summary


def rendered(services: Services, session: Session, message: OutboxMessage) -> bytes:
    """Return a message's bytes: those kept from its first try, or else as they would be now."""
    if message.raw is not None:
        return message.raw
    return write(services.settings, message, Round(session, services.now())).raw


@dataclass(slots=True)
class _Worker:
    """One round of delivery with a lease of its own."""

    services: Services
    way: Transport
    #: The moment to act as of; None for the present.
    at: datetime | None
    lease: str = field(default_factory=lambda: secrets.token_hex(8))
    summary: DeliverySummary = field(default_factory=DeliverySummary)

    def now(self) -> datetime:
        return self.at or self.services.now()

    def claim(self) -> list[int]:
        """Put the lease on a batch; return its numbers."""
        now = self.now()
        free = or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until < now)
        with self.services.writer() as session, session.begin():
            due = session.scalars(
                select(OutboxMessage.id)
                .where(
                    OutboxMessage.state == OutboxState.QUEUED,
                    OutboxMessage.next_try_at <= now,
                    free,
                )
                .order_by(OutboxMessage.next_try_at, OutboxMessage.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            if due:
                session.execute(
                    update(OutboxMessage)
                    .where(OutboxMessage.id.in_(due))
                    .values(
                        lease=self.lease,
                        leased_until=now + LEASE,
                        tries=OutboxMessage.tries + 1,
                    )
                    .execution_options(synchronize_session=False)
                )
            return list(due)

    def write(self, claimed: Sequence[int]) -> Sequence[OutboxMessage]:
        """Write the bytes of a batch and keep them; return its messages.

        One that can't be written has no bytes; `deliver` tells why. They are written by a session
        that only reads, so that nobody waits for it to write.
        """
        with self.services.reader() as session:
            query = select(OutboxMessage).where(OutboxMessage.id.in_(claimed))
            found = {message.id: message for message in session.scalars(query)}
            messages = [found[number] for number in claimed if number in found]
            held = prefetch(session, messages)
            round_ = Round(session, self.now())
            written = [
                (message, one)
                for message in messages
                if message.raw is None and (one := self._written(round_, message)) is not None
            ]
            del held
        if written:
            self._keep(written)
        return messages

    def _written(self, round_: Round, message: OutboxMessage) -> Written | None:
        """Return a message's bytes, or None if they can't be written now."""
        try:
            return write(self.services.settings, message, round_)
        except Exception:  # noqa: BLE001 - the handing over comes to the same, and tells what
            return None

    def _keep(self, written: Sequence[tuple[OutboxMessage, Written]]) -> None:
        """Keep the bytes of a batch, and what they tell, in one commit.

        What tells something that another has told meanwhile is left unwritten, for `deliver` to
        write anew.
        """
        plain = [(message, found.raw) for message, found in written if not found.told]
        telling = [(message, found) for message, found in written if found.told]
        rows = [{"number": one.id, "bytes": raw, "own": self.lease} for one, raw in plain]
        with self.services.writer() as session, session.begin():
            if rows:
                session.connection().execute(_KEEP, rows)
            kept = [(one, found.raw) for one, found in telling if self._told(session, one, found)]
        for message, raw in plain + kept:
            message.raw = raw

    def _told(self, session: Session, message: OutboxMessage, found: Written) -> bool:
        """Keep a message's bytes with what they tell; return whether it could be done."""
        row = {"number": message.id, "bytes": found.raw, "own": self.lease}
        try:
            with session.begin_nested():
                if session.connection().execute(_KEEP, row).rowcount == 0:
                    return False
                note_told(session, message, found.told, self.now())
        except IntegrityError:
            return False
        return True

    def deliver(self, message: OutboxMessage, *, last: bool) -> None:
        """Hand over one message of the batch, and note that it left.

        `last` says that nothing of the batch comes after it: its note is waited for.
        """
        number, tries = message.id, message.tries
        try:
            with self.services.reader() as session:
                lease, state = session.connection().execute(_STANDS, {"number": number}).one()
                if lease != self.lease or state is not OutboxState.QUEUED:
                    return
                sender = bounce_address(self.services.settings, message)
                require_current(session, message, self.now())
            raw = message.raw or self._write_one(number)
            self.way.send(number, sender, message.recipient, raw)
        except Obsolete:
            self._cancel(number)
            self.summary.cancelled += 1
        except TryLater as error:
            self._later(number, tries, error)
        except Rejected as error:
            self._fail(number, error)
        except Exception as error:  # noqa: BLE001 - one bad message must not stop the others
            log_crash(error)
            self._fail(number, DeliveryError(type(error).__name__))
        else:
            factory = self.services.writer if last else self.services.noter
            left = {"number": number, "own": self.lease, "at": self.now()}
            with factory() as session, session.begin():
                session.connection().execute(_LEFT, left)
            self.summary.sent += 1

    def _write_one(self, number: int) -> bytes:
        """Write and keep a message that was not written with its batch."""
        try:
            with self.services.writer() as session, session.begin():
                message = session.get_one(OutboxMessage, number)
                if message.raw is not None:
                    return message.raw
                found = write(self.services.settings, message, Round(session, self.now()))
                message.raw = found.raw
                note_told(session, message, found.told, self.now())
        except IntegrityError as error:
            raise TryLater("told_meanwhile") from error
        return found.raw

    def _cancel(self, number: int) -> None:
        """End a message that is not to be sent; what it would have told is not told."""
        with self.services.writer() as session, session.begin():
            ended = session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id == number, OutboxMessage.lease == self.lease)
                .values(
                    state=OutboxState.CANCELLED,
                    last_error="obsolete",
                    lease=None,
                    leased_until=None,
                )
                .returning(OutboxMessage.id)
                .execution_options(synchronize_session=False)
            ).all()
            if ended:
                forget_told(session, number)

    def _later(self, number: int, tries: int, error: DeliveryError) -> None:
        if tries >= MOST_TRIES:
            self._fail(number, error)
            return
        self._end(number, next_try_at=self.now() + pause_after(tries), last_error=error.code)
        self.summary.later += 1

    def _fail(self, number: int, error: DeliveryError) -> None:
        LOGGER.error("outbox_failed", extra={"outbox_message": number, "error": error.code})
        self._end(number, state=OutboxState.FAILED, last_error=error.code[:80])
        self.summary.failed += 1

    def _end(self, number: int, **values: object) -> None:
        """Write what became of a message, unless another worker has taken it over."""
        with self.services.writer() as session, session.begin():
            session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id == number, OutboxMessage.lease == self.lease)
                .values(lease=None, leased_until=None, **values)
                .execution_options(synchronize_session=False)
            )
