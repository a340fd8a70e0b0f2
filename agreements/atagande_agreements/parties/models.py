"""Tables of the parties and the people who act for them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references


class OrganisationKind(StrEnum):
    """What sort of public body an organisation is."""

    ASSOCIATION = "samordningsforbund"
    EMPLOYMENT = "arbetsformedlingen"
    INSURANCE = "forsakringskassan"
    MUNICIPALITY = "kommun"
    REGION = "region"


class UnitKind(StrEnum):
    """What sort of place a unit is; only a clinic is asked enquiries and has slots."""

    CLINIC = "clinic"
    OFFICE = "office"


class Role(StrEnum):
    """What a person may do in one association (the table of who sees what)."""

    ADMINISTRATOR = "administrator"
    STEERING = "steering"
    UNIT_CHIEF = "unit_chief"
    CONVENER = "convener"
    READER = "reader"
    OPERATIONS = "operations"


class Association(Base):
    """Samordningsförbund: the tenant. Every row of every other table belongs to one."""

    __tablename__ = "association"

    id: Mapped[int] = key_column()
    #: Short name in lower case, such as "suvs".
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(300))


class Organisation(Base):
    """Part: a public body that signed, or the association itself as a party."""

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("association_id", "key"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", "span"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    #: Name in the agreement file, such as "upplands-vasby".
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[OrganisationKind] = mapped_column(one_of(OrganisationKind))
    #: Functional mailbox, never a person's.
    email: Mapped[str | None] = mapped_column(String(254))
    #: Place in lists and in the matrix.
    position: Mapped[int] = mapped_column(default=0)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    units: Mapped[list["Unit"]] = relationship(
        back_populates="organisation", order_by="Unit.position"
    )


class Unit(Base):
    """Enhet or mottagning: a place of an organisation where people work and meet."""

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("association_id", "key"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", "span"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    organisation_id: Mapped[int] = references("organisation.id")
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[UnitKind] = mapped_column(one_of(UnitKind))
    #: Functional mailbox, never a person's.
    email: Mapped[str | None] = mapped_column(String(254))
    #: Where meetings are held; stands in invitations.
    address: Mapped[str | None] = mapped_column(String(300))
    position: Mapped[int] = mapped_column(default=0)
    #: The agreement file names it; units added by hand are not part of the file.
    in_agreement: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    organisation: Mapped[Organisation] = relationship(back_populates="units")


class Person(Base):
    """Someone who acts for a party, in one association; known by function and work address."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("association_id", "email"),
        CheckConstraint("email = lower(email)", "email_lower"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    organisation_id: Mapped[int] = references("organisation.id")
    #: None for someone who acts for the whole organisation.
    unit_id: Mapped[int | None] = references("unit.id")
    name: Mapped[str] = mapped_column(String(120))
    #: Funktion, such as "Enhetschef".
    title: Mapped[str] = mapped_column(String(120), default="")
    #: Work address, ASCII, lower case.
    email: Mapped[str] = mapped_column(String(254))
    #: "sv" or "en".
    language: Mapped[str] = mapped_column(String(2), default="sv")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit | None] = relationship()
    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="person", cascade="all, delete-orphan"
    )


class RoleGrant(Base):
    """One role of one person."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role"),)

    id: Mapped[int] = key_column()
    person_id: Mapped[int] = references("person.id")
    role: Mapped[Role] = mapped_column(one_of(Role))

    person: Mapped[Person] = relationship(back_populates="grants")
