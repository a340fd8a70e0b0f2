"""`atagande sweep`: one sweep by hand."""

import json

import click

from atagande_agreements.civil_time import parse_moment
from atagande_agreements.i18n import N_
from atagande_agreements.sweep import sweep as run_sweep
from atagande_plugin.cli.errors import BadMoment
from atagande_plugin.cli.shape import Command, Option
from atagande_plugin.cli.start import opened


@click.command(
    cls=Command,
    help=N_("Öppna en avvikelse för allt som skulle ha hållits och inte har det. Skriver JSON."),
)
@click.option(
    "--at",
    "moment",
    cls=Option,
    metavar="ISO",
    help=N_("Svep som om klockan var så mycket, med tidszon. Annars nu."),
)
def sweep(moment: str | None) -> None:
    """Run one sweep and print its summary."""
    try:
        at = parse_moment(moment) if moment is not None else None
    except (ValueError, OverflowError) as error:
        raise BadMoment(text=moment) from error
    with opened() as services:
        summary = run_sweep(services.writer, at or services.now())
    click.echo(json.dumps(summary.as_json()))
