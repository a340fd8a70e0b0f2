"""The rules of certificates (P2) and of asking through another therapist (P4)."""

from datetime import UTC, date, datetime

import pytest

from atagande_agreements.certificates.counts import BySex, Counts, split_of
from atagande_agreements.certificates.errors import (
    HalfSplit,
    MoreCompletedThanLacking,
    MoreLackingThanReceived,
    NegativeCount,
    SplitAboveWhole,
)
from atagande_agreements.certificates.terms import after, before, half_year, latest_ended
from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.errors import NotFound, Refused
from atagande_agreements.followup.suppress import shown
from atagande_agreements.rules import RULES
from atagande_agreements.rules.verdict import Facts

LAST = date(2026, 6, 30)
#: Thirty days after the half-year: its reports may come until then.
OVER = datetime(2026, 7, 31, 8, 0, tzinfo=UTC)
WAITING = datetime(2026, 7, 30, 8, 0, tzinfo=UTC)


def facts(counted: int, total: int, now: datetime = OVER, **known: object) -> Facts:
    given: dict[str, object] = {"decided": {ParameterUnit.PERCENT: "90"}, "kept_on": LAST}
    if not total:
        given["kept_on"] = None
    return Facts(LAST, now, counted=counted, total=total, **(given | known))  # type: ignore[arg-type]  # each row names what it changes


@pytest.mark.parametrize(
    ("known", "status"),
    [
        (facts(18, 20), Status.MET),
        (facts(17, 20), Status.NOT_MET),
        # 90 % of 11 is 9.9, so ten are needed.
        (facts(10, 11), Status.MET),
        (facts(9, 11), Status.NOT_MET),
        (facts(1, 1), Status.MET),
        (facts(0, 1), Status.NOT_MET),
        (facts(18, 20, WAITING), Status.PENDING),
        (facts(0, 0), Status.UNREPORTED),
        (facts(0, 0, WAITING), Status.PENDING),
        # A report that none came is a report.
        (facts(0, 0, kept_on=LAST), Status.NOT_ASSESSABLE),
        # Fewer than the sample.
        (
            facts(2, 9, decided={ParameterUnit.PERCENT: "90", ParameterUnit.COUNT: "10"}),
            Status.NOT_ASSESSABLE,
        ),
        (
            facts(2, 10, decided={ParameterUnit.PERCENT: "90", ParameterUnit.COUNT: "10"}),
            Status.NOT_MET,
        ),
    ],
)
def test_the_share_that_states_activity_capacity(known: Facts, status: Status) -> None:
    verdict = RULES["quality_counts"].judge(known)
    assert verdict.status is status
    assert verdict.due_on == date(2026, 7, 30)


@pytest.mark.parametrize("known", [facts(0, 0), facts(1, 1), facts(0, 1)])
def test_a_permission_is_never_judged(known: Facts) -> None:
    verdict = RULES["permission"].judge(known)
    assert (verdict.status, verdict.sweep_at, verdict.due_on) == (Status.NOT_ASSESSABLE, None, None)
    assert RULES["permission"].NEEDS == ()


@pytest.mark.parametrize(
    ("counts", "refusal", "field"),
    [
        (Counts(-1, 0, 0), NegativeCount, "received"),
        (Counts(5, 6, 0), MoreLackingThanReceived, "lacking"),
        (Counts(5, 3, 4), MoreCompletedThanLacking, "completed"),
        (Counts(5, 3, 1, BySex(3, 3, 1, 1)), SplitAboveWhole, "received_women"),
        (Counts(5, 3, 1, BySex(3, 2, 2, 2)), SplitAboveWhole, "lacking_women"),
        (Counts(5, 3, 1, BySex(1, 2, 2, 0)), MoreLackingThanReceived, "lacking_women"),
        (Counts(5, 3, 1, BySex(1, 2, 0, -1)), NegativeCount, "lacking_men"),
    ],
)
def test_a_part_is_never_more_than_its_whole(
    counts: Counts, refusal: type[Refused], field: str
) -> None:
    with pytest.raises(refusal) as caught:
        counts.check()
    assert caught.value.field == field


@pytest.mark.parametrize(
    "counts",
    [Counts(0, 0, 0), Counts(5, 5, 5), Counts(5, 3, 1, BySex(2, 2, 1, 1)), Counts(1, 0, 0)],
)
def test_parts_up_to_the_whole_are_taken(counts: Counts) -> None:
    counts.check()


def test_women_and_men_are_told_in_full_or_not_at_all() -> None:
    assert split_of(None, None, None, None) is None
    assert split_of(1, 2, 0, 1) == BySex(1, 2, 0, 1)
    with pytest.raises(HalfSplit):
        split_of(1, None, 0, 1)


def test_half_years_follow_upon_each_other() -> None:
    first = half_year("2026-H1")
    assert (first.first, first.last) == (date(2026, 1, 1), LAST)
    assert (before(first).key, after(first).key) == ("2025-H2", "2026-H2")
    assert latest_ended(date(2026, 6, 30)).key == "2025-H2"
    assert latest_ended(date(2026, 7, 1)).key == "2026-H1"


@pytest.mark.parametrize("key", ["2026", "2026-H3", "1999-H1", "2026-h1", "x", ""])
def test_what_is_no_half_year_is_not_found(key: str) -> None:
    with pytest.raises(NotFound):
        half_year(key)


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5"), (120, "120")]
)
def test_a_small_number_is_only_said_to_be_small(value: int, words: str) -> None:
    assert shown(value) == words
