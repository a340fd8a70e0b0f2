"""What the rules about meetings say, case by case."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.rules import (
    Facts,
    Outcome,
    attends_each,
    attends_per_period,
    attends_when_summoned,
    held_per_period,
    lifted_issues,
)

YEAR_END = date(2026, 12, 31)
OVER = datetime(2027, 1, 1, 12, tzinfo=UTC)
DURING = datetime(2026, 10, 1, 12, tzinfo=UTC)


def year(now: datetime = OVER, **known: object) -> Facts:
    decided = {
        ParameterUnit.PER_YEAR: "4",
        ParameterUnit.COUNT: "1",
        ParameterUnit.PERCENT: "50",
    }
    return replace(Facts(YEAR_END, now, decided=decided), **known)  # type: ignore[arg-type]  # one test's own


@pytest.mark.parametrize(
    ("held", "total", "unknown", "status"),
    [
        (4, 4, 0, Status.MET),
        (5, 6, 0, Status.MET),
        (3, 3, 0, Status.NOT_MET),
        (3, 3, 1, Status.UNREPORTED),
        (2, 2, 1, Status.NOT_MET),
        (0, 0, 0, Status.UNREPORTED),
        (0, 0, 2, Status.UNREPORTED),
        (0, 3, 0, Status.NOT_MET),
    ],
)
def test_held_so_many_times_a_year(held: int, total: int, unknown: int, status: Status) -> None:
    facts = year(counted=held, total=total, unknown=unknown)
    assert held_per_period.judge(facts).status is status
    waiting = held_per_period.judge(replace(facts, now=DURING))
    assert waiting.status is (Status.MET if status is Status.MET else Status.PENDING)
    assert status is Status.MET or waiting.at_sweep is status


@pytest.mark.parametrize(
    ("there", "held", "unknown", "status"),
    [
        (1, 2, 0, Status.MET),
        (0, 2, 0, Status.NOT_MET),
        (1, 3, 0, Status.NOT_MET),
        (2, 3, 0, Status.MET),
        (0, 0, 0, Status.NOT_ASSESSABLE),
        (0, 1, 1, Status.UNREPORTED),
        (1, 1, 1, Status.MET),
        (0, 0, 1, Status.UNREPORTED),
    ],
)
def test_attends_the_decided_half_of_what_is_held(
    there: int, held: int, unknown: int, status: Status
) -> None:
    facts = year(counted=there, total=held, unknown=unknown)
    assert attends_each.judge(facts).status is status
    assert attends_each.judge(replace(facts, now=DURING)).status is Status.PENDING


@pytest.mark.parametrize(
    ("required", "there", "held", "unknown", "status"),
    [
        (4, 4, 4, 0, Status.MET),
        (4, 3, 4, 0, Status.NOT_MET),
        (3, 3, 4, 0, Status.MET),
        # Fewer than were to be held: whoever came to all of them has kept it.
        (4, 3, 3, 0, Status.MET),
        (4, 2, 3, 0, Status.NOT_MET),
        (4, 0, 0, 0, Status.NOT_ASSESSABLE),
        # What isn't known could make up for it, or could not.
        (3, 2, 3, 1, Status.UNREPORTED),
        (4, 2, 2, 2, Status.UNREPORTED),
        (4, 1, 3, 1, Status.NOT_MET),
        (4, 0, 0, 3, Status.UNREPORTED),
    ],
)
def test_a_party_attends_so_many_of_the_years_meetings(
    required: int, there: int, held: int, unknown: int, status: Status
) -> None:
    facts = year(counted=there, total=held, unknown=unknown)
    facts = replace(facts, decided={**facts.decided, ParameterUnit.PER_YEAR: str(required)})
    assert attends_per_period.judge(facts).status is status


@pytest.mark.parametrize(
    ("held", "unknown", "status"),
    [
        (4, 0, Status.MET),
        (3, 0, Status.NOT_MET),
        (3, 1, Status.UNREPORTED),
        (2, 1, Status.NOT_MET),
        (0, 0, Status.UNREPORTED),
    ],
)
@pytest.mark.parametrize("attendance", ["1", "4"])
def test_the_convener_holds_four_whatever_the_parties_owe(
    held: int, unknown: int, status: Status, attendance: str
) -> None:
    facts = year(counted=held, total=held, unknown=unknown, outcome=Outcome.CONVENES)
    facts = replace(facts, decided={**facts.decided, ParameterUnit.PER_YEAR: attendance})
    assert attends_per_period.judge(facts).status is status


MEETING = date(2026, 5, 12)
AFTER = datetime(2026, 5, 13, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "asked_on", "deputies", "status"),
    [
        (Outcome.ATTENDED, date(2026, 4, 21), "0", Status.MET),
        (Outcome.DEPUTY, date(2026, 4, 21), "1", Status.MET),
        (Outcome.DEPUTY, date(2026, 4, 21), "0", Status.NOT_MET),
        (Outcome.ABSENT, date(2026, 4, 21), "1", Status.NOT_MET),
        (Outcome.NONE, date(2026, 4, 21), "1", Status.UNREPORTED),
        # Called a day later than three weeks before: it binds nobody.
        (Outcome.ABSENT, date(2026, 4, 22), "1", Status.NOT_ASSESSABLE),
        # The summons never got there.
        (Outcome.ABSENT, None, "1", Status.NOT_ASSESSABLE),
    ],
)
def test_attends_when_summoned(
    outcome: Outcome, asked_on: date | None, deputies: str, status: Status
) -> None:
    facts = Facts(
        MEETING,
        AFTER,
        asked_on=asked_on,
        outcome=outcome,
        decided={ParameterUnit.WEEKS: "3", ParameterUnit.BOOLEAN: deputies},
    )
    assert attends_when_summoned.judge(facts).status is status


@pytest.mark.parametrize(
    ("kept_on", "status"),
    [
        (date(2026, 5, 12), Status.MET),
        # Ascension Day on the 14th is no working day.
        (date(2026, 5, 20), Status.MET),
        (date(2026, 5, 21), Status.NOT_MET),
        (None, Status.NOT_MET),
    ],
)
def test_issues_are_passed_on_within_five_working_days(
    kept_on: date | None, status: Status
) -> None:
    facts = Facts(
        MEETING,
        datetime(2026, 6, 1, tzinfo=UTC),
        kept_on=kept_on,
        decided={ParameterUnit.WORKING_DAYS: "5"},
    )
    verdict = lifted_issues.judge(facts)
    assert (verdict.status, verdict.due_on) == (status, date(2026, 5, 20))
    early = lifted_issues.judge(replace(facts, kept_on=None, now=AFTER))
    assert (early.status, early.at_sweep) == (Status.PENDING, Status.NOT_MET)


@pytest.mark.parametrize(
    ("reported_on", "due_on"),
    [
        (None, date(2026, 5, 20)),
        (MEETING, date(2026, 5, 20)),
        (date(2026, 5, 1), date(2026, 5, 20)),
        (date(2026, 5, 27), date(2026, 6, 3)),
    ],
)
def test_issues_are_counted_from_the_report_when_it_comes_after_the_meeting(
    reported_on: date | None, due_on: date
) -> None:
    facts = Facts(MEETING, AFTER, asked_on=reported_on, decided={ParameterUnit.WORKING_DAYS: "5"})
    assert lifted_issues.judge(facts).due_on == due_on
    assert lifted_issues.judge(replace(facts, kept_on=due_on)).status is Status.MET
    late = replace(facts, kept_on=due_on + timedelta(days=1))
    assert lifted_issues.judge(late).status is Status.NOT_MET


@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.booleans(), st.booleans()), max_size=5),
)
def test_an_unreported_verdict_is_one_that_the_unknown_could_change(
    required: int, meetings: list[tuple[bool, bool]]
) -> None:
    """A verdict that stands stays the same however the rest is reported."""

    def status(counted: int, total: int, unknown: int) -> Status:
        facts = year(counted=counted, total=total, unknown=unknown)
        facts = replace(facts, decided={**facts.decided, ParameterUnit.PER_YEAR: str(required)})
        return attends_per_period.judge(facts).status

    known = [there for there, is_known in meetings if is_known]
    unknown = len(meetings) - len(known)
    now = status(sum(known), len(known), unknown)
    ends = {
        status(sum(known) + there, len(known) + held, 0)
        for held in range(unknown + 1)
        for there in range(held + 1)
    }
    if now in {Status.MET, Status.NOT_MET}:
        assert ends == {now}
    elif now is Status.UNREPORTED:
        assert unknown > 0
