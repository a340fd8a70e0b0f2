"""The page of calendar addresses, what they answer over HTTP, and the API."""

import json
import logging
import re
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest
from sqlalchemy import select

from atagande_agreements.audit.models import AuditEntry
from atagande_calendar.feeds.models import CalendarFeed
from atagande_calendar.invitations.models import AnswerWay, Partstat
from atagande_calendar.invitations.verbs import answer
from atagande_plugin.auth.models import HandledRequest
from atagande_plugin.web.feeds import KEPT
from support.booking import booked, invitation, published
from support.feeds import feed_path, fetch, fetched
from support.queries import count_queries
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CLINIC_CHIEF,
    World,
)

if TYPE_CHECKING:
    from support.browser import Axe, NewPage
    from support.live import Live

PAGE = "/kalenderadresser"
CLINIC = "sollentuna-mottagning"


def addresses(page: Any) -> list[str]:
    """Return the paths of the addresses that a page shows."""
    return re.findall(r'value="[a-z]+://[^/"]+(/kalender/[a-z2-7]{32}\.ics)"', page.text)


def number(world: World) -> int:
    """Return the number of the address that works."""
    with world.services.reader() as session:
        return session.scalars(
            select(CalendarFeed.id).where(CalendarFeed.revoked_at.is_(None))
        ).one()


def test_someone_makes_an_address_changes_it_and_takes_it_away(world: World) -> None:
    published(world)
    visitor = world.client(CONVENER)
    assert "Gör min kalenderadress" in visitor.get(PAGE).text
    made = visitor.post(PAGE, {"of": "person", "replaces": "0"})
    assert made.status_code == 303
    page = visitor.get(made.location)
    (first,) = addresses(page)
    assert f'href="webcal://{world.settings.host}' in page.text
    assert "Inget kalenderprogram har hämtat den än." in page.text
    assert len(fetched(world, first)) == 1
    assert "Hämtades senast 2 mars 2026." in visitor.get(PAGE).text

    visitor.post(PAGE, {"of": "person", "replaces": str(number(world))})
    (second,) = addresses(visitor.get(PAGE))
    assert second != first
    assert fetch(world, first).status_code == 404
    assert len(fetched(world, second)) == 1

    gone = visitor.post(f"{PAGE}/{number(world)}/ta-bort")
    assert gone.status_code == 303
    assert addresses(visitor.get(PAGE)) == []
    assert fetch(world, second).status_code == 404


def test_a_page_that_is_out_of_date_changes_nothing_and_shows_what_is(world: World) -> None:
    visitor = world.client(CONVENER)
    visitor.post(PAGE, {"of": "person", "replaces": "0"})
    (path,) = addresses(visitor.get(PAGE))
    late = visitor.post(PAGE, {"of": "person", "replaces": "0"})
    assert late.status_code == 409
    assert addresses(late) == [path]
    assert fetch(world, path).status_code == 200


def test_the_units_address_belongs_to_its_chief(world: World) -> None:
    published(world)
    chief = world.client(CLINIC_CHIEF)
    assert chief.post(PAGE, {"of": "unit", "replaces": "0"}).status_code == 303
    (path,) = addresses(chief.get(PAGE))
    assert len(fetched(world, path)) == 1
    for email in (CONVENER, OTHER_CLINIC_CHIEF, ADMINISTRATOR):
        stranger = world.client(email)
        assert path not in stranger.get(PAGE).text
        assert stranger.post(f"{PAGE}/{number(world)}/ta-bort").status_code == 404
        assert world.api(email)("GET", f"/feeds/{number(world)}").status_code == 404
    assert world.client(CONVENER).post(PAGE, {"of": "unit"}).status_code == 404
    assert fetch(world, path).status_code == 200


