"""The overview of a period: everything adds up, and nothing is counted twice."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from atagande_agreements.commitments import queries as commitments
from atagande_agreements.commitments.models import Status
from atagande_agreements.followup import queries
from atagande_agreements.followup.overview import Group, Overview, Party, PartyType, gather
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.status import STATUSES, Reason, tally
from atagande_agreements.sweep import sweep
from support.followup import ask as ask_clinic
from support.followup import sweep_now
from support.queries import count_queries
from support.succession import JULY, NEW, A, B, ask, at, merge
from support.world import World

YEAR = Period.of_year(2026)


def overview(world: World, period: Period = YEAR, today: date | None = None) -> Overview:
    """Gather the overview of the world's agreement."""
    on = today or world.now.date()
    with world.services.reader() as session:
        found = commitments.agreements(session, 1, on)[0]
        return gather(
            session, agreement=found.agreement, version=found.version, period=period, today=on
        )


def adds_up(found: Overview) -> None:
    """Check that every number is the sum of what it is made of."""
    assert set(found.tally) == {one.value for one in STATUSES}
    assert sum(found.tally.values()) == found.obligations == len(found.cells)
    counted: list[Party | Group] = [*found.parties, *found.types]
    for one in counted:
        assert sum(one.tally.values()) == one.obligations
    for ones in (found.parties, found.types):
        summed: Counter[str] = Counter()
        before: Counter[str] = Counter()
        for one in ones:
            summed.update(one.tally)
            before.update(one.before or {})
        assert {**dict.fromkeys(found.tally, 0), **summed} == found.tally
        assert all((found.before or {}).get(key, 0) >= number for key, number in before.items())
        for step in range(len(found.steps)):
            parts = [one.trend[step] for one in ones]
            whole = found.trend[step] or {}
            assert all(
                sum((part or {}).get(key, 0) for part in parts) <= whole.get(key, 0)
                for key in found.tally
            )
    by_party = Counter(one.party for one in found.cells)
    assert by_party == {one.key: one.obligations for one in found.parties}
    assert len({(one.commitment, one.party) for one in found.cells}) == len(found.cells)
    assert sum(found.reasons.values()) == found.tally[Status.NOT_ASSESSABLE.value]
    assert all(len(one.trend) == len(found.steps) for one in found.parties)


_DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ends=st.tuples(_DAYS, _DAYS))
@example(ends=(date(2026, 7, 1), date(2026, 7, 1)))
@example(ends=(date(2026, 1, 1), date(2026, 12, 31)))
@example(ends=(date(2025, 1, 1), date(2027, 12, 31)))
def test_tallies_add_up_for_any_period(sqlite_lived_world: World, ends: tuple[date, date]) -> None:
    adds_up(overview(sqlite_lived_world, Period(min(ends), max(ends))))


def test_the_overview_says_what_the_matrix_says(lived_world: World) -> None:
    world = lived_world
    for period in (YEAR, Period.parse("2026-Q1"), Period(date(2025, 11, 3), date(2026, 2, 17))):
        found = overview(world, period)
        with world.services.reader() as session:
            known = commitments.agreements(session, 1, world.now.date())[0]
            rows = queries.clauses(session, known.version.id, period)
            duties = queries.duties(
                session,
                agreement_id=known.agreement.id,
                version_id=known.version.id,
                period=period,
                judged=queries.judged_of(rows),
            )
            columns = queries.parties(session, known.version.id, period)
        keys = {(one.organisation_id, one.unit_id): one.key for one in columns}
        assert {
            (key, keys[organisation, unit]): (one.status.value, one.reason)
            for (key, organisation, unit), one in duties.standings.items()
        } == {(one.commitment, one.party): (one.status, one.reason) for one in found.cells}
        assert found.tally == {
            status.value: number for status, number in tally(duties.standings.values()).items()
        }
        names = {one.key: one.name for one in columns}
        assert {one.key: one.name for one in found.parties} == {
            one.key: names[one.key] for one in found.parties
        }


def test_the_period_before_is_what_it_was_when_it_was_looked_at_itself(
    sqlite_lived_world: World,
) -> None:
    for code in ("2026", "2026-H1", "2026-Q1", "2025-12-03--2026-01-20"):
        found = overview(sqlite_lived_world, Period.parse(code))
        before = overview(sqlite_lived_world, Period.parse(code).before)
        assert found.before == before.tally
        assert found.period_before == before.period
        assert {one.key: one.before for one in found.parties} == {
            one.key: one.tally for one in before.parties
        }


