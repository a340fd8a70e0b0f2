"""The rule of competence: a share of the staff has training that is still valid."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.rules import competence
from atagande_agreements.rules.verdict import Facts

DECIDED = {ParameterUnit.MONTHS: "24", ParameterUnit.PERCENT: "80"}
LAST = date(2026, 6, 30)
SPRING = datetime(2026, 3, 2, 8, tzinfo=UTC)
ON = date(2026, 3, 2)


def facts(**known: object) -> Facts:
    return Facts(**({"event_on": LAST, "now": SPRING, "decided": DECIDED} | known))  # type: ignore[arg-type]  # a table of facts


@pytest.mark.parametrize(
    ("total", "trained", "status", "counted"),
    [
        pytest.param(20, [(date(2025, 5, 1), 12)], Status.NOT_MET, 12, id="60 percent"),
        pytest.param(20, [(date(2025, 5, 1), 16)], Status.MET, 16, id="80 percent"),
        pytest.param(21, [(date(2025, 5, 1), 16)], Status.NOT_MET, 16, id="just under"),
        pytest.param(3, [(date(2025, 5, 1), 2)], Status.NOT_MET, 2, id="rounded up"),
        pytest.param(1, [(date(2025, 5, 1), 1)], Status.MET, 1, id="one of one"),
        pytest.param(20, [], Status.NOT_MET, 0, id="nobody"),
        pytest.param(
            20, [(date(2024, 3, 1), 10), (date(2025, 5, 1), 10)], Status.NOT_MET, 10, id="expired"
        ),
        pytest.param(20, [(date(2024, 3, 2), 16)], Status.MET, 16, id="on its last day"),
        pytest.param(20, [(date(2024, 3, 1), 16)], Status.NOT_MET, 0, id="the day after"),
        pytest.param(20, [(date(2026, 3, 3), 16)], Status.NOT_MET, 0, id="not yet held"),
    ],
)
def test_a_report_is_judged_by_what_is_valid_on_its_day(
    total: int, trained: list[tuple[date, int]], status: Status, counted: int
) -> None:
    verdict = competence.judge(facts(kept_on=ON, total=total, trained=tuple(trained)))
    assert (verdict.status, verdict.counted, verdict.due_on) == (status, counted, ON)
    over = datetime(2026, 3, 2, 23, tzinfo=UTC)
    assert verdict.sweep_at == (None if status is Status.MET else over)


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (SPRING, Status.PENDING),
        (datetime(2026, 7, 30, 21, 59, tzinfo=UTC), Status.PENDING),
        (datetime(2026, 7, 30, 22, tzinfo=UTC), Status.UNREPORTED),
    ],
)
def test_no_report_waits_thirty_days_and_is_then_unreported(now: datetime, status: Status) -> None:
    verdict = competence.judge(facts(now=now))
    assert verdict.status is status
    assert verdict.at_sweep is Status.UNREPORTED


@pytest.mark.parametrize("trained", [0, 12, 20], ids=["nobody", "60 percent", "all"])
@pytest.mark.parametrize(
    ("now", "status"),
    [
        (SPRING, Status.PENDING),
        (datetime(2026, 7, 30, 21, 59, tzinfo=UTC), Status.PENDING),
        (datetime(2026, 7, 30, 22, tzinfo=UTC), Status.UNREPORTED),
    ],
)
def test_the_units_that_have_reported_never_decide_for_a_silent_one(
    now: datetime, status: Status, trained: int
) -> None:
    known = facts(now=now, kept_on=ON, total=20, unknown=1, trained=((date(2025, 5, 1), trained),))
    verdict = competence.judge(known)
    assert (verdict.status, verdict.at_sweep) == (status, Status.UNREPORTED)
    assert (verdict.due_on, verdict.counted) == (date(2026, 7, 30), trained)


def test_a_report_that_concerns_nobody_is_not_assessed() -> None:
    assert competence.judge(facts(kept_on=ON, total=0)).status is Status.NOT_ASSESSABLE


@pytest.mark.parametrize(
    ("trained_on", "months", "last"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2024, 1, 15), 24, date(2026, 1, 15)),
    ],
)
def test_the_last_day_is_the_same_day_of_the_month(
    trained_on: date, months: int, last: date
) -> None:
    assert competence.last_day(trained_on, months) == last


DAYS = st.dates(date(2019, 1, 1), date(2026, 3, 2))
ROWS = st.lists(st.tuples(DAYS, st.integers(1, 50)), max_size=12)


@given(rows=ROWS, chance=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(
    rows: list[tuple[date, int]], chance: object
) -> None:
    mixed = list(rows)
    chance.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    total = sum(people for _, people in rows) + 1
    one = competence.judge(facts(kept_on=ON, total=total, trained=tuple(rows)))
    other = competence.judge(facts(kept_on=ON, total=total, trained=tuple(mixed)))
    assert one == other


@given(rows=ROWS, months=st.integers(1, 119))
def test_longer_validity_never_counts_fewer(rows: list[tuple[date, int]], months: int) -> None:
    assert competence.valid(rows, ON, months) <= competence.valid(rows, ON, months + 1)
