"""Who someone is: in the browser, by token, and what their roles are called."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from atagande_agreements.audit.models import AuditHead
from atagande_agreements.i18n import N_
from atagande_agreements.parties.models import (
    Association,
    Organisation,
    OrganisationKind,
    Person,
    Role,
    RoleGrant,
    Unit,
    UnitKind,
)
from atagande_plugin.auth.models import ApiToken, LoginSession

SESSION_HOURS = 10

ROLE_LABELS = {
    Role.ADMINISTRATOR: N_("Administratör"),
    Role.STEERING: N_("Styrgrupp"),
    Role.UNIT_CHIEF: N_("Enhetschef"),
    Role.CONVENER: N_("Sammankallande"),
    Role.READER: N_("Läsare"),
    Role.OPERATIONS: N_("Drift"),
}


@dataclass(frozen=True, slots=True)
class Me:
    """The person behind a request, in the association they signed in to."""

    person_id: int
    name: str
    title: str
    language: str
    roles: frozenset[Role]
    association_id: int
    association_name: str
    organisation_id: int
    organisation_name: str
    organisation_kind: OrganisationKind
    unit_id: int | None
    unit_name: str | None
    unit_kind: UnitKind | None
    #: Hash of the session's or token's secret; form tokens are tied to it.
    secret_hash: str
    #: End of the association's audit trail when the request began.
    audit_hash: str

    @property
    def role_label(self) -> str:
        """Return the message id of the role to show."""
        first = next((role for role in Role if role in self.roles), Role.READER)
        return ROLE_LABELS[first]

    @property
    def led_unit_id(self) -> int | None:
        """Return the unit that the person is chief of, or None."""
        return self.unit_id if Role.UNIT_CHIEF in self.roles else None

    def has(self, *roles: Role) -> bool:
        """Tell whether the person has one of the roles."""
        return not self.roles.isdisjoint(roles)


def hash_secret(secret: str) -> str:
    """Return what is stored of a secret: its SHA-256. The secrets are 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def start_session(session: Session, person: Person, now: datetime) -> str:
    """Sign a person in; return the secret for the cookie."""
    secret = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            person_id=person.id,
            secret_hash=hash_secret(secret),
            created_at=now,
            expires_at=now + timedelta(hours=SESSION_HOURS),
        )
    )
    session.flush()
    return secret


def make_token(session: Session, person: Person, label: str, now: datetime) -> str:
    """Make an API token for a person; return its secret, which is shown once."""
    secret = f"atg_{secrets.token_urlsafe(32)}"
    session.add(
        ApiToken(person_id=person.id, label=label, secret_hash=hash_secret(secret), created_at=now)
    )
    session.flush()
    return secret


# Made once: building a statement costs more than running it.
_ME = (
    select(
        Person.id,
        Person.name,
        Person.title,
        Person.language,
        Association.id.label("association_id"),
        Association.name.label("association_name"),
        Organisation.id.label("organisation_id"),
        Organisation.name.label("organisation_name"),
        Organisation.kind.label("organisation_kind"),
        Unit.id.label("unit_id"),
        Unit.name.label("unit_name"),
        Unit.kind.label("unit_kind"),
        RoleGrant.role,
        AuditHead.hash.label("audit_hash"),
    )
    .join(Association, Association.id == Person.association_id)
    .join(Organisation, Organisation.id == Person.organisation_id)
    .outerjoin(Unit, Unit.id == Person.unit_id)
    .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
    .outerjoin(AuditHead, AuditHead.association_id == Person.association_id)
    .where(Person.active)
)
_BY_SESSION = _ME.join(LoginSession, LoginSession.person_id == Person.id).where(
    LoginSession.secret_hash == bindparam("secret_hash"),
    LoginSession.expires_at > bindparam("now"),
)
_BY_TOKEN = _ME.join(ApiToken, ApiToken.person_id == Person.id).where(
    ApiToken.secret_hash == bindparam("secret_hash"), ApiToken.revoked_at.is_(None)
)


def by_session(session: Session, secret: str, now: datetime) -> Me | None:
    """Return who holds a session cookie, or None if it has ended."""
    return _me(session, _BY_SESSION, hash_secret(secret), now=now)


def by_token(session: Session, secret: str) -> Me | None:
    """Return who holds an API token, or None if it is revoked."""
    return _me(session, _BY_TOKEN, hash_secret(secret))


def _me(session: Session, query: Any, secret_hash: str, **values: datetime) -> Me | None:
    rows = session.execute(query, {"secret_hash": secret_hash, **values}).all()
    if not rows:
        return None
    first = rows[0]
    return Me(
        person_id=first.id,
        name=first.name,
        title=first.title,
        language=first.language,
        roles=frozenset(row.role for row in rows if row.role is not None),
        association_id=first.association_id,
        association_name=first.association_name,
        organisation_id=first.organisation_id,
        organisation_name=first.organisation_name,
        organisation_kind=first.organisation_kind,
        unit_id=first.unit_id,
        unit_name=first.unit_name,
        unit_kind=first.unit_kind,
        secret_hash=secret_hash,
        audit_hash=first.audit_hash or "",
    )