def test_each_step_of_the_trend_is_that_quarters_own_overview(sqlite_lived_world: World) -> None:
    found = overview(sqlite_lived_world)
    assert found.steps[-1] == "2026-Q1", "no quarter that has not begun"
    for number, code in enumerate(found.steps):
        there = overview(sqlite_lived_world, Period.parse(code))
        assert found.trend[number] == there.tally
        for one in there.parties:
            mine = next(party for party in found.parties if party.key == one.key)
            assert mine.trend[number] == one.tally


def test_it_can_be_kept_as_json(sqlite_lived_world: World) -> None:
    found = overview(sqlite_lived_world)
    assert json.loads(json.dumps(asdict(found)))["tally"] == found.tally


def test_at_most_six_queries_whatever_the_period(sqlite_lived_world: World) -> None:
    world = sqlite_lived_world
    with world.services.reader() as session:
        known = commitments.agreements(session, 1, world.now.date())[0]
        for code in ("2026", "2026-02-03--2026-02-19", "2021-01-01--2026-12-31"):
            with count_queries(world.services.engine) as sent:
                gather(
                    session,
                    agreement=known.agreement,
                    version=known.version,
                    period=Period.parse(code),
                    today=world.now.date(),
                )
            assert len(sent) <= 6


def test_a_clinic_that_began_in_the_period_has_none_before_it_and_nothing_counts_twice(
    world: World,
) -> None:
    world.decide("answer_days", "10", date(2026, 1, 1))
    ask(world, A, date(2026, 1, 12), date(2026, 1, 15))
    ask(world, B, date(2026, 1, 13), date(2026, 2, 20))
    sweep(world.writer, world.now)
    merge(world)
    world.now = at(date(2026, 9, 1))
    ask(world, NEW.key, date(2026, 7, 6), date(2026, 7, 8))
    sweep(world.writer, world.now)
    found = overview(world)
    adds_up(found)
    parties = {one.key: one for one in found.parties}
    assert {A, B, NEW.key} <= parties.keys()
    assert parties[NEW.key].before is None
    assert parties[NEW.key].trend[found.steps.index("2026-Q2")] is None
    assert parties[A].trend[found.steps.index("2026-Q3")] is None
    answers = {one.party: one.status for one in found.cells if one.commitment == "P3"}
    assert answers[A] == "met"
    assert answers[B] == "not_met"
    assert answers[NEW.key] == "met"
    # Up to the day nothing is of the new one, from it on nothing of the old.
    first = overview(world, Period(date(2026, 1, 1), JULY - timedelta(days=1)))
    second = overview(world, Period(JULY, date(2026, 12, 31)))
    assert {one.key for one in first.parties} >= {A, B}
    assert NEW.key not in {one.key for one in first.parties}
    assert not {A, B} & {one.key for one in second.parties}
    for part in (first, second):
        adds_up(part)
    assert second.before is not None
    assert sum(second.before.values()) == first.obligations


def test_what_is_not_assessable_says_why_and_by_which_parameter(sqlite_world: World) -> None:
    world = sqlite_world
    found = overview(world)
    assert found.reasons[Reason.PERMISSION.value] == 0, "nobody owes what is only a permission"
    undecided = {one.key: one for one in found.missing}
    assert undecided["answer_days"].commitments == ("P3",)
    assert undecided["answer_days"].obligations == 3
    assert undecided["answer_days"].since is None
    world.decide("answer_days", "10", date(2026, 2, 1))
    assert "answer_days" not in {one.key for one in overview(world).missing}
    # Decided since, but not for a period that was over before.
    earlier = overview(world, Period.of_year(2025))
    late = next(one for one in earlier.missing if one.key == "answer_days")
    assert late.since == "2026-02-01"
    line = next(one for one in earlier.commitments if one.key == "P3")
    assert line.missing == ("answer_days",)


def test_a_period_before_the_agreement_shows_nothing_and_breaks_nothing(
    sqlite_world: World,
) -> None:
    found = overview(sqlite_world, Period.of_year(2019))
    assert found.before is None
    assert found.reasons[Reason.UNDECIDED.value] > 0
    none = overview(sqlite_world, Period.of_year(2018))
    assert none.obligations == 0
    assert none.steps == ()
    adds_up(none)


def test_how_many_cases_there_were_is_never_told(sqlite_world: World) -> None:
    world = sqlite_world
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.now = datetime(2026, 6, 1, 8, tzinfo=UTC)
    ask_clinic(world, A, date(2026, 3, 30), date(2026, 4, 15))
    sweep_now(world)
    cell = overview(world).cell("P3", A)
    assert cell is not None
    assert (cell.status, cell.met, cell.due) == ("met", None, None)


def test_parties_stand_by_type(sqlite_world: World) -> None:
    types = {one.type: one for one in overview(sqlite_world).types}
    assert set(types) == set(PartyType)
    assert types["agency"].parties == ("af", "fk")
    assert types["municipality"].obligations == 3 * (8 + 10)
    assert len(types["region"].parties) == 4
