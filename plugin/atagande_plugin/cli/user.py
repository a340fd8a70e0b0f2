"""`atagande user`: people and their API tokens."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from atagande_agreements import audit
from atagande_agreements.i18n import N_
from atagande_agreements.mail_address import is_mail_address
from atagande_agreements.parties.models import (
    Association,
    Organisation,
    Person,
    Role,
    Unit,
)
from atagande_agreements.parties.verbs import LONGEST_PERSON, add_person
from atagande_plugin.auth.identity import make_token
from atagande_plugin.cli.errors import BadAddress, EmptyField, NoSuchPerson, Unknown
from atagande_plugin.cli.shape import Command, Group, Option
from atagande_plugin.cli.start import association_of, opened
from atagande_plugin.cli.words import text

_LONGEST_LABEL = 80

user = Group(
    name="user",
    help=N_("Personer och deras nycklar till API:et."),
    lazy={
        "add": ("user", "add", N_("Lägg till en person.")),
        "token": ("user", "token", N_("Gör en nyckel till API:et. Den visas en gång.")),
    },
)


_option = partial(click.option, cls=Option)


def _filled(option: str, value: str, most: int) -> str:
    value = value.strip()
    if not 0 < len(value) <= most:
        raise EmptyField(option=option, most=most)
    return value


def _roles(names: Iterable[str]) -> list[Role]:
    """Return the roles named, each once."""
    for name in names:
        if name not in set(Role):
            raise Unknown(option="--role", word=name, known=", ".join(Role))
    return [Role(name) for name in dict.fromkeys(names)]


def _place(
    session: Session, association: Association, organisation: str, unit: str | None
) -> tuple[Organisation, Unit | None]:
    """Return the organisation and the unit with these keys."""
    body = session.scalar(
        select(Organisation).where(
            Organisation.association_id == association.id, Organisation.key == organisation
        )
    )
    if body is None:
        known = _keys(session, Organisation.key, Organisation.association_id == association.id)
        raise Unknown(option="--organisation", word=organisation, known=known)
    if unit is None:
        return body, None
    place = session.scalar(select(Unit).where(Unit.organisation_id == body.id, Unit.key == unit))
    if place is None:
        known = _keys(session, Unit.key, Unit.organisation_id == body.id)
        raise Unknown(option="--unit", word=unit, known=known)
    return body, place


def _keys(session: Session, column: InstrumentedAttribute[str], condition: Any) -> str:
    return ", ".join(session.scalars(select(column).where(condition).order_by(column))) or "–"


@click.command(
    cls=Command, help=N_("Lägg till en person, som sedan loggar in med länk till sin e-post.")
)
@_option("--name", required=True, help=N_("Namn."))
@_option("--email", required=True, help=N_("Adress i arbetet."))
@_option("--title", default="", help=N_("Funktion, till exempel Enhetschef."))
@_option("--organisation", required=True, help=N_("Partens namn i överenskommelsens fil."))
@_option("--unit", help=N_("Enhetens namn i filen, för den som hör till en enhet."))
@_option("--role", "roles", multiple=True, help=N_("Roll. Kan anges flera gånger."))
@_option("--shared-mailbox", is_flag=True, help=N_("Flera läser adressen."))
@_option("--association", help=N_("Förbund, om det finns flera."))
def add(
    *,
    name: str,
    email: str,
    title: str,
    organisation: str,
    unit: str | None,
    roles: tuple[str, ...],
    shared_mailbox: bool,
    association: str | None,
) -> None:
    """Add a person."""
    name = _filled("--name", name, LONGEST_PERSON)
    if not is_mail_address(email):
        raise BadAddress(email=email)
    granted = _roles(roles)
    title = _filled("--title", title, LONGEST_PERSON) if title.strip() else ""
    with opened() as services, services.writer() as session:
        tenant = association_of(session, association)
        body, place = _place(session, tenant, organisation, unit)
        person = add_person(
            session,
            organisation=body,
            unit=place,
            name=name,
            title=title,
            email=email,
            roles=granted,
            shared_mailbox=shared_mailbox,
            actor=audit.Actor.job("atagande user add"),
            now=services.now(),
        )
        session.commit()
        number = person.id
    click.echo(text(N_("Personen är tillagd med nummer %(number)s."), {"number": number}))


@click.command(
    cls=Command, help=N_("Gör en nyckel till API:et åt den som har adressen EMAIL. Visas en gång.")
)
@click.argument("email")
@_option("--label", required=True, help=N_("Vad nyckeln är till för."))
@_option("--association", help=N_("Förbund, om det finns flera."))
def token(email: str, label: str, association: str | None) -> None:
    """Make an API token and print it."""
    label = _filled("--label", label, _LONGEST_LABEL)
    with opened() as services, services.writer() as session:
        tenant = association_of(session, association)
        person = session.scalar(
            select(Person).where(
                Person.association_id == tenant.id,
                Person.email == email.strip().lower(),
                Person.active,
            )
        )
        if person is None:
            raise NoSuchPerson(email=email)
        secret = make_token(session, person, label, services.now())
        audit.record(
            session,
            audit.Change(
                association_id=tenant.id,
                at=services.now(),
                actor=audit.Actor.job("atagande user token"),
                action="person.token_made",
                object_type="person",
                object_id=person.id,
                changes={"label": (None, label)},
            ),
        )
        session.commit()
    click.echo(secret)
