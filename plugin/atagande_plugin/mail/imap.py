"""Reads a mailbox over IMAP (RFC 3501, RFC 4315, RFC 6851).

Messages are looked at without being marked as read, and moved out of the folder once they are
taken: what is left there is what nobody has taken yet.
"""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Self

from atagande_calendar.itip.mail_reading import LARGEST_MAIL
from atagande_plugin.config import Mailbox
from atagande_plugin.mail.inbox import Fetched, MailboxFailed, Position
from atagande_plugin.observability import LOGGER

#: Seconds to wait for the server.
PATIENCE = 20
#: Messages whose sizes are asked for at once.
_BATCH = 200
#: "Åtagande" in the server's own writing (RFC 3501 §5.1.3), and for servers that refuse it.
_FOLDERS = ("&AMU-tagande", "Atagande")
HANDLED, QUARANTINE = "Behandlade", "Karant&AOQ-n"
_ASCII = {QUARANTINE: "Karantan"}
_LIST = re.compile(rb'\([^)]*\) (?:"(.)"|NIL) ')
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UID = re.compile(rb"\bUID (\d+)")


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class ImapSource:
    """One folder of one mailbox, as a source of mails; used as a context."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.uid_validity = 0
        self._connection: Any = None
        self._folders: dict[str, str] = {}

    @property
    def name(self) -> str:
        """Return what tells this mailbox and folder from any other."""
        return self.mailbox.name

    def __enter__(self) -> Self:
        """Connect, log in and open the folder; raise MailboxFailed."""
        try:
            self._connection = self._connect()
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxFailed("imap_connection") from error
        try:
            self._log_in()
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Say goodbye to the server."""
        try:
            self._connection.logout()
        except (imaplib.IMAP4.error, OSError):
            self._connection.shutdown()

    def _connect(self) -> imaplib.IMAP4:
        box = self.mailbox
        context = ssl.create_default_context()
        if box.security == "tls":
            return imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=PATIENCE)
        connection = imaplib.IMAP4(box.host, box.port, timeout=PATIENCE)
        if box.security == "starttls":
            try:
                connection.starttls(context)
            except BaseException:
                connection.shutdown()
                raise
        return connection

    def _log_in(self) -> None:
        try:
            self._connection.login(self.mailbox.user, self.mailbox.password)
        except imaplib.IMAP4.abort as error:
            raise MailboxFailed("imap_connection") from error
        except imaplib.IMAP4.error as error:
            raise MailboxFailed("imap_login") from error
        except OSError as error:
            raise MailboxFailed("imap_connection") from error

    def _open(self) -> None:
        answer, _data = self._ask(lambda: self._connection.select(_quoted(self.mailbox.folder)))
        validity = self._connection.response("UIDVALIDITY")[1]
        if answer != "OK" or not validity or not validity[0]:
            raise MailboxFailed("imap_folder")
        self.uid_validity = int(validity[0])

    def _ask(self, command: Callable[[], Any]) -> tuple[str, list[Any]]:
        """Run one command; raise MailboxFailed if the connection breaks on it."""
        try:
            answer, data = command()
        except imaplib.IMAP4.abort as error:
            raise MailboxFailed("imap_broken") from error
        except imaplib.IMAP4.error:
            return "BAD", []
        except OSError as error:
            raise MailboxFailed("imap_broken") from error
        return str(answer), list(data or [])

    def _uid(self, command: str, *arguments: str) -> tuple[str, list[Any]]:
        return self._ask(lambda: self._connection.uid(command, *arguments))

    def fetch_raw(self, after: Position | None) -> Iterator[Fetched]:
        """Yield the messages that come after a position, in the order they arrived."""
        first = 1
        if after is not None and after.uid_validity == self.uid_validity:
            first = after.last_uid + 1
        answer, data = self._uid("SEARCH", "UID", f"{first}:*")
        if answer != "OK":
            raise MailboxFailed("imap_folder")
        # "n:*" names the last message even when its number is below n.
        numbers = sorted({uid for uid in map(int, (data[0] or b"").split()) if uid >= first})
        for at in range(0, len(numbers), _BATCH):
            batch = numbers[at : at + _BATCH]
            sizes = self._sizes(batch)
            for uid in batch:
                if uid in sizes:
                    yield self._fetched(uid, sizes[uid])

    def _sizes(self, uids: list[int]) -> dict[int, int]:
        _answer, data = self._uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
        found: dict[int, int] = {}
        for line in data:
            text = line[0] if isinstance(line, tuple) else line or b""
            uid, size = _UID.search(text), _SIZE.search(text)
            if uid and size:
                found[int(uid[1])] = int(size[1])
        return found

    def _fetched(self, uid: int, size: int) -> Fetched:
        if size <= LARGEST_MAIL:
            raw = self._section(uid, "")
            if raw is not None:
                return Fetched(self.uid_validity, uid, raw)
        # Too large, or one the server can't give whole: its headers tell whose it is.
        headers = self._section(uid, "HEADER") or b""
        return Fetched(self.uid_validity, uid, headers, size=max(size, LARGEST_MAIL + 1))

    def _section(self, uid: int, section: str) -> bytes | None:
        answer, data = self._uid("FETCH", str(uid), f"(BODY.PEEK[{section}])")
        if answer != "OK":
            return None
        for line in data:
            if isinstance(line, tuple) and isinstance(line[1], bytes):
                return line[1]
        return None

    def put_away(self, fetched: Fetched, *, quarantined: bool) -> None:
        """Move a message that is taken out of the folder; one that can't be moved is left."""
        folder = self._folder(QUARANTINE if quarantined else HANDLED)
        uid, target = str(fetched.uid), _quoted(folder) if folder else ""
        if not target or not self._move(uid, target):
            LOGGER.warning("mail_not_moved", extra={"uid": fetched.uid})

    def _able(self) -> list[str]:
        """Return what the server can do now; many say more to who has logged in."""
        _answer, data = self._ask(self._connection.capability)
        return (data[0] or b"").decode("ascii", "replace").upper().split() if data else []

    def _move(self, uid: str, target: str) -> bool:
        able = self._able()
        if "MOVE" in able:
            return self._uid("MOVE", uid, target)[0] == "OK"
        if self._uid("COPY", uid, target)[0] != "OK":
            return False
        self._uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in able:
            # A plain EXPUNGE would take away what others have marked as well.
            self._uid("EXPUNGE", uid)
        return True

    def _folder(self, name: str) -> str:
        """Return the folder of that name, made if need be; "" if the server lets us make none."""
        if name not in self._folders:
            self._folders[name] = self._made(name)
        return self._folders[name]

    def _made(self, name: str) -> str:
        _answer, data = self._ask(lambda: self._connection.list('""', '""'))
        match = _LIST.match(data[0]) if data and isinstance(data[0], bytes) else None
        between = (match[1] or b"/").decode() if match else "/"
        parents = [*_FOLDERS, *(f"INBOX{between}{one}" for one in _FOLDERS)]
        for parent in parents:
            last = name if parent.endswith(_FOLDERS[0]) else _ASCII.get(name, name)
            folder = f"{parent}{between}{last}"
            if self._exists(folder):
                return folder
            self._ask(partial(self._connection.create, _quoted(folder)))
            if self._exists(folder):
                return folder
        return ""

    def _exists(self, folder: str) -> bool:
        answer, data = self._ask(lambda: self._connection.list('""', _quoted(folder)))
        return answer == "OK" and bool(data) and data[0] is not None
