"""Published and confirmed anew: when it is kept, and what reads when it is not."""

from datetime import UTC, date, datetime

import pytest

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.rules import Facts, Outcome
from atagande_agreements.rules.published_reconfirmed import EVERY, NEEDS, judge

EVENT = date(2026, 1, 31)
#: Six months after the last of January: the last day of a month that is as long.
DUE = date(2026, 7, 31)
NONE, NEVER = Outcome.NONE, Outcome.NEVER
PENDING, MET, NOT_MET, UNREPORTED = (
    Status.PENDING,
    Status.MET,
    Status.NOT_MET,
    Status.UNREPORTED,
)


def facts(now: str, kept_on: date | None, outcome: Outcome, months: str = "6") -> Facts:
    return Facts(
        event_on=EVENT,
        now=datetime.fromisoformat(now).replace(tzinfo=UTC),
        kept_on=kept_on,
        outcome=outcome,
        decided={ParameterUnit.MONTHS: months},
    )


@pytest.mark.parametrize(
    ("now", "kept_on", "outcome", "status", "at_sweep", "late"),
    [
        # Something is published, and waits to be confirmed anew.
        ("2026-02-01T10:00", None, NONE, PENDING, NOT_MET, 0),
        # The last day is over at midnight in Stockholm, 22.00 UTC in summer.
        ("2026-07-31T21:59", None, NONE, PENDING, NOT_MET, 0),
        ("2026-07-31T22:00", None, NONE, NOT_MET, NOT_MET, 0),
        ("2026-03-01T10:00", date(2026, 3, 1), NONE, MET, NOT_MET, 0),
        ("2026-08-05T10:00", DUE, NONE, MET, NOT_MET, 0),
        # Friday 31 July was the last day; Monday 3 August is one working day late.
        ("2026-08-05T10:00", date(2026, 8, 3), NONE, NOT_MET, NOT_MET, 1),
        # Nothing is published: what is missing is not reported, never a breach.
        ("2026-02-01T10:00", None, NEVER, PENDING, UNREPORTED, 0),
        ("2026-07-31T22:00", None, NEVER, UNREPORTED, UNREPORTED, 0),
        ("2026-08-05T10:00", DUE, NEVER, MET, NOT_MET, 0),
        ("2026-08-05T10:00", date(2026, 8, 3), NEVER, UNREPORTED, UNREPORTED, 0),
    ],
)
def test_what_is_said_of_it(  # noqa: PLR0917 - one row of the table
    now: str, kept_on: date | None, outcome: Outcome, status: Status, at_sweep: Status, late: int
) -> None:
    verdict = judge(facts(now, kept_on, outcome))
    assert (verdict.status, verdict.due_on, verdict.days_late) == (status, DUE, late)
    if status is not MET:
        assert verdict.at_sweep is at_sweep


@pytest.mark.parametrize(
    ("months", "due_on"),
    [
        ("1", date(2026, 2, 28)),
        ("3", date(2026, 4, 30)),
        ("12", date(2027, 1, 31)),
        ("25", date(2028, 2, 29)),
    ],
)
def test_months_end_with_the_month(months: str, due_on: date) -> None:
    assert judge(facts("2026-02-01T10:00", None, NONE, months)).due_on == due_on


def test_it_needs_the_decided_number_of_months_and_has_no_terms() -> None:
    assert (NEEDS, EVERY) == ((ParameterUnit.MONTHS,), None)
