"""How obligations stand in a period."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from atagande_agreements import audit
from atagande_agreements.commitments import queries as commitments
from atagande_agreements.commitments.models import Obligation, Status
from atagande_agreements.followup import queries
from atagande_agreements.followup.period import Period
from atagande_agreements.followup.status import (
    STATUSES,
    Counts,
    Reason,
    Standing,
    standing,
    tally,
)
from atagande_agreements.register.agreement_file import parse, shipped_text
from atagande_agreements.register.importer import import_agreement
from support.followup import CLINICS, ask, sweep_now
from support.world import World

OPENED = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(met=3, total=3), Standing(Status.MET, 3, 3)),
        (Counts(met=3, not_met=1, total=4), Standing(Status.PARTLY, 3, 4)),
        (Counts(not_met=2, total=2), Standing(Status.NOT_MET, 0, 2)),
        (Counts(partly=1, not_met=1, total=2), Standing(Status.PARTLY, 0, 2)),
        (Counts(unreported=2, total=2), Standing(Status.UNREPORTED, 0, 2)),
        (Counts(unreported=1, not_met=1, total=2), Standing(Status.NOT_MET, 0, 2)),
        (Counts(unreported=1, met=1, total=2), Standing(Status.PARTLY, 1, 2)),
        # What waits, or happened before anything was decided, is not counted.
        (Counts(met=1, total=9), Standing(Status.MET, 1, 1)),
        (Counts(total=9), Standing(Status.NOT_ASSESSABLE, reason=Reason.NOTHING_DUE)),
        (Counts(), Standing(Status.NOT_ASSESSABLE, reason=Reason.NOTHING_DUE)),
    ],
)
def test_a_standing_follows_from_what_has_fallen_due(counts: Counts, expected: Standing) -> None:
    assert standing(counts, followed=True, decided=True) == expected


@pytest.mark.parametrize("decided", [True, False])
def test_a_rule_that_is_not_followed_can_not_be_assessed(decided: bool) -> None:  # noqa: FBT001 - pytest's own arguments
    found = standing(Counts(not_met=1, total=1), followed=False, decided=decided)
    assert found == Standing(Status.NOT_ASSESSABLE, reason=Reason.PERMISSION)


def test_an_undecided_parameter_can_not_be_assessed_whatever_has_happened() -> None:
    found = standing(Counts(not_met=5, total=5), followed=True, decided=False)
    assert found == Standing(Status.NOT_ASSESSABLE, reason=Reason.UNDECIDED)


def test_counts_by_status_add_up_and_name_every_status() -> None:
    ones = [
        standing(Counts(met=n, not_met=2, total=9), followed=True, decided=n < 3) for n in range(5)
    ]
    counts = tally(ones)
    assert list(counts) == list(STATUSES)
    assert sum(counts.values()) == len(ones)
    assert sum(tally([]).values()) == 0


def duties(world: World, year: int) -> queries.Duties:
    with world.writer() as session:
        found = commitments.agreements(session, 1, date(year, 6, 1))[0]
        period = Period.of_year(year)
        rows = queries.clauses(session, found.version.id, period)
        return queries.duties(
            session,
            agreement_id=found.agreement.id,
            version_id=found.version.id,
            period=period,
            judged=queries.judged_of(rows),
        )


def test_every_obligation_stands_somewhere_and_every_party_adds_up(world: World) -> None:
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.now = datetime(2026, 6, 1, 8, tzinfo=UTC)
    ask(world, CLINICS[0], date(2026, 3, 30), date(2026, 4, 15))
    ask(world, CLINICS[0], date(2026, 3, 30), date(2026, 4, 16))
    ask(world, CLINICS[1], date(2026, 3, 30))
    sweep_now(world)
    found = duties(world, 2026)
    assert len(found.standings) == 93
    by_party: dict[object, list[Standing]] = {}
    for (_, organisation, unit), one in found.standings.items():
        by_party.setdefault((organisation, unit), []).append(one)
    assert sum(sum(tally(ones).values()) for ones in by_party.values()) == 93
    answers = {place[2]: one for place, one in found.standings.items() if place[0] == "P3"}
    with world.writer() as session:
        units = [world.unit(session, key).id for key in CLINICS]
    assert [answers[unit] for unit in units] == [
        Standing(Status.PARTLY, 1, 2),
        Standing(Status.NOT_MET, 0, 1),
        Standing(Status.NOT_ASSESSABLE, reason=Reason.NOTHING_DUE),
    ]


def test_a_year_before_the_decision_stays_unjudged(sqlite_world: World) -> None:
    world = sqlite_world
    ask(world, CLINICS[0], date(2025, 5, 5))
    world.decide("answer_days", "10", date(2026, 2, 1))
    reasons = {
        one.reason for place, one in duties(world, 2025).standings.items() if place[0] == "P3"
    }
    assert reasons == {Reason.UNDECIDED}


def test_a_new_version_of_the_agreement_keeps_what_was_done_under_the_last(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    world.decide("answer_days", "10", date(2026, 2, 1))
    world.now = datetime(2026, 6, 1, 8, tzinfo=UTC)
    ask(world, CLINICS[0], date(2026, 3, 30), date(2026, 4, 15))
    file, _ = parse(shipped_text().replace("Svar på förfrågan", "Svar i tid"), filename="x")
    assert file is not None
    with world.writer() as session:
        import_agreement(session, file, actor=audit.Actor.job("test"), now=world.now)
        session.commit()
    ask(world, CLINICS[0], date(2026, 4, 1), date(2026, 4, 2))
    with world.writer() as session:
        assert len(session.scalars(select(Obligation)).all()) == 2 * 93
        unit = world.unit(session, CLINICS[0])
    found = duties(world, 2026)
    assert len(found.standings) == 93
    assert found.standings["P3", unit.organisation_id, unit.id] == Standing(Status.MET, 2, 2)


def test_a_decision_tells_how_many_it_will_judge(world: World) -> None:
    world.now = datetime(2026, 3, 20, 8, tzinfo=UTC)
    for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 2)):
        ask(world, CLINICS[0], day)

    def affected(since: date, key: str = "answer_days") -> int:
        with world.writer() as session:
            agreement = world.agreement(session)
            parameter = commitments.parameter(session, agreement.id, key)
            assert parameter is not None
            return commitments.affected(session, parameter, since)

    assert [affected(date(2026, 1, 1)), affected(date(2026, 2, 1))] == [3, 2]
    assert affected(date(2026, 3, 3)) == 0
    assert affected(date(2026, 1, 1), "training_share") == 0
    # What a later decision judges is not this one's.
    world.decide("answer_days", "60", date(2026, 3, 1))
    assert [affected(date(2026, 1, 1)), affected(date(2026, 3, 2))] == [2, 1]
