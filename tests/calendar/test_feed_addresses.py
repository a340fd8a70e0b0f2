"""Private calendar addresses: who may have one, and when it stops."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.errors import NotFound, Stale
from atagande_agreements.parties.models import Person
from atagande_calendar.feeds.models import CalendarFeed
from atagande_calendar.feeds.verbs import make_feed, revoke_feed
from atagande_calendar.invitations.tokens import Purpose, make_token
from support.feeds import feed_path, fetch, path_of
from support.world import AF, CLINIC_CHIEF, CONVENER, OTHER_CLINIC_CHIEF, OTHER_CONVENER, World

CLINIC = "sollentuna-mottagning"


def test_only_the_chief_makes_a_units_address(world: World) -> None:
    for email, unit in (
        (CONVENER, CLINIC),
        (OTHER_CLINIC_CHIEF, CLINIC),
        (CLINIC_CHIEF, "psykosmottagningen"),
        (AF, CLINIC),
    ):
        with pytest.raises(NotFound):
            feed_path(world, email, unit=unit)


def test_a_new_address_stops_the_old_one_at_once(world: World) -> None:
    old = feed_path(world, CONVENER)
    with world.services.reader() as session:
        number = session.scalars(select(CalendarFeed.id)).one()
    new = feed_path(world, CONVENER, replaces=number)
    assert new != old
    assert fetch(world, old).status_code == 404
    assert fetch(world, new).status_code == 200
    with world.services.reader() as session:
        actions = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.object_type == "calendar_feed")
            .order_by(AuditEntry.id)
        ).all()
    assert actions == ["feed.made", "feed.revoked", "feed.made"]


def test_of_two_who_make_one_at_the_same_time_the_later_is_told(world: World) -> None:
    feed_path(world, CONVENER)
    with pytest.raises(Stale):
        feed_path(world, CONVENER)
    with pytest.raises(Stale):
        feed_path(world, OTHER_CONVENER, replaces=1)


def test_of_two_at_the_same_moment_one_makes_it_and_the_other_is_told(world: World) -> None:
    start = Barrier(2)

    def make(_number: int) -> str:
        with world.writer() as session:
            start.wait()
            try:
                make_feed(
                    session,
                    person=world.person(session, CONVENER),
                    unit=None,
                    replaces=0,
                    now=world.now,
                )
            except Stale as stale:
                return stale.code
            session.commit()
            return "made"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(make, range(2))) == ["made", "stale"]
    with world.services.reader() as session:
        assert len(session.scalars(select(CalendarFeed)).all()) == 1


def test_an_address_is_revoked_once(world: World) -> None:
    path = feed_path(world, CONVENER)
    with world.writer() as session:
        feed = session.scalars(select(CalendarFeed)).one()
        person = world.person(session, CONVENER)
        revoke_feed(session, feed=feed, person=person, now=world.now)
        with pytest.raises(Stale):
            revoke_feed(session, feed=feed, person=person, now=world.now)
        session.commit()
    assert fetch(world, path).status_code == 404


def test_the_database_lets_each_have_one_address_and_no_ones_else(world: World) -> None:
    feed_path(world, CONVENER)
    with world.writer() as session:
        convener, other = world.person(session, CONVENER), world.person(session, OTHER_CONVENER)
        unit = world.unit(session, CLINIC)
        for person_id, unit_id, made_by in (
            (convener.id, None, convener.id),
            (other.id, None, convener.id),
            (None, None, convener.id),
            (other.id, unit.id, other.id),
        ):
            feed = CalendarFeed(
                association_id=convener.association_id,
                person_id=person_id,
                unit_id=unit_id,
                made_by_id=made_by,
                nonce=f"{person_id}-{unit_id}",
                created_at=world.now,
            )
            savepoint = session.begin_nested()
            session.add(feed)
            with pytest.raises(IntegrityError):
                session.flush()
            savepoint.rollback()


def _inactive(person: Person) -> None:
    person.active = False


def _no_longer_chief(person: Person) -> None:
    person.grants.clear()


def _elsewhere(person: Person) -> None:
    person.unit_id = None


@pytest.mark.parametrize(
    ("leaves", "own"), [(_inactive, 404), (_no_longer_chief, 200), (_elsewhere, 200)]
)
def test_who_has_left_reads_the_unit_no_more(
    world: World, leaves: Callable[[Person], None], own: int
) -> None:
    mine, unit = feed_path(world, CLINIC_CHIEF), feed_path(world, CLINIC_CHIEF, unit=CLINIC)
    assert fetch(world, unit).status_code == 200
    with world.writer() as session:
        leaves(world.person(session, CLINIC_CHIEF))
        session.commit()
    assert fetch(world, unit).status_code == 404
    assert fetch(world, mine).status_code == own


def test_another_purposes_token_opens_no_calendar(sqlite_world: World) -> None:
    world = sqlite_world
    feed_path(world, CONVENER)
    with world.services.reader() as session:
        feed = session.scalars(select(CalendarFeed)).one()
    key = world.settings.secret_key
    for secret, purpose, nonce in (
        (key, Purpose.ANSWER, feed.nonce),
        (key, Purpose.REPLY, feed.nonce),
        (key, Purpose.FEED, "0" * 32),
        (b"another key", Purpose.FEED, feed.nonce),
    ):
        token = make_token(secret, purpose, feed.id, nonce)
        assert fetch(world, f"/kalender/{token}.ics").status_code == 404
    assert fetch(world, path_of(world, feed)).status_code == 200


def test_the_address_stands_in_no_table(sqlite_world: World) -> None:
    world = sqlite_world
    path = feed_path(world, CONVENER)
    secret = path.removeprefix("/kalender/").removesuffix(".ics")
    fetch(world, path)
    database = Path(world.settings.database_url.removeprefix("sqlite:///"))
    world.services.engine.dispose()
    for file in database.parent.glob(f"{database.name}*"):
        assert secret.encode() not in file.read_bytes(), file.name
