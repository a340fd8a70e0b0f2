"""Tables of the agreement and its versions."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.parties.models import Organisation


class VersionState(StrEnum):
    """Whether a version is the one that is followed up."""

    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


class Agreement(Base):
    """Lokal överenskommelse: what the parties signed, through all its versions."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("association_id", "key"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", "span"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    key: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(300))
    #: Målgrupp, in our own words.
    target_group: Mapped[str] = mapped_column(Text)
    target_group_en: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date]
    #: None: until further notice (tillsvidare).
    valid_to: Mapped[date | None]
    steering_name: Mapped[str] = mapped_column(String(200))
    steering_from: Mapped[date]
    #: Which document the register was made from.
    source: Mapped[str] = mapped_column(Text, default="")
    #: Local date that the terms begun by then have been opened on; None: not since something
    #: changed that gives new ones.
    terms_opened_on: Mapped[date | None]

    versions: Mapped[list["AgreementVersion"]] = relationship(
        back_populates="agreement", order_by="AgreementVersion.number"
    )


class AgreementVersion(Base):
    """One wording of the agreement. Its commitments are never changed, only superseded."""

    __tablename__ = "agreement_version"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        Index(
            "uq_agreement_version_in_force",
            "agreement_id",
            unique=True,
            sqlite_where=text("state = 'in_force'"),
            postgresql_where=text("state = 'in_force'"),
        ),
    )

    id: Mapped[int] = key_column()
    agreement_id: Mapped[int] = references("agreement.id")
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(one_of(VersionState))
    #: SHA-256 of the canonical agreement file, so that the same file changes nothing.
    digest: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime]

    agreement: Mapped[Agreement] = relationship(back_populates="versions")
    sections: Mapped[list["Section"]] = relationship(order_by="Section.position")
    annexes: Mapped[list["Annex"]] = relationship(order_by="Annex.position")


class Section(Base):
    """Avsnitt: a heading of the agreement with the commitments below it."""

    __tablename__ = "section"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    id: Mapped[int] = key_column()
    version_id: Mapped[int] = references("agreement_version.id")
    key: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    #: Why the section is empty in the source, shown as missing and not invented; else None.
    missing: Mapped[str | None] = mapped_column(String(300))
    missing_en: Mapped[str | None] = mapped_column(String(300))


class Annex(Base):
    """Bilaga or other document that belongs to the agreement."""

    __tablename__ = "annex"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    id: Mapped[int] = key_column()
    version_id: Mapped[int] = references("agreement_version.id")
    key: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]


class AgreementParty(Base):
    """An organisation that is bound by a version."""

    __tablename__ = "agreement_party"
    __table_args__ = (UniqueConstraint("version_id", "organisation_id"),)

    id: Mapped[int] = key_column()
    version_id: Mapped[int] = references("agreement_version.id")
    organisation_id: Mapped[int] = references("organisation.id")
    #: False for the association, which signs but is no member party (medlemspart).
    member: Mapped[bool]
    #: Bound as one before or after a party that the file names, not by the file itself.
    by_succession: Mapped[bool] = mapped_column(default=False)

    organisation: Mapped[Organisation] = relationship()
