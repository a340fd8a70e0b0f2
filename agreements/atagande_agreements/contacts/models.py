"""The parties' contact points, and when each party last said that they are right."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, references
from atagande_agreements.parties.models import Organisation, Person, Unit


class ContactEntry(Base):
    """Kontaktväg: one way to reach a party. It names a function, never a person.

    It is public once its party has confirmed its entries for the first time.
    """

    __tablename__ = "contact_entry"
    __table_args__ = (
        CheckConstraint("phone <> '' OR email <> '' OR address <> ''", "a_way"),
        CheckConstraint("email = lower(email)", "email_lower"),
        CheckConstraint("function <> ''", "function"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    #: The party that is reached.
    organisation_id: Mapped[int] = references("organisation.id")
    #: Which of its places; None for the whole party.
    unit_id: Mapped[int | None] = references("unit.id")
    #: Who answers, as "SGI-handläggare".
    function: Mapped[str] = mapped_column(String(120))
    #: What one turns there for.
    purpose: Mapped[str] = mapped_column(String(300), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    #: Functional mailbox, lower case.
    email: Mapped[str] = mapped_column(String(254), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    #: When somebody answers, as "vardagar 8–11".
    hours: Mapped[str] = mapped_column(String(200), default="")
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int] = references("person.id", index=False)
    #: Written by the association for the party.
    on_behalf: Mapped[bool] = mapped_column(default=False)
    #: Raised by every change; a form that carries an older one is stale.
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it


class ContactConfirmation(Base):
    """Bekräftelse: on this date a party said that all its entries are right. Never changed."""

    __tablename__ = "contact_confirmation"
    __table_args__ = (
        UniqueConstraint("organisation_id", "confirmed_on"),
        CheckConstraint("entries > 0", "something"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    organisation_id: Mapped[int] = references("organisation.id", index=False)
    #: Local date that it is true of.
    confirmed_on: Mapped[date]
    #: When the service was told (UTC).
    confirmed_at: Mapped[datetime]
    person_id: Mapped[int] = references("person.id", index=False)
    #: Said by the association for the party.
    on_behalf: Mapped[bool] = mapped_column(default=False)
    #: How many entries there were.
    entries: Mapped[int]

    person: Mapped[Person] = relationship()
