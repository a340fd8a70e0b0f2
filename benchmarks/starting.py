"""P12: what starting costs, each time in a fresh interpreter."""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.databases import new_database
from benchmarks.measuring import Result, Sizes

#: Left until they are needed.
ON_USE = (
    "alembic",
    "apscheduler",
    "babel",
    "icalendar",
    "msal",
    "psycopg",
    "pydantic",
    "requests",
    "typst",
    "xlsxwriter",
)
OURS = "import atagande_plugin.app; atagande_plugin.app.create_app()"
PEER = "import flask, sqlalchemy.orm, sqlite3, jinja2"
START_SECONDS = 2.0

_PROGRAM = """
import json, sys, time
started = time.process_time()
{work}
spent = time.process_time() - started
try:
    status = open("/proc/self/status").read()
    memory = int(status.split("VmRSS:")[1].split()[0])
except OSError:
    import resource
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([spent, memory, sorted({{name.split(".")[0] for name in sys.modules}})]))
"""


def start(work: str, folder: str) -> tuple[float, int, set[str]]:
    """Run `work` in a new interpreter; return processor seconds, memory and modules loaded."""
    answer = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _PROGRAM.format(work=work)],
        env=_environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    spent, memory, modules = json.loads(answer.stdout)
    return spent, memory, set(modules)


def _environment(folder: str, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ATAGANDE_")}
    return kept | {"ATAGANDE_DATA_DIR": folder, "ATAGANDE_LOG_LEVEL": "ERROR", **more}


def imports(sizes: Sizes) -> Iterator[Result]:
    """Measure import and memory of the application against the libraries it stands on."""
    spent: dict[str, list[float]] = {OURS: [], PEER: []}
    memory: dict[str, list[int]] = {OURS: [], PEER: []}
    with tempfile.TemporaryDirectory(prefix="atagande-bench-") as folder:
        for number in range(sizes.rounds + 1):
            for work in (OURS, PEER):
                seconds, kilobytes, modules = start(work, folder)
                if number:
                    spent[work].append(seconds)
                    memory[work].append(kilobytes)
                assert modules.isdisjoint(ON_USE), modules.intersection(ON_USE)
    names = {OURS: "appen", PEER: "biblioteken"}
    times = {names[work]: statistics.median(one) * 1000 for work, one in spent.items()}
    sizes_mb = {names[work]: statistics.median(one) / 1024 for work, one in memory.items()}
    ratios = [one["appen"] / one["biblioteken"] for one in (times, sizes_mb)]
    peer = "flask, sqlalchemy.orm, sqlite3, jinja2"
    yield Result("P12", f"Import och create_app mot {peer}", 1.15, ratios[0], medians=times)
    what = f"Minne efter create_app mot {peer}"
    yield Result("P12", what, 1.25, ratios[1], medians=sizes_mb, detail_unit="MB")


def serving(sizes: Sizes) -> Iterator[Result]:
    """Measure from `atagande serve` to its first answer, on a database that is there."""
    with tempfile.TemporaryDirectory(prefix="atagande-bench-") as folder:
        url = new_database(f"sqlite:///{Path(folder).resolve()}/")
        took = statistics.median(_until_ready(folder, url) for _ in range(sizes.rounds))
    what = "atagande serve till första svaret, databasen finns"
    yield Result("P12", what, START_SECONDS, took, "s", {"start": took}, "s")


def _until_ready(folder: str, url: str) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = "from atagande_plugin.cli import main; main()"
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program, "serve", "--port", str(port)],
        env=_environment(folder, ATAGANDE_DATABASE_URL=url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while process.poll() is None:
            try:
                connection = HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/readyz")
                assert connection.getresponse().status == 200
                return time.perf_counter() - started
            except ConnectionError:
                time.sleep(0.005)
            finally:
                connection.close()
        raise AssertionError(f"atagande serve ended with {process.returncode}")
    finally:
        process.terminate()
        process.wait(30)
