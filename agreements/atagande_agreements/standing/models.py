"""Tables of self-reports and of preparatory services."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from atagande_agreements.db import Base, key_column, one_of, references
from atagande_agreements.parties.models import Organisation, Person


class Subject(StrEnum):
    """What a self-report is about: the subject of the clause in the agreement file."""

    #: The municipality works actively with the target group (K1).
    ACTIVE_WORK = "vocational_rehabilitation"
    #: It has preparatory services to offer (K3).
    SERVICES = "preparatory_services"
    #: It asks psychiatry when it is unclear whether they suit (K8).
    UNASKED = "enquiry_when_unclear"
    #: The steering group meets about the target group (F1).
    MEETINGS = "steering_meeting"


#: The kind of rule that judges each subject.
RULE_OF: Mapping[Subject, str] = {
    Subject.ACTIVE_WORK: "standing",
    Subject.SERVICES: "standing",
    Subject.UNASKED: "asked_when_unclear",
    Subject.MEETINGS: "held_per_period",
}


class SelfReport(Base):
    """Självrapport: one revision of what a party says of one term. Append-only; the last counts."""

    __tablename__ = "self_report"
    __table_args__ = (
        # Two who correct the same revision at once: the second is refused.
        UniqueConstraint(
            "agreement_id",
            "organisation_id",
            "subject",
            "term",
            "revision",
            name="uq_self_report_revision",
        ),
        CheckConstraint("revision >= 1", "revision"),
        CheckConstraint("last_on >= first_on AND reported_on >= first_on", "dates"),
        CheckConstraint(
            "(subject = 'vocational_rehabilitation' AND works IS NOT NULL AND number IS NULL)"
            " OR (subject <> 'vocational_rehabilitation' AND works IS NULL AND number >= 0"
            " AND number IS NOT NULL AND people IS NULL)",
            "answer",
        ),
        CheckConstraint("people >= 0 AND women >= 0 AND men >= 0 AND rehabilitated >= 0", "counts"),
        CheckConstraint(
            "people IS NOT NULL OR (women IS NULL AND men IS NULL AND rehabilitated IS NULL)",
            "whole",
        ),
        CheckConstraint(
            "coalesce(women, 0) + coalesce(men, 0) <= coalesce(people, 0)"
            " AND coalesce(rehabilitated, 0) <= coalesce(people, 0)",
            "parts",
        ),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    agreement_id: Mapped[int] = references("agreement.id", index=False)
    organisation_id: Mapped[int] = references("organisation.id")
    subject: Mapped[Subject] = mapped_column(one_of(Subject))
    #: "2026-H1", or "2026" for what is counted by the year.
    term: Mapped[str] = mapped_column(String(16))
    #: The part of the term in which the organisation was a party (local dates).
    first_on: Mapped[date]
    last_on: Mapped[date]
    #: 1 for the first report of the term; a correction is the next.
    revision: Mapped[int]
    #: The local date that it speaks of; not later than the day it was given.
    reported_on: Mapped[date]
    #: Yes or no to whether the party works actively; only there.
    works: Mapped[bool | None]
    #: People in the target group, of them women and men, and those who reached rehabilitation.
    people: Mapped[int | None]
    women: Mapped[int | None]
    men: Mapped[int | None]
    rehabilitated: Mapped[int | None]
    #: Services valid on `reported_on`, cases left unasked, or meetings held; by the subject.
    number: Mapped[int | None]
    comment: Mapped[str] = mapped_column(Text)
    reported_by_id: Mapped[int] = references("person.id", index=False)
    #: When the service was told (UTC).
    reported_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()
    reported_by: Mapped[Person] = relationship()


class PreparatoryService(Base):
    """Förrehabiliterande insats: what a municipality offers, from when, and whom to ask."""

    __tablename__ = "preparatory_service"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", "span"),
        UniqueConstraint("organisation_id", "name", "valid_from"),
    )

    id: Mapped[int] = key_column()
    association_id: Mapped[int] = references("association.id")
    organisation_id: Mapped[int] = references("organisation.id", index=False)
    name: Mapped[str] = mapped_column(String(200))
    #: What it is for, in plain words.
    purpose: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(200))
    #: A function, never a person.
    contact: Mapped[str] = mapped_column(String(200))
    #: First and last local date that it is offered; None: until further notice.
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    changed_at: Mapped[datetime]
    #: Raised by every change; a form that carries an older one is stale.
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it
