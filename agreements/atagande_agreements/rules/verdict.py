"""What goes into a rule and what comes out."""

from dataclasses import dataclass
from datetime import date, datetime

from atagande_agreements.commitments.models import Status


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule knows of an occurrence."""

    #: Local date of the event that starts it (a question sent, a period begun).
    event_on: date
    #: Local date it was kept, or None.
    kept_on: date | None
    #: Value of the parameter decision in force on `event_on`, in the parameter's unit; None when
    #: the steering group had decided nothing by then.
    decided: int | None
    #: Present moment (UTC).
    now: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of an occurrence."""

    status: Status
    #: Last local date to keep it on.
    due_on: date | None = None
    #: Moment from which the sweep counts it as missed; None when there is nothing to sweep.
    sweep_at: datetime | None = None
    #: Working days kept too late.
    days_late: int = 0


UNDECIDED = Verdict(Status.NOT_ASSESSABLE)
