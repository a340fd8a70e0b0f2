"""A service on loopback for real browsers."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page
from werkzeug.serving import make_server

from support.world import World, start_world

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
    world.close()


def _demo(template: Path, place: Path) -> World:
    """Return the demo on a copy of a database."""
    copy = place / "demo.db"
    shutil.copyfile(template, copy)
    return start_world(f"sqlite:///{copy}", place / "data", demo=True)


@pytest.fixture
def live(filled_sqlite: Path, tmp_path: Path) -> Iterator[Live]:
    """The demo's people and agreement, nothing more, on loopback."""
    yield from serve(_demo(filled_sqlite, tmp_path))


@pytest.fixture(scope="module")
def live_demo(lived_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The demo with its year of activity, on loopback; one for a whole test file."""
    yield from serve(_demo(lived_sqlite, tmp_path_factory.mktemp("demo")))
