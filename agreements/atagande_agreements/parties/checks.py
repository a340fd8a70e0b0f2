"""What a party's key, names and addresses must be like."""

import re
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements.mail_address import is_mail_address
from atagande_agreements.parties.errors import BadEmail, BadKey, EmptyName, KeyTaken
from atagande_agreements.parties.models import Organisation, Unit

LONGEST_NAME, LONGEST_SHORT = 200, 60
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])")
#: Words that pages at the same addresses have.
_RESERVED = frozenset({"ny", "andra", "person", "personer", "sla-ihop"})
_Party = TypeVar("_Party", Unit, Organisation)


def check_key(key: str) -> str:
    """Return a party's key; raise BadKey if it can't stand in an address."""
    if not _KEY.fullmatch(key) or key in _RESERVED:
        raise BadKey(field="key", key=key)
    return key


def check_name(name: str, most: int = LONGEST_NAME, field: str = "name") -> str:
    """Return a name without white space around it; raise EmptyName if it is none or too long."""
    name = name.strip()
    if not 0 < len(name) <= most:
        raise EmptyName(field=field, most=most)
    return name


def check_short(short_name: str) -> str:
    """Return a short name; see `check_name`."""
    return check_name(short_name, LONGEST_SHORT, "short_name")


def check_email(email: str) -> str:
    """Return an address in lower case; raise BadEmail if not every mail system takes it."""
    email = email.strip()
    if not is_mail_address(email):
        raise BadEmail(field="email", email=email)
    return email.lower()


def added(session: Session, party: _Party) -> _Party:
    """Add a party; raise KeyTaken if any has its key: organisations and units share addresses."""
    if is_taken(session, party.association_id, party.key):
        raise KeyTaken(field="key", key=party.key)
    try:
        with session.begin_nested():
            session.add(party)
            session.flush()
    except IntegrityError as error:
        raise KeyTaken(field="key", key=party.key) from error
    return party


def is_taken(session: Session, association_id: int, key: str) -> bool:
    """Tell whether an association has a party with this key."""
    tables: tuple[type[Organisation | Unit], ...] = (Organisation, Unit)
    return any(
        session.scalar(
            select(table.id).where(table.association_id == association_id, table.key == key)
        )
        for table in tables
    )


def free_key(session: Session, unit: Unit, day: date) -> str:
    """Return a key for the successor of a unit that goes with its organisation."""
    start = f"{unit.key[:50]}-{day.year}"
    key, number = start, 1
    while is_taken(session, unit.association_id, key):
        number += 1
        key = f"{start}-{number}"
    return key
