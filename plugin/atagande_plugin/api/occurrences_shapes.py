"""Answers about occurrences: how each was judged, by which decisions, and on what."""

from datetime import date, datetime

from atagande_agreements.commitments.models import OnMiss, Status
from atagande_plugin.api.shapes import JudgedBy, Party, Shape


class EvidenceCount(Shape):
    """What shows that something was kept, who reported it, and its count if it is one."""

    effective_on: date
    received_at: datetime
    reported_by: str


class OccurrenceLine(Shape):
    """One thing to keep."""

    id: int
    party: Party
    #: What it arose from: "period", "convened", "meeting", "enquiry" and so on, never which.
    arose_from: str
    event_on: date
    due_on: date | None
    kept_on: date | None
    days_late: int
    #: null: so small that only the party itself sees it, or shown with certificates.
    counted: int | None
    total: int | None
    unknown: int | None
    outcome: str
    status: Status
    on_miss: OnMiss
    judged_by: list[JudgedBy]
    evidence: list[EvidenceCount]
    deviation: int | None


class OccurrenceList(Shape):
    """Occurrences of a commitment."""

    items: list[OccurrenceLine]
    next: int | None
