"""Programs of others that a test starts: they end with the test, in whatever way it ends."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

LOOPBACK = "127.0.0.1"
POLL_SECONDS = 0.05
STOP_SECONDS = 30
_HOLDER = Path(__file__).with_name("holder.py")

T = TypeVar("T")


@contextmanager
def running(
    command: Sequence[str | Path], log: Path, *, environment: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program until the block ends; what it says goes to the file `log`."""
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-I", _HOLDER, *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
        ) as holder,
    ):
        try:
            yield holder
        finally:
            assert holder.stdin is not None
            holder.stdin.close()
            holder.wait(STOP_SECONDS)


def free_port() -> int:
    """A port on loopback that was free a moment ago."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_for(what: str, condition: Callable[[], T | None], seconds: float) -> T:
    """Return what `condition` gives as soon as it is not None; fail after `seconds`."""
    until = time.monotonic() + seconds
    while (found := condition()) is None:
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(POLL_SECONDS)
    return found


def greets(port: int) -> bytes | None:
    """Return the first bytes a server on loopback says to a caller; None if it takes no calls."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as caller:
            return caller.recv(64) or None
    except OSError:
        return None
