"""An invented meeting, and the checks that every calendar message must pass."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from atagande_calendar.itip import MeetingSnapshot, Organizer, Recipient
from support import itip_judge

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def itip_assertions() -> ModuleType:
    """Our own judge of calendar messages."""
    return itip_judge


@pytest.fixture(scope="session")
def golden() -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        return (HERE / "golden" / f"{name}.ics").read_bytes()

    return read


@pytest.fixture(scope="session")
def create_meeting() -> Callable[..., MeetingSnapshot]:
    """A network meeting on 1 December 2026 at 13:00 to 15:00 in Stockholm, but for `changes`."""
    meeting = MeetingSnapshot(
        uid="7k2m9x4q@samverkan.example",
        sequence=0,
        starts_at=datetime(2026, 12, 1, 12, tzinfo=UTC),
        ends_at=datetime(2026, 12, 1, 14, tzinfo=UTC),
        summary="Nätverksmöte för samverkan",
        location="Mötesrum Ån, Storgatan 1, Sollentuna",
        description=("Dagordning skickas en vecka före.", "Svara senast den 20 november."),
    )

    def create(**changes: Any) -> MeetingSnapshot:
        return replace(meeting, **changes)

    return create


@pytest.fixture(scope="session")
def organizer() -> Organizer:
    return Organizer(
        name="Samverkan Sollentuna", address="kalender+mfzwk3tjmnqxe2lpny5gk@samverkan.example"
    )


@pytest.fixture(scope="session")
def summoned() -> Recipient:
    return Recipient(name="Åsa Öberg", email="asa.oberg@kommun.example", summoned=True)


@pytest.fixture(scope="session")
def invited() -> Recipient:
    return Recipient(name="Björn Ek", email="bjorn.ek@myndighet.example", summoned=False)


@pytest.fixture(scope="session")
def dtstamp() -> datetime:
    return datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
