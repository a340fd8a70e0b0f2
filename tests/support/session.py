"""One folder for the whole test session, shared by all its processes.

Fixture: `session_dir` (a Path). The controlling process makes the folder, and a keeper (see
`support.keeper`) removes it when that process ends, in whatever way it ends.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's place for files in memory
#: Bytes that must be free there; a session takes a tenth.
_ROOM = 4_000_000_000
_DIR = pytest.StashKey[Path]()
_KEEPER = pytest.StashKey["subprocess.Popen[bytes]"]()
_KEEPER_PROGRAM = Path(__file__).with_name("keeper.py")


def _place() -> Path | None:
    """Return where the folder is made: in memory if there is room, or else the usual place.

    A database for every test is many small files, and none of them outlives the session.
    """
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return None
    if os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC:
        # PostgreSQL's programs may have to be copied to the folder.
        return None
    return _MEMORY if shutil.disk_usage(_MEMORY).free > _ROOM else None


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder and start its keeper, or take the controller's folder in a worker."""
    worker_input: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker_input is not None:
        config.stash[_DIR] = Path(worker_input["session_dir"])
        return
    if config.option.collectonly:
        return
    folder = Path(tempfile.mkdtemp(prefix="atagande-tests-", dir=_place()))
    # The keeper lives until this pipe closes, which no way of dying can forget to do.
    config.stash[_KEEPER] = subprocess.Popen(
        [sys.executable, "-I", str(_KEEPER_PROGRAM), str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    config.stash[_DIR] = folder


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker which folder the session has."""
    node.workerinput["session_dir"] = str(node.config.stash[_DIR])


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Let the keeper stop what it started and remove the folder; wait until it has."""
    keeper = config.stash.get(_KEEPER, None)
    if keeper is not None and keeper.stdin is not None:
        keeper.stdin.close()
        keeper.wait(timeout=60)


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold an exclusive lock between the processes of the session."""
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def session_dir(pytestconfig: pytest.Config) -> Path:
    """The folder that every worker of this session sees."""
    return pytestconfig.stash[_DIR]
