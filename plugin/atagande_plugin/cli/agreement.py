"""`atagande agreement`: agreements as files."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from atagande_agreements import audit
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.queries import agreements
from atagande_agreements.health.finding import Level
from atagande_agreements.i18n import N_
from atagande_agreements.register.agreement_file import (
    AgreementFile,
    dump,
    obligations,
    parse_bytes,
)
from atagande_agreements.register.exporter import export_agreement
from atagande_agreements.register.importer import import_agreement
from atagande_agreements.register.models import Agreement, AgreementVersion, VersionState
from atagande_plugin.cli.errors import NoSuchAgreement
from atagande_plugin.cli.shape import Command, Group
from atagande_plugin.cli.start import opened, read_bytes
from atagande_plugin.cli.words import spoken, text
from atagande_plugin.health import examine

agreement = Group(
    name="agreement",
    help=N_("Överenskommelser som filer. Formatet beskrivs i docs/overenskommelse-fil.md."),
    lazy={
        "check": ("agreement", "check", N_("Säg vad som är fel i en fil, rad för rad.")),
        "import": ("agreement", "import_", N_("Läs in en fil.")),
        "export": ("agreement", "export", N_("Skriv ut en överenskommelse som fil.")),
        "health": ("agreement", "health", N_("Säg vad som saknas för att den ska följas upp.")),
    },
)


def _read(name: str) -> AgreementFile | None:
    """Return the file, or None after naming every fault on standard error."""
    file, faults = parse_bytes(read_bytes(name), filename=name)
    for fault in faults:
        click.echo(f"{name}:{fault.line}: {text(fault.problem, fault.params)}", err=True)
        click.echo(f"    {text(fault.remedy, fault.params)}", err=True)
    if faults:
        count = spoken().plural("%(num)s fel.", "%(num)s fel.", len(faults))
        click.echo(count, err=True)
    return file


def _size(file: AgreementFile) -> dict[str, object]:
    return {"commitments": len(file.commitments), "obligations": len(obligations(file))}


@click.command(
    cls=Command, help=N_("Säg vad som är fel i FILE, med rad och åtgärd. - är standard in.")
)
@click.argument("file")
def check(file: str) -> int:
    """Check an agreement file."""
    read = _read(file)
    if read is None:
        return 1
    message = N_("Filen är rätt: %(commitments)s åtaganden, %(obligations)s för parterna.")
    click.echo(text(message, _size(read)))
    return 0


@click.command(
    "import", cls=Command, help=N_("Läs in FILE. Samma fil en gång till ändrar ingenting.")
)
@click.argument("file")
def import_(file: str) -> int:
    """Import an agreement file."""
    read = _read(file)
    if read is None:
        return 1
    with opened() as services, services.writer() as session:
        version, changed = import_agreement(
            session, read, actor=audit.Actor.job("atagande agreement import"), now=services.now()
        )
        session.commit()
        number = version.number
    done = N_("Version %(number)s gäller: %(commitments)s åtaganden, %(obligations)s för parterna.")
    same = N_("Inget ändrades. Version %(number)s gäller redan.")
    click.echo(text(done if changed else same, {"number": number, **_size(read)}))
    return 0


def _find(session: Session, name: str) -> AgreementVersion:
    """Return the version in force of the agreement with this number or key."""
    known = session.scalars(
        select(AgreementVersion)
        .join(Agreement, Agreement.id == AgreementVersion.agreement_id)
        .where(AgreementVersion.state == VersionState.IN_FORCE)
        .options(joinedload(AgreementVersion.agreement))
        .order_by(Agreement.id)
    ).all()
    found = [one for one in known if name in {str(one.agreement_id), one.agreement.key}]
    if len(found) != 1:
        names = ", ".join(f"{one.agreement_id} ({one.agreement.key})" for one in known)
        raise NoSuchAgreement(name=name, known=names or "–")
    return found[0]


@click.command(
    cls=Command, help=N_("Skriv ut överenskommelsen ID (nummer eller namn) på standard ut.")
)
@click.argument("id")
def export(id: str) -> None:  # noqa: A002 - the argument's name on the command line
    """Export an agreement file."""
    with opened() as services, services.reader() as session:
        click.echo(dump(export_agreement(session, _find(session, id))).encode(), nl=False)


#: What stands first on the line of a finding.
_LEVELS = {Level.ERROR: N_("Fel"), Level.WARNING: N_("Varning"), Level.HINT: N_("Bra att veta")}


@click.command(
    cls=Command,
    help=N_("Säg vad som saknas för att överenskommelsen ID (nummer eller namn) ska följas upp."),
)
@click.argument("id")
def health(id: str) -> int:  # noqa: A002 - the argument's name on the command line
    """Examine an agreement; the exit status is 1 if something can't work."""
    with opened() as services, services.reader() as session:
        today = local_date(services.now())
        version = _find(session, id)
        every = agreements(session, version.agreement.association_id, today)
        one = next(one for one in every if one.version.id == version.id)
        found = examine(session, one, today)
    english = spoken().language == "en"
    for finding in found:
        name = finding.name_en if english else finding.name
        click.echo(
            f"{text(_LEVELS[finding.level])}: {name}: {text(finding.message, finding.params)}"
        )
        click.echo(f"    {text(finding.next_step, finding.params)}")
    if not found:
        click.echo(text(N_("Inget saknas.")))
    return int(any(one.level is Level.ERROR for one in found))
