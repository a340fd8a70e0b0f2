"""Competence reports: who may file them, and what the half-year shows."""

import itertools
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from atagande_agreements.commitments.errors import BeforeAgreement
from atagande_agreements.commitments.models import (
    Commitment,
    Evidence,
    Obligation,
    Occurrence,
    Status,
)
from atagande_agreements.competence import errors, queries
from atagande_agreements.competence.counts import Numbers, Training
from atagande_agreements.competence.models import (
    CompetenceName,
    CompetenceReport,
    CompetenceTraining,
)
from atagande_agreements.competence.places import Place, places_for
from atagande_agreements.competence.verbs import report_competence
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.errors import Forbidden, Refused, Stale
from atagande_agreements.parties.models import Person, Unit, UnitKind
from support.followup import sweep_now
from support.world import AF, CLINIC_CHIEF, OTHER_CLINIC_CHIEF, World

SIGTUNA = "enhetschef@sigtuna.example"
THIRD_CHIEF = "enhetschef.sigtuna-vasby@psykiatri.example"
SPRING = date(2025, 5, 1)


@pytest.fixture
def decided(world: World) -> World:
    """Valid for 24 months, and 80 percent, from January 2026."""
    world.decide("training_validity_months", "24", date(2026, 1, 1))
    world.decide("training_share", "80", date(2026, 1, 1))
    return world


def own_place(session: Session, person: Person, day: date = date(2026, 3, 2)) -> Place:
    return places_for(session, person, day)[0]


def report(
    world: World,
    session: Session,
    who: str = SIGTUNA,
    *,
    trained: int = 12,
    staff: int = 20,
    as_of: date = date(2026, 3, 2),
    subject: str = "medical_certificates",
    version: int | None = None,
    numbers: Numbers | None = None,
) -> CompetenceReport:
    person = world.person(session, who)
    rows = (Training(SPRING, trained),) if trained else ()
    return report_competence(
        session,
        agreement=world.agreement(session),
        place=own_place(session, person, as_of),
        subject=subject,
        as_of=as_of,
        numbers=numbers or Numbers(staff, rows),
        person=person,
        version=version,
        now=world.now,
    )


def occurrence(
    session: Session, key: str, party: str, origin: str = "period:2026-H1"
) -> Occurrence:
    return session.scalars(
        select(Occurrence)
        .join(Obligation, Obligation.id == Occurrence.obligation_id)
        .join(Commitment, Commitment.id == Obligation.commitment_id)
        .where(
            Commitment.key == key,
            Obligation.organisation.has(key=party),
            Occurrence.origin == origin,
        )
    ).one()


def test_a_report_is_judged_at_once(decided: World) -> None:
    with decided.writer() as session:
        report(decided, session, trained=16)
        found = occurrence(session, "K2a", "sigtuna")
        assert (found.status, found.counted, found.total) == (Status.MET, 16, 20)
        assert found.event_on == date(2026, 6, 30)


def test_nothing_is_judged_before_it_is_decided(world: World) -> None:
    with world.writer() as session:
        report(world, session)
        assert occurrence(session, "K2a", "sigtuna").status is Status.NOT_ASSESSABLE


def test_the_report_with_the_latest_date_counts_in_any_order(decided: World) -> None:
    days = (date(2026, 1, 20), date(2026, 2, 10), date(2026, 3, 2))
    verdicts = set()
    for order in itertools.permutations(range(3)):
        with decided.writer() as session:
            for place in order:
                report(decided, session, trained=(4, 8, 17)[place], as_of=days[place])
            found = occurrence(session, "K2a", "sigtuna")
            verdicts.add((found.status, found.counted, found.total, found.kept_on))
            assert session.scalar(select(func.count()).select_from(CompetenceReport)) == 3
            session.rollback()
    assert verdicts == {(Status.MET, 17, 20, date(2026, 3, 2))}


def test_the_same_report_twice_is_one(decided: World) -> None:
    with decided.writer() as session:
        first = report(decided, session, version=0)
        assert report(decided, session, version=0).id == first.id
        assert session.scalar(select(func.count()).select_from(Evidence)) == 1