def test_the_page_says_when_the_units_address_has_stopped_with_its_chief(world: World) -> None:
    path = feed_path(world, CLINIC_CHIEF, unit=CLINIC)
    with world.writer() as session:
        world.person(session, CLINIC_CHIEF).active = False
        follower = world.person(session, OTHER_CLINIC_CHIEF)
        follower.unit_id = world.unit(session, CLINIC).id
        session.commit()
    visitor = world.client(OTHER_CLINIC_CHIEF)
    page = visitor.get(PAGE)
    assert "Adressen har slutat gälla" in page.text
    assert path not in page.text
    made = visitor.post(PAGE, {"of": "unit", "replaces": str(number(world))})
    assert made.status_code == 303
    (new,) = addresses(visitor.get(PAGE))
    assert fetch(world, new).status_code == 200
    assert fetch(world, path).status_code == 404


def test_an_unchanged_calendar_is_not_sent_again(world: World) -> None:
    published(world)
    path = feed_path(world, CLINIC_CHIEF)
    first = fetch(world, path)
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert first.headers["Cache-Control"] == f"private, max-age={KEPT}"
    assert first.headers["X-Robots-Tag"] == "noindex, nofollow"
    tag = first.headers["ETag"]
    world.now += timedelta(hours=13)
    with count_queries(world.services.engine) as sent:
        again = fetch(world, path, If_None_Match=tag)
    assert again.status_code == HTTPStatus.NOT_MODIFIED
    assert again.data == b""
    assert again.headers["ETag"] == tag
    assert len(sent) == 2, "who it is for, and what stands there"
    assert fetch(world, path).data == first.data, "the same bytes"


def test_the_first_fetch_of_a_day_is_noted_and_no_other(world: World) -> None:
    path = feed_path(world, CLINIC_CHIEF)
    for queries in (3, 2, 2):
        with count_queries(world.services.engine) as sent:
            fetch(world, path)
        assert len(sent) == queries
        world.now += timedelta(hours=1)


def test_whatever_is_changed_for_the_reader_changes_the_tag(world: World) -> None:
    meeting = published(world)
    path = feed_path(world, CLINIC_CHIEF)
    tag = fetch(world, path).headers["ETag"]

    def answers(email: str) -> None:
        with world.writer() as session:
            answer(
                session,
                invitation=invitation(session, meeting, email),
                partstat=Partstat.ACCEPTED,
                way=AnswerWay.LINK,
                now=world.now,
            )
            session.commit()

    answers(FK)
    assert fetch(world, path, If_None_Match=tag).status_code == 304, "someone else's answer"
    answers(CLINIC_CHIEF)
    changed = fetch(world, path, If_None_Match=tag)
    assert changed.status_code == 200
    tag = changed.headers["ETag"]
    published(world, title="Ett möte till")
    assert fetch(world, path, If_None_Match=tag).status_code == 200


def test_a_head_says_the_same_without_the_calendar(sqlite_world: World) -> None:
    world = sqlite_world
    published(world)
    path = feed_path(world, CLINIC_CHIEF)
    full = fetch(world, path)
    head = world.client().client.head(path)
    assert head.status_code == 200
    assert head.data == b""
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == full.headers[name], name


def test_every_wrong_address_gets_the_same_answer(sqlite_world: World) -> None:
    world = sqlite_world
    published(world)
    path = feed_path(world, CLINIC_CHIEF)
    with world.writer() as session:
        feed = session.scalars(select(CalendarFeed)).one()
        feed.revoked_at = world.now
        session.commit()
    revoked = fetch(world, path)
    # Its last letter is one of the checksum's.
    forged = f"{path[:-5]}{'b' if path[-5] == 'a' else 'a'}.ics"
    paths = (
        forged,
        "/kalender/x.ics",
        f"/kalender/{'a' * 32}.ics",
        f"/kalender/{'7' * 32}.ics",
        "/kalender/%F0%9F%98%80.ics",
    )
    assert revoked.status_code == 404

    def page(answer: Any, path: str) -> str:
        # The way to change language holds the address that was asked for.
        text: str = answer.text.replace(quote(path), "…").replace(path, "…")
        return text

    for wrong in paths:
        answer_ = fetch(world, wrong)
        assert answer_.status_code == 404, wrong
        assert page(answer_, unquote(wrong)) == page(revoked, path), wrong
        names = set(revoked.headers.keys())
        assert set(answer_.headers.keys()) == names, wrong
        assert answer_.headers["Cache-Control"] == "no-store"


