"""The demo's self-reports show each state of things, without the service's own clock."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements.civil_time import local_time
from atagande_agreements.commitments.models import Obligation, Occurrence, Status
from atagande_agreements.parties.models import Person
from atagande_agreements.sweep import sweep
from atagande_plugin.demo import of_standing, script
from support.world import World

Event = Callable[[Session, datetime], None]


class Year:
    """As much of the demo's year as the reports need; the agreement came 430 days before."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.today = world.now.date() + timedelta(days=of_standing.FOLLOWED)
        self.events: list[tuple[datetime, Event]] = []
        with world.services.reader() as session:
            self.agreement = world.agreement(session)

    def add(self, day: date, clock: time, event: Event) -> None:
        if day <= self.today:
            self.events.append((local_time(day, clock), event))

    def on(self, offset: int) -> date:
        return script.working_day(self.today + timedelta(days=offset))

    def person(self, session: Session, email: str) -> Person:
        return self.world.person(session, email)


def test_the_demo_reports_in_time_says_no_and_forgets(sqlite_world: World) -> None:
    world = sqlite_world
    year = Year(world)
    of_standing.events(year)  # type: ignore[arg-type]  # all that the events read of a year
    world.now = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
    for key, value in (
        ("activity_measure", "Antal i målgruppen"),
        ("service_count", "1"),
        ("unclear_means", "Osäkert om personen klarar insatsen"),
        ("steering_meetings_per_year", "4"),
    ):
        world.decide(key, value, date(2026, 4, 1))
    for at, event in sorted(year.events, key=lambda one: one[0]):
        sweep(world.writer, at - timedelta(hours=4))
        with world.writer() as session:
            event(session, at)
            session.commit()
    sweep(world.writer, local_time(year.today, time(6)))
    with world.services.reader() as session:
        rows = session.scalars(
            select(Occurrence).options(
                joinedload(Occurrence.obligation).joinedload(Obligation.commitment)
            )
        ).all()
        seen = {
            (row.obligation.commitment.key, row.status)
            for row in rows
            if row.obligation.commitment.key in {"F1", "K1", "K3", "K8"}
        }
    met, missed, unknown = Status.MET, Status.NOT_MET, Status.UNREPORTED
    assert seen >= {("K1", met), ("K1", missed), ("K3", met), ("K3", missed), ("K3", unknown)}
    assert seen >= {("K8", met), ("K8", missed), ("K8", unknown), ("F1", missed)}
