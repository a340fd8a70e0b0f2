"""What holds of every rule: total, pure, deaf to order, to time zones and to later decisions."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atagande_agreements.civil_time import end_of_day
from atagande_agreements.commitments.models import ParameterUnit, Status
from atagande_agreements.register import file_words
from atagande_agreements.register.agreement_file import parse, shipped_text
from atagande_agreements.rules import PERMISSION, RULES, Facts, Outcome

DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
DECIDED = st.fixed_dictionaries(
    {
        ParameterUnit.WORKING_DAYS: st.integers(1, 60).map(str),
        ParameterUnit.CALENDAR_DAYS: st.integers(1, 60).map(str),
        ParameterUnit.WEEKS: st.integers(0, 8).map(str),
        ParameterUnit.MONTHS: st.integers(1, 36).map(str),
        ParameterUnit.PERCENT: st.integers(1, 100).map(str),
        ParameterUnit.PER_YEAR: st.integers(1, 6).map(str),
        ParameterUnit.COUNT: st.integers(1, 12).map(str),
        ParameterUnit.BOOLEAN: st.sampled_from(("0", "1")),
        ParameterUnit.TEXT: st.just("ord"),
    }
)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    event_on = draw(DAYS)
    total = draw(st.integers(0, 30))
    return Facts(
        event_on=event_on,
        now=draw(MOMENTS),
        kept_on=draw(st.none() | st.integers(0, 200).map(lambda n: event_on + timedelta(n))),
        asked_on=draw(st.none() | st.integers(0, 90).map(lambda n: event_on - timedelta(n))),
        counted=draw(st.integers(0, total)),
        total=total,
        unknown=draw(st.integers(0, 4)),
        outcome=draw(st.sampled_from([one for one in Outcome if one is not Outcome.VOID])),
        trained=tuple(draw(st.lists(st.tuples(DAYS, st.integers(1, 9)), max_size=4))),
        decided=draw(DECIDED),
    )


every_kind = pytest.mark.parametrize("kind", sorted(RULES))


def test_there_is_one_rule_for_every_kind_of_the_agreement_file() -> None:
    assert set(RULES) == set(file_words.RULE_KINDS)


def test_every_commitment_of_the_shipped_agreement_has_what_its_rule_needs() -> None:
    file, faults = parse(shipped_text(), filename="suvs.toml")
    assert file is not None, faults
    units = {one.key: one.unit for one in file.parameters}
    for clause in file.commitments:
        given_units = {units[key] for key in (*clause.parameters, *clause.guidance)}
        assert set(RULES[clause.rule].NEEDS) <= given_units, clause.key


@every_kind
@given(facts())
def test_every_rule_gives_a_verdict_that_can_be_stored(kind: str, known: Facts) -> None:
    verdict = RULES[kind].judge(known)
    assert verdict.sweep_at is None or verdict.due_on is not None
    assert verdict.days_late >= 0
    if kind == PERMISSION:
        assert verdict.status is Status.NOT_ASSESSABLE
    if verdict.status is Status.PENDING:
        assert verdict.sweep_at is not None
        assert known.now < verdict.sweep_at


@every_kind
@given(facts())
def test_the_sweep_says_what_the_rule_would_say_then(kind: str, known: Facts) -> None:
    verdict = RULES[kind].judge(known)
    if verdict.sweep_at is None:
        return
    later = RULES[kind].judge(replace(known, now=max(known.now, verdict.sweep_at)))
    assert later.status is verdict.at_sweep
    assert later.due_on == verdict.due_on


@every_kind
@given(facts(), MOMENTS)
def test_waiting_ends_once_and_nothing_else_depends_on_the_hour(
    kind: str, known: Facts, other: datetime
) -> None:
    first, second = (RULES[kind].judge(replace(known, now=at)) for at in sorted((known.now, other)))
    if first.status is not Status.PENDING:
        assert second == first


@every_kind
@given(facts())
def test_what_is_missing_is_never_a_breach_of_what_only_its_party_can_report(
    kind: str, known: Facts
) -> None:
    silent = {"competence", "standing", "quality_counts", "followed_up_within", "prepared_before"}
    told = {"asked_when_unclear", "attends_when_summoned", "case_gate", "service_within"}
    if kind in silent | told:
        nothing = replace(
            known, kept_on=None, counted=0, total=0, unknown=0, outcome=Outcome.NONE, trained=()
        )
        assert RULES[kind].judge(nothing).status is not Status.NOT_MET


@given(facts())
def test_an_effort_and_a_permission_are_never_breached(known: Facts) -> None:
    for kind in ("effort_within", PERMISSION):
        verdict = RULES[kind].judge(known)
        assert Status.NOT_MET not in {verdict.status, verdict.at_sweep} or verdict.sweep_at is None


@pytest.fixture
def somewhere_else() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Pacific/Auckland"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@every_kind
def test_no_verdict_depends_on_the_servers_time_zone(kind: str, somewhere_else: None) -> None:  # noqa: ARG001 - the clock of the process
    decided = {
        ParameterUnit.WORKING_DAYS: "10",
        ParameterUnit.CALENDAR_DAYS: "10",
        ParameterUnit.WEEKS: "3",
        ParameterUnit.MONTHS: "6",
        ParameterUnit.PERCENT: "80",
        ParameterUnit.PER_YEAR: "3",
        ParameterUnit.COUNT: "1",
        ParameterUnit.BOOLEAN: "1",
        ParameterUnit.TEXT: "ord",
    }
    known = Facts(
        event_on=date(2026, 3, 28),
        now=datetime(2026, 3, 2, 8, tzinfo=UTC),
        asked_on=date(2026, 2, 1),
        decided=decided,
    )
    verdict = RULES[kind].judge(known)
    if verdict.sweep_at is not None and verdict.due_on is not None:
        assert verdict.sweep_at == end_of_day(verdict.due_on)
        # Stockholm's midnight, whatever the server's clock says.
        assert verdict.sweep_at.astimezone(UTC).hour in {22, 23}
