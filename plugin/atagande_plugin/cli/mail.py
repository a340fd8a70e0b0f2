"""`atagande mail`: one inbound message by hand."""

import json
import sys
from dataclasses import asdict

import click

from atagande_agreements.i18n import N_
from atagande_plugin.cli.shape import Command, Group
from atagande_plugin.cli.start import opened

mail = Group(
    name="mail",
    help=N_("Inkommande brev."),
    lazy={"receive": ("mail", "receive", N_("Ta emot ett kalendersvar. Skriver JSON."))},
)


@click.command(
    cls=Command,
    help=N_("Ta emot ett kalendersvar, som brev på standard in. Skriver JSON."),
)
def receive() -> None:
    """Read one message from standard input and print what became of it."""
    from atagande_plugin.mail import inbound  # noqa: PLC0415 - loaded on use: start-up time

    raw = sys.stdin.buffer.read(inbound.LARGEST_MESSAGE + 1)
    with opened() as services:
        received = inbound.receive(services, raw)
    click.echo(json.dumps(asdict(received)))
