"""The program: its commands, and what each way of failing prints and returns."""

import sys
from collections.abc import Sequence

import click

from atagande_agreements.errors import PersonalNumber, Refused
from atagande_agreements.i18n import N_
from atagande_agreements.privacy import find_personal_number
from atagande_plugin.cli.shape import Group
from atagande_plugin.cli.words import refusal_text, text
from atagande_plugin.config import BadSettings

#: Exit codes.
OK, REFUSED, MISUSED = 0, 1, 2

root = Group(
    name="atagande",
    help=N_("Åtagande följer upp vad parter har lovat varandra i en lokal överenskommelse."),
    epilog=N_(
        "Svar till skalet: 0 klart, 1 nekat eller fel i filen, 2 fel i kommandot eller i en "
        "inställning. Inställningarna står i miljövariabler som börjar med ATAGANDE_."
    ),
    lazy={
        "demo": ("demo", "demo", N_("Prova: påhittade personer och ett års händelser.")),
        "serve": ("serve", "serve", N_("Allt i en process: webb och jobb.")),
        "web": ("serve", "web", N_("Bara webben, i en eller flera processer.")),
        "worker": ("serve", "worker", N_("Bara jobben.")),
        "db": ("db", "db", N_("Databasens tabeller.")),
        "agreement": ("agreement", "agreement", N_("Överenskommelser som filer.")),
        "sweep": ("sweep", "sweep", N_("Ett svep: öppna avvikelser för det som inte hölls.")),
        "outbox": ("outbox", "outbox", N_("Utskick: skicka, lista, visa.")),
        "mail": ("mail", "mail", N_("Inkommande brev: ta emot ett kalendersvar.")),
        "user": ("user", "user", N_("Personer och deras nycklar till API:et.")),
        "backup": ("archive", "backup", N_("Säkerhetskopiera hela databasen till en fil.")),
        "restore": ("archive", "restore", N_("Läs in en säkerhetskopia i en tom databas.")),
        "archive": ("archiving", "archive", N_("Exportera det som bevaras till arkivet.")),
    },
)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code. What went wrong stands on standard error."""
    try:
        if any(find_personal_number(word) is not None for word in arguments):
            raise PersonalNumber
        code = root.main(list(arguments), prog_name="atagande", standalone_mode=False)
    except BadSettings as error:
        for name, message, params in error.faults:
            _complain(f"{name}: {text(message, params)}")
        return MISUSED
    except Refused as refusal:
        _complain(refusal_text(refusal))
        return REFUSED
    except click.Abort:
        return REFUSED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return int(code or OK)


def _complain(message: str) -> None:
    click.echo(message, err=True)
