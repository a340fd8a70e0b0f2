"""Whose a thing is, and who can be asked."""

from sqlalchemy import select

from atagande_agreements.commitments.models import Obligation
from atagande_agreements.parties.queries import clinics, of_party, people
from support.world import AF, CLINIC_CHIEF, World


def owed_by(world: World, email: str) -> set[tuple[int, int | None]]:
    with world.services.reader() as session:
        person = world.person(session, email)
        mine = of_party(person.organisation_id, person.unit_id, Obligation)
        rows = session.scalars(select(Obligation).where(mine)).all()
        return {(one.organisation_id, one.unit_id) for one in rows}


def test_someone_without_a_unit_has_what_their_own_organisation_owes(sqlite_world: World) -> None:
    with sqlite_world.services.reader() as session:
        organisation = sqlite_world.person(session, AF).organisation_id
    assert owed_by(sqlite_world, AF) == {(organisation, None)}


def test_a_clinics_chief_has_what_the_clinic_and_its_organisation_owe(sqlite_world: World) -> None:
    with sqlite_world.services.reader() as session:
        chief = sqlite_world.person(session, CLINIC_CHIEF)
        place = (chief.organisation_id, chief.unit_id)
    assert owed_by(sqlite_world, CLINIC_CHIEF) == {place, (place[0], None)}


def test_a_clinic_that_has_closed_and_a_person_who_has_left_are_not_listed(
    sqlite_world: World,
) -> None:
    today = sqlite_world.now.date()
    with sqlite_world.writer() as session:
        chief = sqlite_world.person(session, CLINIC_CHIEF)
        chief.active = False
        closed = sqlite_world.unit(session, "psykosmottagningen")
        closed.valid_to = today.replace(day=1)
        session.commit()
        left, association = chief.id, chief.association_id
    with sqlite_world.services.reader() as session:
        assert left not in {one.id for one in people(session, association)}
        assert "psykosmottagningen" not in {one.key for one in clinics(session, association, today)}
