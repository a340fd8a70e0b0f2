"""`atagande backup` and `atagande restore`."""

import click

from atagande_agreements.i18n import N_
from atagande_plugin.cli.shape import Command
from atagande_plugin.cli.start import opened
from atagande_plugin.cli.words import text


@click.command(
    cls=Command,
    help=N_(
        "Skriv hela databasen till FILE, som kan läsas in i SQLite eller PostgreSQL. Nyckeln "
        "secret.key i datakatalogen följer inte med; spara den för sig."
    ),
)
@click.argument("file")
def backup(file: str) -> None:
    """Write a backup."""
    from atagande_plugin.backup import write_backup  # noqa: PLC0415 - loaded on use

    with opened() as services:
        rows = write_backup(services, file)
    click.echo(text(N_("Säkerhetskopian är klar: %(rows)s rader."), {"rows": rows}))


@click.command(
    cls=Command,
    help=N_(
        "Läs in FILE i en tom, uppdaterad databas. Allt eller inget: kontrollsummor, antal rader "
        "och historikens kedja prövas innan något sparas."
    ),
)
@click.argument("file")
def restore(file: str) -> None:
    """Read a backup."""
    from atagande_plugin.backup import restore_backup  # noqa: PLC0415 - loaded on use

    with opened() as services:
        rows = restore_backup(services, file)
    click.echo(text(N_("Säkerhetskopian är inläst: %(rows)s rader."), {"rows": rows}))
