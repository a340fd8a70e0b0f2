"""Signing in by a one-time link, and in the demo by picking a person."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from atagande_agreements.outbox.models import OutboxMessage
from atagande_agreements.parties.models import Person
from atagande_plugin.app import create_app
from atagande_plugin.auth import links
from atagande_plugin.auth.models import LoginLink, LoginSession
from atagande_plugin.outbox.delivery import deliver
from support.world import CONVENER, World, make_world


def ask(world: World, email: str = CONVENER) -> str:
    """Ask for a link and return the path that the mail holds."""
    answer = world.client().post("/logga-in", {"email": email})
    assert answer.status_code == 200
    deliver(world.services, world.now)
    with world.services.reader() as session:
        raw = session.scalars(select(OutboxMessage.raw).order_by(OutboxMessage.id.desc())).first()
    assert raw is not None
    body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    assert body is not None
    found = re.search(r"/logga-in/lank/\S+", body.get_content())
    assert found is not None
    return found[0]


def test_a_link_signs_in_once(world: World) -> None:
    path = ask(world)
    visitor = world.client()
    for _ in range(3):
        assert visitor.get(path).status_code == 200, "opening the link spends nothing"
    answer = visitor.post(path)
    assert answer.status_code == 302
    assert visitor.get("/").status_code == 200
    assert world.client().post(path).status_code == 410, "used once"


def test_a_link_grows_old(sqlite_world: World) -> None:
    path = ask(sqlite_world)
    sqlite_world.now += timedelta(minutes=links.LINK_MINUTES)
    assert sqlite_world.client().get(path).status_code == 410
    assert sqlite_world.client().post(path).status_code == 410


def test_a_forged_link_opens_nothing(sqlite_world: World) -> None:
    path = ask(sqlite_world)
    assert sqlite_world.client().post(path[:-3] + "abc").status_code == 410
    assert sqlite_world.client().get("/logga-in/lank/x").status_code == 410


def test_the_page_says_the_same_of_a_stranger(sqlite_world: World) -> None:
    known = sqlite_world.client().post("/logga-in", {"email": CONVENER})
    stranger = sqlite_world.client().post("/logga-in", {"email": "nobody@else.example"})
    assert known.status_code == stranger.status_code == 200

    def plain(page: str) -> str:
        return re.sub(r'value="[0-9a-f]{32}"', "", page)

    assert plain(known.text) == plain(stranger.text)


def test_of_two_who_use_a_link_at_once_one_gets_in(world: World) -> None:
    path = ask(world)
    gate, statuses = Barrier(2), []

    def use() -> None:
        visitor = world.client()
        gate.wait()
        statuses.append(visitor.post(path).status_code)

    threads = [Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 410]
    with world.services.reader() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 1


def test_asking_too_often_is_refused(sqlite_world: World) -> None:
    statuses = [
        sqlite_world.client().post("/logga-in", {"email": CONVENER}).status_code
        for _ in range(links.PER_ADDRESS + 1)
    ]
    assert statuses == [200] * links.PER_ADDRESS + [429]
    sqlite_world.now += links.WINDOW
    assert sqlite_world.client().post("/logga-in", {"email": CONVENER}).status_code == 200


def test_signing_out_ends_the_session_on_the_server(sqlite_world: World) -> None:
    visitor = sqlite_world.client(CONVENER)
    assert visitor.get("/").status_code == 200
    left = visitor.post("/logga-ut")
    assert left.status_code == 302
    assert left.headers["Clear-Site-Data"] == '"cache"'
    visitor.client.set_cookie("atagande_session", visitor.secret)
    assert visitor.get("/").status_code == 302


def test_a_session_ends_by_itself(sqlite_world: World) -> None:
    visitor = sqlite_world.client(CONVENER)
    sqlite_world.now += timedelta(hours=10)
    assert visitor.get("/").location.startswith("/logga-in")


def test_someone_who_has_left_can_not_get_in(sqlite_world: World) -> None:
    visitor, path = sqlite_world.client(CONVENER), ask(sqlite_world)
    with sqlite_world.writer() as session:
        sqlite_world.person(session, CONVENER).active = False
        session.commit()
    assert visitor.get("/").status_code == 302
    assert sqlite_world.client().post(path).status_code == 410


def test_no_secret_is_kept_in_clear(sqlite_world: World) -> None:
    path = ask(sqlite_world)
    with sqlite_world.services.reader() as session:
        link = session.scalars(select(LoginLink)).one()
    assert link.nonce not in path


def test_the_cookie_is_kept_from_scripts(sqlite_world: World) -> None:
    answer = sqlite_world.client().post(ask(sqlite_world))
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_role_picker_is_for_the_demo_on_loopback(sqlite_url: str, tmp_path: Path) -> None:
    demo = make_world(sqlite_url, tmp_path, demo=True)
    with demo.services.reader() as session:
        person = session.scalars(select(Person.id)).first()
    assert "Prova som" in demo.client().get("/logga-in").text
    assert demo.client().post("/logga-in/demo", {"person": person}).status_code == 302
    away = {"REMOTE_ADDR": "203.0.113.5"}
    assert "Prova som" not in demo.client().get("/logga-in", environ_base=away).text
    refused = demo.client().post("/logga-in/demo", {"person": person}, environ_base=away)
    assert refused.status_code == 403
    rebound = demo.client().post(
        "/logga-in/demo", {"person": person}, headers={"Host": "evil.example"}
    )
    assert rebound.status_code == 403
    demo.close()


def test_outside_the_demo_nobody_is_picked(sqlite_world: World) -> None:
    assert sqlite_world.client().post("/logga-in/demo", {"person": 1}).status_code == 403


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_to_our_own_pages_only(
    sqlite_url: str, tmp_path: Path, target: str
) -> None:
    demo = make_world(sqlite_url, tmp_path, demo=True)
    answer = demo.client().post("/logga-in/demo", {"person": 1, "next": target})
    assert answer.location == "/"
    demo.close()


def test_behind_a_proxy_visitors_are_counted_one_by_one(sqlite_world: World) -> None:
    settings = replace(sqlite_world.settings, proxies=1)
    app = create_app(settings, now=lambda: sqlite_world.now)

    def ask_from(address: str, number: int) -> int:
        return (
            app.test_client()
            .post(
                "/logga-in",
                data={"email": f"person{number}@else.example"},
                headers={"X-Forwarded-For": address},
            )
            .status_code
        )

    statuses = [ask_from("203.0.113.1", number) for number in range(links.PER_NETWORK + 1)]
    assert statuses[-2:] == [200, 429]
    assert ask_from("203.0.113.2", 99) == 200
    app.extensions["atagande"].close()
