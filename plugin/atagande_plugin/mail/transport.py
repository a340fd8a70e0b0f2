"""Hands mail over: to a server over SMTP, or to files when no server is set.

What goes wrong is one of a few kinds, so that the outbox knows what to do about it.
"""

import os
import smtplib
import ssl
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from atagande_plugin.config import MailServer, Settings

#: Seconds to wait for a mail server.
PATIENCE = 20
_PERMANENT = 500


class DeliveryError(Exception):
    """A message could not be handed over. `code` is stable and holds nothing personal."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TryLater(DeliveryError):  # noqa: N818 - what to do about it
    """It may go better later: no connection, or a temporary refusal (4xx)."""


class Rejected(DeliveryError):  # noqa: N818 - the mail world's word for it
    """It will not go better: the server refuses the address or the message (5xx)."""


class Transport(Protocol):
    """What hands a message over; used as a context that keeps its connection."""

    def __enter__(self) -> Self:
        """Make ready."""
        ...  # pragma: no cover

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the connection."""
        ...  # pragma: no cover

    def send(self, number: int, sender: str, recipient: str, raw: bytes) -> None:
        """Hand over message `number`; return when the receiver has taken charge of it."""
        ...  # pragma: no cover


class Files:
    """Writes each message to a file, for a trial without a mail server."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __enter__(self) -> Self:
        """Make the directory."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""

    def send(self, number: int, sender: str, recipient: str, raw: bytes) -> None:  # noqa: ARG002 - the envelope stands in the message
        """Write the message whole or not at all."""
        target = self.directory / f"{number}.eml"
        part = target.with_suffix(".part")
        with part.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)


class Smtp:
    """Hands messages to a mail server over one kept connection (RFC 5321)."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Wait with connecting until there is something to send."""
        return self

    def __exit__(self, *_: object) -> None:
        """Say goodbye to the server."""
        if self.connection is not None:
            try:
                self.connection.quit()
            except (smtplib.SMTPException, OSError):
                self.connection.close()
            self.connection = None

    def _connect(self) -> smtplib.SMTP:
        if self.connection is not None:
            return self.connection
        server = self.server
        try:
            if server.security == "tls":
                connection: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host,
                    server.port,
                    timeout=PATIENCE,
                    context=ssl.create_default_context(),
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
            if server.security == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if server.user:
                connection.login(server.user, server.password)
        except smtplib.SMTPAuthenticationError as error:
            raise TryLater("smtp_login") from error
        except (smtplib.SMTPException, OSError) as error:
            raise TryLater("smtp_connection") from error
        self.connection = connection
        return connection

    def send(self, number: int, sender: str, recipient: str, raw: bytes) -> None:  # noqa: ARG002 - the server numbers its own
        """Hand a message over; drop the connection after a fault, so that the next is fresh."""
        connection = self._connect()
        try:
            connection.sendmail(sender, [recipient], raw)
        except smtplib.SMTPRecipientsRefused as error:
            status = next(iter(error.recipients.values()))[0]
            kind = Rejected if status >= _PERMANENT else TryLater
            raise kind(f"smtp_{status}") from error
        except smtplib.SMTPResponseException as error:
            kind = Rejected if error.smtp_code >= _PERMANENT else TryLater
            raise kind(f"smtp_{error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            self.connection.close() if self.connection else None
            self.connection = None
            raise TryLater("smtp_connection") from error


def transport(settings: Settings) -> Transport:
    """Return how mail leaves this service."""
    return Smtp(settings.smtp) if settings.smtp else Files(settings.data_dir / "mail")
