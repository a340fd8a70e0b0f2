"""libical judges calendar texts by the tables of RFC 5546.

It is asked through the system's Python, where Debian's packages put its bindings. Fixture:
`libical` takes a list of texts and gives for each the list of what is wrong with it.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.peers import MissingPeer

SYSTEM_PYTHON = Path("/usr/bin/python3")
REMEDY = "apt-get install gir1.2-ical-3.0 python3-gi"

#: Reads calendar texts as a JSON list, writes for each the list of what is wrong with it.
PROGRAM = """
import json, sys
import gi
gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib

verdicts = []
for text in json.load(sys.stdin):
    component = ICalGLib.Component.new_from_string(text)
    if component is None:
        verdicts.append(["not a calendar"])
        continue
    fine = component.check_restrictions() and component.count_errors() == 0
    lines = component.as_ical_string().replace("\\r\\n ", "").splitlines()
    errors = [line for line in lines if "X-LIC-ERROR" in line]
    verdicts.append(errors if fine or errors else ["refused without a reason"])
json.dump(verdicts, sys.stdout)
"""

Libical = Callable[[list[bytes]], list[list[str]]]


@pytest.fixture(scope="session")
def _bindings() -> bool:
    probe = 'import gi; gi.require_version("ICalGLib", "3.0"); from gi.repository import ICalGLib'
    if not SYSTEM_PYTHON.exists():
        return False
    run = subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False)
    return run.returncode == 0


@pytest.fixture
def libical(*, _bindings: bool, missing_peer: MissingPeer) -> Libical:
    """Ask libical about texts."""
    if not _bindings:
        missing_peer("libical", REMEDY)

    def verdicts(texts: list[bytes]) -> list[list[str]]:
        run = subprocess.run(
            [SYSTEM_PYTHON, "-c", PROGRAM],
            input=json.dumps([text.decode() for text in texts]),
            capture_output=True,
            text=True,
            check=True,
        )
        found: list[list[str]] = json.loads(run.stdout)
        return found

    return verdicts
