"""`atagande archive`: what is kept for ever, as files that can be read without the program."""

import click
from sqlalchemy import select

from atagande_agreements.i18n import N_
from atagande_agreements.register.models import Agreement
from atagande_plugin.cli.errors import NoSuchAgreement
from atagande_plugin.cli.shape import Command, Option
from atagande_plugin.cli.start import opened
from atagande_plugin.cli.words import text
from atagande_plugin.services import Services


@click.command(
    cls=Command,
    help=N_(
        "Exportera till arkivet: överenskommelser, beslut, protokoll, rapporter, dokument, "
        "avvikelser och historiken, utan enskilda ärenden. Filen förklarar sig själv."
    ),
)
@click.option("--out", cls=Option, metavar="FILE.zip", help=N_("Filen som ska skrivas."))
@click.option(
    "--agreement",
    "key",
    cls=Option,
    metavar="KEY",
    help=N_("Bara den här överenskommelsen. Annars alla."),
)
@click.option(
    "--check",
    "checked",
    cls=Option,
    metavar="FILE.zip",
    help=N_("Skriv inget, utan kontrollera en export: summor, antal rader och historikens kedja."),
)
def archive(out: str | None, key: str | None, checked: str | None) -> None:
    """Write an archive, or check one."""
    if (out is None) == (checked is None):
        raise click.UsageError(text(N_("Ange antingen --out eller --check.")))
    if checked is not None:
        _check(checked)
    elif out is not None:
        _write(out, key)


def _check(file: str) -> None:
    from atagande_plugin.archive.checking import check  # noqa: PLC0415 - loaded on use

    found = check(file)
    message = N_(
        "Arkivexporten är hel: %(files)s filer och %(entries)s poster i historiken, varav "
        "%(closed)s slutna. Kedjan stämmer."
    )
    values = {"files": found.files, "entries": found.entries, "closed": found.closed}
    click.echo(text(message, values))


def _write(file: str, key: str | None) -> None:
    from atagande_plugin.archive.writing import write_file  # noqa: PLC0415 - loaded on use

    with opened() as services:
        if key is not None:
            _require(services, key)
        number = write_file(services, file, [key] if key else [])
    click.echo(text(N_("Arkivexporten är klar: %(files)s filer."), {"files": number}))


def _require(services: Services, key: str) -> None:
    """Raise NoSuchAgreement unless there is an agreement with the key."""
    with services.reader() as session:
        known = session.scalars(select(Agreement.key).order_by(Agreement.id)).all()
    if key not in known:
        raise NoSuchAgreement(name=key, known=", ".join(known) or "–")