def test_neither_the_language_nor_the_cookie_of_a_program_changes_the_bytes(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    published(world)
    path = feed_path(world, CLINIC_CHIEF)
    plain = fetch(world, path)
    visitor = world.client(FK)
    visitor.client.set_cookie("lang", "en")
    assert visitor.get(path).data == plain.data
    with world.writer() as session:
        world.person(session, CLINIC_CHIEF).language = "en"
        session.commit()
    assert "NAME:My meetings" in fetch(world, path).text or "NAME:Mina möten" in plain.text


def test_the_secret_is_in_no_log_and_in_nothing_kept(
    sqlite_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world = sqlite_world
    caplog.set_level(logging.DEBUG)
    logging.getLogger("atagande").propagate = True
    try:
        visitor = world.client(CONVENER)
        visitor.post(PAGE, {"of": "person", "replaces": "0"})
        (path,) = addresses(visitor.get(PAGE))
        fetch(world, path)
        api = world.api(CLINIC_CHIEF)
        made = api("POST", "/feeds", json={"of": "person", "replaces": 0})
        address = api("GET", f"/feeds/{made.json['id']}").json["address"]
        fetch(world, address.partition("/kalender/")[1] + address.partition("/kalender/")[2])
    finally:
        logging.getLogger("atagande").propagate = False
    logged = "\n".join(json.dumps(record.__dict__, default=str) for record in caplog.records)
    assert "/kalender/<token>.ics" in logged
    with world.services.reader() as session:
        kept = [
            *(str(row.body) + row.location for row in session.scalars(select(HandledRequest))),
            *(row.changes for row in session.scalars(select(AuditEntry))),
        ]
    for one in (path, address):
        secret = one.rpartition("/")[2].removesuffix(".ics")
        assert len(secret) == 32
        assert secret not in logged
        assert not [text for text in kept if secret in str(text)]


def test_the_api_makes_shows_and_revokes_ones_own(world: World) -> None:
    api = world.api(CLINIC_CHIEF)
    made = api("POST", "/feeds", json={"of": "unit", "replaces": 0})
    assert made.status_code == 201
    assert "address" not in made.json
    assert made.json["unit"] == CLINIC
    whole = api("GET", f"/feeds/{made.json['id']}")
    assert made.headers["Location"] == f"/api/v1/feeds/{made.json['id']}"
    path = whole.json["address"].removeprefix(world.settings.base_url)
    assert fetch(world, path).status_code == 200
    assert api("POST", "/feeds", json={"of": "unit", "replaces": 0}).json["code"] == "stale"
    own = api("POST", "/feeds", json={"of": "person", "replaces": 0}).json
    assert [one["of"] for one in api("GET", "/feeds").json["items"]] == ["person", "unit"]
    revoked = api("POST", f"/feeds/{made.json['id']}/revoke", json={})
    assert revoked.json["revoked_at"] is not None
    assert api("GET", f"/feeds/{made.json['id']}").json["address"] is None
    assert [one["id"] for one in api("GET", "/feeds").json["items"]] == [own["id"]]
    assert fetch(world, path).status_code == 404
    assert world.api(CONVENER)("POST", "/feeds", json={"of": "unit"}).status_code == 404


def test_the_administrators_page_says_nothing_of_cases(sqlite_world: World) -> None:
    booked(sqlite_world)
    assert "ärende" not in re.sub(
        r"<nav.*?</nav>", "", sqlite_world.client(ADMINISTRATOR).get(PAGE).text, flags=re.DOTALL
    )


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_page_copies_its_address_and_is_accessible(
    live: "Live", new_page: "NewPage", axe: "Axe", width: int
) -> None:
    page = new_page(
        viewport={"width": width, "height": 800},
        permissions=["clipboard-read", "clipboard-write"],
    )
    live.sign_in(page, "Signe Hallman")
    page.goto(f"{live.address}{PAGE}")
    axe(page)
    page.get_by_role("button", name="Gör min kalenderadress").click()
    shown = page.get_by_label("Adress att klistra in")
    page.get_by_role("button", name="Kopiera adressen").click()
    page.get_by_text("Adressen är kopierad.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == shown.input_value()
    page.get_by_text("Byt eller ta bort adressen").click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
