"""P6 and P7: pages as a signed-in person gets them, against a bare Flask hello.

All run in this process through Flask's test client, with access checks, log and headers. What is
counted is processor time: there is nothing to wait for, and it does not grow when other programs
want the processor too.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from atagande_agreements.parties.models import Person, Role, RoleGrant
from atagande_agreements.sweep import sweep
from atagande_plugin import config
from atagande_plugin.app import create_app
from atagande_plugin.auth import identity
from atagande_plugin.observability import LOGGER
from atagande_plugin.services import Services
from atagande_plugin.web import kernel
from benchmarks.databases import NOW, add_occurrences, fill, lot_at, new_database
from benchmarks.matrix_data import add_matrix
from benchmarks.measuring import Result, Sizes, interleave, ratio, seconds

#: A page of the list holds this many.
ROWS = 50
MILLISECONDS = 300


@dataclass
class Visit:
    """A service on its own database, and someone signed in to it."""

    services: Services
    client: FlaskClient
    token: str

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)


@contextmanager
def visit(fill_with: Callable[[Services], None], prefix: str = "") -> Iterator[Visit]:
    """Yield a visit of a steering member to a service that `fill_with` has filled.

    `prefix` is of the addresses that its database gets; a SQLite file of its own without one.
    """
    with (
        tempfile.TemporaryDirectory(prefix="atagande-bench-") as folder,
        Path(folder, "log").open("w", encoding="utf-8") as log,
    ):
        environ = {
            "ATAGANDE_DATA_DIR": folder,
            "ATAGANDE_DATABASE_URL": new_database(prefix or f"sqlite:///{Path(folder).resolve()}/"),
        }
        app = create_app(config.load(environ), now=lambda: NOW)
        services: Services = app.extensions["atagande"]
        # The request log is written as ever, but nobody wants it among the results.
        handlers = [one for one in LOGGER.handlers if isinstance(one, logging.StreamHandler)]
        streams = [one.setStream(log) for one in handlers]
        try:
            fill_with(services)
            with services.writer() as session:
                steering = select(Person).join(RoleGrant).where(RoleGrant.role == Role.STEERING)
                person = session.scalars(steering).first()
                assert person is not None
                secret = identity.start_session(session, person, NOW)
                token = identity.make_token(session, person, "bench", NOW)
                session.commit()
            client = app.test_client()
            client.set_cookie(kernel.SESSION_COOKIE, secret)
            yield Visit(services, client, token)
        finally:
            for handler, stream in zip(handlers, streams, strict=True):
                handler.setStream(stream)
            services.close()


def hello() -> Callable[[], object]:
    """Return what asks a bare Flask application for a greeting."""
    app = Flask("hello")
    app.add_url_rule("/", "hello", lambda: "hello")
    client = app.test_client()
    assert client.get("/").text == "hello"
    return lambda: client.get("/")


def compare(goal: str, what: str, limit: float, page: Callable[[], object], sizes: Sizes) -> Result:
    """Return what a page takes against a bare Flask hello."""
    greeting = hello()
    medians = interleave(
        {
            "sidan": lambda: seconds(page, sizes.calls, process_time),
            "hello": lambda: seconds(greeting, sizes.calls, process_time),
        },
        sizes.rounds,
    )
    return ratio(goal, what, limit, medians)


def as_first(one: Visit, path: str) -> Callable[[], object]:
    """Return what asks for a page as the first after a change, when nothing of it is kept."""

    def ask() -> object:
        one.services.kept.clear()
        return one.get(path)

    return ask


def matrices(sizes: Sizes) -> Iterator[Result]:
    """P6: the matrix of 5 parties and 20 commitments, 12 occurrences each; and a large one."""
    path = "/matris"
    with visit(lambda services: add_matrix(services.writer, parties=5, clauses=20)) as small:
        page = small.get(path)
        assert page.status_code == 200
        assert page.text.count('<a class="cell"') == 5 * 20
        what = "Matrisen 5 × 20 × 12, inloggad, mot Flask hello"
        yield compare("P6", f"{what}, först efter en ändring", 10, as_first(small, path), sizes)
        yield compare("P6", f"{what}, nästa som öppnar den", 10, lambda: small.get(path), sizes)
    parties, clauses = sizes.parties, sizes.obligations // sizes.parties
    with visit(lambda one: add_matrix(one.writer, parties=parties, clauses=clauses)) as large:
        assert large.get(path).text.count('<a class="cell"') == parties * clauses
        first = as_first(large, path)
        medians = interleave({"sidan": lambda: seconds(first, 1, process_time)}, sizes.rounds)
        spent = medians["sidan"] * 1000
        what = f"Matrisen {parties} parter × {parties * clauses} åtaganden, först efter en ändring"
        yield Result("P6", what, MILLISECONDS, spent, "ms", {"sidan": spent})


def _deviations(services: Services) -> None:
    fill(services.writer)
    add_occurrences(services.engine, total=1000, due=ROWS, lots=1)
    sweep(services.writer, lot_at(1))


def lists(sizes: Sizes) -> Iterator[Result]:
    """P7: a list of 50 deviations as a page, as JSON, and unchanged."""
    with visit(_deviations) as one:
        path = "/avvikelser"
        page = one.get(path)
        assert page.status_code == 200
        assert page.text.count('href="/avvikelser/') == ROWS
        yield compare("P7", f"Lista med {ROWS} rader mot hello", 7, lambda: one.get(path), sizes)

        address, bearer = (
            f"/api/v1/deviations?limit={ROWS}",
            {"Authorization": f"Bearer {one.token}"},
        )
        assert len(one.get(address, **bearer).json["items"]) == ROWS
        asked = lambda: one.get(address, **bearer)  # noqa: E731 - the call that is timed
        yield compare("P7", f"{ROWS} rader som JSON mot hello", 3, asked, sizes)

        known = {"If-None-Match": page.headers["ETag"]}
        again = one.get(path, **known)
        assert (again.status_code, again.data) == (304, b"")
        unchanged = lambda: one.get(path, **known)  # noqa: E731 - the call that is timed
        yield compare("P7", "Oförändrad sida (304) mot hello", 2, unchanged, sizes)
