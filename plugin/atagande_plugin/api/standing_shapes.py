"""What the API answers about self-reports and preparatory services."""

from datetime import date

from atagande_agreements.standing.models import Subject
from atagande_plugin.api.shapes import Moment, Shape


class SelfReportLine(Shape):
    """A report; what is hidden from the caller is null and named in `hidden`."""

    id: int
    organisation: str
    subject: Subject
    #: "2026-H1", or "2026".
    term: str
    first_on: date
    last_on: date
    reported_on: date
    works: bool | None
    people: int | None
    women: int | None
    men: int | None
    rehabilitated: int | None
    #: Services valid on the day, cases left unasked, or meetings held.
    number: int | None
    hidden: list[str]
    comment: str
    reported_at: Moment
    revision: int


class SelfReportList(Shape):
    """The last revision of each report."""

    items: list[SelfReportLine]
    next: int | None


class AwaitingLine(Shape):
    """A term to report."""

    subject: Subject
    commitment: str
    term: str
    first_on: date
    last_on: date
    #: Last day before it is judged.
    due_on: date
    #: Last day to correct it.
    closes_on: date


class AwaitingList(Shape):
    """What waits to be reported, the first to be over first."""

    items: list[AwaitingLine]


class ServiceLine(Shape):
    """A preparatory service."""

    id: int
    organisation: str
    name: str
    purpose: str
    place: str
    contact: str
    valid_from: date
    valid_to: date | None
    #: It is offered today and ends within 30 days.
    ends_soon: bool
    version: int


class ServiceList(Shape):
    """Services that are offered or will be, or those that have ended."""

    items: list[ServiceLine]
    next: int | None
