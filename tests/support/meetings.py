"""Holds meetings for tests: published, delivered, and reported when they have been."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from atagande_agreements.civil_time import local_time
from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.parties.models import Organisation, Unit
from atagande_calendar.meetings.models import MeetingKind
from atagande_plugin.outbox.delivery import deliver
from support.booking import published
from support.world import ADMINISTRATOR, AF, CLINIC_CHIEF, CONVENER, FK, OTHER_CONVENER, World

SIGTUNA = "enhetschef@sigtuna.example"
#: One of every member party.
MEMBERS = (CLINIC_CHIEF, CONVENER, OTHER_CONVENER, AF, FK, SIGTUNA)
PARTIES = ("af", "fk", "sollentuna", "upplands-vasby", "sigtuna", "psykiatri-nordvast")
DECIDED = date(2026, 2, 1)
FOUR = (date(2026, 3, 24), date(2026, 5, 26), date(2026, 9, 22), date(2026, 11, 24))


def decide_network(world: World, *, attendance: str = "4", convener: str = "forbundet") -> None:
    """Let the group decide what A2 is judged by."""
    world.decide("network_attendance", attendance, DECIDED)
    world.decide("year_start_month", "1", DECIDED)
    world.decide("network_convener", convener, DECIDED)


def meet(world: World, day: date, *, people: Sequence[str] = MEMBERS, **facts: Any) -> int:
    """Publish a meeting at nine on a day and deliver its invitations; return its number."""
    number = published(world, starts_at=local_time(day, time(9)), people=people, **facts)
    deliver(world.services, world.now)
    return number


def evening(day: date) -> datetime:
    """Return the evening of a day."""
    return local_time(day, time(18))


def report(
    world: World,
    number: int,
    presence: Mapping[str, str] | None = None,
    *,
    parties: Sequence[str] = PARTIES,
    by: str = ADMINISTRATOR,
    version: int = 0,
    **facts: Any,
) -> Any:
    """Report a meeting by API: everyone was there but for those in `presence`."""
    said = dict.fromkeys(parties, "present") | dict(presence or {})
    return world.api(by)(
        "POST",
        f"/meetings/{number}/attendance",
        json={
            "version": version,
            "attendance": [
                {
                    **_party(key),
                    "presence": came,
                    "people": 0 if came == "absent" else 1,
                }
                for key, came in said.items()
            ],
        }
        | facts,
    )


def _party(key: str) -> dict[str, str]:
    organisation, _, unit = key.partition("/")
    return {"organisation": organisation} | ({"unit": unit} if unit else {})


def hold(world: World, days: Sequence[date], absent: Mapping[date, Sequence[str]] = {}) -> None:
    """Publish network meetings now, and report each on its own evening."""
    numbers = {day: meet(world, day) for day in days}
    for day, number in numbers.items():
        world.now = evening(day)
        answer = report(world, number, dict.fromkeys(absent.get(day, ()), "absent"))
        assert answer.status_code == 200, answer.get_data(as_text=True)


def deviations(world: World) -> list[tuple[str, str]]:
    """Return (commitment, organisation or unit) of every deviation."""
    with world.services.reader() as session:
        rows = session.execute(
            select(Commitment.key, Organisation.key, Unit.key)
            .select_from(Deviation)
            .join(Obligation, Obligation.id == Deviation.obligation_id)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .join(Organisation, Organisation.id == Obligation.organisation_id)
            .outerjoin(Unit, Unit.id == Obligation.unit_id)
        ).all()
    return sorted((key, unit or organisation) for key, organisation, unit in rows)


def standing(world: World, commitment: str) -> dict[tuple[str, str], str]:
    """Return the statuses of a commitment's occurrences by (party, origin)."""
    with world.services.reader() as session:
        rows = session.execute(
            select(Organisation.key, Unit.key, Occurrence.origin, Occurrence.status)
            .select_from(Occurrence)
            .join(Obligation, Obligation.id == Occurrence.obligation_id)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .join(Organisation, Organisation.id == Obligation.organisation_id)
            .outerjoin(Unit, Unit.id == Obligation.unit_id)
            .where(Commitment.key == commitment)
        ).all()
    return {(unit or organisation, origin): status for organisation, unit, origin, status in rows}


def steering(world: World, day: date, people: Sequence[str], **facts: Any) -> int:
    """Publish a steering meeting with the target group on its agenda."""
    usual: dict[str, Any] = {
        "kind": MeetingKind.STEERING,
        "title": "Resursteamens styrgrupp",
        "target_group": True,
    }
    return meet(world, day, people=people, **(usual | facts))


#: The morning after the year's end.
NEXT_YEAR = local_time(date(2027, 1, 4), time(7))
