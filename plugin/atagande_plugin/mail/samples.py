"""Invented things, to show a step's line in the daily mail before there is any."""

from datetime import date, timedelta

from atagande_agreements.ladder.models import Rung
from atagande_agreements.ladder.things import Clause, Thing, ThingKind

_CLAUSE = Clause("A2", "Deltar i nätverket", "Takes part in the network", "Exempelparten")


def sample_things(rung: Rung, own: str, days: int, today: date) -> list[Thing]:
    """Return what a digest would tell because of a step; nothing for a step without words."""
    last = today + timedelta(days=days or 60)
    match rung:
        case Rung.REMINDER:
            return [
                Thing(ThingKind.DUE, "", _CLAUSE, 0, None, day=last, days=days, words=own),
            ]
        case Rung.REPLY:
            return [Thing(ThingKind.REPLY, "", _CLAUSE, 0, None, 12, last)]
        case Rung.MEASURE:
            return [Thing(ThingKind.MEASURE, "", _CLAUSE, 0, None, 12, last, words=own)]
        case _:
            return []
