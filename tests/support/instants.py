"""What four readers that nobody here wrote take a calendar's times to be.

Fixture: `calendar_readers` gives for each, by name, what reads the moments (start, end), in UTC,
of every event of a text. Some go by the zone's name, others by the rules that the text spells out.
"""

import json
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from support.libical import REMEDY, SYSTEM_PYTHON
from support.peers import MissingPeer

Span = tuple[datetime, datetime]
Reader = Callable[[bytes], list[Span]]

#: Reads calendar texts as a JSON list, writes for each the starts and ends in UTC.
PROGRAM = """
import json, sys
import gi
gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib

utc = ICalGLib.Timezone.get_utc_timezone()
found = []
for text in json.load(sys.stdin):
    calendar = ICalGLib.Component.new_from_string(text)
    event = calendar.get_first_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
    spans = []
    while event is not None:
        times = (event.get_dtstart(), event.get_dtend())
        spans.append([one.convert_to_zone(utc).as_ical_string() for one in times])
        event = calendar.get_next_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
    found.append(spans)
json.dump(found, sys.stdout)
"""


def _by_icalendar(text: bytes) -> list[Span]:
    calendar: Any = import_module("icalendar").Calendar.from_ical(text)
    return [
        (event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC))
        for event in calendar.walk("VEVENT")
    ]


def _by_vobject(text: bytes) -> list[Span]:
    calendar: Any = import_module("vobject").readOne(text.decode())
    return [
        (event.dtstart.value.astimezone(UTC), event.dtend.value.astimezone(UTC))
        for event in calendar.contents.get("vevent", [])
    ]


def _by_ical(text: bytes) -> list[Span]:
    stream: Any = import_module("ical.calendar_stream").IcsCalendarStream
    return [
        (event.dtstart.astimezone(UTC), event.dtend.astimezone(UTC))
        for event in stream.calendar_from_ics(text.decode()).events
    ]


def _by_libical(text: bytes) -> list[Span]:
    run = subprocess.run(
        [SYSTEM_PYTHON, "-c", PROGRAM],
        input=json.dumps([text.decode()]),
        capture_output=True,
        text=True,
        check=True,
    )

    def moment(written: str) -> datetime:
        return datetime.strptime(written, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    return [(moment(start), moment(end)) for start, end in json.loads(run.stdout)[0]]


@pytest.fixture
def calendar_readers(*, _bindings: bool, missing_peer: MissingPeer) -> Mapping[str, Reader]:
    """Readers by name."""
    if not _bindings:
        missing_peer("libical", REMEDY)
    return {
        "icalendar": _by_icalendar,
        "vobject": _by_vobject,
        "ical": _by_ical,
        "libical": _by_libical,
    }
