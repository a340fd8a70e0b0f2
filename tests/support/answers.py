"""Reads answers to invitations, and what a page says in words."""

import re
from typing import Any

from sqlalchemy import func, select

from atagande_calendar.invitations.models import (
    InvitationAnswer,
    Partstat,
)
from support.booking import invitation
from support.world import (
    CLINIC_CHIEF,
    World,
)


def state(world: World, meeting: int, email: str = CLINIC_CHIEF) -> tuple[Partstat, str]:
    with world.services.reader() as session:
        found = invitation(session, meeting, email)
        return found.partstat, found.stand_in


def answers(world: World) -> int:
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(InvitationAnswer)) or 0


def page_text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))
