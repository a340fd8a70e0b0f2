"""Tables of sign-in: links, sessions, API tokens, attempts; and of requests already carried out."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, references
from atagande_agreements.parties.models import Person


class LoginLink(Base):
    """One-time link to sign in; short-lived and used once."""

    __tablename__ = "login_link"

    id: Mapped[int] = key_column()
    person_id: Mapped[int] = references("person.id")
    #: Names the link in its token; random. The token itself is signed, never stored.
    nonce: Mapped[str] = mapped_column(String(32), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class LoginSession(Base):
    """Someone signed in with one browser."""

    __tablename__ = "login_session"

    id: Mapped[int] = key_column()
    person_id: Mapped[int] = references("person.id")
    #: SHA-256 of the cookie's secret.
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiToken(Base):
    """A bearer token for the API; it can do what its person can."""

    __tablename__ = "api_token"

    id: Mapped[int] = key_column()
    person_id: Mapped[int] = references("person.id")
    #: What it is for, in its owner's words.
    label: Mapped[str] = mapped_column(String(80))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A request for a link, kept for the rate limit only. It holds keyed hashes, no addresses."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_who", "who", "at"),)

    id: Mapped[int] = key_column()
    #: Keyed hash of the mail address or of the network address.
    who: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class HandledRequest(Base):
    """A POST that was carried out, with its answer, so that a replay gets the same answer."""

    __tablename__ = "handled_request"
    __table_args__ = (UniqueConstraint("scope", "key"),)

    id: Mapped[int] = key_column()
    #: Whose key it is, such as "person:12".
    scope: Mapped[str] = mapped_column(String(40))
    #: Idempotency-Key, or the form's own key.
    key: Mapped[str] = mapped_column(String(80))
    #: SHA-256 over endpoint, address and body.
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    location: Mapped[str] = mapped_column(String(500), default="")
    content_type: Mapped[str] = mapped_column(String(100), default="")
    body: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    at: Mapped[datetime] = mapped_column(index=True)
