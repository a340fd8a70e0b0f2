"""A page that has not changed is not made again, and one that has always is."""

from collections.abc import Callable
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from sqlalchemy import update

from atagande_agreements.audit import history
from atagande_agreements.commitments.models import Occurrence, OnMiss
from atagande_agreements.sweep import sweep
from support.followup import of_enquiries
from support.queries import count_queries
from support.world import ADMINISTRATOR, CONVENER, READER, STEERING, Visitor, World

PAGES = ("/matris", "/avvikelser", "/overenskommelsen")


def again(visitor: Visitor, path: str, page: Any) -> Any:
    return visitor.get(path, headers={"If-None-Match": page.headers["ETag"]})


@pytest.mark.parametrize("path", PAGES)
def test_an_unchanged_page_is_not_sent_again(world: World, path: str) -> None:
    reader = world.client(READER)
    page = reader.get(path)
    assert page.status_code == HTTPStatus.OK
    assert page.headers["ETag"].startswith('W/"')
    assert page.headers["Cache-Control"] == "private, no-cache"
    second = again(reader, path, page)
    assert second.status_code == HTTPStatus.NOT_MODIFIED
    assert second.data == b""
    assert second.headers["ETag"] == page.headers["ETag"]
    assert second.headers["Cache-Control"] == "private, no-cache"
    assert "default-src 'none'" in second.headers["Content-Security-Policy"]


def test_telling_that_nothing_has_changed_takes_one_query(world: World) -> None:
    reader = world.client(READER)
    page = reader.get("/matris")
    with count_queries(world.services.engine) as sent:
        assert again(reader, "/matris", page).status_code == HTTPStatus.NOT_MODIFIED
    assert len(sent) == 1


def decide(world: World, _visitor: Visitor) -> None:
    world.decide("answer_days", "10", date(2026, 3, 2))


def next_day(world: World, visitor: Visitor) -> None:
    # Midnight in Stockholm, within the session's ten hours.
    world.now = world.now.replace(hour=22, minute=30)
    visitor.client.set_cookie("atagande_session", world.client(READER).secret)
    world.now += timedelta(hours=1)


def sign_in_again(world: World, visitor: Visitor) -> None:
    visitor.client.set_cookie("atagande_session", world.client(READER).secret)


def choose_language(_world: World, visitor: Visitor) -> None:
    visitor.post("/installningar", {"lang": "en", "next": "/"})


def choose_theme(_world: World, visitor: Visitor) -> None:
    visitor.post("/installningar", {"theme": "dark", "next": "/"})


@pytest.mark.parametrize("change", [decide, next_day, sign_in_again, choose_language, choose_theme])
def test_whatever_the_page_shows_makes_it_anew(
    sqlite_world: World, change: Callable[[World, Visitor], None]
) -> None:
    reader = sqlite_world.client(READER)
    page = reader.get("/matris")
    change(sqlite_world, reader)
    changed = again(reader, "/matris", page)
    assert changed.status_code == HTTPStatus.OK
    assert changed.headers["ETag"] != page.headers["ETag"]


def test_just_before_midnight_is_still_the_same_day(sqlite_world: World) -> None:
    sqlite_world.now = sqlite_world.now.replace(hour=22, minute=10)
    reader = sqlite_world.client(READER)
    page = reader.get("/matris")
    sqlite_world.now = sqlite_world.now.replace(minute=50)
    assert again(reader, "/matris", page).status_code == HTTPStatus.NOT_MODIFIED


def test_a_missed_occurrence_without_deviation_changes_the_matrix(sqlite_world: World) -> None:
    # What the sweep settles is in the trail even when no deviation comes of it.
    world = sqlite_world
    world.decide("answer_days", "1", date(2026, 2, 1))
    world.client(CONVENER).post(
        "/forfragningar",
        {
            "unit": "sollentuna-mottagning",
            "reference": "A7K2-MQ9X",
            "sent_on": "2026-03-02",
            "channel": "letter",
            "addressee": "clinic",
        },
    )
    with world.writer() as session:
        session.execute(update(Occurrence).values(on_miss=OnMiss.OBSERVATION))
        session.commit()
    world.now += timedelta(days=7)
    reader = world.client(READER)
    page = reader.get("/matris")
    summary = sweep(world.writer, world.now)
    assert (summary.settled, summary.deviations_opened) == (1, 0)
    assert again(reader, "/matris", page).status_code == HTTPStatus.OK
    with world.writer() as session:
        missed = session.scalars(of_enquiries()).one()
        entries = history(session, missed.association_id, "occurrence", missed.id)
    assert "occurrence.missed" in [one.action for one in entries]


def test_one_address_says_nothing_of_another(sqlite_world: World) -> None:
    reader = sqlite_world.client(READER)
    page = reader.get("/matris")
    assert again(reader, "/matris?status=met", page).status_code == HTTPStatus.OK
    assert again(reader, "/avvikelser", page).status_code == HTTPStatus.OK


def test_one_person_says_nothing_of_another(sqlite_world: World) -> None:
    page = sqlite_world.client(READER).get("/matris")
    assert again(sqlite_world.client(STEERING), "/matris", page).status_code == HTTPStatus.OK


def test_a_tag_opens_nothing_to_someone_who_has_signed_out(sqlite_world: World) -> None:
    reader = sqlite_world.client(READER)
    page = reader.get("/matris")
    reader.post("/logga-ut")
    answer = again(reader, "/matris", page)
    assert answer.status_code == HTTPStatus.FOUND
    assert answer.headers["Location"].startswith("/logga-in")


def test_a_page_with_a_message_waiting_is_made_and_not_kept(sqlite_world: World) -> None:
    reader = sqlite_world.client(READER)
    page = reader.get("/matris")
    with reader.client.session_transaction() as session:
        session["_flashes"] = [("success", "Sparat nyss.")]
    shown = again(reader, "/matris", page)
    assert shown.status_code == HTTPStatus.OK
    assert "Sparat nyss." in shown.text
    assert "ETag" not in shown.headers
    assert shown.headers["Cache-Control"] == "no-store"
    assert again(reader, "/matris", page).status_code == HTTPStatus.NOT_MODIFIED


@pytest.mark.parametrize("path", ["/", "/drift", "/utskick"])
def test_what_the_trail_does_not_cover_is_never_kept(sqlite_world: World, path: str) -> None:
    page = sqlite_world.client(ADMINISTRATOR).get(path)
    assert page.status_code == HTTPStatus.OK
    assert "ETag" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"


def test_the_same_theme_twice_and_then_another_from_one_kept_page(sqlite_world: World) -> None:
    # The choice carries no key, since a page that is kept would send the same one again.
    reader = sqlite_world.client(READER)
    for theme in ("", "dark"):
        answer = reader.post("/installningar", {"theme": theme, "next": "/matris"})
        assert answer.status_code == HTTPStatus.FOUND
    form = reader.get("/matris").text.partition('name="theme"')[0].rpartition("<form")[2]
    assert 'action="/installningar"' in form
    assert "form_key" not in form
