"""A small IMAP server on loopback, with the commands that our reader uses, to be broken at will."""

import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest

from atagande_plugin.config import Mailbox

USER, PASSWORD = "samordning@suvs.example", "hemligt-i-provet"


@dataclass
class Folders:
    """What the server holds, and how it behaves."""

    uid_validity: int = 1
    capabilities: str = "IMAP4rev1 UIDPLUS MOVE"
    folders: dict[str, dict[int, bytes]] = field(default_factory=lambda: {"INBOX": {}})
    #: Names that can't be made.
    refused: tuple[str, ...] = ()
    #: Commands after which the connection is dropped, each once: "FETCH", "MOVE" …
    drops: list[str] = field(default_factory=list)
    #: Sizes that are told instead of the true ones.
    sizes: dict[int, int] = field(default_factory=dict)
    #: Every command that came, without its arguments.
    seen: list[str] = field(default_factory=list)
    #: Sections that were fetched.
    sections: list[str] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def add(self, *raw: bytes) -> list[int]:
        numbers = [next(self._numbers) for _ in raw]
        self.folders["INBOX"].update(zip(numbers, raw, strict=True))
        return numbers

    def names(self) -> dict[str, int]:
        """Return how many messages each folder holds."""
        return {name: len(held) for name, held in self.folders.items()}


class _Handler(socketserver.StreamRequestHandler):
    server: "ImapServer"

    def handle(self) -> None:
        self.held = self.server.held
        self._say(b"* OK ready")
        try:
            while line := self.rfile.readline():
                if not self._command(line.decode("ascii").rstrip("\r\n")):
                    return
        except OSError:
            return

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _command(self, line: str) -> bool:
        tag, _, rest = line.partition(" ")
        name, _, arguments = rest.partition(" ")
        name = name.upper()
        if name == "UID":
            name, _, arguments = arguments.partition(" ")
            name = name.upper()
        self.held.seen.append(name)
        answer = getattr(self, f"_{name.lower()}", self._unknown)(arguments)
        if name in self.held.drops:
            self.held.drops.remove(name)
            # Answered, and the answer lost: the other side can't know whether it was done.
            self.connection.shutdown(socket.SHUT_RDWR)
            return False
        self._say(f"{tag} {answer}".encode())
        return name != "LOGOUT"

    def _unknown(self, _arguments: str) -> str:
        return "BAD what"

    def _capability(self, _arguments: str) -> str:
        self._say(f"* CAPABILITY {self.held.capabilities}".encode())
        return "OK done"

    def _login(self, arguments: str) -> str:
        told = [one.strip('"') for one in arguments.split(" ")]
        return "OK in" if told == [USER, PASSWORD] else "NO wrong"

    def _logout(self, _arguments: str) -> str:
        self._say(b"* BYE")
        return "OK bye"

    def _select(self, arguments: str) -> str:
        held = self.held.folders.get(arguments.strip('"'))
        if held is None:
            return "NO such folder"
        self._say(f"* {len(held)} EXISTS".encode())
        self._say(f"* OK [UIDVALIDITY {self.held.uid_validity}] valid".encode())
        return "OK [READ-WRITE] open"

    def _list(self, arguments: str) -> str:
        name = arguments.split(" ", 1)[1].strip('"')
        if not name:
            self._say(b'* LIST (\\Noselect) "/" ""')
        elif name in self.held.folders:
            self._say(f'* LIST () "/" "{name}"'.encode())
        return "OK listed"

    def _create(self, arguments: str) -> str:
        name = arguments.strip('"')
        if name.startswith(self.held.refused) if self.held.refused else False:
            return "NO may not"
        self.held.folders.setdefault(name, {})
        return "OK made"

    def _search(self, arguments: str) -> str:
        first = int(re.match(r"UID (\d+):\*", arguments)[1])  # type: ignore[index]  # our reader's form
        inbox = sorted(self.held.folders["INBOX"])
        # As servers do: the last message is named even when its number is below the first.
        found = [one for one in inbox if one >= first] or inbox[-1:]
        self._say(f"* SEARCH {' '.join(map(str, found))}".strip().encode())
        return "OK found"

    def _fetch(self, arguments: str) -> str:
        numbers, _, what = arguments.partition(" ")
        inbox = self.held.folders["INBOX"]
        for at, uid in enumerate(map(int, numbers.split(",")), start=1):
            if uid not in inbox:
                continue
            raw = inbox[uid]
            if "SIZE" in what:
                size = self.held.sizes.get(uid, len(raw))
                self._say(f"* {at} FETCH (UID {uid} RFC822.SIZE {size})".encode())
                continue
            section = what.partition("[")[2].partition("]")[0]
            self.held.sections.append(section)
            told = raw.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n" if section == "HEADER" else raw
            start = f"* {at} FETCH (UID {uid} BODY[{section}] {{{len(told)}}}\r\n"
            self.wfile.write(start.encode() + told + b")\r\n")
        return "OK fetched"

    def _put(self, arguments: str, *, away: bool) -> str:
        number, _, folder = arguments.partition(" ")
        target = self.held.folders.get(folder.strip('"'))
        if target is None:
            return "NO [TRYCREATE] such folder"
        raw = self.held.folders["INBOX"].get(int(number))
        if raw is not None:
            target[int(number)] = raw
            if away:
                del self.held.folders["INBOX"][int(number)]
        return "OK done"

    def _move(self, arguments: str) -> str:
        return self._put(arguments, away=True)

    def _copy(self, arguments: str) -> str:
        return self._put(arguments, away=False)

    def _store(self, arguments: str) -> str:
        self.held.deleted.add(int(arguments.partition(" ")[0]))
        return "OK stored"

    def _expunge(self, arguments: str) -> str:
        if int(arguments) in self.held.deleted:
            self.held.folders["INBOX"].pop(int(arguments), None)
        return "OK gone"


class ImapServer(socketserver.ThreadingTCPServer):
    """The server; `mailbox` is the setting that reaches it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.held = Folders()

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox("127.0.0.1", self.server_address[1], USER, PASSWORD, "plain")


@pytest.fixture
def imap_server() -> Iterator[ImapServer]:
    """A running server with an empty INBOX."""
    with ImapServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
