"""Runs one program that must not outlive the tests.

A program of its own, because also a test run that is killed must leave nothing behind:

1. Become the parent of all that the command starts, also of what detaches itself (on Linux).
2. Start the command named on the command line.
3. Wait until standard input ends (the test is over, or gone), or until the command does.
4. Ask everything that was started to stop, and end what has not in a few seconds.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

POLL_SECONDS = 0.02
STOP_SECONDS = 10.0
#: From Linux's sys/prctl.h: orphans below this process become its own children.
PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    """Hold the command until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        while not select.select([sys.stdin], [], [], POLL_SECONDS)[0]:
            if program.poll() is not None:
                break
    finally:
        stop(program)


def stop(program: "subprocess.Popen[bytes]") -> None:
    """End the program and all that it started."""
    signal_all(program, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while time.monotonic() < until and remain(program):
        time.sleep(POLL_SECONDS)
    while remain(program):
        signal_all(program, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def signal_all(program: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Send a signal to the program's group and to every other process below this one."""
    with suppress(ProcessLookupError):
        os.killpg(program.pid, number)
    for process in below(os.getpid()):
        with suppress(ProcessLookupError):
            os.kill(process, number)


def remain(program: "subprocess.Popen[bytes]") -> bool:
    """Whether anything still runs; buries what has ended."""
    if program.poll() is None:
        return True
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return bool(below(os.getpid()))


def below(root: int) -> list[int]:
    """The processes that descend from `root`, where the system has /proc."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            # State and parent follow the name, which may hold anything but stands in brackets.
            fields = entry.joinpath("stat").read_text("utf-8", errors="replace").rpartition(")")[2]
            parents[int(entry.name)] = int(fields.split()[1])
    found = [root]
    for parent in found:
        found += [process for process, its_parent in parents.items() if its_parent == parent]
    return found[1:]


if __name__ == "__main__":
    main()
