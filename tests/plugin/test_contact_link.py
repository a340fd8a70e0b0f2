"""Confirming contact points from the mail, without an account."""

import re
from datetime import date
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.contacts.links import Asked, make_token
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_agreements.sweep import sweep
from atagande_plugin.jobs.scheduler import JOBS
from atagande_plugin.outbox.delivery import deliver
from support.contact_pages import add, confirm, counts, morning, read_of
from support.world import (
    ADMINISTRATOR,
    AF,
    FK,
    World,
)


@pytest.fixture
def decided(sqlite_world: World) -> World:
    """Six months are decided from 2 March 2026, and the sweep has run."""
    world = sqlite_world
    world.decide("contact_reconfirm_months", "6", date(2026, 3, 2))
    sweep(world.writer, world.now)
    return world


def link(world: World, email: str = AF, day: date = date(2026, 3, 2)) -> str:
    with world.services.reader() as session:
        person = world.person(session, email)
        asked = Asked(person.organisation_id, person.id, day)
    return f"/bekrafta-kontakter/{make_token(world.settings.secret_key, asked)}"


def by_link(world: World, path: str) -> Any:
    found = re.search(r'name="read" value="(\w+)"', world.client().get(path).text)
    return world.client().post(path, {"read": found[1] if found else "x"})


def test_the_mail_goes_before_the_last_day_and_its_link_confirms_in_one_click(
    decided: World,
) -> None:
    add(decided)
    confirm(decided)
    decided.now = morning("2026-08-25")
    assert JOBS["contacts"][1](decided.services)["asked"] > 0
    deliver(decided.services, decided.now)
    with decided.services.reader() as session:
        message = session.scalars(
            select(OutboxMessage).where(
                OutboxMessage.kind == "contacts_confirm", OutboxMessage.recipient == AF
            )
        ).one()
        assert message.raw is not None
        assert message.state is OutboxState.SENT
        mail = message_from_bytes(message.raw, policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "senast onsdag 2 september 2026" in text
    found = re.search(r"/bekrafta-kontakter/[a-z2-7]{48}", text)
    assert found
    path = found[0]
    before = counts(decided)
    for _ in range(3):
        page = decided.client().get(path)
        assert page.status_code == 200
        assert "SGI-handläggare" in page.text
        assert "logga in och ändra" in page.text
    assert counts(decided) == before, "looking changes nothing"
    assert by_link(decided, path).status_code == 303
    assert counts(decided) == (before[0], before[1] + 1, before[2] + 1)
    thanks = decided.client().get(path).text
    assert "Era kontaktvägar är bekräftade 25 augusti 2026." in thanks
    assert "Uppgifterna stämmer" not in thanks
    decided.now = morning("2026-09-10")
    assert by_link(decided, path).status_code == 303
    assert counts(decided) == (before[0], before[1] + 1, before[2] + 1), "twice changes nothing"
    listed = decided.client(ADMINISTRATOR).get(f"/utskick/{message.id}").text
    assert path not in listed, "the secret is the receiver's"


def test_a_mail_that_is_no_longer_needed_does_not_leave(decided: World) -> None:
    add(decided)
    confirm(decided)
    decided.now = morning("2026-08-25")
    JOBS["contacts"][1](decided.services)
    confirm(decided)
    deliver(decided.services, decided.now)
    with decided.services.reader() as session:
        state = session.scalars(
            select(OutboxMessage.state).where(
                OutboxMessage.kind == "contacts_confirm", OutboxMessage.recipient == AF
            )
        ).one()
    assert state is OutboxState.CANCELLED


def test_a_party_with_nothing_is_asked_to_add_it(decided: World) -> None:
    page = decided.client().get(link(decided))
    assert "Ni har inga kontaktvägar än" in page.text
    assert "Uppgifterna stämmer" not in page.text
    assert by_link(decided, link(decided)).status_code in {409, 422}
    assert counts(decided) == (0, 0, 0)


def test_an_old_link_says_so_and_changes_nothing(decided: World) -> None:
    add(decided)
    path = link(decided)
    read = read_of(decided)
    decided.now = morning("2026-05-02")
    answer = decided.client().get(path)
    assert answer.status_code == 410
    assert "Länken är för gammal" in answer.text
    assert decided.client().post(path, {"read": read}).status_code == 410
    assert counts(decided)[1] == 0


def test_a_link_for_another_party_opens_nothing(decided: World) -> None:
    add(decided)
    with decided.services.reader() as session:
        theirs = decided.person(session, FK)
        ours = decided.person(session, AF)
        mixed = Asked(ours.organisation_id, theirs.id, date(2026, 3, 2))
        forged = make_token(b"guessed", Asked(ours.organisation_id, ours.id, date(2026, 3, 2)))
    token = make_token(decided.settings.secret_key, mixed)
    for bad in (token, forged, "a" * 48, "x"):
        path = f"/bekrafta-kontakter/{bad}"
        assert decided.client().get(path).status_code == 404
        assert decided.client().post(path, {"read": "x"}).status_code == 404
    assert "SGI-handläggare" not in decided.client().get(link(decided, FK)).text
    assert counts(decided)[1] == 0


def test_a_link_shows_what_changed_before_it_confirms(decided: World) -> None:
    add(decided)
    path = link(decided)
    stale = decided.client().post(path, {"read": "0" * 32})
    assert stale.status_code == 409
    assert "Listan ändrades medan du läste." in stale.text
    assert counts(decided)[1] == 0


def test_a_form_from_another_site_confirms_nothing(decided: World) -> None:
    add(decided)
    path = link(decided)
    answer = decided.client().post(
        path, {"read": read_of(decided)}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 400
    assert counts(decided)[1] == 0
