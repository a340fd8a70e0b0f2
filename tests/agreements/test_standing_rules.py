"""What a half-year's own report shows: active work, services to offer, and asking when unclear."""

from datetime import UTC, date, datetime

import pytest

from atagande_agreements.civil_time import end_of_day
from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.followup.figures import Figure, Figures
from atagande_agreements.followup.figures_models import FigureKind
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.suppress import LIMIT, Place
from atagande_agreements.periods import Every, Term, term_of
from atagande_agreements.rules import asked_when_unclear, held_per_period, standing
from atagande_agreements.rules.verdict import Facts
from atagande_agreements.standing.figures import PEOPLE, UNASKED
from atagande_agreements.standing.small import Counts, as_published
from atagande_agreements.standing.when import choose, terms_to_report, window

END = date(2026, 6, 30)
DUE = date(2026, 7, 30)
IN_TERM = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
AFTER_TERM = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
LAST_MINUTE = datetime(2026, 7, 30, 21, 59, tzinfo=UTC)
OVER = datetime(2026, 7, 30, 22, 0, tzinfo=UTC)
TOLD = date(2026, 5, 4)


@pytest.mark.parametrize(
    ("counted", "told", "required", "now", "status"),
    [
        # Nobody has said anything: open until the time is over, and never a miss.
        (0, None, None, IN_TERM, Status.PENDING),
        (0, None, None, LAST_MINUTE, Status.PENDING),
        (0, None, None, OVER, Status.UNREPORTED),
        # Yes settles it at once; no waits, since it may be corrected.
        (1, TOLD, None, IN_TERM, Status.MET),
        (0, TOLD, None, IN_TERM, Status.PENDING),
        (0, TOLD, None, LAST_MINUTE, Status.PENDING),
        (0, TOLD, None, OVER, Status.NOT_MET),
        # As many services as decided, and one fewer.
        (3, TOLD, 3, IN_TERM, Status.MET),
        (2, TOLD, 3, LAST_MINUTE, Status.PENDING),
        (2, TOLD, 3, OVER, Status.NOT_MET),
        (0, None, 3, OVER, Status.UNREPORTED),
    ],
)
def test_a_standing_commitment_is_what_its_report_says(
    counted: int, told: date | None, required: int | None, now: datetime, status: Status
) -> None:
    decided = {} if required is None else {ParameterUnit.COUNT: str(required)}
    facts = Facts(event_on=END, now=now, kept_on=told, counted=counted, decided=decided)
    verdict = standing.judge(facts)
    assert (verdict.status, verdict.due_on) == (status, DUE)
    assert verdict.sweep_at == (None if status is Status.MET else end_of_day(DUE))


@pytest.mark.parametrize(
    ("asked", "left_out", "told", "now", "status"),
    [
        (0, 0, None, IN_TERM, Status.PENDING),
        (0, 0, None, AFTER_TERM, Status.PENDING),
        (0, 0, None, OVER, Status.UNREPORTED),
        # What was asked shows it, unless the report names what was not.
        (3, 0, None, AFTER_TERM, Status.PENDING),
        (3, 0, None, OVER, Status.MET),
        (3, 0, TOLD, IN_TERM, Status.PENDING),
        (3, 0, TOLD, AFTER_TERM, Status.MET),
        (0, 0, TOLD, AFTER_TERM, Status.MET),
        (3, 1, TOLD, LAST_MINUTE, Status.PENDING),
        (3, 1, TOLD, OVER, Status.NOT_MET),
        (0, 1, TOLD, OVER, Status.NOT_MET),
    ],
)
def test_asking_when_unclear_is_kept_unless_a_case_was_left_out(
    asked: int, left_out: int, told: date | None, now: datetime, status: Status
) -> None:
    facts = Facts(event_on=END, now=now, kept_on=told, counted=asked, total=asked + left_out)
    verdict = asked_when_unclear.judge(facts)
    assert verdict.status is status


def test_a_report_of_no_meetings_at_all_is_a_report() -> None:
    over = datetime(2027, 1, 1, 8, 0, tzinfo=UTC)
    decided = {ParameterUnit.PER_YEAR: "4"}
    silent = Facts(event_on=date(2026, 12, 31), now=over, decided=decided)
    said_none = Facts(
        event_on=date(2026, 12, 31), now=over, kept_on=date(2026, 12, 1), decided=decided
    )
    assert held_per_period.judge(silent).status is Status.UNREPORTED
    assert held_per_period.judge(said_none).status is Status.NOT_MET


def _windows(today: date, every: Every) -> list[object]:
    return [window(term, (term.first, term.last), every) for term in terms_to_report(today, every)]


@pytest.mark.parametrize(
    ("today", "reported", "chosen"),
    [
        (date(2026, 7, 1), set(), "2026-H1"),
        (date(2026, 7, 30), set(), "2026-H1"),
        (date(2026, 7, 31), set(), "2026-H2"),
        (date(2026, 7, 1), {"2026-H1"}, "2026-H2"),
        (date(2026, 6, 30), set(), "2026-H1"),
        (date(2026, 6, 30), {"2026-H1"}, "2026-H1"),
        (date(2027, 1, 1), {"2026-H1"}, "2026-H2"),
    ],
)
def test_the_ended_half_year_is_reported_until_its_time_is_over(
    today: date, reported: set[str], chosen: str
) -> None:
    found = choose(_windows(today, Every.HALF_YEAR), reported, today)  # type: ignore[arg-type]  # windows
    assert found is not None
    assert found.term.key == chosen


def test_nobody_reports_a_term_in_which_they_were_no_party() -> None:
    ended = Term("2026-H1", date(2026, 1, 1), date(2026, 6, 30))
    only = [window(ended, (ended.first, date(2026, 3, 31)), Every.HALF_YEAR)]
    assert choose(only, {"2026-H1"}, date(2026, 7, 1)) is None


def test_a_half_year_waits_for_its_report_and_a_year_is_judged_when_it_ends() -> None:
    half = term_of(date(2026, 5, 4), Every.HALF_YEAR)
    year = term_of(date(2026, 5, 4), Every.YEAR)
    assert window(half, (half.first, half.last), Every.HALF_YEAR).due_on == DUE
    assert window(year, (year.first, year.last), Every.YEAR).due_on == date(2026, 12, 31)


def test_others_read_what_is_published_of_a_party_and_nothing_else() -> None:
    told = Counts(people=40, women=22, men=18, unasked=2)
    span = Period(date(2026, 1, 1), END)

    def figure(measure: str, sex: str, value: int | None, *, small: bool = False) -> Figure:
        return Figure(
            measure, sex, FigureKind.COUNT, Place(4), value, value is None, small, (span,)
        )

    rows = (
        figure(PEOPLE, "", 38),
        figure(PEOPLE, "women", None),
        figure(PEOPLE, "men", None),
        figure(UNASKED, "", None, small=True),
    )
    seen = as_published(told, Figures(span, rows, LIMIT, ()), 4)
    assert seen == Counts(
        people=38,
        hidden=frozenset({"women", "men", "unasked"}),
        small=frozenset({"unasked"}),
    )
    nothing = as_published(told, None, 4)
    assert nothing == Counts(hidden=frozenset({"people", "women", "men", "unasked"}))
