"""A small client of Marionette, the remote control built into Thunderbird and Firefox.

Each packet is the length of a JSON text in decimal digits, a colon and the text. A command is
`[0, number, name, parameters]`, its answer `[1, number, error or null, result]`.
"""

import json
import socket
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from support.programs import LOOPBACK

PATIENCE = 60.0
_LONGEST_LENGTH = 12


class MarionetteError(Exception):
    """The program answered a command with an error, or stopped answering."""


class Marionette:
    """A session with a running program; scripts run with the program's own rights."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, port), timeout=PATIENCE)
        self._number = 0
        self._buffer = b""
        self._read()  # its greeting

    def __enter__(self) -> Self:
        """Begin the session, in the program itself rather than in a page it shows."""
        self.command("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
        self.command("Marionette:SetContext", value="chrome")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ask the program to end, and hang up."""
        with suppress(OSError, MarionetteError):
            self.command("Marionette:Quit", flags=["eForceQuit"])
        self._socket.close()

    def command(self, name: str, **parameters: Any) -> Any:
        """Send a command and return its result."""
        self._number += 1
        text = json.dumps([0, self._number, name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        _kind, number, error, result = self._read()
        if number != self._number:
            raise MarionetteError(f"an answer to command {number}, not {self._number}")
        if error:
            raise MarionetteError(f"{error.get('error')}: {error.get('message')}")
        return result

    def run(self, body: str, *values: Any) -> Any:
        """Run the body of an asynchronous function of `values`; return what it returns."""
        script = (
            "const [values, done] = arguments;"
            f"(async ({', '.join(f'v{n}' for n in range(len(values)))}) => {{ {body} }})(...values)"
            ".then(result => done({result}), error => done({error: `${error} ${error.stack}`}));"
        )
        answer = self.command(
            "WebDriver:ExecuteAsyncScript",
            script=script,
            args=[list(values)],
            sandbox="system",
            newSandbox=True,
            scriptTimeout=int(PATIENCE * 1000),
        )["value"]
        if "error" in answer:
            raise MarionetteError(answer["error"])
        return answer.get("result")

    def _read(self) -> Any:
        while b":" not in self._buffer:
            if len(self._buffer) > _LONGEST_LENGTH:
                raise MarionetteError(f"not a packet: {self._buffer[:40]!r}")
            self._more()
        length, _, self._buffer = self._buffer.partition(b":")
        while len(self._buffer) < int(length):
            self._more()
        text, self._buffer = self._buffer[: int(length)], self._buffer[int(length) :]
        return json.loads(text)

    def _more(self) -> None:
        chunk = self._socket.recv(65536)
        if not chunk:
            raise MarionetteError("the program hung up")
        self._buffer += chunk
