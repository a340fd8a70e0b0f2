"""The mails that ask a party to confirm, and the links in them."""

from datetime import date

import pytest
from sqlalchemy import select

from atagande_agreements.contacts import errors
from atagande_agreements.contacts.links import Asked, make_token, read_token
from atagande_agreements.contacts.reminders import is_spent, open_link, remind
from atagande_agreements.contacts.verbs import (
    Details,
)
from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.models import Person, Role, RoleGrant
from support.contacts import add, at, changing, confirm_on, decide, party, sweep_on
from support.world import (
    AF,
    CLINIC_CHIEF,
    OTHER_CLINIC_CHIEF,
    World,
)


@pytest.fixture
def decided(world: World) -> World:
    """Six months are decided from 1 March 2026, and the sweep has run that day."""
    decide(world)
    return world


SECRET = b"a secret of the tests"


def mails(world: World) -> list[tuple[str, str]]:
    with world.services.reader() as session:
        rows = session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.kind == "contacts_confirm")
            .order_by(OutboxMessage.id)
        )
        return [(one.recipient, one.unique_key.split(":")[2]) for one in rows]


def remind_on(world: World, day: date) -> int:
    world.now = at(day)
    with changing(world) as session:
        return remind(session, world.now)


def test_the_chiefs_are_asked_once_before_and_once_after(decided: World) -> None:
    assert remind_on(decided, date(2026, 8, 17)) == 0
    first = remind_on(decided, date(2026, 8, 18))
    assert first > 0
    assert remind_on(decided, date(2026, 8, 18)) == 0
    asked = mails(decided)
    assert {stage for _, stage in asked} == {"due"}
    assert {OTHER_CLINIC_CHIEF, CLINIC_CHIEF} <= {one for one, _ in asked}
    sweep_on(decided, date(2026, 9, 2))
    assert remind_on(decided, date(2026, 9, 2)) == first
    assert remind_on(decided, date(2026, 9, 3)) == 0
    assert {stage for _, stage in mails(decided)} == {"due", "stale"}


def test_who_has_confirmed_is_not_asked(decided: World) -> None:
    add(decided, Details("Växel", phone="08-123 45 67"), by=AF, key="af")
    confirm_on(decided, date(2026, 8, 1), by=AF, key="af")
    remind_on(decided, date(2026, 8, 20))
    assert AF not in {one for one, _ in mails(decided)}


def test_before_a_decision_nobody_is_asked(world: World) -> None:
    add(world)
    confirm_on(world, date(2026, 3, 2))
    assert remind_on(world, date(2026, 12, 1)) == 0


def asked_of(world: World, email: str, day: date) -> tuple[str, Asked]:
    with world.services.reader() as session:
        person = world.person(session, email)
        asked = Asked(person.organisation_id, person.id, day)
    return make_token(SECRET, asked), asked


def test_a_token_says_what_it_was_made_of_and_nothing_else_opens(world: World) -> None:
    token, asked = asked_of(world, AF, date(2026, 3, 2))
    assert len(token) == 48
    assert read_token(SECRET, token) == asked
    assert read_token(SECRET, token.upper()) == asked, "mail systems fold case"
    assert read_token(b"another secret", token) is None
    for place in range(len(token)):
        other = "b" if token[place] == "a" else "a"
        assert read_token(SECRET, token[:place] + other + token[place + 1 :]) is None
    for bad in ("", "x" * 48, "å" * 48, "1" * 48, token + "a"):
        assert read_token(SECRET, bad) is None


def test_a_link_opens_for_sixty_days_and_for_who_speaks_for_the_party(world: World) -> None:
    token, asked = asked_of(world, AF, date(2026, 3, 2))
    with world.services.reader() as session:
        assert open_link(session, SECRET, token, date(2026, 5, 1)).organisation.key == "af"
        with pytest.raises(errors.OldLink):
            open_link(session, SECRET, token, date(2026, 5, 2))
        foreign = make_token(SECRET, Asked(party(session, "fk").id, asked.person_id, asked.day))
        with pytest.raises(errors.BadLink):
            open_link(session, SECRET, foreign, date(2026, 3, 2))
    with changing(world) as session:
        world.person(session, AF).grants = []
    with world.services.reader() as session, pytest.raises(errors.BadLink):
        open_link(session, SECRET, token, date(2026, 3, 2))
    with changing(world) as session:
        person = session.scalars(select(Person).where(Person.email == AF)).one()
        person.grants = [RoleGrant(role=Role.UNIT_CHIEF)]
        person.active = False
    with world.services.reader() as session, pytest.raises(errors.BadLink):
        open_link(session, SECRET, token, date(2026, 3, 2))


@pytest.mark.parametrize(
    ("confirmed_on", "spent"),
    [(None, False), (date(2026, 3, 1), False), (date(2026, 3, 2), True), (date(2026, 4, 1), True)],
)
def test_a_link_is_spent_by_a_later_confirmation(
    confirmed_on: date | None,
    spent: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert is_spent(confirmed_on, Asked(1, 1, date(2026, 3, 2))) is spent
