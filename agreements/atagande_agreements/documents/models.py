"""Tables of the documents' versions, of the decisions to update them, and of what governs them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, references
from atagande_agreements.parties.models import Person
from atagande_agreements.steering.models import Decision

#: The agreement itself among its documents; the others have the keys of their annexes.
AGREEMENT = "overenskommelsen"


class DocumentVersion(Base):
    """Version: one wording of a document. Append-only, so an old one reads as it always did."""

    __tablename__ = "document_version"
    __table_args__ = (
        UniqueConstraint("agreement_id", "document", "number"),
        CheckConstraint("number >= 1", "number"),
        CheckConstraint("length(trim(text)) > 0", "has_text"),
        CheckConstraint("link = '' OR link LIKE 'https://_%'", "https"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    # The unique key begins with it.
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    #: Key of the document: an annex of the agreement file, or `AGREEMENT`.
    document: Mapped[str] = mapped_column(String(64))
    #: 1, 2, 3 …
    number: Mapped[int]
    #: What the document was called then.
    title: Mapped[str] = mapped_column(String(300))
    title_en: Mapped[str] = mapped_column(String(300))
    #: Plain text with headings, paragraphs and lists, as `documents.layout` reads it.
    text: Mapped[str] = mapped_column(Text)
    #: Address of the same text elsewhere, such as a signed file; "" when there is none.
    link: Mapped[str] = mapped_column(String(500), default="")
    #: Local date it was published.
    published_on: Mapped[date]
    published_by_id: Mapped[int] = references("person.id", index=False)
    recorded_at: Mapped[datetime]

    published_by: Mapped[Person] = relationship()


class DocumentUpdate(Base):
    """Beslutad uppdatering: a document is to be changed. One version may carry out several."""

    __tablename__ = "document_update"
    __table_args__ = (
        # What is decided once is entered once. The key also finds a document's updates.
        UniqueConstraint("agreement_id", "document", "decided_on", "paragraph"),
        ForeignKeyConstraint(
            ["agreement_id", "document", "number"],
            [
                "document_version.agreement_id",
                "document_version.document",
                "document_version.number",
            ],
        ),
        CheckConstraint("(number IS NULL) = (published_on IS NULL)", "published"),
        CheckConstraint("published_on IS NULL OR published_on >= decided_on", "decided_first"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    document: Mapped[str] = mapped_column(String(64))
    #: What the document was called then.
    title: Mapped[str] = mapped_column(String(300))
    title_en: Mapped[str] = mapped_column(String(300))
    decision_id: Mapped[int] = references("decision.id", index=False, unique=True)
    #: Date and paragraph of the decision, so that the keys above can hold.
    decided_on: Mapped[date]
    paragraph: Mapped[str] = mapped_column(String(40))
    #: The version that carried it out, and the local date it was published; None while it waits.
    number: Mapped[int | None]
    published_on: Mapped[date | None]
    #: Raised by every change, so that two can't carry it out at once.
    version: Mapped[int] = mapped_column(default=1)

    decision: Mapped[Decision] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it


class GoverningClause(Base):
    """A commitment that a governing document bears on, by its key."""

    __tablename__ = "governing_clause"

    governing_document_id: Mapped[int] = references(
        "governing_document.id", primary_key=True, index=False
    )
    commitment: Mapped[str] = mapped_column(String(16), primary_key=True)


class GoverningDocument(Base):
    """Styrdokument: what a party has decided elsewhere and the agreement has to fit."""

    __tablename__ = "governing_document"
    __table_args__ = (
        UniqueConstraint("agreement_id", "link"),
        CheckConstraint("link LIKE 'https://_%'", "https"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    title: Mapped[str] = mapped_column(String(300))
    #: Who decided it, such as a municipality's board.
    issuer: Mapped[str] = mapped_column(String(200))
    #: Where it is read; https only.
    link: Mapped[str] = mapped_column(String(500))
    #: Raised by every change; a form that carries an older one is stale.
    version: Mapped[int] = mapped_column(default=1)

    clauses: Mapped[list[GoverningClause]] = relationship(
        cascade="all, delete-orphan", order_by=GoverningClause.commitment
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it
