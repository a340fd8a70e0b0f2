"""The table of figures of cases, as they were published."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from atagande_agreements.db import Base, key_column, one_of, references


class FigureKind(StrEnum):
    """What a figure is, which decides whether figures of several spans are added."""

    #: Cases of a span: spans and places are added.
    COUNT = "count"
    #: Those there were when it was counted: places are added, spans never.
    STOCK = "stock"
    #: The middle of a number of days: never added.
    MEDIAN = "median"


class PublishedFigure(Base):
    """Publicerad siffra: one count of cases, or that it is hidden. Append-only.

    A correction is a new version of all the figures that were published together, so that what an
    earlier page or report said is known, and the next never differs from it by a small number.
    """

    __tablename__ = "published_figure"
    __table_args__ = (
        Index(
            "uq_published_figure_organisation",
            *("agreement_id", "measure", "organisation_id", "sex", "first_on", "version"),
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
        Index(
            "uq_published_figure_unit",
            *("agreement_id", "measure", "unit_id", "sex", "first_on", "version"),
            unique=True,
            sqlite_where=text("unit_id IS NOT NULL"),
            postgresql_where=text("unit_id IS NOT NULL"),
        ),
        Index("ix_published_figure_span", "agreement_id", "first_on"),
        CheckConstraint("value >= 0", "count"),
        CheckConstraint("value IS NULL OR NOT is_small", "shown_or_small"),
        CheckConstraint("value IS NOT NULL OR known IS NULL", "hidden_tells_nothing"),
        CheckConstraint("last_on >= first_on", "span"),
        CheckConstraint("version >= 1", "version"),
        CheckConstraint("sex IN ('', 'women', 'men', 'unknown')", "sex"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    #: The figures that are published together: "enquiries".
    group: Mapped[str] = mapped_column("published_with", String(32))
    #: What is counted: "enquiries", "enquiries_in_time".
    measure: Mapped[str] = mapped_column(String(48))
    kind: Mapped[FigureKind] = mapped_column(one_of(FigureKind))
    #: Whose cases.
    organisation_id: Mapped[int] = references("organisation.id", index=False)
    unit_id: Mapped[int | None] = references("unit.id", index=False)
    #: Of one sex, or not known; "" for all.
    sex: Mapped[str] = mapped_column(String(8), default="")
    #: First and last local date: a quarter, or the half-year something is reported by.
    first_on: Mapped[date]
    last_on: Mapped[date]
    #: 1 for what was published first.
    version: Mapped[int]
    #: None when it is hidden.
    value: Mapped[int | None]
    #: Hidden because it is 1 to one less than the limit; otherwise nothing is said of why.
    is_small: Mapped[bool] = mapped_column(default=False)
    #: How many of them each other party knew, as JSON: a correction is weighed against it.
    known: Mapped[str | None] = mapped_column(Text)
    #: When it was published (UTC).
    published_at: Mapped[datetime]
