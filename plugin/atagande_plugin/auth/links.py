"""Sign-in by one-time e-mail link: short-lived, used once, opened by GET and spent by POST."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from http import HTTPStatus

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from atagande_agreements import audit
from atagande_agreements.errors import Refused
from atagande_agreements.i18n import N_
from atagande_agreements.outbox import enqueue
from atagande_agreements.parties.models import Person
from atagande_agreements.parties.queries import is_party
from atagande_plugin.auth.models import LoginLink, SignInAttempt

LINK_MINUTES = 20
#: Requests for a link that one mail address, or one network address, may make within the window.
PER_ADDRESS = 5
PER_NETWORK = 30
WINDOW = timedelta(minutes=15)


class TooManyAttempts(Refused):
    """The rate limit on sign-in."""

    code = "too_many_attempts"
    status = HTTPStatus.TOO_MANY_REQUESTS
    message = N_("Du har bett om många länkar på kort tid.")
    next_step = N_("Vänta en kvart och försök igen. Titta också i skräpposten.")


class LinkSpent(Refused):
    """The link is used, too old, or not ours."""

    code = "login_link"
    status = HTTPStatus.GONE
    message = N_("Inloggningslänken är använd eller för gammal.")
    next_step = N_("Be om en ny länk. Den gäller i 20 minuter och en gång.")


def _serializer(secret: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="atagande.login-link")


def token_of(secret: bytes, link: LoginLink) -> str:
    """Return the signed token that stands in a link's address."""
    return str(_serializer(secret).dumps(link.nonce))


def _address(email: str) -> str:
    """Return an address as it is both counted and looked up: no spelling evades the limit."""
    return email.strip().lower()


def _count(session: Session, who: str, now: datetime) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(SignInAttempt)
            .where(SignInAttempt.who == who, SignInAttempt.at > now - WINDOW)
        )
        or 0
    )


def limit(session: Session, secret: bytes, email: str, network: str, now: datetime) -> None:
    """Count a request for a link; raise TooManyAttempts when there are too many."""
    for kind, value, most in (
        ("mail", _address(email), PER_ADDRESS),
        ("network", network, PER_NETWORK),
    ):
        who = hmac.new(secret, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()
        if _count(session, who, now) >= most:
            raise TooManyAttempts(field="email")
        session.add(SignInAttempt(who=who, at=now))
    session.flush()


def ask_for_link(session: Session, email: str, now: datetime) -> int:
    """Queue a link to everyone with this address, one for each association; return how many.

    The page says the same whether there is anyone or not.
    """
    people = session.scalars(
        select(Person)
        .join(Person.organisation)
        # The mailbox of a clinic outside the agreement opens nothing here.
        .where(Person.email == _address(email), Person.active, is_party())
    ).all()
    for person in people:
        link = LoginLink(
            person_id=person.id,
            nonce=secrets.token_hex(16),
            created_at=now,
            expires_at=now + timedelta(minutes=LINK_MINUTES),
        )
        session.add(link)
        session.flush()
        enqueue(
            session,
            unique_key=f"login-link:{link.id}",
            kind="login_link",
            person=person,
            subject=("login_link", link.id),
            now=now,
        )
    return len(people)


def find(session: Session, secret: bytes, token: str, now: datetime) -> LoginLink:
    """Return the link of a token if it can still be used; raise LinkSpent otherwise."""
    try:
        nonce = _serializer(secret).loads(token)
    except BadSignature as error:
        raise LinkSpent from error
    link = session.scalar(
        select(LoginLink)
        .where(LoginLink.nonce == str(nonce))
        .options(joinedload(LoginLink.person).joinedload(Person.organisation))
    )
    if link is None or link.used_at is not None or link.expires_at <= now or not link.person.active:
        raise LinkSpent
    return link


def spend(session: Session, secret: bytes, token: str, now: datetime) -> Person:
    """Use a link up and return its person; of two at once, one wins (RFC 6749 §10.5 in spirit)."""
    link = find(session, secret, token, now)
    won = session.execute(
        update(LoginLink)
        .where(LoginLink.id == link.id, LoginLink.used_at.is_(None))
        .values(used_at=now)
        .returning(LoginLink.id)
    ).one_or_none()
    if won is None:
        raise LinkSpent
    audit.record(
        session,
        audit.Change(
            association_id=link.person.association_id,
            at=now,
            actor=audit.Actor.of(link.person),
            action="person.signed_in",
            object_type="person",
            object_id=link.person_id,
        ),
    )
    return link.person
