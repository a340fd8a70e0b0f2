"""Tables of the parties and the people who act for them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references


class OrganisationKind(StrEnum):
    """What sort of public body an organisation is."""

    ASSOCIATION = "samordningsforbund"
    EMPLOYMENT = "arbetsformedlingen"
    INSURANCE = "forsakringskassan"
    MUNICIPALITY = "kommun"
    REGION = "region"
    #: No party: a prescribing clinic that has not signed, such as a vårdcentral.
    OUTSIDE = "utanfor"


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


class SuccessionKind(StrEnum):
    """How a party went over into another; a rename leaves it the same party."""

    RENAMED = "renamed"
    MERGED = "merged"
    SPLIT = "split"
    SUCCESSOR = "successor"


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
    #: First and last local date as a party; None: since before, until further notice.
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    #: Raised by every change; a form that carries an older one is stale.
    version: Mapped[int] = mapped_column(default=1)

    units: Mapped[list["Unit"]] = relationship(
        back_populates="organisation", order_by="Unit.position"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it


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
    #: Bound by the agreement; units added by hand are not part of it.
    in_agreement: Mapped[bool] = mapped_column(default=False)
    #: In the agreement as one before or after a unit that the file names, not by the file itself.
    by_succession: Mapped[bool] = mapped_column(default=False)
    #: First and last local date as a unit; None: since before, until further notice.
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    #: Raised by every change; a form that carries an older one is stale.
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship(back_populates="units")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it


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
    #: Gruppbrevlåda: several read it, and it may accept by itself. A calendar's answer from it is
    #: nobody's; the link's is.
    shared_mailbox: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    #: Raised by every change; a form that carries an older one is stale.
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()
    unit: Mapped[Unit | None] = relationship()
    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="person", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it

    def leads(self, unit: Unit) -> bool:
        """Tell whether the person is a unit's own chief and active. Reads `grants`."""
        chief = any(grant.role is Role.UNIT_CHIEF for grant in self.grants)
        return self.active and chief and self.unit_id == unit.id


class RoleGrant(Base):
    """One role of one person."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role"),)

    id: Mapped[int] = key_column()
    person_id: Mapped[int] = references("person.id")
    role: Mapped[Role] = mapped_column(one_of(Role))

    person: Mapped[Person] = relationship(back_populates="grants")


class PartyName(Base):
    """A new name of an organisation or unit from a date. Append-only, in the order of the dates."""

    __tablename__ = "party_name"
    __table_args__ = (
        UniqueConstraint("organisation_id", "valid_from"),
        UniqueConstraint("unit_id", "valid_from"),
        CheckConstraint("(organisation_id IS NULL) <> (unit_id IS NULL)", "one_party"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    organisation_id: Mapped[int | None] = references("organisation.id", index=False)
    unit_id: Mapped[int | None] = references("unit.id", index=False)
    #: First local date of the new name.
    valid_from: Mapped[date]
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(60))
    #: What it was called until then.
    name_before: Mapped[str] = mapped_column(String(200))
    short_name_before: Mapped[str] = mapped_column(String(60))


class Succession(Base):
    """What became of an organisation or unit, and by which decision. Append-only.

    One row for each way: two units that merge have one row each, and so do the parts of a split.
    """

    __tablename__ = "succession"
    __table_args__ = (
        CheckConstraint(
            "(from_unit_id IS NULL) <> (from_organisation_id IS NULL) AND "
            "(from_unit_id IS NULL) = (to_unit_id IS NULL) AND "
            "(from_organisation_id IS NULL) = (to_organisation_id IS NULL)",
            "one_sort",
        ),
        CheckConstraint(
            "(kind = 'renamed') = (COALESCE(from_unit_id, from_organisation_id) = "
            "COALESCE(to_unit_id, to_organisation_id))",
            "only_a_name_stays",
        ),
        CheckConstraint("kind <> 'renamed' OR NOT carries", "a_name_carries_nothing"),
        CheckConstraint("length(trim(decision)) > 0", "has_decision"),
        # A party ends once, and one other takes over what is open.
        Index(
            "uq_succession_heir_unit",
            "from_unit_id",
            unique=True,
            sqlite_where=text("carries"),
            postgresql_where=text("carries"),
        ),
        Index(
            "uq_succession_heir_organisation",
            "from_organisation_id",
            unique=True,
            sqlite_where=text("carries"),
            postgresql_where=text("carries"),
        ),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    kind: Mapped[SuccessionKind] = mapped_column(one_of(SuccessionKind))
    from_organisation_id: Mapped[int | None] = references("organisation.id", index=False)
    to_organisation_id: Mapped[int | None] = references("organisation.id")
    from_unit_id: Mapped[int | None] = references("unit.id", index=False)
    to_unit_id: Mapped[int | None] = references("unit.id")
    #: First local date of the new.
    takes_effect_on: Mapped[date]
    #: Who decided it and where it stands.
    decision: Mapped[str] = mapped_column(String(300))
    #: The new one acts on what the old one left open; of a split, the first part.
    carries: Mapped[bool]
    recorded_by_id: Mapped[int] = references("person.id", index=False)
    recorded_at: Mapped[datetime]
