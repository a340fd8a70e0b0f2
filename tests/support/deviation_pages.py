"""What people do with a deviation in the browser, form by form."""

from typing import Any

from atagande_agreements.deviations.models import Deviation
from support import deviations as life
from support.world import CLINIC_CHIEF, STEERING, World

PAGE = "/avvikelser/1"


def replied(world: World, **how: Any) -> None:
    """Let the party reply."""
    with world.writer() as session:
        life.reply(world, session, **how)
        session.commit()


def decide(world: World, what: str, version: int, number: int = 1, /, **changes: str) -> Any:
    """Send one of the group's forms on the day of the world's clock; return the answer."""
    form = {
        "paragraph": "14",
        "decided_on": world.now.date().isoformat(),
        "note": "Gruppen har läst yttrandet.",
        "version": str(version),
    }
    return world.client(STEERING).post(f"/avvikelser/{number}/{what}", form | changes)


def measured(world: World, version: int = 2, number: int = 1, /, **changes: str) -> Any:
    """Let the group decide a measure that the clinic in Sollentuna is to carry out."""
    form = {"text": "Utse en mottagare av brev.", "owner": life.CLINIC, "due_on": "2026-05-29"}
    return decide(world, "atgard", version, number, **(form | changes))


def done(world: World, version: int, who: str = CLINIC_CHIEF, /, **changes: str) -> Any:
    """Let someone say that the measure is done."""
    form = {"done_on": "2026-05-20", "text": "Hon är utsedd.", "version": str(version)}
    return world.client(who).post(f"{PAGE}/atgard/gjord", form | changes)


def page(world: World, who: str = STEERING, number: int = 1) -> str:
    """Return a deviation's page as someone sees it, on one line."""
    text: str = world.client(who).get(f"/avvikelser/{number}").text
    return " ".join(text.split())


def only(world: World, number: int = 1) -> Deviation:
    """Return a deviation as it is kept."""
    with world.services.reader() as session:
        return life.numbered(session, number)
