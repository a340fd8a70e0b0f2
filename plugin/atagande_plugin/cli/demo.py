"""`atagande demo`: try the service with invented people and a year of activity."""

import os
from dataclasses import replace
from pathlib import Path

import click

from atagande_agreements.i18n import N_
from atagande_plugin import config
from atagande_plugin.app import create_app
from atagande_plugin.cli.serve import HOST, PORT, require_free, run_server
from atagande_plugin.cli.shape import Command, Option
from atagande_plugin.cli.start import migrating
from atagande_plugin.cli.words import text
from atagande_plugin.demo.prepare import prepare

#: Settings that would take the demo's invented people out of its own directory.
IGNORED = ("DATA_DIR", "DATABASE_URL", "BASE_URL", "SMTP_URL", "MAIL_FROM", "SECRET_KEY")


def settings_for(data: str, port: int) -> config.Settings:
    """Return the demo's settings: its own directory, this machine only, mail to files."""
    ignored = {f"{config.PREFIX}{name}" for name in IGNORED}
    kept = {name: value for name, value in os.environ.items() if name not in ignored}
    kept[f"{config.PREFIX}DATA_DIR"] = data
    kept[f"{config.PREFIX}BASE_URL"] = f"http://{HOST}:{port}"
    kept[f"{config.PREFIX}MAIL_FROM"] = "samordning@suvs.example"
    kept.setdefault(f"{config.PREFIX}LOG_LEVEL", "WARNING")
    settings = config.load(kept, demo=True)
    # Whatever the default is elsewhere, the demo lies in one file of its own.
    return replace(settings, database_url=f"sqlite:///{settings.data_dir / 'atagande.db'}")


@click.command(
    cls=Command,
    help=N_(
        "Bygg en katalog med den riktiga överenskommelsen, påhittade personer och ett års "
        "händelser, och visa den på http://127.0.0.1:8080. En andra start behåller allt."
    ),
)
@click.option(
    "--port",
    cls=Option,
    type=click.IntRange(1, 65535),
    default=PORT,
    help=N_("Port att lyssna på, 8080 annars."),
)
@click.option(
    "--data",
    cls=Option,
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data/demo"),
    help=N_("Katalog för demons data, data/demo annars."),
)
@click.option(
    "--prepare-only",
    cls=Option,
    is_flag=True,
    help=N_("Bygg katalogen och avsluta."),
)
def demo(port: int, data: Path, *, prepare_only: bool) -> None:
    """Prepare the demo and serve it."""
    if not prepare_only:
        require_free(HOST, port)
    settings = settings_for(str(data), port)
    with migrating():
        made = prepare(settings, said=lambda message: click.echo(text(message)))
    if made:
        click.echo(text(N_("Demon ligger i %(place)s."), {"place": str(settings.data_dir)}))
    if prepare_only:
        return
    said = N_(
        "Öppna %(address)s i en webbläsare på den här datorn.\n"
        "Välj vem du vill vara. Alla personer är påhittade, och brev läggs som filer i %(place)s.\n"
        "Avsluta med Ctrl+C."
    )
    facts = {"address": settings.base_url, "place": str(settings.data_dir / "mail")}
    run_server(create_app(settings), HOST, port, said=text(said, facts))
