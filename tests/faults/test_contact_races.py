"""Two who keep the same contact points at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from atagande_agreements.commitments.models import Evidence, Occurrence
from atagande_agreements.contacts.models import ContactConfirmation, ContactEntry
from atagande_agreements.contacts.verbs import Details, change_entry, confirm
from atagande_agreements.errors import Stale
from support.contacts import add, at, decide, party
from support.world import CONVENER, World

RIVALS = 4
PATIENCE = 60


def at_once(act: Callable[[int], str]) -> list[str]:
    """Let several threads act at the same moment; return what came of each, sorted."""
    start = threading.Barrier(RIVALS)

    def run(number: int) -> str:
        start.wait(PATIENCE)
        return act(number)

    with ThreadPoolExecutor(RIVALS) as pool:
        return sorted(pool.map(run, range(RIVALS)))


def test_all_who_confirm_at_once_give_one_confirmation(world: World) -> None:
    decide(world)
    add(world)
    world.now = at(date(2026, 4, 1))

    def act(_number: int) -> str:
        with world.writer() as session:
            confirm(
                session,
                organisation=party(session),
                person=world.person(session, CONVENER),
                confirmed_on=date(2026, 4, 1),
                now=world.now,
            )
            session.commit()
        return "confirmed"

    assert at_once(act) == ["confirmed"] * RIVALS
    with world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(ContactConfirmation)) == 1
        assert session.scalar(select(func.count()).select_from(Evidence)) == 1
        begun = select(func.count()).where(Occurrence.origin == "contacts:2026-04-01")
        assert session.scalar(begun) == 1


def test_of_all_who_change_an_entry_at_once_one_wins(world: World) -> None:
    number = add(world)

    def act(rival: int) -> str:
        with world.writer() as session:
            try:
                change_entry(
                    session,
                    entry=session.get_one(ContactEntry, number),
                    details=Details("Växel", phone=f"08-123 45 6{rival}"),
                    person=world.person(session, CONVENER),
                    version=1,
                    now=world.now,
                )
                session.commit()
            except (Stale, StaleDataError):
                return "stale"
        return "changed"

    assert at_once(act) == ["changed"] + ["stale"] * (RIVALS - 1)
    with world.services.reader() as session:
        assert session.get_one(ContactEntry, number).version == 2