def test_half_years_are_kept_apart(decided: World) -> None:
    decided.now = datetime(2026, 7, 10, 8, tzinfo=UTC)
    with decided.writer() as session:
        report(decided, session, trained=16, as_of=date(2026, 6, 30))
        report(decided, session, trained=3, as_of=date(2026, 7, 1))
        assert occurrence(session, "K2a", "sigtuna").status is Status.MET
        autumn = occurrence(session, "K2a", "sigtuna", "period:2026-H2")
        assert (autumn.status, autumn.counted) == (Status.NOT_MET, 3)


def test_an_organisations_units_are_added_up(decided: World) -> None:
    with decided.writer() as session:
        report(decided, session, CLINIC_CHIEF, subject="sip", trained=2, staff=10)
        report(
            decided,
            session,
            OTHER_CLINIC_CHIEF,
            subject="sip",
            trained=9,
            staff=10,
            as_of=date(2026, 2, 20),
        )
        found = occurrence(session, "A5", "psykiatri-nordvast")
        assert (found.counted, found.total, found.kept_on) == (11, 20, date(2026, 3, 2))
        assert (found.unknown, found.status) == (1, Status.PENDING)
        report(decided, session, THIRD_CHIEF, subject="sip", trained=5, staff=10)
        assert (found.unknown, found.counted, found.status) == (0, 16, Status.NOT_MET)
        report(decided, session, CLINIC_CHIEF, subject="sip", trained=10, staff=10)
        assert (found.counted, found.total, found.status) == (24, 30, Status.MET)


def test_the_first_units_report_is_not_judged_for_all(decided: World) -> None:
    with decided.writer() as session:
        report(decided, session, CLINIC_CHIEF, subject="sip", trained=2, staff=10)
        found = occurrence(session, "A5", "psykiatri-nordvast")
        assert (found.unknown, found.status) == (2, Status.PENDING)
        assert found.due_on == date(2026, 7, 30)
        session.commit()
    decided.now = datetime(2026, 7, 30, 22, tzinfo=UTC)
    sweep_now(decided)
    with decided.writer() as session:
        found = occurrence(session, "A5", "psykiatri-nordvast")
        assert (found.status, found.missed_at) == (Status.UNREPORTED, None)
        assert session.scalars(select(Deviation)).all() == []
        for who in (OTHER_CLINIC_CHIEF, THIRD_CHIEF):
            day = date(2026, 6, 30)
            report(decided, session, who, subject="sip", trained=1, staff=10, as_of=day)
        assert (found.unknown, found.status) == (0, Status.NOT_MET), "all have reported"


def test_a_unit_is_waited_for_if_it_has_a_chief_or_reported_the_half_year_before(
    decided: World,
) -> None:
    decided.now = datetime(2026, 7, 10, 8, tzinfo=UTC)
    with decided.writer() as session:
        spring = date(2026, 6, 30)
        report(decided, session, OTHER_CLINIC_CHIEF, subject="sip", as_of=spring)
        for who in (OTHER_CLINIC_CHIEF, THIRD_CHIEF):
            decided.person(session, who).active = False
        autumn = date(2026, 7, 10)
        report(decided, session, CLINIC_CHIEF, subject="sip", trained=20, as_of=autumn)
        found = occurrence(session, "A5", "psykiatri-nordvast", "period:2026-H2")
        assert (found.unknown, found.status) == (1, Status.PENDING)
        decided.unit(session, "psykosmottagningen").valid_to = date(2026, 9, 30)
        report(decided, session, CLINIC_CHIEF, subject="sip", trained=19, as_of=autumn)
        assert (found.unknown, found.status) == (0, Status.MET), "it is gone when the time ends"


def test_a_chief_of_the_whole_reports_for_its_units_and_the_rest(decided: World) -> None:
    with decided.writer() as session:
        person = decided.person(session, AF)
        session.add(
            Unit(
                association_id=person.association_id,
                organisation_id=person.organisation_id,
                key="af-taby",
                name="Täby",
                short_name="Täby",
                kind=UnitKind.OFFICE,
            )
        )
        session.flush()
        places = places_for(session, person, date(2026, 3, 2))
        assert [place.key for place in places] == ["af-taby", "ovrig-personal"]
        for place in places:
            report_competence(
                session,
                agreement=decided.agreement(session),
                place=place,
                subject="sip",
                as_of=date(2026, 3, 2),
                numbers=Numbers(5, (Training(SPRING, 4),)),
                person=person,
                now=decided.now,
            )
        found = occurrence(session, "A5", "af")
        assert (found.counted, found.total, found.status) == (8, 10, Status.MET)
        with pytest.raises(errors.NamesNotYours):
            report_competence(
                session,
                agreement=decided.agreement(session),
                place=places[0],
                subject="sip",
                as_of=date(2026, 3, 2),
                numbers=Numbers(5, (Training(SPRING, 1, "AB"),)),
                person=person,
                now=decided.now,
            )


