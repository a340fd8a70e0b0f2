"""Self-reports: what is refused, what they show, and that the last revision counts."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from atagande_agreements.commitments.evidence import Shown
from atagande_agreements.commitments.models import (
    Commitment,
    Evidence,
    Obligation,
    Occurrence,
    Status,
)
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.standing import errors, queries, services
from atagande_agreements.standing.evidence import file_asked, with_reported
from atagande_agreements.standing.models import PreparatoryService, Subject
from atagande_agreements.standing.verbs import Said
from atagande_agreements.sweep import sweep
from support.standing import SIGTUNA, TERM, decided, enquiry, give, offer, standing
from support.world import (
    ADMINISTRATOR,
    CONVENER,
    OTHER_CONVENER,
    World,
)


@pytest.fixture
def spring(world: World) -> World:
    return decided(world)


@pytest.fixture
def sqlite_spring(sqlite_world: World) -> World:
    return decided(sqlite_world)


def test_yes_is_kept_and_its_evidence_is_dated_the_day_of_the_report(spring: World) -> None:
    with spring.writer() as session:
        give(session, spring, reported_on=date(2026, 4, 30))
        occurrence = standing(session, "K1")
        evidence = session.scalars(select(Evidence)).one()
        assert (occurrence.status, occurrence.kept_on) == (Status.MET, date(2026, 4, 30))
        assert (evidence.effective_on, evidence.counted) == (date(2026, 4, 30), 1)


def test_without_a_decision_a_report_is_kept_but_not_judged(world: World) -> None:
    with world.writer() as session:
        give(session, world)
        assert standing(session, "K1").status is Status.NOT_ASSESSABLE


def test_no_gives_a_deviation_when_the_time_for_reports_is_over_and_not_before(
    spring: World,
) -> None:
    with spring.writer() as session:
        give(session, spring, said=Said(works=False))
        session.commit()
    sweep(spring.writer, datetime(2026, 7, 30, 21, 0, tzinfo=UTC))
    with spring.writer() as session:
        assert standing(session, "K1").status is Status.PENDING
        assert session.scalars(select(Deviation)).all() == []
    sweep(spring.writer, datetime(2026, 7, 30, 22, 0, tzinfo=UTC))
    with spring.writer() as session:
        occurrence = standing(session, "K1")
        assert occurrence.status is Status.NOT_MET
        assert session.scalars(select(Deviation)).one().occurrence_id == occurrence.id


def test_what_nobody_reported_reads_unreported_and_is_never_a_deviation(spring: World) -> None:
    sweep(spring.writer, spring.now)
    sweep(spring.writer, datetime(2026, 7, 31, 8, 0, tzinfo=UTC))
    with spring.writer() as session:
        for key in ("K1", "K3", "K8"):
            for who in ("sollentuna", "upplands-vasby", "sigtuna"):
                assert standing(session, key, who).status is Status.UNREPORTED
        about = session.scalars(
            select(Commitment.key)
            .join(Obligation, Obligation.commitment_id == Commitment.id)
            .join(Deviation, Deviation.obligation_id == Obligation.id)
        ).all()
        assert about == []


def test_a_report_after_its_time_is_known_though_late(spring: World) -> None:
    sweep(spring.writer, spring.now)
    spring.now = datetime(2026, 8, 10, 8, 0, tzinfo=UTC)
    sweep(spring.writer, spring.now)
    with spring.writer() as session:
        give(session, spring)
        assert standing(session, "K1").status is Status.MET


def test_the_services_that_were_valid_on_the_day_are_counted(spring: World) -> None:
    with spring.writer() as session:
        offer(session, spring, "Gröna gruppen")
        offer(session, spring, "Friskvård", valid_to=date(2026, 4, 30))
        offer(session, spring, "Kommande", valid_from=date(2026, 6, 1))
        late = give(session, spring, Subject.SERVICES, Said())
        assert late.number == 1
        assert standing(session, "K3").status is Status.PENDING
        early = give(session, spring, Subject.SERVICES, Said(), reported_on=date(2026, 4, 30))
        assert early.number == 2
        assert standing(session, "K3").status is Status.MET


def test_a_later_change_of_the_list_leaves_the_report_as_it_was(spring: World) -> None:
    with spring.writer() as session:
        offer(session, spring, "Gröna gruppen")
        offer(session, spring, "Friskvård")
        give(session, spring, Subject.SERVICES, Said())
        found = session.scalars(select(PreparatoryService)).first()
        assert found is not None
        services.change_service(
            session,
            service=found,
            offer=services.Offer(
                found.name, "Annat", "Demogatan 1", "Enheten", date(2026, 1, 1), date(2026, 2, 1)
            ),
            person=spring.person(session, CONVENER),
            now=spring.now,
        )
        occurrence = standing(session, "K3")
        assert (occurrence.status, occurrence.counted) == (Status.MET, 2)


def test_cases_left_unasked_are_in_the_total_only(spring: World) -> None:
    with spring.writer() as session:
        for number in (2, 3):
            enquiry(session, spring, number)
        enquiry(session, spring, 4, sent_on=date(2025, 12, 30))
        give(session, spring, Subject.UNASKED, Said(number=1))
        occurrence = standing(session, "K8")
        assert (occurrence.counted, occurrence.total) == (2, 3)
        session.commit()
    sweep(spring.writer, datetime(2026, 7, 31, 8, 0, tzinfo=UTC))
    with spring.writer() as session:
        assert standing(session, "K8").status is Status.NOT_MET


def test_meetings_that_were_reported_or_held_count_whichever_are_more(spring: World) -> None:
    with spring.writer() as session:
        give(session, spring, Subject.MEETINGS, Said(number=3), who=ADMINISTRATOR, term="2026")
        agreement = spring.agreement(session)
        year = (date(2026, 1, 1), date(2026, 12, 31))
        for held, counted in ((2, 3), (4, 4)):
            shown = with_reported(
                session, agreement.id, *year, held=Shown(counted=held, total=held)
            )
            assert (shown.counted, shown.total) == (counted, counted)
        occurrence = standing(session, "F1", "forbundet", "2026")
        assert (occurrence.status, occurrence.counted) == (Status.PENDING, 3)
        give(session, spring, Subject.MEETINGS, Said(number=4), who=ADMINISTRATOR, term="2026")
        assert standing(session, "F1", "forbundet", "2026").status is Status.MET


def test_a_correction_is_a_revision_and_the_first_stays(spring: World) -> None:
    with spring.writer() as session:
        first = give(session, spring, said=Said(works=False, comment="Vi hann inte"))
        second = give(session, spring, revision=1)
        assert (first.revision, second.revision, first.works) == (1, 2, False)
        assert [one.revision for one in queries.history(session, second)] == [2, 1]
        assert standing(session, "K1").status is Status.MET
        assert len(session.scalars(select(Evidence)).all()) == 2


def test_the_same_report_twice_is_one(spring: World) -> None:
    with spring.writer() as session:
        first = give(session, spring, revision=0)
        again = give(session, spring, revision=0)
        assert first is again
        assert len(session.scalars(select(Evidence)).all()) == 1


def test_a_report_is_corrected_until_its_time_is_over(spring: World) -> None:
    with spring.writer() as session:
        give(session, spring, said=Said(works=False))
        spring.now = datetime(2026, 7, 30, 21, 0, tzinfo=UTC)
        give(session, spring, revision=1)
        spring.now = datetime(2026, 7, 31, 8, 0, tzinfo=UTC)
        with pytest.raises(errors.ReportingOver):
            give(session, spring, said=Said(works=False), revision=2)
        assert standing(session, "K1").status is Status.MET


def test_what_waits_names_the_half_year_and_the_last_day(spring: World) -> None:
    with spring.writer() as session:
        person = spring.person(session, CONVENER)

        def waiting(today: date) -> list[tuple[str, str, date]]:
            return [
                (one.key, one.window.term.key, one.window.due_on)
                for one in queries.awaiting(session, person.organisation_id, person.unit_id, today)
            ]

        spring.now = datetime(2026, 7, 2, 8, 0, tzinfo=UTC)
        give(session, spring)
        assert waiting(date(2026, 7, 2)) == [
            ("K3", TERM, date(2026, 7, 30)),
            ("K8", TERM, date(2026, 7, 30)),
        ]
        # When the time is over nothing waits; the next half-year has only begun.
        assert waiting(date(2026, 7, 31)) == []


def _verdicts(session: Session) -> set[tuple[str, str, Status, int, int]]:
    rows = session.scalars(select(Occurrence)).all()
    return {
        (
            row.obligation.commitment.key,
            row.obligation.organisation.key,
            row.status,
            row.counted,
            row.total,
        )
        for row in rows
    }


REPORTS = [
    (CONVENER, Subject.ACTIVE_WORK, Said(works=True, people=20, women=12), TERM),
    (OTHER_CONVENER, Subject.ACTIVE_WORK, Said(works=False), TERM),
    (SIGTUNA, Subject.ACTIVE_WORK, Said(works=True), TERM),
    (CONVENER, Subject.SERVICES, Said(), TERM),
    (CONVENER, Subject.UNASKED, Said(number=2), TERM),
    (OTHER_CONVENER, Subject.UNASKED, Said(number=0), TERM),
    (ADMINISTRATOR, Subject.MEETINGS, Said(number=2), "2026"),
]


@given(
    order=st.permutations(list(range(len(REPORTS)))),
    again=st.lists(st.integers(0, len(REPORTS) - 1), max_size=6),
    recounts=st.lists(st.integers(0, 12), max_size=3),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_order_and_repetition_ends_in_the_same_verdicts(
    sqlite_spring: World, order: list[int], again: list[int], recounts: list[int]
) -> None:
    world = sqlite_spring

    def play(steps: list[int]) -> set[tuple[str, str, Status, int, int]]:
        with world.writer() as session:
            offer(session, world, "Gröna gruppen")
            offer(session, world, "Friskvård")
            enquiry(session, world, 2)
            for place, step in enumerate(steps):
                who, subject, said, term = REPORTS[step]
                give(session, world, subject, said, who=who, term=term)
                if place in recounts:
                    file_asked(
                        session,
                        agreement_id=world.agreement(session).id,
                        organisation_id=world.person(session, CONVENER).organisation_id,
                        day=date(2026, 4, 7),
                        told=None,
                        now=world.now,
                    )
            found = _verdicts(session)
            session.rollback()
        return found

    assert play([*order, *again]) == play(list(range(len(REPORTS))))
