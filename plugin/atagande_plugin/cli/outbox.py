"""`atagande outbox`: delivery by hand, and what is in the outbox."""

import json
from dataclasses import asdict

import click
from sqlalchemy import select

from atagande_agreements.db import HIGHEST_ID
from atagande_agreements.i18n import N_
from atagande_agreements.outbox.models import OutboxMessage, OutboxState
from atagande_plugin.cli.errors import NoLongerSent, NoSuchMessage, Unknown
from atagande_plugin.cli.shape import Command, Group, Option
from atagande_plugin.cli.start import opened
from atagande_plugin.mail.render import Obsolete
from atagande_plugin.outbox.delivery import deliver as run_delivery
from atagande_plugin.outbox.delivery import rendered

outbox = Group(
    name="outbox",
    help=N_("Utskick: det som ska lämna huset och det som har gjort det."),
    lazy={
        "deliver": ("outbox", "deliver", N_("Skicka det som väntar. Skriver JSON.")),
        "list": ("outbox", "list_", N_("Lista utskicken, de senaste först.")),
        "show": ("outbox", "show", N_("Skriv ut ett brev, byte för byte.")),
    },
)


@click.command(cls=Command, help=N_("Skicka det som väntar och säg i JSON hur det gick."))
def deliver() -> None:
    """Deliver what is due."""
    with opened() as services:
        summary = run_delivery(services)
    click.echo(json.dumps(asdict(summary)))


@click.command(
    "list",
    cls=Command,
    help=N_("Lista utskicken, de senaste först: nummer, läge, sort, tidpunkt, mottagare, fel."),
)
@click.option(
    "--state", cls=Option, help=N_("Bara de i ett läge: queued, sent, failed, cancelled.")
)
@click.option(
    "--limit",
    cls=Option,
    type=click.IntRange(1, 10_000),
    default=50,
    help=N_("Högst så många, 50 om inget sägs."),
)
def list_(state: str | None, limit: int) -> None:
    """List messages, a tab between the columns."""
    if state is not None and state not in set(OutboxState):
        raise Unknown(option="--state", word=state, known=", ".join(OutboxState))
    query = select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(limit)
    if state is not None:
        query = query.where(OutboxMessage.state == OutboxState(state))
    with opened() as services, services.reader() as session:
        for row in session.scalars(query):
            moment = (row.sent_at or row.queued_at).isoformat(timespec="seconds")
            columns = (str(row.id), row.state, row.kind, moment, row.recipient, row.last_error)
            click.echo("\t".join(columns).rstrip())


@click.command(cls=Command, help=N_("Skriv ut brevet ID som det skickas, på standard ut."))
@click.argument("id", type=int)
def show(id: int) -> None:  # noqa: A002 - the argument's name on the command line
    """Print a message's bytes."""
    with opened() as services, services.reader() as session:
        known = select(OutboxMessage).where(OutboxMessage.id == min(max(id, 0), HIGHEST_ID))
        message = session.scalar(known)
        if message is None:
            raise NoSuchMessage(number=id)
        try:
            raw = rendered(services, session, message)
        except Obsolete as error:
            raise NoLongerSent(number=id) from error
    click.echo(raw, nl=False)
