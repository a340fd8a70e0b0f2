"""Certificates: who reports, what is refused, what the clinic is judged by, and who sees what."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from atagande_agreements.certificates import queries
from atagande_agreements.certificates.counts import BySex, Counts
from atagande_agreements.certificates.errors import (
    EmptyStatement,
    FuturePeriod,
    MoreLackingThanReceived,
    NothingReported,
)
from atagande_agreements.certificates.models import (
    CertificateReport,
    CertificateRevision,
    CertificateStatement,
)
from atagande_agreements.certificates.terms import half_year
from atagande_agreements.certificates.verbs import report_certificates, state
from atagande_agreements.civil_time import local_date
from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.models import Evidence, Occurrence, Status
from atagande_agreements.deviations.models import Deviation, DeviationStep, StepKind
from atagande_agreements.enquiries.errors import NotAClinic
from atagande_agreements.errors import Forbidden, Stale
from atagande_agreements.sweep import sweep
from support.world import (
    ADMINISTRATOR,
    CLINIC_CHIEF,
    CONVENER,
    FK,
    OTHER_CLINIC_CHIEF,
    OTHER_CONVENER,
    World,
)

CLINIC = "sollentuna-mottagning"
SPRING = half_year("2026-H1")
SUMMER = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
AUGUST = datetime(2026, 8, 3, 8, 0, tzinfo=UTC)


@pytest.fixture
def summer(world: World) -> World:
    """The summer after a spring whose share of 90 % was decided beforehand."""
    world.decide("certificate_share", "90", date(2026, 1, 2))
    world.now = SUMMER
    return world


def tell(
    session: Session,
    world: World,
    counts: Counts,
    who: str = CONVENER,
    version: int = 0,
    **changes: object,
) -> CertificateReport:
    given: dict[str, object] = {"unit": world.unit(session, CLINIC), "term": SPRING}
    return report_certificates(
        session,
        agreement=world.agreement(session),
        counts=counts,
        person=world.person(session, who),
        version=version,
        now=world.now,
        **(given | changes),  # type: ignore[arg-type]  # each test names what it changes
    )


def judged(session: Session) -> Occurrence:
    return session.scalars(
        select(Occurrence)
        .join(Evidence, Evidence.occurrence_id == Occurrence.id)
        .where(Evidence.source.like("certificates:%"))
        .distinct()
    ).one()


def test_the_sum_of_the_municipalities_judges_the_clinic(summer: World) -> None:
    with summer.writer() as session:
        tell(session, summer, Counts(20, 1, 1))
        tell(session, summer, Counts(10, 3, 0), OTHER_CONVENER)
        occurrence = judged(session)
        assert (occurrence.counted, occurrence.total) == (26, 30)
        assert occurrence.status is Status.PENDING
        assert occurrence.event_on == date(2026, 6, 30)
        session.commit()
    summer.now = AUGUST
    assert sweep(summer.writer, AUGUST).deviations_opened == 1
    with summer.services.reader() as session:
        assert judged(session).status is Status.NOT_MET
        deviation = session.scalars(select(Deviation)).one()
        assert deviation.unit_id == summer.unit(session, CLINIC).id


def test_a_correction_keeps_what_was_said_and_tells_the_deviation(summer: World) -> None:
    summer.now = AUGUST
    with summer.writer() as session:
        tell(session, summer, Counts(20, 5, 0))
        session.commit()
    sweep(summer.writer, AUGUST)
    with summer.writer() as session:
        assert judged(session).status is Status.NOT_MET
        report = tell(session, summer, Counts(20, 2, 0), version=1)
        assert report.version == 2
        assert judged(session).status is Status.MET
        session.commit()
    with summer.services.reader() as session:
        said = session.scalars(select(CertificateRevision).order_by(CertificateRevision.number))
        assert [(one.number, one.lacking) for one in said] == [(1, 5), (2, 2)]
        sources = session.scalars(select(Evidence.source).order_by(Evidence.id)).all()
        assert sources == ["certificates:1:v1", "certificates:1:v2"]
        steps = session.scalars(select(DeviationStep.kind)).all()
        assert steps == [StepKind.WITHDRAWN]


def test_the_same_figures_twice_change_nothing(summer: World) -> None:
    with summer.writer() as session:
        first = tell(session, summer, Counts(9, 1, 1, BySex(4, 5, 1, 0)))
        again = tell(session, summer, Counts(9, 1, 1, BySex(4, 5, 1, 0)))
        assert (first.id, again.version) == (again.id, 1)
        assert len(session.scalars(select(Evidence)).all()) == 1


def test_of_two_at_once_one_is_told_that_the_other_was_first(summer: World) -> None:
    with summer.writer() as session:
        tell(session, summer, Counts(9, 1, 1))
        with pytest.raises(Stale):
            tell(session, summer, Counts(9, 2, 1))
        tell(session, summer, Counts(9, 2, 1), version=1)
        with pytest.raises(Stale):
            tell(session, summer, Counts(9, 3, 1), version=1)


def test_the_database_itself_refuses_a_second_report(summer: World) -> None:
    with summer.writer() as session:
        report = tell(session, summer, Counts(9, 1, 1))
        twin = {
            name: getattr(report, name)
            for name in ("association_id", "agreement_id", "organisation_id", "unit_id", "term")
        }
        session.add(CertificateReport(version=1, **twin))
        with pytest.raises(IntegrityError):
            session.flush()


@pytest.mark.parametrize("who", [CLINIC_CHIEF, FK, ADMINISTRATOR])
def test_only_a_municipality_reports(summer: World, who: str) -> None:
    with summer.writer() as session, pytest.raises(Forbidden):
        tell(session, summer, Counts(9, 1, 1), who)


def test_what_can_not_be_is_refused_and_leaves_nothing(summer: World) -> None:
    with summer.writer() as session:
        with pytest.raises(MoreLackingThanReceived):
            tell(session, summer, Counts(9, 10, 1))
        with pytest.raises(FuturePeriod):
            tell(session, summer, Counts(9, 1, 1), term=half_year("2027-H1"))
        with pytest.raises(BeforeAgreement):
            tell(session, summer, Counts(9, 1, 1), term=half_year("2019-H1"))
        with pytest.raises(NotAClinic):
            tell(session, summer, Counts(9, 1, 1), unit=summer.unit(session, "sollentuna-ek"))
        assert session.scalars(select(CertificateReport)).all() == []


def test_without_a_decision_nothing_is_judged(world: World) -> None:
    world.now = AUGUST
    with world.writer() as session:
        tell(session, world, Counts(9, 9, 0))
        assert judged(session).status is Status.NOT_ASSESSABLE


def test_a_half_year_nobody_reported_reads_unreported_and_is_no_breach(summer: World) -> None:
    summer.now = AUGUST
    sweep(summer.writer, AUGUST)
    with summer.services.reader() as session:
        unit = summer.unit(session, CLINIC)
        clinic = queries.clinics_of(
            session,
            summer.agreement(session),
            [unit],
            SPRING,
            queries.Reader(0, None),
            today=local_date(summer.now),
        )[0]
        assert clinic.occurrence is not None
        assert clinic.occurrence.status is Status.UNREPORTED
        assert session.scalars(select(Deviation)).all() == []


REPORTS = st.lists(
    st.tuples(
        st.sampled_from([CONVENER, OTHER_CONVENER, "enhetschef@sigtuna.example"]),
        st.integers(0, 40),
        st.integers(0, 6),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(REPORTS, st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_the_same_reports_gives_the_same_verdict(
    sqlite_world: World, reports: list[tuple[str, int, int]], chance: object
) -> None:
    world = sqlite_world
    world.now = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
    final = {who: Counts(received + lacking, lacking, 0) for who, received, lacking in reports}
    seen: list[tuple[Status, int, int]] = []
    shuffled = list(final)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    for order, noise in ((list(final), False), (shuffled, True)):
        with world.writer() as session:
            if not seen:
                _decide_once(world)
            world.now = AUGUST
            versions = dict.fromkeys(final, 0)
            for who in order:
                if noise:
                    versions[who] = tell(session, world, Counts(7, 7, 7), who).version
                for _ in range(2):
                    versions[who] = tell(session, world, final[who], who, versions[who]).version
            one = judged(session)
            seen.append((one.status, one.counted, one.total))
            session.rollback()
    assert seen[0] == seen[1]


def _decide_once(world: World) -> None:
    with world.services.reader() as session:
        if world.parameter(session, "certificate_share").decisions:
            return
    world.decide("certificate_share", "90", date(2026, 1, 2))


def test_the_clinic_speaks_beside_its_figures_and_nobody_else_does(summer: World) -> None:
    with summer.writer() as session:

        def say(who: str, text: str = "Tre av dem var vidimerade kopior.") -> CertificateStatement:
            return state(
                session,
                agreement=summer.agreement(session),
                unit=summer.unit(session, CLINIC),
                term=SPRING,
                text=text,
                person=summer.person(session, who),
                now=summer.now,
            )

        with pytest.raises(NothingReported):
            say(CLINIC_CHIEF)
        tell(session, summer, Counts(9, 3, 0))
        for who in (OTHER_CLINIC_CHIEF, CONVENER, ADMINISTRATOR):
            with pytest.raises(Forbidden):
                say(who)
        with pytest.raises(EmptyStatement):
            say(CLINIC_CHIEF, "  ")
        assert [say(CLINIC_CHIEF).number for _ in range(2)] == [1, 2]


@pytest.mark.parametrize("table", [CertificateRevision, CertificateStatement])
@pytest.mark.parametrize("removes", [True, False])
def test_what_was_said_can_not_be_changed(summer: World, table: type, removes: bool) -> None:  # noqa: FBT001 - a case
    with summer.writer() as session:
        tell(session, summer, Counts(9, 3, 0))
        state(
            session,
            agreement=summer.agreement(session),
            unit=summer.unit(session, CLINIC),
            term=SPRING,
            text="Så var det.",
            person=summer.person(session, CLINIC_CHIEF),
            now=summer.now,
        )
        session.commit()
        statement = delete(table) if removes else update(table).values(number=7)
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(statement)


def test_small_numbers_are_shown_to_the_reporter_and_the_clinic_only(summer: World) -> None:
    with summer.writer() as session:
        tell(session, summer, Counts(12, 3, 2))
        tell(session, summer, Counts(8, 0, 0), OTHER_CONVENER)
        unit = summer.unit(session, CLINIC)

        def seen(who: str, unit_id: int | None = None) -> list[str]:
            reader = queries.Reader(summer.person(session, who).organisation_id, unit_id)
            clinic = queries.clinics_of(
                session,
                summer.agreement(session),
                [unit],
                SPRING,
                reader,
                today=local_date(summer.now),
            )[0]
            return [
                *(one.figures.text("lacking") for one in clinic.lines),
                clinic.figures.text("lacking"),
                str(clinic.figures.share),
            ]

        # In the order of the parties: Sollentuna, then Upplands Väsby.
        assert seen(ADMINISTRATOR) == ["–", "–", "–", "None"]
        assert seen(OTHER_CONVENER) == ["0", "–", "–", "None"]
        assert seen(CONVENER) == ["–", "3", "–", "None"]
        assert seen(CLINIC_CHIEF, unit.id) == ["0", "3", "3", "85"]
