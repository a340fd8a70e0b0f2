"""The association's own letter templates, and what each has said. Shipped ones are a file."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, references
from atagande_agreements.parties.models import Person


class LetterTemplate(Base):
    """Brevmall: one that the association has added, or a shipped one that it has changed."""

    __tablename__ = "letter_template"
    __table_args__ = (UniqueConstraint("association_id", "key"),)

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    #: Name in addresses, such as "paminnelse"; that of a shipped letter takes its place.
    key: Mapped[str] = mapped_column(String(40))
    #: Number of the revision in force; a form that carries an older one is stale.
    version: Mapped[int] = mapped_column(default=1)

    revisions: Mapped[list["LetterRevision"]] = relationship(
        back_populates="template", order_by="LetterRevision.number"
    )

    __mapper_args__ = {  # noqa: RUF012 - SQLAlchemy reads it
        "version_id_col": version,
        "version_id_generator": False,
    }


class LetterRevision(Base):
    """What a template says, or said before it was changed. Append-only."""

    __tablename__ = "letter_revision"
    __table_args__ = (
        UniqueConstraint("template_id", "number"),
        CheckConstraint("length(trim(name)) > 0 AND length(trim(body)) > 0", "has_text"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id", index=False)
    template_id: Mapped[int] = references("letter_template.id", index=False)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(Text)
    #: It can be chosen for new letters.
    in_use: Mapped[bool]
    person_id: Mapped[int] = references("person.id", index=False)
    at: Mapped[datetime]

    template: Mapped[LetterTemplate] = relationship(back_populates="revisions")
    person: Mapped[Person] = relationship()
