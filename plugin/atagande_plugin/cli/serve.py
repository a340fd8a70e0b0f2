"""`atagande serve`, `web` and `worker`: the service itself."""

import contextlib
import errno
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator

import click
from flask import Flask

from atagande_agreements.i18n import N_
from atagande_plugin import config, observability
from atagande_plugin.app import create_app
from atagande_plugin.cli.errors import PortTaken
from atagande_plugin.cli.shape import Command, Option
from atagande_plugin.cli.start import opened, require_current
from atagande_plugin.cli.words import text
from atagande_plugin.services import services, settle

HOST, PORT = "127.0.0.1", 8080
#: Requests handled at once by `serve`; a person's browser keeps about six connections.
THREADS = 8

_LISTENING = (
    click.option(
        "--host", cls=Option, default=HOST, help=N_("Adress att lyssna på, 127.0.0.1 annars.")
    ),
    click.option(
        "--port",
        cls=Option,
        type=click.IntRange(1, 65535),
        default=PORT,
        help=N_("Port att lyssna på, 8080 annars."),
    ),
)


def listening(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options --host and --port."""
    for option in reversed(_LISTENING):
        command = option(command)
    return command


def require_free(host: str, port: int) -> None:
    """Raise PortTaken if something already listens there, before anything else is done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL}:
                raise
            raise PortTaken(host=host, port=port) from error


def _end_on_signal() -> None:
    """Let SIGTERM end the process the way Ctrl+C does, so that what is under way is finished."""

    def stop(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)


@contextlib.contextmanager
def _told_to_end() -> Iterator[Callable[[], object]]:
    """Give what waits for SIGTERM or Ctrl+C.

    The kernel may hand a signal to any thread, and only a byte on a socket then wakes the main
    one: neither a lock nor an event does.
    """
    heard, told = socket.socketpair()
    with heard, told:
        told.settimeout(0)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(told.fileno())
        try:
            yield lambda: heard.recv(1)
        finally:
            signal.set_wakeup_fd(-1)


def run_server(app: Flask, host: str, port: int, *, said: str) -> None:
    """Serve the app and its jobs until the process is told to end; print `said` when it is up."""
    from waitress import (  # type: ignore[import-untyped]  # ships no types  # noqa: PLC0415 - loaded on use: start-up time
        create_server,
    )

    from atagande_plugin.jobs import scheduler  # noqa: PLC0415 - loaded on use

    # Waitress warns of every request that waits for a thread; the request log tells how long.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    with app.app_context():
        found = services()
    _end_on_signal()
    try:
        server = create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident="",
            # Whom to believe is the application's business: ATAGANDE_PROXIES.
            clear_untrusted_proxy_headers=False,
        )
    except OSError as error:
        raise PortTaken(host=host, port=port) from error
    stop = scheduler.start(found)
    settle()
    try:
        click.echo(said)
        server.run()
    finally:
        server.close()
        stop()
        found.close()


@click.command(
    cls=Command,
    help=N_(
        "Webb och jobb i en process. Startar inte på en databas från en annan version; kör då "
        "atagande db upgrade."
    ),
)
@listening
def serve(host: str, port: int) -> None:
    """Run everything in one process."""
    app = create_app()
    with app.app_context():
        found = services()
    require_current(found.engine)
    said = N_("Åtagande svarar på %(address)s. Avsluta med Ctrl+C.")
    run_server(app, host, port, said=text(said, {"address": found.settings.base_url}))


def web_app() -> Flask:
    """Return the app of one web process."""
    app = create_app()
    settle()
    return app


@click.command(
    cls=Command, help=N_("Bara webben, i en eller flera processer. Jobben kör atagande worker.")
)
@listening
@click.option(
    "--workers",
    cls=Option,
    type=click.IntRange(1, 64),
    default=1,
    help=N_("Antal processer, 1 annars."),
)
def web(host: str, port: int, workers: int) -> None:
    """Run the web alone."""
    from granian import Granian  # noqa: PLC0415 - loaded on use: start-up time
    from granian.constants import Interfaces  # noqa: PLC0415 - loaded on use

    with opened():
        require_free(host, port)
    Granian(
        "atagande_plugin.cli.serve:web_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        factory=True,
        websockets=False,
    ).serve()


@click.command(cls=Command, help=N_("Bara jobben: svep, utskick, städning."))
def worker() -> None:
    """Run the jobs alone."""
    from atagande_plugin.jobs import scheduler  # noqa: PLC0415 - loaded on use

    with opened() as found, _told_to_end() as wait:
        observability.set_up(config.load(os.environ).log_level)
        stop = scheduler.start(found)
        settle()
        try:
            click.echo(text(N_("Jobben går. Avsluta med Ctrl+C.")))
            wait()
        finally:
            stop()
