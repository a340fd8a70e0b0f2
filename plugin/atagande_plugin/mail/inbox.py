"""Reads the mailbox that answers come to, whatever it is reached by.

1. Fetch the messages that came after the last one that was taken.
2. Take each in a commit of its own (`inbound.receive`).
3. Move it to the folder of what is handled, or of what someone has to look at.
4. Note that everything up to it is taken and moved.

A stop between 2 and 3 takes the same message again; its digest tells, and it is only moved.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Protocol, Self

from atagande_plugin.jobs.faults import JobFailed
from atagande_plugin.mail.inbound import receive
from atagande_plugin.mail.models import MailboxPosition, Outcome
from atagande_plugin.services import Services

#: Messages taken in one run; the next run goes on.
MOST = 500


class MailboxFailed(JobFailed):
    """The mailbox can't be read now: no connection, wrong password, no such folder."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading has come to; the number only holds together with the validity."""

    uid_validity: int
    last_uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message as it lies in the mailbox."""

    uid_validity: int
    uid: int
    raw: bytes
    #: Its size in bytes when only its headers were fetched; None when `raw` is all of it.
    size: int | None = None


class MailSource(Protocol):
    """A mailbox; IMAP is one, and Microsoft Graph can be another. Used as a context."""

    @property
    def name(self) -> str:
        """Return what tells this mailbox from any other."""
        ...  # pragma: no cover

    def __enter__(self) -> Self:
        """Connect; raise MailboxFailed."""
        ...  # pragma: no cover

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the connection."""
        ...  # pragma: no cover

    def fetch_raw(self, after: Position | None) -> Iterator[Fetched]:
        """Yield the messages after a position, in the order they arrived."""
        ...  # pragma: no cover

    def put_away(self, fetched: Fetched, *, quarantined: bool) -> None:
        """Move a message that is taken out of the way; one that can't be moved is left."""
        ...  # pragma: no cover


@dataclass(slots=True)
class InboxSummary:
    """What a reading did, in numbers of messages."""

    taken: int = 0
    quarantined: int = 0


def read_inbox(services: Services, source: MailSource) -> InboxSummary:
    """Take what is new in a mailbox; return how much. Raises MailboxFailed."""
    summary = InboxSummary()
    with source:
        for fetched in source.fetch_raw(_position(services, source.name)):
            received = receive(services, fetched.raw, size=fetched.size)
            quarantined = received.outcome is Outcome.QUARANTINED
            source.put_away(fetched, quarantined=quarantined)
            _advance(services, source.name, fetched)
            summary.taken += 1
            summary.quarantined += quarantined
            if summary.taken >= MOST:
                break
    return summary


def inbox_job(services: Services) -> dict[str, int]:
    """Read the mailbox of the settings, if there is one."""
    if services.settings.imap is None:
        return {}
    from atagande_plugin.mail.imap import ImapSource  # noqa: PLC0415 - loaded on use

    return asdict(read_inbox(services, ImapSource(services.settings.imap)))


def _position(services: Services, mailbox: str) -> Position | None:
    with services.reader() as session:
        row = session.get(MailboxPosition, mailbox)
        return Position(row.uid_validity, row.last_uid) if row else None


def _advance(services: Services, mailbox: str, fetched: Fetched) -> None:
    with services.writer() as session, session.begin():
        session.merge(
            MailboxPosition(
                mailbox=mailbox,
                uid_validity=fetched.uid_validity,
                last_uid=fetched.uid,
                read_at=services.now(),
            )
        )
