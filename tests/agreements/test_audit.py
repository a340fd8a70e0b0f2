"""The audit trail: complete, in order, and telling when somebody has been at it."""

import json
import threading
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from atagande_agreements import audit
from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.parties.models import Association
from support.world import STEERING, World

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def write(world: World, action: str, *, times: int = 1, association_id: int = 1) -> None:
    with world.writer() as session:
        audit.record(
            session,
            *(
                audit.Change(
                    association_id=association_id,
                    at=AT,
                    actor=audit.Actor.job("test"),
                    action=action,
                    object_type="thing",
                    object_id=number,
                    changes={"day": (None, date(2026, 3, 2))},
                )
                for number in range(times)
            ),
        )
        session.commit()


def entries(world: World, association_id: int = 1) -> list[AuditEntry]:
    with world.services.reader() as session:
        return list(
            session.scalars(
                select(AuditEntry)
                .where(AuditEntry.association_id == association_id)
                .order_by(AuditEntry.number)
            )
        )


def broken(world: World) -> int | None:
    with world.services.reader() as session:
        return audit.first_broken(session, 1)


def let_change(world: World) -> None:
    """Take the guard of the entries away, as someone with the database's own keys could."""
    with world.services.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        else:
            connection.execute(text("DROP TRIGGER audit_entry_no_update"))
            connection.execute(text("DROP TRIGGER audit_entry_no_delete"))


def test_an_entry_says_who_what_when_and_from_what_to_what(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 2, 1))
    last = entries(world)[-1]
    with world.services.reader() as session:
        person = world.person(session, STEERING)
    assert (last.action, last.object_type, last.person_id) == (
        "parameter.decided",
        "parameter",
        person.id,
    )
    assert (last.at, last.actor) == (world.now, "Ordförande i styrgruppen")
    assert json.loads(last.changes) == {
        "paragraph": [None, "§ 12"],
        "valid_from": [None, "2026-02-01"],
        "value": [None, "10"],
    }


def test_what_is_rolled_back_leaves_no_entry(world: World) -> None:
    before = len(entries(world))
    with world.writer() as session:
        world.person(session, STEERING)
        audit.record(session, audit.Change(1, AT, audit.Actor.job("test"), "x", "thing", 1))
        session.rollback()
        session.commit()
    assert len(entries(world)) == before


def test_the_chain_is_whole_and_each_association_has_its_own(world: World) -> None:
    with world.writer() as session:
        other = Association(key="other", name="Annat", short_name="Annat", address=None)
        session.add(other)
        session.commit()
    write(world, "one", times=3)
    write(world, "two", times=2, association_id=other.id)
    assert [one.number for one in entries(world, other.id)] == [1, 2]
    numbers = [one.number for one in entries(world)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert broken(world) is None


@pytest.mark.parametrize("statement", [update(AuditEntry).values(actor="x"), delete(AuditEntry)])
def test_the_database_refuses_to_change_or_remove_an_entry(world: World, statement: object) -> None:
    write(world, "one")
    with world.writer() as session, pytest.raises(DBAPIError, match="append-only"):
        session.execute(statement)  # type: ignore[call-overload]  # an UPDATE or a DELETE
    assert broken(world) is None


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "Någon annan"},
        {"changes": "{}"},
        {"at": datetime(2026, 3, 2, 9, 1, tzinfo=UTC)},
        {"object_id": 77},
    ],
)
def test_a_changed_entry_is_found(world: World, values: dict[str, object]) -> None:
    write(world, "one", times=4)
    number = entries(world)[-2].number
    let_change(world)
    with world.writer() as session:
        session.execute(update(AuditEntry).where(AuditEntry.number == number).values(**values))
        session.commit()
    assert broken(world) == number


def test_a_removed_entry_is_found_also_the_last(world: World) -> None:
    write(world, "one", times=4)
    last = entries(world)[-1].number
    let_change(world)
    with world.writer() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.number == last))
        session.commit()
    assert broken(world) == last
    with world.writer() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.number == 2))
        session.commit()
    assert broken(world) == 2


def test_an_entry_put_in_by_hand_is_found(world: World) -> None:
    write(world, "one")
    last = entries(world)[-1]
    row = {column.key: getattr(last, column.key) for column in AuditEntry.__table__.columns}
    del row["id"]
    with world.writer() as session:
        session.execute(insert(AuditEntry).values(row | {"number": last.number + 1}))
        session.commit()
    assert broken(world) == last.number + 1


def test_writers_at_the_same_time_leave_no_gap(world: World) -> None:
    before = len(entries(world))
    start = threading.Barrier(6)
    faults: list[BaseException] = []

    def writer(name: str) -> None:
        try:
            start.wait(30)
            for _ in range(5):
                write(world, name, times=3)
        except BaseException as fault:  # noqa: BLE001 - reported by the test itself
            faults.append(fault)

    threads = [threading.Thread(target=writer, args=(f"writer-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults
    numbers = [one.number for one in entries(world)]
    assert numbers == list(range(1, before + 6 * 5 * 3 + 1))
    assert broken(world) is None


def change(action: str) -> audit.Change:
    return audit.Change(
        association_id=1,
        at=AT,
        actor=audit.Actor.job("test"),
        action=action,
        object_type="thing",
        object_id=1,
    )


def test_a_savepoint_keeps_what_was_recorded_before_it_and_loses_its_own(world: World) -> None:
    before = len(entries(world))
    with world.writer() as session:
        audit.record(session, change("before"))
        savepoint = session.begin_nested()
        audit.record(session, change("undone"))
        savepoint.rollback()
        with session.begin_nested():
            audit.record(session, change("inside"))
        audit.record(session, change("after"))
        session.commit()
    assert [entry.action for entry in entries(world)][before:] == ["before", "inside", "after"]
    assert broken(world) is None


def test_a_rollback_forgets_what_was_recorded(world: World) -> None:
    before = len(entries(world))
    with world.writer() as session:
        audit.record(session, change("undone"))
        session.rollback()
        audit.record(session, change("done"))
        session.commit()
    assert [entry.action for entry in entries(world)][before:] == ["done"]
