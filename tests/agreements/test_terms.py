"""What is owed in every term opens by itself, once, whatever is decided, imported or missed."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from atagande_agreements import audit
from atagande_agreements.commitments.models import Commitment, Obligation, Occurrence, Status
from atagande_agreements.commitments.queries import count_obligations
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.parties.models import Organisation, Unit
from atagande_agreements.periods import Every, add_months, term_of, terms_between
from atagande_agreements.register.agreement_file import parse, shipped_text
from atagande_agreements.register.importer import import_agreement
from atagande_agreements.sweep import sweep
from support.world import World


def origins(world: World, key: str) -> list[tuple[str, str, Status]]:
    """Return (party, origin, status) of what a commitment has given."""
    with world.writer() as session:
        rows = session.execute(
            select(Organisation.key, Occurrence.origin, Occurrence.status)
            .select_from(Occurrence)
            .join(Obligation, Obligation.id == Occurrence.obligation_id)
            .join(Organisation, Organisation.id == Obligation.organisation_id)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .where(Commitment.key == key)
            .order_by(Occurrence.event_on, Organisation.key)
        )
        return [(row[0], row[1], row[2]) for row in rows]


@pytest.mark.parametrize(
    ("day", "every", "month", "key", "first", "last"),
    [
        (date(2026, 3, 2), Every.YEAR, 1, "2026", date(2026, 1, 1), date(2026, 12, 31)),
        (date(2026, 3, 2), Every.YEAR, 9, "2025-09", date(2025, 9, 1), date(2026, 8, 31)),
        (date(2026, 9, 1), Every.YEAR, 9, "2026-09", date(2026, 9, 1), date(2027, 8, 31)),
        (date(2026, 6, 30), Every.HALF_YEAR, 1, "2026-H1", date(2026, 1, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), Every.HALF_YEAR, 1, "2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
    ],
)
def test_a_day_belongs_to_its_term(  # noqa: PLR0917 - a table
    day: date, every: Every, month: int, key: str, first: date, last: date
) -> None:
    term = term_of(day, every, month)
    assert (term.key, term.first, term.last) == (key, first, last)


@pytest.mark.parametrize("every", list(Every))
@pytest.mark.parametrize("month", range(1, 13))
def test_terms_follow_upon_each_other_without_gap_or_overlap(every: Every, month: int) -> None:
    terms = list(terms_between(date(2019, 10, 25), date(2030, 2, 3), every, month))
    for one, following in itertools.pairwise(terms):
        assert following.first == one.last + timedelta(days=1)
    assert len({one.key for one in terms}) == len(terms)
    assert terms[0].first <= date(2019, 10, 25)
    assert terms[-1].last >= date(2030, 2, 3)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 5, 4), 24, date(2028, 5, 4)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
    ],
)
def test_months_end_where_the_month_does(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then


def test_a_sweep_opens_the_terms_that_have_begun_and_the_next_one_nothing(world: World) -> None:
    first = sweep(world.writer, world.now)
    assert first.terms_opened > 0
    assert sweep(world.writer, world.now).terms_opened == 0
    assert origins(world, "K1") == [
        (key, "period:2026-H1", Status.NOT_ASSESSABLE)
        for key in ("sigtuna", "sollentuna", "upplands-vasby")
    ]
    # Nobody has decided when the network's year begins.
    assert origins(world, "A2") == []


def test_a_year_of_downtime_forgets_no_term(world: World) -> None:
    world.now = datetime(2027, 7, 2, 8, tzinfo=UTC)
    sweep(world.writer, world.now)
    assert [origin for party, origin, _ in origins(world, "K1") if party == "sigtuna"] == [
        "period:2026-H1",
        "period:2026-H2",
        "period:2027-H1",
        "period:2027-H2",
    ]


def test_a_term_that_nobody_reports_is_unreported_and_no_deviation(world: World) -> None:
    world.decide("service_count", "1", date(2026, 2, 1))
    world.decide("activity_measure", "Antal", date(2026, 2, 1))
    sweep(world.writer, world.now)
    world.now = datetime(2026, 8, 3, 8, tzinfo=UTC)
    summary = sweep(world.writer, world.now)
    assert summary.deviations_opened == 0
    assert {status for _, origin, status in origins(world, "K3") if origin == "period:2026-H1"} == {
        Status.UNREPORTED
    }
    again = sweep(world.writer, world.now)
    assert (again.terms_opened, again.settled) == (0, 0)
    with world.writer() as session:
        assert session.scalar(select(func.count()).select_from(Deviation)) == 0


def test_a_decision_judges_the_open_term_and_none_that_ended_before_it(world: World) -> None:
    world.now = datetime(2026, 8, 3, 8, tzinfo=UTC)
    sweep(world.writer, world.now)
    world.decide("service_count", "1", date(2026, 8, 1))
    assert {(origin, status) for _, origin, status in origins(world, "K3")} == {
        ("period:2026-H1", Status.NOT_ASSESSABLE),
        ("period:2026-H2", Status.PENDING),
    }


def test_the_convener_owes_the_years_meetings_and_the_agreement_still_has_93(world: World) -> None:
    for key, value in (
        ("network_attendance", "3"),
        ("year_start_month", "1"),
        ("network_convener", "forbundet"),
    ):
        world.decide(key, value, date(2026, 1, 1))
    sweep(world.writer, world.now)
    found = origins(world, "A2")
    assert ("forbundet", "convened:2026", Status.PENDING) in found
    assert len([one for one in found if one[1] == "period:2026"]) == 6
    with world.writer() as session:
        assert count_obligations(session, world.agreement(session).id, date(2026, 3, 2)) == 93


def test_a_new_version_opens_no_twin_of_a_term(world: World) -> None:
    sweep(world.writer, world.now)
    before = origins(world, "K1")
    text = shipped_text().replace("Styrgrupp för överenskommelsen", "Styrgrupp")
    file, faults = parse(text, filename="suvs.toml")
    assert file is not None, faults
    with world.writer() as session:
        import_agreement(session, file, actor=audit.Actor.job("test"), now=world.now)
        session.commit()
    assert sweep(world.writer, world.now).terms_opened == 0
    assert origins(world, "K1") == before


def test_a_unit_that_ends_owes_only_its_own_part_of_the_term(world: World) -> None:
    with world.writer() as session:
        clinic = session.scalars(select(Unit).where(Unit.key == "psykosmottagningen")).one()
        clinic.valid_to = date(2026, 4, 15)
        session.commit()
    world.now = datetime(2026, 8, 3, 8, tzinfo=UTC)
    sweep(world.writer, world.now)
    with world.writer() as session:
        rows = session.execute(
            select(Occurrence.origin, Occurrence.event_on)
            .join(Obligation, Obligation.id == Occurrence.obligation_id)
            .join(Unit, Unit.id == Obligation.unit_id)
            .join(Commitment, Commitment.id == Obligation.commitment_id)
            .where(Unit.key == "psykosmottagningen", Commitment.key == "P2")
        ).all()
    assert [tuple(row) for row in rows] == [("period:2026-H1", date(2026, 4, 15))]
