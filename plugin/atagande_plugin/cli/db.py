"""`atagande db`: the tables."""

import os

import click
from alembic.util import CommandError

from atagande_agreements.followup import rollup
from atagande_agreements.i18n import N_
from atagande_plugin import config, database
from atagande_plugin.cli.errors import CountsDiffer, TablesDiffer
from atagande_plugin.cli.shape import Command, Group
from atagande_plugin.cli.start import migrating, opened
from atagande_plugin.cli.words import text

db = Group(
    name="db",
    help=N_("Databasens tabeller."),
    lazy={
        "upgrade": ("db", "upgrade", N_("Ta tabellerna till den nyaste versionen.")),
        "downgrade": ("db", "downgrade", N_("Ta tabellerna tillbaka till en tidigare version.")),
        "check": ("db", "check", N_("Stämmer tabellerna med programmet, och antalen i dem?")),
        "recount": ("db", "recount", N_("Räkna om tillfällena per månad.")),
    },
)


@click.command(cls=Command, help=N_("Ta tabellerna till den nyaste versionen, eller till en viss."))
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Migrate up."""
    url = config.load(os.environ).database_url
    with migrating():
        database.upgrade(url, revision)
    click.echo(text(N_("Databasen är uppdaterad.")))


@click.command(
    cls=Command,
    help=N_("Ta tabellerna tillbaka till REVISION: ett nummer, -1 för ett steg eller base."),
    context_settings={"ignore_unknown_options": True},
)
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Migrate down."""
    url = config.load(os.environ).database_url
    with migrating():
        database.downgrade(url, revision)
    click.echo(text(N_("Databasen är tagen tillbaka till %(revision)s."), {"revision": revision}))


@click.command(
    cls=Command,
    help=N_(
        "Säg om tabellerna är de som den här versionen väntar sig, och om antalen per månad är "
        "tillfällenas."
    ),
)
def check() -> None:
    """Compare revision, tables and counts."""
    with opened() as services:
        try:
            database.check(services.settings.database_url)
        except CommandError as error:
            raise TablesDiffer from error
        with services.reader() as session:
            wrong = {one.obligation_id for one in rollup.differences(session)}
        if wrong:
            raise CountsDiffer(places=len(wrong))
    click.echo(text(N_("Tabellerna stämmer.")))


@click.command(
    cls=Command,
    help=N_("Räkna om tillfällena per månad. Den som registrerar något väntar så länge."),
)
def recount() -> None:
    """Count everything anew."""
    with opened() as services, services.writer() as session, session.begin():
        rollup.recount(session)
    click.echo(text(N_("Antalen är omräknade.")))
