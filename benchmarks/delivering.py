"""P10: the outbox delivered, against a kept connection that knows of no database.

Both hand the same mails to Postfix's smtp-sink on loopback, a program of its own that throws them
away. Ours claims them, writes them, keeps their bytes on the disk, sends each and notes that it
left. The peer is handed the bytes. Time by the clock: sending is mostly waiting.
"""

import os
import shutil
import smtplib
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import func, select

from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_plugin.config import MailServer
from atagande_plugin.outbox.delivery import deliver
from atagande_plugin.services import Services
from benchmarks.databases import NOW, fill
from benchmarks.inviting import add_people, plan, publish, written
from benchmarks.measuring import Result, Sizes, interleave, ratio, seconds
from benchmarks.pages import visit

PATIENCE = 10.0
SINK = "smtp-sink"
REMEDY = "P10 needs smtp-sink: apt-get install postfix"


@contextmanager
def sink() -> Iterator[int]:
    """Run smtp-sink on a loopback port of its own; yield the port."""
    program = shutil.which(SINK) or shutil.which(SINK, path="/usr/sbin")
    if program is None:
        raise FileNotFoundError(REMEDY)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    # It refuses to go on as root.
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "100"])  # noqa: S603 - found above
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _sent(services: Services) -> int:
    with services.reader() as session:
        sent = select(func.count()).where(OutboxMessage.state == OutboxState.SENT)
        return session.scalar(sent) or 0


def delivery(sizes: Sizes) -> Iterator[Result]:
    """P10: as many invitations as a meeting has people."""
    with sink() as port, visit(lambda services: fill(services.writer)) as one:
        services = one.services
        services.settings = replace(services.settings, smtp=MailServer("127.0.0.1", port))
        add_people(services, sizes.people)
        with services.writer() as session, session.begin():
            meetings = [plan(session, place).id for place in range(sizes.rounds + 1)]
        rest = iter(meetings)
        publish(services, next(rest))
        mails = written(services)
        assert len(mails) == sizes.people
        queued = [True]
        sender = services.settings.mail_from

        def ours() -> float:
            if not queued.pop():
                publish(services, next(rest))
            before = _sent(services)
            spent = seconds(lambda: deliver(services, NOW))
            assert _sent(services) - before == sizes.people
            queued.append(False)
            return spent

        def peer() -> None:
            with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE) as connection:
                for place, raw in enumerate(mails):
                    connection.sendmail(sender, [f"person.{place}@af.example"], raw)

        medians = interleave({"utskicket": ours, "smtplib": lambda: seconds(peer)}, sizes.rounds)
    what = f"{sizes.people} kallelser ur utskicket, mot en öppen smtplib utan databas"
    yield ratio("P10", what, 1 / 0.9, medians)
