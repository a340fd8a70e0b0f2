"""The program as it is typed: in this process, or in one of its own."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atagande_plugin.cli import root

PROGRAM = (sys.executable, "-c", "from atagande_plugin.cli import main; main()")
ROOT = Path(__file__).resolve().parents[2]
KEY = "a-key-that-only-the-tests-know-0123456789"


def environment(url: str, data: Path, **more: str) -> dict[str, str]:
    """Return the environment of a command on a database: this one's, with settings of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ATAGANDE_")}
    return kept | {
        "ATAGANDE_DATABASE_URL": url,
        "ATAGANDE_DATA_DIR": str(data),
        "ATAGANDE_SECRET_KEY": KEY,
        "PYTHONWARNINGS": "error",
        **more,
    }


def program(*words: str, env: dict[str, str], told: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in this process, which spares a second each."""
    output, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", env)
        patch.setattr(sys, "stdout", output)
        patch.setattr(sys, "stderr", errors)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(told.encode()), "utf-8"))
        code = root.run(words)
    said = [stream.buffer.getvalue().decode() for stream in _flushed(output, errors)]
    return subprocess.CompletedProcess(words, code, *said)


def _flushed(*streams: io.TextIOWrapper) -> Iterator[Any]:
    for stream in streams:
        stream.flush()
        yield stream


def process(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [*PROGRAM, *words],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def done(result: subprocess.CompletedProcess[str]) -> str:
    """Return what a command that ended well printed."""
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stderr == ""
    return result.stdout


def refused(result: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """Return what a command that was refused said."""
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    return result.stderr
