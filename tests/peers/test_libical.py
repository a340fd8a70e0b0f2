"""libical judges our messages by the tables of RFC 5546.

It is asked through the system's Python, where Debian's packages put its bindings.
"""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from atagande_calendar.itip import MeetingSnapshot, Organizer, Recipient, cancel, request

SYSTEM_PYTHON = Path("/usr/bin/python3")
GOLDEN = Path(__file__).parents[1] / "calendar" / "itip" / "golden"
REMEDY = "apt-get install gir1.2-ical-3.0 python3-gi"

#: Reads calendar texts as a JSON list, writes for each the list of what is wrong with it.
JUDGE = """
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

Judge = Callable[[list[bytes]], list[list[str]]]


@pytest.fixture(scope="module")
def bindings() -> bool:
    probe = 'import gi; gi.require_version("ICalGLib", "3.0"); from gi.repository import ICalGLib'
    if not SYSTEM_PYTHON.exists():
        return False
    run = subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False)
    return run.returncode == 0


@pytest.fixture
def judge(*, bindings: bool, missing_peer: Callable[[str, str], NoReturn]) -> Judge:
    if not bindings:
        missing_peer("libical", REMEDY)

    def verdicts(texts: list[bytes]) -> list[list[str]]:
        run = subprocess.run(
            [SYSTEM_PYTHON, "-c", JUDGE],
            input=json.dumps([text.decode() for text in texts]),
            capture_output=True,
            text=True,
            check=True,
        )
        found: list[list[str]] = json.loads(run.stdout)
        return found

    return verdicts


def test_libical_finds_nothing_wrong_with_the_golden_texts(judge: Judge) -> None:
    files = sorted(GOLDEN.glob("*.ics"))
    assert len(files) >= 4
    verdicts = judge([file.read_bytes() for file in files])
    assert dict(zip((file.name for file in files), verdicts, strict=True)) == {
        file.name: [] for file in files
    }


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"\r\nUID:", b"\r\nX-UID:"),
        (b"\r\nDTSTAMP:", b"\r\nX-DTSTAMP:"),
        (b"\r\nORGANIZER;", b"\r\nX-ORGANIZER;"),
        (b"\r\nATTENDEE;", b"\r\nX-ATTENDEE;"),
        (b"\r\nSTATUS:CONFIRMED", b"\r\nSTATUS:FOO"),
    ],
)
def test_libical_notices_a_broken_text(judge: Judge, was: bytes, becomes: bytes) -> None:
    text = (GOLDEN / "request_winter.ics").read_bytes()
    assert was in text
    (verdict,) = judge([text.replace(was, becomes)])
    assert verdict


def test_libical_finds_nothing_wrong_with_odd_but_honest_meetings(judge: Judge) -> None:
    meeting = MeetingSnapshot(
        uid="odd@samverkan.example",
        sequence=7,
        starts_at=datetime(2026, 10, 25, 1, 15, tzinfo=UTC),
        ends_at=datetime(2026, 10, 25, 2, 15, tzinfo=UTC),
        summary='"Möte"; A, B & C: \\Nytt\\ 👩‍👩‍👧',
    )
    organizer = Organizer(name="", address="kalender+x@samverkan.example")
    recipient = Recipient(name="Öberg, Åsa", email="asa@kommun.example", summoned=False)
    stamp = datetime(2026, 10, 1, tzinfo=UTC)
    variants = [
        meeting,
        replace(meeting, private=True, location="Plan 3;\r\nSTATUS:X", description=("", "rad", "")),
        replace(meeting, location=" ", description=("\t", "")),
        replace(meeting, summary="å" * 300, location="👍" * 80),
    ]
    texts = [
        text
        for variant in variants
        for text in (
            request(variant, organizer, recipient, stamp, proposals=True),
            cancel(variant, organizer, recipient, stamp),
        )
    ]
    assert judge(texts) == [[]] * len(texts)
