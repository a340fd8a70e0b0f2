"""The rules that follow single cases: a table a kind."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.rules import RULES, Facts, Outcome

#: Monday before Easter; 3 April is Good Friday and 6 April Easter Monday.
MONDAY = date(2026, 3, 30)
TEN = {ParameterUnit.WORKING_DAYS: "10"}
THREE = {ParameterUnit.WORKING_DAYS: "3"}
HALF = {ParameterUnit.PERCENT: "50"}
NINETY = {ParameterUnit.PERCENT: "90"}


def noon(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 10, tzinfo=UTC)


def status(
    kind: str,
    now: datetime,
    decided: Mapping[ParameterUnit, str],
    event_on: date = MONDAY,
    **known: Any,
) -> Status:
    facts = Facts(event_on=event_on, now=now, decided=decided, **known)
    return RULES[kind].judge(facts).status


@pytest.mark.parametrize(
    ("outcome", "now", "expected"),
    [
        (Outcome.KEPT, noon(3, 30), Status.PENDING),
        (Outcome.KEPT, noon(3, 31), Status.MET),
        (Outcome.NOT_KEPT, noon(3, 30), Status.PENDING),
        (Outcome.NOT_KEPT, noon(3, 31), Status.NOT_MET),
        (Outcome.NONE, noon(3, 30), Status.PENDING),
        (Outcome.NONE, noon(3, 31), Status.UNREPORTED),
    ],
)
def test_a_condition_is_met_or_not_when_its_day_is_over(
    outcome: Outcome, now: datetime, expected: Status
) -> None:
    assert status("case_gate", now, {}, outcome=outcome) is expected


@pytest.mark.parametrize(
    ("outcome", "expected"), [(Outcome.NOT_KEPT, Status.NOT_MET), (Outcome.KEPT, Status.MET)]
)
def test_a_condition_is_swept_at_the_end_of_its_day(outcome: Outcome, expected: Status) -> None:
    facts = Facts(event_on=MONDAY, now=noon(3, 1), outcome=outcome)
    verdict = RULES["case_gate"].judge(facts)
    assert verdict.sweep_at == datetime(2026, 3, 30, 22, tzinfo=UTC)
    assert verdict.at_sweep is expected


#: Ten working days after 30 March, with Easter between, are 15 April.
_FOLLOWED_UP = [
    (None, noon(4, 15), Status.PENDING, 0),
    (None, noon(4, 16), Status.UNREPORTED, 0),
    (date(2026, 3, 30), noon(3, 30), Status.MET, 0),
    (date(2026, 4, 15), noon(4, 15), Status.MET, 0),
    (date(2026, 4, 16), noon(4, 16), Status.NOT_MET, 1),
    (date(2026, 4, 20), noon(4, 20), Status.NOT_MET, 3),
]


@pytest.mark.parametrize(("kept_on", "now", "expected", "late"), _FOLLOWED_UP)
def test_a_meeting_is_followed_up_within_working_days(
    kept_on: date | None, now: datetime, expected: Status, late: int
) -> None:
    facts = Facts(event_on=MONDAY, now=now, kept_on=kept_on, decided=TEN)
    verdict = RULES["followed_up_within"].judge(facts)
    assert (verdict.status, verdict.days_late, verdict.due_on) == (
        expected,
        late,
        date(2026, 4, 15),
    )


@pytest.mark.parametrize(
    ("kept_on", "now", "expected"),
    [
        # Three working days before Wednesday 8 April, Easter skipped, is Wednesday 1 April.
        (None, noon(4, 1), Status.PENDING),
        (None, noon(4, 2), Status.UNREPORTED),
        (date(2026, 3, 20), noon(3, 20), Status.MET),
        (date(2026, 4, 1), noon(4, 1), Status.MET),
        (date(2026, 4, 2), noon(4, 2), Status.NOT_MET),
        (date(2026, 4, 8), noon(4, 8), Status.NOT_MET),
        (date(2026, 4, 9), noon(4, 9), Status.NOT_MET),
    ],
)
def test_material_is_ready_working_days_before_the_meeting(
    kept_on: date | None, now: datetime, expected: Status
) -> None:
    meeting = date(2026, 4, 8)
    assert status("prepared_before", now, THREE, meeting, kept_on=kept_on) is expected


@pytest.mark.parametrize(
    ("counted", "total", "unknown", "decided", "expected"),
    [
        (0, 0, 0, NINETY, Status.NOT_ASSESSABLE),
        (9, 10, 0, NINETY, Status.MET),
        (8, 10, 0, NINETY, Status.NOT_MET),
        (8, 9, 1, NINETY, Status.UNREPORTED),
        (7, 9, 1, NINETY, Status.NOT_MET),
        (9, 9, 1, NINETY, Status.MET),
        (0, 0, 3, NINETY, Status.UNREPORTED),
        (1, 3, 0, HALF, Status.NOT_MET),
        (2, 3, 0, HALF, Status.MET),
    ],
)
def test_a_share_is_judged_when_the_half_year_is_over(
    counted: int, total: int, unknown: int, decided: dict[ParameterUnit, str], expected: Status
) -> None:
    end = date(2026, 6, 30)
    known = {"counted": counted, "total": total, "unknown": unknown}
    assert status("share_of_cases", noon(6, 30), decided, end, **known) is Status.PENDING
    assert status("share_of_cases", noon(7, 1), decided, end, **known) is expected


@pytest.mark.parametrize(
    ("kept_on", "now", "expected"),
    [
        (None, noon(4, 15), Status.PENDING),
        (None, noon(4, 16), Status.UNREPORTED),
        (date(2026, 3, 30), noon(4, 1), Status.MET),
        (date(2026, 4, 15), noon(4, 15), Status.MET),
        (date(2026, 4, 16), noon(4, 16), Status.PARTLY),
        (date(2026, 12, 1), noon(12, 1), Status.PARTLY),
    ],
)
def test_an_effort_is_never_a_miss(kept_on: date | None, now: datetime, expected: Status) -> None:
    assert status("effort_within", now, TEN, kept_on=kept_on) is expected


@pytest.mark.parametrize(
    ("kept_on", "now", "expected"),
    [
        (None, noon(4, 15), Status.PENDING),
        (None, noon(4, 16), Status.UNREPORTED),
        (date(2026, 4, 15), noon(4, 15), Status.MET),
        (date(2026, 4, 16), noon(4, 16), Status.NOT_MET),
    ],
)
def test_a_service_comes_in_time_or_late_and_silence_about_it_is_no_miss(
    kept_on: date | None, now: datetime, expected: Status
) -> None:
    assert status("service_within", now, TEN, kept_on=kept_on) is expected
