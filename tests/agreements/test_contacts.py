"""A party's contact points: what may stand there, and who keeps them."""

from datetime import date

import pytest
from sqlalchemy import func, select

from atagande_agreements.contacts import errors, functions_only, queries
from atagande_agreements.contacts.models import ContactConfirmation, ContactEntry
from atagande_agreements.contacts.verbs import (
    MOST_ENTRIES,
    Details,
    add_entry,
    change_entry,
    confirm,
    remove_entry,
)
from atagande_agreements.errors import Forbidden, NotFound, Refused, Stale
from atagande_agreements.parties.models import Role, RoleGrant
from support.contacts import MAILBOX, add, changing, confirm_on, decide, party
from support.followup import NEIGHBOUR, add_neighbours
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    READER,
    STEERING,
    World,
)


@pytest.fixture
def decided(world: World) -> World:
    """Six months are decided from 1 March 2026, and the sweep has run that day."""
    decide(world)
    return world


@pytest.mark.parametrize(
    ("details", "refusal", "field"),
    [
        (Details("Växel"), errors.NoWay, "phone"),
        (Details("Växel", phone="ring mig"), errors.NotAPhone, "phone"),
        (Details("Brevlåda", email="brevlåda"), errors.NotAnAddress, "email"),
        (
            Details("Brevlåda", email="Samordnare@UpplandsVasby.example"),
            errors.PersonsAddress,
            "email",
        ),
        (Details("Brevlåda", email="anna.berg@kommun.example"), errors.LooksPersonal, "email"),
        (Details("Alva  RENSTRÖM", phone="08-1234567"), errors.PersonsName, "function"),
        (
            Details("Växel", phone="08-1234567", purpose="Fråga efter Alva Renström."),
            errors.PersonsName,
            "purpose",
        ),
    ],
)
def test_what_can_not_be_published_is_refused_and_changes_nothing(
    world: World, details: Details, refusal: type[Refused], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        add(world, details)
    assert refused.value.field == field
    with world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(ContactEntry)) == 0


def test_an_address_that_looks_personal_is_taken_when_someone_says_it_is_not(world: World) -> None:
    details = Details("Brevlåda", email="mottagning.vasby@psykiatri.example")
    number = add(world, details, functional=True)
    with changing(world) as session:
        changed = change_entry(
            session,
            entry=session.get_one(ContactEntry, number),
            details=Details("Ny brevlåda", email=details.email),
            person=world.person(session, CONVENER),
            version=1,
            now=world.now,
        )
        assert changed.version == 2, "what was said once is not asked again"


@pytest.mark.parametrize(
    ("email", "personal"),
    [
        ("anna.berg@x.example", True),
        ("anna-lena.af-klint2@x.example", True),
        ("anna_berg@x.example", True),
        ("sgi@x.example", False),
        ("mottagning-vasby@x.example", False),
        ("a.b@x.example", False),
        ("info.2026@x.example", False),
    ],
)
def test_a_persons_address_is_told_by_its_look(email: str, personal: bool) -> None:  # noqa: FBT001 - a row of the table
    assert functions_only.looks_personal(email) is personal


@pytest.mark.parametrize("who", [STEERING, READER])
def test_the_associations_other_people_keep_nothing(world: World, who: str) -> None:
    with pytest.raises(NotFound):
        add(world, by=who)


def test_a_reader_of_the_party_is_refused(world: World) -> None:
    with changing(world) as session:
        person = world.person(session, CONVENER)
        person.grants = [RoleGrant(role=Role.READER)]
    with pytest.raises(Forbidden):
        add(world)


def test_another_party_and_another_association_reach_nothing(world: World) -> None:
    number = add(world)
    add_neighbours(world)
    for who in (CLINIC_CHIEF, FK, NEIGHBOUR):
        with world.writer() as session:
            entry = session.get_one(ContactEntry, number)
            person = world.person(session, who)
            with pytest.raises(NotFound):
                change_entry(
                    session, entry=entry, details=MAILBOX, person=person, version=1, now=world.now
                )
            with pytest.raises(NotFound):
                remove_entry(session, entry=entry, person=person, version=1, now=world.now)
            with pytest.raises(NotFound):
                confirm(
                    session,
                    organisation=entry.organisation,
                    person=person,
                    confirmed_on=date(2026, 3, 2),
                    now=world.now,
                )
        with world.services.reader() as session:
            theirs = world.person(session, NEIGHBOUR).association_id
            assert queries.entry(session, theirs, number) is None
            assert queries.published(session, theirs, date(2026, 3, 2)).parties == []


def test_the_administrator_does_it_for_a_party_and_that_is_seen(world: World) -> None:
    number = add(world, by=ADMINISTRATOR)
    confirm_on(world, date(2026, 3, 2), by=ADMINISTRATOR)
    with world.services.reader() as session:
        assert session.get_one(ContactEntry, number).on_behalf
        assert session.scalars(select(ContactConfirmation)).one().on_behalf
    own = add(world, by=ADMINISTRATOR, key="forbundet")
    with world.services.reader() as session:
        assert not session.get_one(ContactEntry, own).on_behalf


def test_a_unit_of_another_party_is_refused(world: World) -> None:
    with pytest.raises(errors.NotTheirUnit), changing(world) as session:
        add_entry(
            session,
            organisation=party(session),
            details=Details(
                "Växel", phone="08-12 34 56", unit=world.unit(session, "psykosmottagningen")
            ),
            person=world.person(session, CONVENER),
            now=world.now,
        )


def test_of_two_who_change_an_entry_one_wins(world: World) -> None:
    number = add(world)

    def change(version: int, phone: str) -> None:
        with changing(world) as session:
            change_entry(
                session,
                entry=session.get_one(ContactEntry, number),
                details=Details("SGI-handläggare", phone=phone),
                person=world.person(session, CONVENER),
                version=version,
                now=world.now,
            )

    change(1, "08-111 11 11")
    with pytest.raises(Stale):
        change(1, "08-222 22 22")
    with pytest.raises(Stale), changing(world) as session:
        remove_entry(
            session,
            entry=session.get_one(ContactEntry, number),
            person=world.person(session, CONVENER),
            version=1,
            now=world.now,
        )
    with world.services.reader() as session:
        assert session.get_one(ContactEntry, number).phone == "08-111 11 11"


def test_a_list_has_an_end(sqlite_world: World) -> None:
    for number in range(MOST_ENTRIES):
        add(sqlite_world, Details(f"Funktion {number}", phone="08-123 45 67"))
    with pytest.raises(errors.TooMany):
        add(sqlite_world)


def test_what_comes_to_name_a_person_is_no_longer_public(decided: World) -> None:
    add(decided)
    add(decided, Details("Växel", phone="08-123 45 67"))
    confirm_on(decided, date(2026, 3, 1))
    with changing(decided) as session:
        decided.person(session, CONVENER).email = MAILBOX.email
    with decided.services.reader() as session:
        association = party(session).association_id
        (shown,) = queries.published(session, association, date(2026, 3, 1)).parties
        assert [one.function for one in shown.entries] == ["Växel"]
