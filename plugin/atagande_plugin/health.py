"""The whole health check of an agreement: what the agreement lacks, and what the calendar does."""

from datetime import date

from sqlalchemy.orm import Session

from atagande_agreements.commitments.queries import InForce
from atagande_agreements.health.finding import Finding, worst_first
from atagande_agreements.health.findings import findings
from atagande_agreements.health.known import read
from atagande_calendar import health


def examine(session: Session, one: InForce, today: date) -> list[Finding]:
    """Return what an agreement lacks on a local date, the worst first."""
    known = read(session, one, today)
    return worst_first([*findings(known), *health.findings(session, known)])
