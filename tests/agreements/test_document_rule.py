"""Documents updated within the decided days: what the rule says, day by day."""

from datetime import UTC, date, datetime

import pytest

from atagande_agreements.civil_time import end_of_day
from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.rules import Facts
from atagande_agreements.rules.document_updated import EVERY, NEEDS, judge

DECIDED = date(2026, 5, 4)
LAST = date(2026, 5, 18)
JUNE = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("days", "published_on", "today", "due_on", "said"),
    [
        pytest.param(14, None, DECIDED, LAST, (Status.PENDING, 0), id="new"),
        pytest.param(14, None, LAST, LAST, (Status.PENDING, 0), id="last day"),
        pytest.param(14, None, date(2026, 5, 19), LAST, (Status.NOT_MET, 0), id="over"),
        pytest.param(14, DECIDED, DECIDED, LAST, (Status.MET, 0), id="same day"),
        pytest.param(14, LAST, JUNE, LAST, (Status.MET, 0), id="in time"),
        pytest.param(14, date(2026, 5, 19), JUNE, LAST, (Status.NOT_MET, 1), id="late"),
        # Calendar days: a last day on a Sunday stays there.
        pytest.param(
            13, date(2026, 5, 17), JUNE, date(2026, 5, 17), (Status.MET, 0), id="on a Sunday"
        ),
        pytest.param(
            1, date(2026, 5, 6), JUNE, date(2026, 5, 5), (Status.NOT_MET, 1), id="one day"
        ),
    ],
)
def test_a_version_is_in_time_on_the_last_calendar_day(
    days: int, published_on: date | None, today: date, due_on: date, said: tuple[Status, int]
) -> None:
    verdict = judge(
        Facts(
            event_on=DECIDED,
            now=datetime(today.year, today.month, today.day, 10, tzinfo=UTC),
            kept_on=published_on,
            decided={ParameterUnit.CALENDAR_DAYS: str(days)},
        )
    )
    assert (verdict.due_on, (verdict.status, verdict.days_late)) == (due_on, said)
    if published_on is None:
        assert verdict.sweep_at == end_of_day(due_on)


def test_each_decision_is_a_case_of_its_own_and_needs_its_days() -> None:
    assert EVERY is None
    assert NEEDS == (ParameterUnit.CALENDAR_DAYS,)