def test_only_the_places_own_chief_reports(world: World) -> None:
    with world.writer() as session:
        sigtuna, stranger = world.person(session, SIGTUNA), world.person(session, CLINIC_CHIEF)
        with pytest.raises(Forbidden):
            report_competence(
                session,
                agreement=world.agreement(session),
                place=own_place(session, sigtuna),
                subject="sip",
                as_of=date(2026, 3, 2),
                numbers=Numbers(20),
                person=stranger,
                now=world.now,
            )


def test_a_subject_that_nobody_asks_the_party_is_refused(world: World) -> None:
    with world.writer() as session, pytest.raises(errors.NotAsked):
        report(world, session, CLINIC_CHIEF, subject="medical_certificates")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"as_of": date(2026, 3, 3)}, errors.ReportInFuture),
        ({"as_of": date(2019, 10, 24)}, BeforeAgreement),
        ({"staff": 11}, errors.MoreThanStaff),
        ({"staff": -1, "trained": 0}, errors.BadStaff),
        ({"staff": 100_001}, errors.BadStaff),
        ({"numbers": Numbers(20, (Training(date(2026, 3, 3), 1),))}, errors.TrainedInFuture),
        ({"numbers": Numbers(20, (Training(SPRING, 0),))}, errors.BadTrainingRow),
        ({"numbers": Numbers(20, (Training(SPRING, 1, "A" * 81),))}, errors.BadNameRow),
        ({"numbers": Numbers(20, (Training(SPRING, 1, "19900101"),))}, errors.BadNameRow),
        ({"numbers": Numbers(20, (Training(SPRING, 1, "=A1"),))}, errors.BadNameRow),
        ({"numbers": Numbers(20, (Training(SPRING, 2, "Ann"),))}, errors.BadNameRow),
        (
            {"numbers": Numbers(20, (Training(SPRING, 1, "Ann"), Training(SPRING, 1, "ann")))},
            errors.SameName,
        ),
    ],
)
def test_what_can_not_be_true_is_refused_and_nothing_is_written(
    sqlite_world: World, changes: dict[str, object], refusal: type[Refused]
) -> None:
    with sqlite_world.writer() as session:
        with pytest.raises(refusal):
            report(sqlite_world, session, **changes)  # type: ignore[arg-type]  # a table of inputs
        assert session.scalar(select(func.count()).select_from(CompetenceReport)) == 0
        assert session.scalar(select(func.count()).select_from(Evidence)) == 0


def test_of_two_who_report_at_once_the_second_is_stale(world: World) -> None:
    with world.writer() as session:
        report(world, session, version=0)
        with pytest.raises(Stale):
            report(world, session, trained=3, version=0)


def test_names_stay_only_with_the_newest_report(world: World) -> None:
    named = Numbers(20, (Training(SPRING, 1, "Ann"), Training(SPRING, 1, "Bo")))
    with world.writer() as session:
        first = report(world, session, numbers=named)
        person = world.person(session, SIGTUNA)
        place = own_place(session, person)
        assert queries.names_of(session, first, person, place) == [("Ann", SPRING), ("Bo", SPRING)]
        stranger = world.person(session, CLINIC_CHIEF)
        assert queries.names_of(session, first, stranger, place) == []
        report(world, session, trained=3)
        assert session.scalar(select(func.count()).select_from(CompetenceName)) == 0
        assert first.trained == 2


@pytest.mark.parametrize("model", [CompetenceReport, CompetenceTraining])
@pytest.mark.parametrize("change", ["UPDATE {} SET association_id = 1", "DELETE FROM {}"])
def test_a_report_is_never_changed_or_removed(world: World, model: type, change: str) -> None:
    with world.writer() as session:
        report(world, session)
        session.commit()
    table = model.__tablename__  # type: ignore[attr-defined]  # a mapped class
    with world.writer() as session, pytest.raises(DatabaseError, match="append-only"):
        session.execute(text(change.format(table)))
