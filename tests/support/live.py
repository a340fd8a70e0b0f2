"""A service on loopback for real browsers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page
from werkzeug.serving import make_server

from atagande_plugin import database
from atagande_plugin.demo.prepare import fill
from support.world import World, make_world, start_world

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass
class Live:
    """A running service and its address."""

    world: World
    address: str

    def sign_in(self, page: Page, name: str) -> None:
        """Sign in as one of the demo's people, as a person would."""
        page.goto(f"{self.address}/logga-in")
        page.get_by_role("button", name=name).click()
        page.wait_for_url(f"{self.address}/")


def whole(app: "WSGIApplication") -> "WSGIApplication":
    """Answer with the whole body at once, so that a browser that leaves holds no file open."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        body = app(environ, start_response)
        try:
            return [b"".join(body)]
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer


def serve(world: World) -> Iterator[Live]:
    server = make_server("127.0.0.1", 0, whole(world.app), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Live(world, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    world.services.close()


@pytest.fixture
def live(sqlite_url: str, tmp_path: Path) -> Iterator[Live]:
    """The demo's people and agreement, nothing more, on loopback."""
    yield from serve(make_world(sqlite_url, tmp_path / "data", demo=True))


@pytest.fixture(scope="module")
def live_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The demo with its year of activity, on loopback; one for a whole test file."""
    place = tmp_path_factory.mktemp("demo")
    url = f"sqlite:///{place / 'demo.db'}"
    database.upgrade(url)
    world = start_world(url, place / "data", demo=True)
    fill(world.services, world.now)
    yield from serve(world)
