"""What goes into a rule and what comes out, and the arithmetic that several rules share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from atagande_agreements.civil_time import add_working_days, end_of_day, working_days_between
from atagande_agreements.commitments.models import ParameterUnit, Status

#: Calendar days after a term in which its report may come. The agreement sets none; a report that
#: is missing afterwards reads *Ej rapporterat*, which never is a breach.
REPORT_DAYS = 30
_WHOLE = 100


class Outcome(StrEnum):
    """What was said of a case, where a date or a count doesn't tell it."""

    #: Nothing yet.
    NONE = ""
    KEPT = "kept"
    NOT_KEPT = "not_kept"
    #: Someone summoned came, sent a deputy, or stayed away.
    ATTENDED = "attended"
    DEPUTY = "deputy"
    ABSENT = "absent"
    #: The occurrence is the convener's: that the meetings are held at all.
    CONVENES = "convenes"
    #: Nothing has been published since the follow-up began.
    NEVER = "never"
    #: What it arose from was called off; nothing is owed.
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule knows of an occurrence."""

    #: Local date of the event: a question sent, a meeting held, the last day of a term. It
    #: decides which parameter decisions apply.
    event_on: date
    #: Present moment (UTC).
    now: datetime
    #: Local date it was kept, or reported, on; None when it has not been.
    kept_on: date | None = None
    #: Local date that someone was summoned on; of issues to pass on, that the meeting was
    #: reported as held.
    asked_on: date | None = None
    #: How many of `total` were as they should be; `unknown` more are not reported.
    counted: int = 0
    total: int = 0
    unknown: int = 0
    outcome: Outcome = Outcome.NONE
    #: Training by date: (trained on, number of people).
    trained: tuple[tuple[date, int], ...] = ()
    #: Values decided and in force on `event_on`, by the unit of their parameter.
    decided: Mapping[ParameterUnit, str] = field(default_factory=dict)

    def number(self, unit: ParameterUnit) -> int:
        """Return the decided number of a unit that the rule needs."""
        return int(self.decided[unit])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of an occurrence."""

    status: Status
    #: Last local date to keep it on.
    due_on: date | None = None
    #: Moment from which the sweep settles it; None when there is nothing to sweep.
    sweep_at: datetime | None = None
    #: What the sweep settles it as.
    at_sweep: Status = Status.NOT_MET
    #: Working days kept too late.
    days_late: int = 0
    #: How many counted, where the rule works that out itself.
    counted: int | None = None


UNDECIDED = Verdict(Status.NOT_ASSESSABLE)


def wait(facts: Facts, due_on: date, then: Status) -> Verdict:
    """Return the verdict that waits for the end of `due_on` and is `then` from there on."""
    over = end_of_day(due_on)
    return Verdict(Status.PENDING if facts.now < over else then, due_on, over, then)


def by_date(facts: Facts, due_on: date, *, missing: Status = Status.NOT_MET) -> Verdict:
    """Return whether it was kept on or before `due_on`; `missing` if nothing is known then."""
    if facts.kept_on is None:
        return wait(facts, due_on, missing)
    if facts.kept_on <= due_on:
        return Verdict(Status.MET, due_on)
    late = working_days_between(due_on, facts.kept_on)
    return Verdict(Status.NOT_MET, due_on, end_of_day(due_on), days_late=late)


def within_working_days(facts: Facts, *, missing: Status = Status.NOT_MET) -> Verdict:
    """Return whether it was kept within the decided number of working days after the event."""
    days = facts.number(ParameterUnit.WORKING_DAYS)
    return by_date(facts, add_working_days(facts.event_on, days), missing=missing)


def needed(share: int, total: int) -> int:
    """Return the fewest of `total` that are `share` percent of it."""
    return -(-total * share // _WHOLE)


def reached(facts: Facts, required: int) -> Status:
    """Return whether `required` were reached; *Ej rapporterat* if the unknown could decide it."""
    if facts.counted >= required:
        return Status.MET
    return Status.UNREPORTED if facts.counted + facts.unknown >= required else Status.NOT_MET


def share_of_term(facts: Facts) -> Verdict:
    """Return whether the decided share was reached when the term ended; of nothing, nothing."""
    if facts.total + facts.unknown == 0:
        return wait(facts, facts.event_on, Status.NOT_ASSESSABLE)
    required = needed(facts.number(ParameterUnit.PERCENT), facts.total + facts.unknown)
    return wait(facts, facts.event_on, reached(facts, required))


def report_due(facts: Facts) -> date:
    """Return the last local date for the report of a term."""
    return facts.event_on + timedelta(days=REPORT_DAYS)
