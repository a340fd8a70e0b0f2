"""Decides about retention and lets time pass, for tests."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from atagande_agreements.civil_time import local_date
from atagande_agreements.retention.kinds import Kind
from atagande_agreements.retention.models import RetentionRule
from atagande_agreements.retention.removal import remove_due
from atagande_agreements.retention.verbs import decide_rule, hold
from atagande_plugin.retention import BY_KEY, KINDS
from support.world import STEERING, World


def decide(
    world: World, key: str, months: int | None, decided_on: date | None = None, **more: Any
) -> RetentionRule:
    """Let the group decide how long a kind is kept (None: for ever), today unless told."""
    with world.writer() as session:
        rule = decide_rule(
            session,
            agreement=world.agreement(session),
            kind=BY_KEY[key],
            months=months,
            for_ever=months is None,
            paragraph="14",
            decided_on=decided_on or local_date(world.now),
            person=world.person(session, STEERING),
            now=world.now,
            **more,
        )
        session.commit()
        return rule


def keep_until(world: World, key: str, until: date, decided_on: date | None = None) -> None:
    """Let the group except a kind through a day."""
    with world.writer() as session:
        hold(
            session,
            agreement=world.agreement(session),
            kind=BY_KEY[key],
            until=until,
            paragraph="15",
            decided_on=decided_on or local_date(world.now),
            person=world.person(session, STEERING),
            now=world.now,
        )
        session.commit()


def decide_all(world: World) -> None:
    """Let the group decide the shortest time there may be for every kind."""
    for kind in KINDS:
        decide(world, kind.key, kind.shortest)


def pass_years(world: World, years: int) -> datetime:
    """Put the clock on."""
    world.now += timedelta(days=366 * years)
    return world.now


def remove(world: World, kinds: Sequence[Kind] = KINDS) -> dict[str, int]:
    """Remove what is to go now; nothing may be held back."""
    removed, held_back = remove_due(world.writer, kinds, world.now)
    assert not held_back
    return removed


def number_of(world: World, table: Any, *where: Any) -> int:
    """Return how many rows of a table there are."""
    with world.services.reader() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where)) or 0
