"""Contact points for tests of pages: what a party writes and confirms in its browser."""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from atagande_agreements.commitments.models import Evidence
from atagande_agreements.contacts.models import ContactConfirmation, ContactEntry
from support.world import (
    AF,
    World,
)

FORM = {
    "function": "SGI-handläggare",
    "purpose": "Frågor om sjukskrivna utan SGI",
    "phone": "08-123 456 78",
    "email": "sgi@af.example",
    "address": "Demogatan 1, Sollentuna",
    "hours": "vardagar 8–11",
    "unit": "",
}
PARTY = "/kontaktvagar/af"


def morning(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=UTC)


def add(world: World, who: str = AF, path: str = PARTY, **changes: str) -> Any:
    return world.client(who).post(path, FORM | changes)


def read_of(world: World, who: str = AF, path: str = PARTY) -> str:
    found = re.search(r'name="read" value="(\w+)"', world.client(who).get(path).text)
    assert found
    return found[1]


def confirm(world: World, who: str = AF, path: str = PARTY, **more: str) -> Any:
    fields = {"read": read_of(world, who, path)} | more
    return world.client(who).post(f"{path}/bekrafta", fields)


def counts(world: World) -> tuple[int, int, int]:
    """Return how many entries, confirmations and pieces of evidence there are."""
    with world.services.reader() as session:
        one, two, three = (
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (ContactEntry, ContactConfirmation, Evidence)
        )
    return one, two, three
