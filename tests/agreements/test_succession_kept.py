"""What a change of parties is refused for, and what it leaves as it was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.queries import count_obligations
from atagande_agreements.followup import queries as followup
from atagande_agreements.followup.period import Period
from atagande_agreements.parties import errors
from atagande_agreements.parties.models import Succession, Unit
from atagande_agreements.parties.names import names
from atagande_agreements.parties.succession import (
    Change,
    New,
    merge_units,
    rename,
    succeed_unit,
)
from atagande_agreements.register.agreement_file import dump, parse, shipped_text
from atagande_agreements.register.exporter import export_agreement
from atagande_agreements.register.importer import import_agreement
from atagande_agreements.sweep import sweep
from support.succession import (
    JULY,
    NEW,
    OTHER,
    A,
    B,
    ask,
    at,
    change,
    chosen,
    merge,
    standing,
)
from support.world import ADMINISTRATOR, World


def test_old_results_keep_the_name_of_their_time(world: World) -> None:
    with world.writer() as session:
        unit = world.unit(session, A)
        before = unit.name
        rename(session, party=unit, name="Nya", short_name="Nya", change=change(world, session))
        session.commit()
        known = names(session, unit.association_id)
        assert known.of(unit, date(2026, 6, 30)).name == before == unit.name
        assert known.of(unit, JULY).name == "Nya"
    world.now = at(JULY)
    sweep(world.writer, world.now)
    with world.writer() as session:
        unit = world.unit(session, A)
        assert unit.name == "Nya"
        known = names(session, unit.association_id)
        assert known.earlier(unit, JULY) == [(before, date(2026, 6, 30))]
        _, version = chosen(world, session)
        called = {
            year: {
                one.key: one.name
                for one in followup.parties(session, version.id, Period.of_year(year))
            }[A]
            for year in (2025, 2026)
        }
        assert called == {2025: before, 2026: "Nya"}


Refusal = Callable[[World, Session], Any]


def _merged(*keys: str, into: Any = NEW, day: date = JULY) -> Refusal:
    def run(world: World, session: Session) -> None:
        merge_units(
            session,
            units=[world.unit(session, key) for key in keys],
            into=world.unit(session, into) if isinstance(into, str) else into,
            change=change(world, session, day),
        )

    return run


def _into_ended(world: World, session: Session) -> None:
    succeed_unit(session, unit=world.unit(session, OTHER), by=NEW, change=change(world, session))
    _merged(A, B, into=OTHER)(world, session)


def _no_decision(world: World, session: Session) -> None:
    blank = Change(JULY, "  ", world.person(session, ADMINISTRATOR), world.now)
    succeed_unit(session, unit=world.unit(session, A), by=NEW, change=blank)


def _same_name(world: World, session: Session) -> None:
    unit = world.unit(session, A)
    rename(
        session,
        party=unit,
        name=unit.name,
        short_name=unit.short_name,
        change=change(world, session),
    )


def _named_later(world: World, session: Session) -> None:
    unit = world.unit(session, A)
    rename(session, party=unit, name="Ny", short_name="N", change=change(world, session))
    earlier = change(world, session, date(2026, 6, 1))
    rename(session, party=unit, name="Nyare", short_name="N", change=earlier)


def _ended_twice(world: World, session: Session) -> None:
    for key in ("en", "tva"):
        succeed_unit(
            session,
            unit=world.unit(session, A),
            by=New(key, "Ny", "Ny"),
            change=change(world, session),
        )


def _shorter_than_a_day(world: World, session: Session) -> None:
    _merged(A, B)(world, session)
    succeed_unit(
        session,
        unit=world.unit(session, NEW.key),
        by=New("nasta", "Nästa", "Nästa"),
        change=change(world, session),
    )


@pytest.mark.parametrize(
    ("refused", "run"),
    [
        (BeforeAgreement, _merged(A, B, day=date(2019, 10, 24))),
        (errors.TooFew, _merged(A)),
        (errors.SameParty, _merged(A, B, into=B)),
        (errors.OtherOrganisation, _merged(A, "sollentuna-ek")),
        (errors.PartyEnded, _into_ended),
        (errors.PartyEnded, _ended_twice),
        (errors.TooEarly, _shorter_than_a_day),
        (errors.NoDecision, _no_decision),
        (errors.KeyTaken, _merged(A, B, into=New("af", "Af", "Af"))),
        (errors.BadKey, _merged(A, B, into=New("Två ord", "Af", "Af"))),
        (errors.EmptyName, _merged(A, B, into=New("norra", " ", "Af"))),
        (errors.SameName, _same_name),
        (errors.NamedSince, _named_later),
    ],
)
def test_what_can_not_be_is_refused_and_changes_nothing(
    sqlite_world: World, refused: type[Exception], run: Refusal
) -> None:
    world = sqlite_world
    with world.writer() as session, pytest.raises(refused):
        run(world, session)
    with world.writer() as session:
        assert session.scalar(select(func.count()).select_from(Succession)) == 0
        assert (
            session.scalar(select(func.count()).select_from(Unit).where(Unit.valid_to.is_not(None)))
            == 0
        )


def test_the_database_keeps_successions_as_they_are(world: World) -> None:
    merge(world)
    for change_it in ("UPDATE succession SET decision = 'x'", "DELETE FROM succession"):
        with world.writer() as session, pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(change_it))
    with world.writer() as session:
        row = session.scalars(select(Succession).order_by(Succession.id)).first()
        assert row is not None
        session.add(
            Succession(
                association_id=row.association_id,
                kind=row.kind,
                from_unit_id=row.from_unit_id,
                to_unit_id=world.unit(session, OTHER).id,
                takes_effect_on=JULY,
                decision="Två arvtagare",
                carries=True,
                recorded_by_id=row.recorded_by_id,
                recorded_at=world.now,
            )
        )
        with pytest.raises(IntegrityError):
            session.flush()


def test_the_same_file_after_a_merger_changes_nothing_and_exports_the_same(world: World) -> None:
    merge(world)
    file, _ = parse(shipped_text(), filename="suvs.toml")
    assert file is not None
    with world.writer() as session:
        _, changed = import_agreement(session, file, actor=audit.Actor.job("t"), now=world.now)
        assert not changed
        _, version = chosen(world, session)
        assert dump(export_agreement(session, version)) == dump(file)


@pytest.mark.parametrize("named", ["old", "new"])
def test_a_changed_file_neither_brings_back_the_old_nor_loses_the_new(
    world: World, named: str
) -> None:
    """It may name the clinics that have merged, or the one they became: the same is owed."""
    world.decide("answer_days", "10", date(2026, 1, 1))
    ask(world, A, date(2026, 1, 12), date(2026, 1, 15))
    merge(world)
    file, faults = parse(shipped_text(), filename="suvs.toml")
    assert file is not None, faults
    units = file.units
    if named == "new":
        kept = [one for one in units if one.key not in {A, B}]
        first = next(one for one in units if one.key == A)
        units = (replace(first, key=NEW.key, name="Nya norra", short="Nya"), *kept)
    file = replace(
        file, units=units, agreement=replace(file.agreement, source="En senare lydelse.")
    )
    with world.writer() as session:
        _, changed = import_agreement(session, file, actor=audit.Actor.job("t"), now=world.now)
        session.commit()
        assert changed
        agreement_id, version = chosen(world, session)
        assert count_obligations(session, agreement_id, date(2026, 6, 30)) == 93
        assert count_obligations(session, agreement_id, JULY) == 90
        assert world.unit(session, A).valid_to == date(2026, 6, 30)
        assert world.unit(session, NEW.key).valid_from == JULY
        duties, columns = standing(world, session, 2026)
        assert {A, B, NEW.key} <= set(columns)
        met = [one.met for place, one in duties.counts.items() if place[0] == "P3"]
        assert sum(met) == 1, "the old result is still there"
        assert dump(export_agreement(session, version)) == dump(file)


def test_the_shipped_agreement_still_has_its_93(world: World) -> None:
    with world.writer() as session:
        agreement_id, _ = chosen(world, session)
        assert count_obligations(session, agreement_id, local_date(world.now)) == 93
        duties, _ = standing(world, session, 2026)
        assert len(duties.standings) == 93
